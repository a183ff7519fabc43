"""The page that shows every component of the design language, each with the call that made it.

A specimen is a piece of template text in ``specimens.html``; the gallery renders that very text, so what
stands beside a component is what makes it. ``?face=``, ``?theme=``, ``?locale=`` and ``?shell=`` show it otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from jinja2 import Template
from litestar import MediaType, Router, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery

from entrepot.kernel.quantity import Step
from entrepot.web import i18n
from entrepot.web.design.assets import router as assets
from entrepot.web.pages import FACES, Link, LinkGroup, Notice, Page, Urls, User, environment, render

_SPECIMENS = Path(__file__).parent / "templates" / "design" / "specimens.html"
_PRELUDE = '{% import "design/macros.html" as ui %}'
_NOW = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Specimen:
    """One component in one or more states: its group, its title, the template text."""

    group: str
    title: str
    source: str

    @property
    def anchor(self) -> str:
        """Where the gallery page shows it."""
        return self.title.lower().replace(" ", "-").replace(",", "")


@lru_cache(maxsize=1)
def specimens() -> tuple[Specimen, ...]:
    """The specimens in the order they are shown."""
    found = []
    for group in _SPECIMENS.read_text("utf-8").split("\n## ")[1:]:
        heading, *parts = group.split("\n=== ")
        for part in parts:
            title, _, source = part.partition("\n")
            found.append(Specimen(heading.strip(), title.strip(), source.strip()))
    return tuple(found)


@lru_cache(maxsize=512)
def _compiled(source: str, locale: str) -> Template:
    return environment(locale).from_string(_PRELUDE + source)


def _examples() -> dict[str, object]:
    return {
        "now": _NOW,
        "hours": lambda count: timedelta(hours=count),
        "Link": Link,
        "by_the_piece": Step(),
        "by_the_meter": Step(Decimal("0.1"), "MTR"),
    }


def demo_page(face: str, locale: str, theme: str = "", path: str = "/design") -> Page:
    """A page as a session would describe it, for looking at designs without one."""
    groups: dict[str, list[Link]] = {}
    for specimen in specimens():
        groups.setdefault(specimen.group, []).append(Link(specimen.title, f"#{specimen.anchor}"))
    return Page(
        face=face,
        path=path,
        locale=locale,
        theme=theme,
        store_name="Tannwerk",
        languages=i18n.languages(),
        currencies=("USD", "EUR"),
        currency="EUR" if locale == "de-DE" else "USD",
        user=User("Mara Lindqvist", frozenset({"designer"})),
        cart_count=3,
        home="/design",
        navigation=tuple(LinkGroup(label, tuple(links)) for label, links in groups.items()),
        notices=(Notice("A notice of the last page is shown once, here.", "info"),),
        urls=Urls(search="/design", cart="/design", account="/design", log_in="/design", log_out="/design"),
    )


@get("/design", media_type=MediaType.HTML, sync_to_thread=False, include_in_schema=False)
def show(
    face: FromQuery[str] = "management",
    theme: FromQuery[str] = "",
    locale: FromQuery[str] = "en-US",
    shell: FromQuery[str] = "staff",
) -> str:
    """Show every component."""
    page = demo_page(
        face if face in FACES else FACES[0],
        locale if locale in i18n.languages() else i18n.SOURCE,
        theme if theme in ("light", "dark") else "",
    )
    shown = [(one, _compiled(one.source, page.locale).render(_examples(), page=page)) for one in specimens()]
    return render(
        "design/gallery.html",
        page,
        frame="design/shop.html" if shell == "shop" else "design/staff.html",
        shell=shell,
        shown=shown,
        faces=FACES,
        now=_NOW,
    )


routes: list[Router | HTTPRouteHandler] = [assets, show]
