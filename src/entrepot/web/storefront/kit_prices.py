"""What a kit or bundle costs as it stands: a kit with its default content, a bundle as the sum of its members."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from sqlalchemy.engine import Connection

from entrepot.commerce import capture, catalog
from entrepot.commerce.catalog import EntryType
from entrepot.kernel.money import parse_price
from entrepot.web import shop


def default_price(conn: Connection, now: capture.Visit, view: catalog.ProductView) -> int | None:
    """The price of the kit's default configuration, or of one of each member of a bundle; none when nothing is set."""
    if not view.components:
        return None
    if view.facts.type is EntryType.BUNDLE:
        return _sum_of_members(conn, now, view)
    document = {
        "EntitledPrice": {
            "StoreIdentifier": now.store.identifier,
            "BuyerIdentifier": now.buyer.logon_id,
            "Currency": now.currency,
            "Product": [
                {
                    "PartNumber": view.facts.part_number,
                    "Component": [
                        {"PartNumber": one.facts.part_number, "Quantity": one.facts.step.parse(one.quantity)}
                        for one in view.components
                    ],
                }
            ],
        }
    }
    found = capture.price_items(conn, document, now.at)["EntitledPrice"]
    return parse_price(found[0]["UnitPrice"]) if found else None


def _sum_of_members(conn: Connection, now: capture.Visit, view: catalog.ProductView) -> int | None:
    prices = shop.shown_prices(conn, now, [one.facts.id for one in view.components])
    if any(one.facts.id not in prices for one in view.components):
        return None
    return sum(int(prices[one.facts.id].price * Fraction(one.quantity)) for one in view.components)


def card_prices(conn: Connection, now: capture.Visit, cards: Iterable[catalog.EntryCard]) -> dict[int, shop.Shown]:
    """What the tiles of these entries say about their price; a kit made to order says what its default costs."""
    cards = list(cards)
    prices = shop.shown_prices(conn, now, [card.id for card in cards])
    for card in cards:
        if card.id not in prices and card.type not in (catalog.EntryType.PRODUCT, catalog.EntryType.ITEM):
            price = default_price(conn, now, catalog.product_view(conn, now.view, card.part_number))
            if price is not None:
                prices[card.id] = shop.Shown(price, None, lowest=True)
    return prices
