"""How a page becomes HTML.

Every face keeps its templates in ``web/<face>/templates/<face>/`` and extends the shells of ``web/design``.
There is one template environment per language, so that macros know the reader's language without being told;
compiled templates are shared between them and kept between starts.
A name that a template uses and nobody gave is an error, never an empty place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined

from entrepot.web import formats
from entrepot.web.design.assets import asset, forget
from entrepot.web.i18n import translator

FACES = ("storefront", "management", "call_center", "store", "operations", "configurator")
_WEB = Path(__file__).parent
_WATCHING: set[str] = set()  # empty in production; "templates" while somebody is writing them


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go to: in a navigation, a breadcrumb, a footer, a menu. ``also`` are further addresses of its pages."""

    label: str
    href: str
    icon: str = ""
    count: int = 0
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkGroup:
    """Links that belong together under a heading."""

    label: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell once, on the next page the reader sees."""

    text: str
    tone: str = "success"


@dataclass(frozen=True, slots=True)
class User:
    """Who is logged in, as pages show and ask about them."""

    name: str
    roles: frozenset[str] = frozenset()

    @property
    def initials(self) -> str:
        """One or two letters for the avatar."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@dataclass(frozen=True, slots=True)
class Urls:
    """The addresses the shells link to; a face names others where its own differ."""

    search: str = "/search"
    cart: str = "/cart"
    account: str = "/account"
    log_in: str = "/login"
    log_out: str = "/logout"
    preferences: str = "/preferences"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What every page knows beside its own content; the session's middleware fills it in."""

    face: str
    path: str
    locale: str
    store_name: str = "entrepot"
    languages: tuple[str, ...] = ("en-US",)
    currency: str = "USD"
    currencies: tuple[str, ...] = ("USD",)
    csrf_token: str = ""
    user: User | None = None
    cart_count: int = 0
    theme: str = ""
    time_zone: str = "UTC"
    home: str = "/"
    navigation: tuple[LinkGroup, ...] = ()
    notices: tuple[Notice, ...] = ()
    urls: Urls = Urls()

    def is_current(self, href: str, also: tuple[str, ...] = ()) -> bool:
        """Whether the page is the link's target or lies below it, or below one of its further addresses."""
        if any(self.path == one or self.path.startswith(f"{one}/") for one in also):
            return True
        if href.rstrip("/") == self.home.rstrip("/"):
            return self.path.rstrip("/") == href.rstrip("/")
        return self.path == href or self.path.startswith(href.rstrip("/") + "/")


@lru_cache(maxsize=32)
def environment(locale: str) -> Environment:
    """The template environment of a language."""
    env = Environment(
        loader=FileSystemLoader(sorted(_WEB.glob("*/templates"))),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        bytecode_cache=FileSystemBytecodeCache(pattern="entrepot_%s.cache"),
        auto_reload=bool(_WATCHING),
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    extended: Any = env  # the i18n extension adds its installer at run time
    extended.install_gettext_translations(translator(locale), newstyle=True)
    env.policies["ext.i18n.trimmed"] = True
    env.filters.update(formats.filters(locale))
    env.globals.update(asset=asset, locale=locale)
    return env


def render(template: str, page: Page, /, **context: object) -> str:
    """Render a template (a whole page or a fragment for htmx) in the page's language."""
    if _WATCHING:
        forget()
    return environment(page.locale).get_template(template).render(context, page=page)


def watch() -> None:
    """Read templates and assets anew whenever they change; for whoever is writing them."""
    _WATCHING.add("templates")
    environment.cache_clear()
