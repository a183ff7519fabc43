"""The shop around every page: whose store it is, who visits, what stands in header and footer.

The store is resolved here and nowhere else: every page exists at ``/…`` for the home store and at
``/stores/{store}/…`` for the others, and a handler only ever sees its `Front`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, TypeVar

from babel.support import NullTranslations
from litestar import Request, Response
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from entrepot.commerce import capture, catalog, pricing
from entrepot.kernel.cache import Versioned
from entrepot.kernel.quantity import Step
from entrepot.web import i18n, shop
from entrepot.web.edge import house_of, html
from entrepot.web.house import House
from entrepot.web.page import LOCALE_COOKIE, cart_cookie, page_for, shopper_of
from entrepot.web.pages import Link, LinkGroup, Page, Urls, render
from entrepot.web.storefront.pictures import picture_of
from entrepot.web.storefront.told import Told, forget_told, read_told

HOME_STORE = "tannwerk"
GUEST_LIFE = 30 * 24 * 3600
Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
T = TypeVar("T")


@dataclass(frozen=True)
class Front:
    """One request to the storefront: the store, the visitor, and the addresses of this store's pages."""

    request: Request[Any, Any, Any]
    store: str
    prefix: str

    @cached_property
    def house(self) -> House:
        return house_of(self.request)

    @cached_property
    def caller(self) -> shop.Caller:
        return replace(shopper_of(self.request, self.store), language=self.locale)

    @cached_property
    def locale(self) -> str:
        cookie = self.request.cookies.get(LOCALE_COOKIE, "")
        return i18n.negotiate(i18n.languages(), self.request.headers.get("accept-language", ""), cookie)

    @cached_property
    def words(self) -> NullTranslations:
        """What translates into the visitor's language."""
        return i18n.translator(self.locale)

    @property
    def is_fragment(self) -> bool:
        """Whether only a part of the page is asked for, by htmx."""
        return self.request.headers.get("hx-request") == "true"

    def holding(self, secret: str) -> Front:
        """The same visitor with the claim to the cart that was just opened, before the browser brings it back."""
        after = Front(self.request, self.store, self.prefix)
        after.__dict__["caller"] = replace(self.caller, secret=capture.hashed(secret))
        return after

    def url(self, path: str) -> str:
        """The address of one of this store's pages."""
        return f"{self.prefix}{path}"

    def visit(self, conn: Connection) -> capture.Visit:
        return shop.visit(conn, self.caller, self.house)


def front_of(request: Request[Any, Any, Any]) -> Front:
    """The storefront this request came to: the store in its address, else the home store."""
    store = request.path_params.get("store")
    return Front(request, store, f"/stores/{store}") if store else Front(request, HOME_STORE, "")


def _versions(conn: Connection, scope: Any) -> int:
    store = catalog.find_store(conn, scope)
    return hash((catalog.catalog_version(conn, store), pricing.version_of(conn, store.id)))


_kept: Versioned[Any] = Versioned(_versions, ttl=1.0, most=2_000)


def kept(conn: Connection, now: capture.Visit, key: Hashable, load: Callable[[], T]) -> T:
    """What every guest sees alike, kept while catalog and prices stand; who has prices of their own is answered afresh.

    Entries come and go at set times without a change, so nothing is kept for more than a minute.
    """
    if not now.buyer.is_guest:
        return load()
    minute = int(now.at.timestamp()) // 60
    found: T = _kept.get(conn, now.store.identifier, (key, now.language, now.currency, minute), load)
    return found


def page_of(front: Front, conn: Connection, now: capture.Visit, cart: capture.Order | None = None) -> Page:
    """The page around what a handler shows: the store's name, its categories, the visitor's cart."""
    cart = cart if cart is not None else capture.current_cart(conn, now)
    return page_for(
        front.request,
        store_name=now.store.name,
        locale=front.locale,
        currency=now.currency,
        currencies=now.store.currencies,
        time_zone=now.store.time_zone,
        cart_count=things_in(cart),
        home=front.url("/"),
        navigation=(_categories(front, conn, now), *_footer(front, known=not now.buyer.is_guest)),
        urls=urls_of(front.prefix),
    )


