"""Catalog and prices of a store for programs.

What every shopper sees is kept as bytes for as long as neither the catalog nor a price changes; who logged on
has prices of their own and is answered afresh.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from sqlalchemy.engine import Connection

from entrepot.commerce import capture, catalog, pricing
from entrepot.kernel.cache import Versioned
from entrepot.kernel.errors import Invalid
from entrepot.kernel.money import format_price
from entrepot.web.api.caller import caller_of
from entrepot.web.api.representation import chosen_form, encode, respond
from entrepot.web.edge import house_of
from entrepot.web.shop import Caller, Shown, shown_prices, visit

MOST_PRODUCTS = 500


class TooManyItems(Invalid):
    code = "TOO_MANY_ITEMS"
    message = "{path}: ask for 1 to 500 products at a time."


class PriceQuery(msgspec.Struct, forbid_unknown_fields=True):
    """What `POST …/price` takes: part numbers with quantities, a contract and a currency if wanted."""

    products: list[PriceProduct]
    contract: str | None = None
    currency: str | None = None


class PriceProduct(msgspec.Struct, forbid_unknown_fields=True):
    part_number: str
    quantity: str = "1"


def _versions(conn: Connection, scope: Any) -> int:
    store = catalog.find_store(conn, scope)
    return hash((catalog.catalog_version(conn, store), pricing.version_of(conn, store.id)))


_pages: Versioned[bytes] = Versioned(_versions, ttl=1.0, most=5_000)


class CatalogApi(Controller):
    """`/api/stores/{store}`: categories, products, search, prices."""

    path = "/api/stores/{store:str}"
    tags = ["Catalog"]

    @get("/categories", permission="public", sync_to_thread=False)
    def top(self, request: Request[Any, Any, Any], store: str) -> Response[bytes]:
        """The top categories of the store's sales catalog (or `?catalog=`), in their sequence."""

        def load(conn: Connection, now: capture.Visit) -> Any:
            chosen = catalog.find_catalog(conn, now.store, request.query_params.get("catalog"))
            return {"catalog": chosen.identifier, "categories": catalog.top_categories(conn, now.view, chosen)}

        return _answer(request, store, "Categories", load)

    @get("/categories/{group:str}", permission="public", sync_to_thread=False)
    def category(self, request: Request[Any, Any, Any], store: str, group: str, page: int = 1, size: int = 24) -> Response[bytes]:
        """A category: breadcrumb, subcategories, entries by sequence with this caller's prices."""

        def load(conn: Connection, now: capture.Visit) -> Any:
            chosen = catalog.find_catalog(conn, now.store, request.query_params.get("catalog"))
            paging = catalog.Paging(max(1, page), min(max(1, size), 100), request.query_params.get("sort", "sequence"))
            found = catalog.category_page(conn, now.view, chosen, group, paging)
            return category_document(found, shown_prices(conn, now, [card.id for card in found.listing.entries]), now.currency)

        return _answer(request, store, "Category", load)

    @get("/products/{part_number:str}", permission="public", sync_to_thread=False)
    def product(self, request: Request[Any, Any, Any], store: str, part_number: str) -> Response[bytes]:
        """A product, item, kit or bundle with its attributes, items, components and associations."""

        def load(conn: Connection, now: capture.Visit) -> Any:
            found = catalog.product_view(conn, now.view, part_number)
            ids = [found.facts.id, *(item.id for item in found.items), *(one.entry.id for one in found.associations)]
            return product_document(found, shown_prices(conn, now, ids), now.currency)

        return _answer(request, store, "CatalogEntry", load)

    @get("/search", permission="public", sync_to_thread=False)
    def search(self, request: Request[Any, Any, Any], store: str, q: str = "", page: int = 1, size: int = 24) -> Response[bytes]:
        """Entries whose name, part number or keywords contain the words."""

        def load(conn: Connection, now: capture.Visit) -> Any:
            found = catalog.search(conn, now.view, q[:200], catalog.Paging(max(1, page), min(max(1, size), 100)))
            prices = shown_prices(conn, now, [card.id for card in found.entries])
            return {"query": q, "total": found.total, "entries": [card_document(c, prices, now.currency) for c in found.entries]}

        return _answer(request, store, "Search", load)

    @get("/price", permission="public", sync_to_thread=False)
    def price(self, request: Request[Any, Any, Any], store: str) -> Response[bytes]:
        """Entitled prices: `?partNumber=A&partNumber=B&quantity=…&contractId=…` (GetEntitledPrice by part numbers)."""
        numbers = request.query_params.getall("partNumber", [])
        quantity = request.query_params.get("quantity", "1")
        query = PriceQuery([PriceProduct(number, quantity) for number in numbers], request.query_params.get("contractId"))
        return respond(request, _prices(request, store, query), "EntitledPrices")

    @post("/price", permission="public", sync_to_thread=False, status_code=200)
    def prices(self, request: Request[Any, Any, Any], store: str, data: PriceQuery) -> Response[bytes]:
        """Entitled prices of up to 500 products, each at its own quantity."""
        return respond(request, _prices(request, store, data), "EntitledPrices")


