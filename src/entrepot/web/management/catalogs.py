"""The store at a glance, its catalogs as trees, and one entry with everything known of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get
from sqlalchemy.engine import Connection

from entrepot.commerce import capture, catalog, pricing, promotions
from entrepot.order_management import inventory
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark
from entrepot.web.staff import Asked, desk_of, show

#: The kinds of load files, and what each is about, in the order they are loaded.
LOADS = (
    ("Store", mark("Stores, their languages and currencies")),
    ("Organization", mark("Organizations")),
    ("Catalog", mark("Master and sales catalogs")),
    ("CatalogGroup", mark("Categories and their texts")),
    ("CatalogGroupRelationship", mark("Where categories stand in a catalog")),
    ("AttributeDictionaryAttributeAndAllowedValues", mark("Attributes and their values")),
    ("CatalogEntry", mark("Articles: products, items, kits, bundles")),
    ("CatalogEntryParentCatalogGroupRelationship", mark("Where articles hang in a catalog")),
    ("CatalogEntryAttributeDictionaryAttributeRelationship", mark("Attributes of articles")),
    ("CatalogEntryComponent", mark("What kits and bundles consist of")),
    ("CatalogEntryAssociation", mark("What goes with what")),
    ("CatalogEntryConfiguration", mark("Kits made to order and their models")),
    ("PriceList", mark("Price lists")),
    ("Offer", mark("Prices in a price list")),
    ("ListPriceList", mark("List prices")),
    ("PriceRule", mark("Price rules")),
    ("Contract", mark("Contracts")),
    ("Promotion", mark("Promotions")),
    ("PromotionDescription", mark("Names and descriptions of promotions")),
    ("Coupon", mark("Coupons of customers")),
    ("ShippingMode", mark("Shipping modes")),
    ("TaxRate", mark("Tax rates")),
    ("TaxHome", mark("Whose taxes prices include")),
    ("CashRounding", mark("Smallest coins")),
    ("Person", mark("Customers and their addresses")),
    ("MemberGroup", mark("Customer groups")),
    ("ShipNode", mark("Ship nodes")),
    ("CatalogEntryInventory", mark("Stock")),
    ("FutureSupply", mark("Supply on its way")),
)


@dataclass(slots=True)
class Branch:
    """A group of the tree with what is below it."""

    place: catalog.GroupPlace
    below: list[Branch] = field(default_factory=list)


def view_of(request: Asked) -> catalog.View:
    """The store as the reader of the page looks at it."""
    at_desk = desk_of(request)
    return catalog.View(at_desk.store, at_desk.view_language, house_of(request).clock.now())


@get("/management", permission="management.view", sync_to_thread=False)
def overview(request: Asked) -> Response[str]:
    """The store at a glance."""
    view = view_of(request)
    store = view.store
    with house_of(request).commerce.database.read() as conn:
        facts = catalog.entries_by_ids(conn, view, catalog.entry_ids(conn, store))
        catalogs = catalog.catalogs_of(conn, store)
        stored = promotions.stored_promotions(conn, store.id)
        used = promotions.counters(conn, [row["id"] for row in stored.values()])
        terms = pricing.terms_of(conn, store.id)
        lists = pricing.price_lists_of(conn, store.id)
        stores = catalog.store_names(conn)
        orders = capture.captured_counts(conn)
    active = [row for row in stored.values() if row["status"] == "active"]
    by_type: dict[str, int] = {}
    for one in facts.values():
        by_type[one.type] = by_type.get(one.type, 0) + 1
    return show(
        request,
        "management/overview.html",
        store=store,
        stores=stores,
        catalogs=catalogs,
        shown=sum(1 for one in facts.values() if one.displayable),
        hidden=[one for one in facts.values() if not one.displayable][:12],
        by_type=by_type,
        promotions=sorted(active, key=lambda row: -used.get(row["id"], 0))[:8],
        promotion_count=len(active),
        used=used,
        contracts=terms.contracts,
        lists=lists,
        captured=sum(orders.values()),
    )


@get("/management/catalogs", permission="catalog.view", sync_to_thread=False)
def catalogs_page(request: Asked, catalog_name: str = "", group: str = "", q: str = "") -> Response[str]:
    """A catalog as a tree, and what hangs in one of its groups, or what a search finds."""
    view = view_of(request)
    with house_of(request).commerce.database.read() as conn:
        catalogs = catalog.catalogs_of(conn, view.store)
        chosen = next((one for one in catalogs if one.identifier == catalog_name), catalogs[0] if catalogs else None)
        places = catalog.group_places(conn, view, chosen) if chosen else []
        here = next((place for place in places if place.identifier == group), None)
        entries = catalog.entries_in(conn, view, chosen, here.id) if chosen and here else []
        found = _found(conn, view, q) if q.strip() else []
    return show(
        request,
        "management/catalogs.html",
        catalogs=catalogs,
        chosen=chosen,
        tree=_tree(places),
        here=here,
        entries=entries,
        found=[(None, one) for one in found],
        q=q,
    )


@get("/management/entries/{part_number:str}", permission="catalog.view", sync_to_thread=False)
def entry_page(request: Asked, part_number: str) -> Response[str]:
    """One entry: whether it is shown and why not, its texts, attributes, content and prices."""
    view = view_of(request)
    with house_of(request).commerce.database.read() as conn:
        facts = catalog.entries_by_part_numbers(conn, view, [part_number]).get(part_number)
        if facts is None:
            raise catalog.CatalogEntryNotFound(part_number=part_number)
        content = catalog.contents_of(conn, view, [facts.id]).get(facts.id, [])
        offers, _ = pricing.offers_of(
            conn, view.store.id, entry_ids=[facts.id, *([facts.product_id] if facts.product_id else [])]
        )
        context: dict[str, Any] = {
            "facts": facts,
            "texts": catalog.entry_texts(conn, facts.id),
            "places": catalog.entry_places(conn, facts.id),
            "attributes": catalog.entry_attributes(conn, view, facts.id),
            "content": content,
            "offers": offers,
            "list_prices": pricing.list_prices_of(conn, [facts.id]).get(facts.id, {}),
        }
    with house_of(request).order_management.database.read() as conn:
        stocked = bool(inventory.items_by_id(conn, desk_of(request).store.identifier, [part_number]))
    return show(request, "management/entry.html", stocked=stocked, **context)


@get("/management/load", permission="management.view", sync_to_thread=False)
def load_page(request: Asked) -> Response[str]:
    """What can be loaded, and how."""
    return show(request, "management/load.html", loads=LOADS, store=desk_of(request).store)


def _tree(places: list[catalog.GroupPlace]) -> list[Branch]:
    """The places as a tree; a group with several parents is below each of them."""
    below: dict[int | None, list[catalog.GroupPlace]] = {}
    for place in places:
        below.setdefault(place.parent_id, []).append(place)

    def grow(parent: int | None, above: frozenset[int]) -> list[Branch]:
        return [Branch(p, grow(p.id, above | {p.id})) for p in below.get(parent, ()) if p.id not in above]

    return grow(None, frozenset())


def _found(conn: Connection, view: catalog.View, words: str) -> list[catalog.EntryFacts]:
    """What fits the words; a whole part number also finds what shoppers do not see."""
    exact = catalog.entries_by_part_numbers(conn, view, [words.strip(), words.strip().upper()])
    hits = catalog.search(conn, view, words, catalog.Paging(size=50)).entries
    facts = catalog.entries_by_ids(conn, view, [hit.id for hit in hits])
    return list({one.id: one for one in (*exact.values(), *(facts[hit.id] for hit in hits if hit.id in facts))}.values())


routes: list[Any] = [overview, catalogs_page, entry_page, load_page]