def things_in(cart: capture.Order | None) -> int:
    """How many things the cart holds: pieces, and what is sold by the meter once per line."""
    if cart is None or cart.calculation is None:
        return 0
    return sum(line.quantity if line.multiple == "1" else 1 for line in cart.calculation.lines)


def urls_of(prefix: str) -> Urls:
    """The addresses the shell links to, in the store of this prefix."""
    names = {"search": "/search", "cart": "/cart", "account": "/account", "log_in": "/login"}
    named = {name: prefix + path for name, path in names.items()}
    return Urls(**named, log_out=f"{prefix}/logout", preferences=f"{prefix}/preferences")


def _categories(front: Front, conn: Connection, now: capture.Visit) -> LinkGroup:
    top = top_categories(conn, now)
    links = tuple(Link(one.name, front.url(f"/categories/{one.identifier}")) for one in top)
    return LinkGroup(front.words.gettext("Categories"), links)


def top_categories(conn: Connection, now: capture.Visit) -> tuple[catalog.GroupLink, ...]:
    """The top categories of the store's sales catalog; none while the store has no catalog."""

    def load() -> tuple[catalog.GroupLink, ...]:
        try:
            return catalog.top_categories(conn, now.view, catalog.find_catalog(conn, now.store))
        except catalog.CatalogNotInStore:
            return ()

    return kept(conn, now, "top", load)


def _footer(front: Front, *, known: bool) -> tuple[LinkGroup, ...]:
    _ = front.words.gettext
    orders = Link(_("Track an order"), front.url("/orders"))
    account = (Link(_("Your account"), front.url("/account")), *(() if known else (Link(_("Register"), front.url("/register")),)))
    return (
        LinkGroup(_("Your orders"), (orders, Link(_("Cart"), front.url("/cart")))),
        LinkGroup(_("Account"), account),
    )


def show(front: Front, template: str, page: Page, status: int = 200, /, **context: object) -> Response[str]:
    """Answer with a page; what was to be told once is told on it."""
    carried = read_told(front.request)
    told = context.pop("told", None) or carried
    answer = html(draw(front, template, page, told=told, **context), status, {"cache-control": "no-store"})
    if carried is not None:
        forget_told(answer)
    return answer


def draw(front: Front, template: str, page: Page, /, **context: object) -> str:
    """A page or fragment as text, with what every template of the shop looks things up by."""
    return render(template, page, front=front, picture_of=picture_of, one_of=_one_of, **context)


def _one_of(unit: str) -> Step:
    """One whole unit of measure: what a price is for."""
    return Step(Decimal(1), unit)


def go(front: Front, path: str, told: Told | None = None) -> Response[str]:
    """Send the visitor on to another page of this store, with something to tell there."""
    answer = Redirect(front.url(path), status_code=303)
    if told is not None:
        told.put_on(answer)
    return answer


def keep_secret(front: Front, answer: Response[str], secret: str | None) -> Response[str]:
    """Give a new guest the claim to the cart that was just opened; scripts cannot read it."""
    if secret is not None:
        answer.set_cookie(
            cart_cookie(front.store),
            secret,
            max_age=GUEST_LIFE,
            httponly=True,
            samesite="lax",
            secure=front.house.settings.secure_cookies,
        )
    return answer


def text_of(form: dict[str, Any], name: str, most: int = 1000) -> str:
    """A field of a form as one trimmed text; a missing field is an empty one."""
    value = form.get(name, "")
    return str(value[0] if isinstance(value, list) and value else value or "").strip()[:most]


def version_in(form: dict[str, Any]) -> int:
    """The version of the cart a form was made from; a tampered one fits no cart."""
    text = text_of(form, "version", 12)
    return int(text) if text.isascii() and text.isdigit() else -1
