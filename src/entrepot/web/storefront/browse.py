"""Finding things: the home page, categories, search.

A category without articles of its own shows the first few of each subcategory, so that nobody has to climb down
blindly. What every guest sees alike is kept while catalog and prices stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery
from sqlalchemy.engine import Connection

from entrepot.commerce import capture, catalog, promotions
from entrepot.web.i18n import mark
from entrepot.web.pages import Link
from entrepot.web.shop import Shown
from entrepot.web.storefront.frame import Front, front_of, kept, page_of, show, top_categories
from entrepot.web.storefront.kit_prices import card_prices, default_price

PER_PAGE = 24
PER_SHELF = 4
FEW = 12
SORTS = {
    "sequence": mark("Recommended"),
    "name": mark("Name, A to Z"),
    "-name": mark("Name, Z to A"),
    "newest": mark("Newest first"),
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """Some articles under a heading."""

    group: catalog.GroupLink
    cards: tuple[catalog.EntryCard, ...]
    total: int


@dataclass(frozen=True, slots=True)
class CategoryShown:
    """A category with everything its page shows; without articles of its own, those below it, by shelf when many."""

    category: catalog.CategoryPage
    shelves: tuple[Shelf, ...]
    below: tuple[catalog.EntryCard, ...]
    prices: dict[int, Shown]


@get("/", permission="public", sync_to_thread=False)
def home(request: Request[Any, Any, Any]) -> Response[str]:
    """The categories in their sequence, something made to order, what is on offer."""
    front = front_of(request)
    with front.house.commerce.database.read() as conn:
        now = front.visit(conn)
        page = page_of(front, conn, now)
        made_to_order = kept(conn, now, "featured", lambda: _featured(conn, now))
        return show(
            front,
            "storefront/home.html",
            page,
            categories=top_categories(conn, now),
            featured=made_to_order,
            offers=offers_for(conn, now),
        )


@dataclass(frozen=True, slots=True)
class Featured:
    """A kit that is put together to order, and what its default configuration costs."""

    view: catalog.ProductView
    price: int | None


def _featured(conn: Connection, now: capture.Visit) -> tuple[Featured, ...]:
    kits = catalog.configurable_entries(conn, now.view)
    views = [catalog.product_view(conn, now.view, kit.part_number) for kit in kits[:2]]
    return tuple(Featured(view, default_price(conn, now, view)) for view in views)


@dataclass(frozen=True, slots=True)
class Offer:
    """A promotion as the shop talks about it."""

    name: str
    text: str
    code: str | None
    icon: str


_ICONS = {"free_gift": "gift", "shipping_fixed_price": "truck", "buy_some_get_some": "layers"}


def offers_for(conn: Connection, now: capture.Visit) -> list[Offer]:
    """The promotions in force that are meant for this visitor, the strongest first."""
    shelf = promotions.shelf_of(conn, now.store.id)
    meant = [one for one in shelf.by_id.values() if one.in_force(now.at, now.store.time_zone) and _is_meant(one, now)]
    ranked = sorted(meant, key=lambda one: (list(promotions.Level).index(one.level), one.rank))
    return [
        Offer(one.name(now.language), one.description(now.language), one.code, _ICONS.get(_kind(one), "badge-percent"))
        for one in ranked
    ]


def _is_meant(promotion: promotions.Promotion, now: capture.Visit) -> bool:
    """Whether this visitor can have it: of their segment, and not for those alone who were sent a code."""
    if promotion.trigger is promotions.Trigger.UNIQUE_CODES:
        return False
    wanted = [one.segments for one in promotion.conditions if hasattr(one, "segments")]
    return all(not now.customer.segments.isdisjoint(segments) for segments in wanted)


def _kind(promotion: promotions.Promotion) -> str:
    return str(promotion.rewards[0].__struct_config__.tag) if promotion.rewards else ""


@get("/categories/{group:str}", permission="public", sync_to_thread=False)
def category(
    request: Request[Any, Any, Any], group: FromPath[str], page: FromQuery[str] = "1", sort: FromQuery[str] = "sequence"
) -> Response[str]:
    """One category: the way here, what is below it, its articles with their prices."""
    front = front_of(request)
    sort = sort if sort in SORTS else "sequence"
    paging = catalog.Paging(_number(page), PER_PAGE, sort)
    with front.house.commerce.database.read() as conn:
        now = front.visit(conn)
        shown = kept(conn, now, ("category", group, paging), lambda: _load(conn, now, group, paging))
        crumbs = [Link(one.name, front.url(f"/categories/{one.identifier}")) for one in shown.category.breadcrumb]
        return show(
            front,
            "storefront/category.html",
            page_of(front, conn, now),
            shown=shown,
            crumbs=[Link(front.words.gettext("Start"), front.url("/")), *crumbs],
            sort=sort,
            sorts=SORTS,
            pages_at=_pages_at(front, group, sort),
        )


def _pages_at(front: Front, group: str, sort: str) -> str:
    sorted_by = f"&{urlencode({'sort': sort})}" if sort != "sequence" else ""
    return front.url(f"/categories/{group}?page={{page}}{sorted_by}")


def _number(text: str) -> int:
    """A page number; what is none is the first page."""
    return min(max(1, int(text)), 100_000) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _load(conn: Connection, now: capture.Visit, group: str, paging: catalog.Paging) -> CategoryShown:
    chosen = catalog.find_catalog(conn, now.store)
    found = catalog.category_page(conn, now.view, chosen, group, paging)
    shelves: list[Shelf] = []
    if not found.listing.total:
        few = catalog.Paging(size=FEW)
        below = [catalog.category_page(conn, now.view, chosen, one.identifier, few) for one in found.children]
        shelves = [
            Shelf(child, page.listing.entries, page.listing.total)
            for child, page in zip(found.children, below, strict=True)
            if page.listing.entries
        ]
    cards = {card.id: card for shelf in shelves for card in shelf.cards}
    if sum(shelf.total for shelf in shelves) <= FEW:
        return CategoryShown(found, (), tuple(cards.values()), card_prices(conn, now, [*found.listing.entries, *cards.values()]))
    shelves = [Shelf(shelf.group, shelf.cards[:PER_SHELF], shelf.total) for shelf in shelves]
    return CategoryShown(found, tuple(shelves), (), card_prices(conn, now, [card for shelf in shelves for card in shelf.cards]))


@get("/search", permission="public", sync_to_thread=False)
def search(request: Request[Any, Any, Any], q: FromQuery[str] = "", page: FromQuery[str] = "1") -> Response[str]:
    """What was found for some words; a whole part number leads straight to its article."""
    front, text = front_of(request), q.strip()[:200]
    paging = catalog.Paging(_number(page), PER_PAGE)
    with front.house.commerce.database.read() as conn:
        now = front.visit(conn)
        found = catalog.search(conn, now.view, text, paging)
        prices = card_prices(conn, now, list(found.entries))
        return show(
            front,
            "storefront/search.html",
            page_of(front, conn, now),
            query=text,
            found=found,
            prices=prices,
            categories=top_categories(conn, now),
            pages_at=front.url(f"/search?{urlencode({'q': text})}&page={{page}}"),
        )