def _prices(request: Request[Any, Any, Any], store: str, query: PriceQuery) -> dict[str, Any]:
    if not 0 < len(query.products) <= MOST_PRODUCTS:
        raise TooManyItems(path="products")
    house, caller = house_of(request), caller_of(request, store)
    document = {
        "EntitledPrice": {
            "StoreIdentifier": store,
            "BuyerIdentifier": caller.logon_id or "",
            "Currency": query.currency or caller.currency,
            "ContractIdentifier": query.contract,
            "Product": [{"PartNumber": one.part_number, "Quantity": one.quantity} for one in query.products],
            "Trace": "trace" in request.query_params,
        }
    }
    with house.commerce.database.read() as conn:
        return capture.price_items(conn, document, house.clock.now())


def _answer(request: Request[Any, Any, Any], store: str, root: str, load: Any) -> Response[bytes]:
    """Answer a catalog read; a guest's answer is kept until the catalog or a price changes."""
    house, caller, form = house_of(request), caller_of(request, store), chosen_form(request)
    media_type = form if form.endswith("json") else f"{form}; charset=utf-8"
    if caller.logon_id is None:
        kept = _pages.peek(house.commerce.database.engine, store, (request.scope["path"], request.scope["query_string"], form))
        if kept is not None:
            return Response(kept, media_type=media_type)
    with house.commerce.database.read() as conn:
        if caller.logon_id is not None:
            return Response(encode(load(conn, visit(conn, caller, house)), form, root), media_type=media_type)
        key = (request.scope["path"], request.scope["query_string"], form)

        def make() -> bytes:
            return encode(load(conn, visit(conn, Caller(store, None, None, caller.language, caller.currency), house)), form, root)

        return Response(_pages.get(conn, store, key, make), media_type=media_type)


def card_document(card: catalog.EntryCard, prices: dict[int, Shown], currency: str) -> dict[str, Any]:
    """An entry in a list."""
    return {
        "part_number": card.part_number,
        "type": card.type,
        "name": card.name,
        "short_description": card.short_description,
        "thumbnail": card.thumbnail,
        "buyable": card.buyable,
        "price": price_document(prices.get(card.id), currency),
    }


def price_document(shown: Shown | None, currency: str) -> dict[str, Any] | None:
    if shown is None:
        return None
    return {
        "currency": currency,
        "offer": format_price(shown.price, currency),
        "list": format_price(shown.list_price, currency) if shown.list_price is not None else None,
        "from": shown.lowest,
    }


def category_document(page: catalog.CategoryPage, prices: dict[int, Shown], currency: str) -> dict[str, Any]:
    """A category page as data."""
    return {
        "identifier": page.identifier,
        "name": page.name,
        "description": page.long_description or page.short_description,
        "language": page.language,
        "breadcrumb": [{"identifier": one.identifier, "name": one.name} for one in page.breadcrumb],
        "children": [{"identifier": one.identifier, "name": one.name, "thumbnail": one.thumbnail} for one in page.children],
        "page": page.listing.paging.number,
        "size": page.listing.paging.size,
        "total": page.listing.total,
        "entries": [card_document(card, prices, currency) for card in page.listing.entries],
    }


def product_document(view: catalog.ProductView, prices: dict[int, Shown], currency: str) -> dict[str, Any]:
    """A product page as data."""
    facts = view.facts
    return {
        "part_number": facts.part_number,
        "type": facts.type,
        "kit_inventory": facts.kit_inventory,
        "name": facts.name,
        "short_description": view.short_description,
        "long_description": view.long_description,
        "full_image": view.full_image,
        "buyable": facts.buyable,
        "unit": facts.step.unit,
        "quantity_multiple": f"{facts.step.multiple.normalize():f}",
        "price": price_document(prices.get(facts.id), currency),
        "selected": view.selected.part_number if view.selected else None,
        "defining": [
            {
                "identifier": one.identifier,
                "name": one.name,
                "values": [{"identifier": v.identifier, "name": v.text} for v in one.values],
            }
            for one in view.defining
        ],
        "descriptive": [{"name": one.name, "value": one.value} for one in view.descriptive if one.displayable],
        "items": [
            {
                "part_number": one.part_number,
                "values": dict(one.values),
                "price": price_document(prices.get(one.entry_id), currency),
            }
            for one in view.candidates
        ],
        "components": [
            {"part_number": one.facts.part_number, "name": one.facts.name, "quantity": one.quantity} for one in view.components
        ],
        "associations": [{"type": one.type, **card_document(one.entry, prices, currency)} for one in view.associations],
        "configurable": {"model": view.configurable.model} if view.configurable else None,
    }
