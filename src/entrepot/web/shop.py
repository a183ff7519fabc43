"""What the storefront's pages and its API do alike: know the visitor, show prices, take a cart to an order.

Each function is an edge: it opens the transactions, asks the neighbors between them, and leaves deciding to
commerce.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from sqlalchemy.engine import Connection

from entrepot.bus import Steps
from entrepot.commerce import capture, catalog, members, pricing
from entrepot.kernel.errors import Error, Unavailable
from entrepot.kernel.words import mark
from entrepot.web.house import House

T = TypeVar("T")
NOTHING_MORE = capture.Details()


class Caller(msgspec.Struct, frozen=True):
    """Who shops, as the request says it: the account's logon id or the hashed secret of a guest's cart."""

    store: str
    logon_id: str | None = None
    secret: str | None = None
    language: str | None = None
    currency: str | None = None


def visit(conn: Connection, caller: Caller, house: House) -> capture.Visit:
    """The visitor in an open store; wishes for a language or currency the store lacks fall back to its own."""
    store = catalog.find_store(conn, caller.store).require_open()
    at = house.clock.now()
    buyer = capture.buyer_at(conn, caller.logon_id, at) if caller.logon_id else members.GUEST
    language = caller.language if caller.language in store.languages else None
    currency = caller.currency if caller.currency in store.currencies else None
    return capture.Visit(
        store=store,
        buyer=buyer,
        language=language or _of(buyer.preferred_language, store.languages) or store.default_language,
        currency=currency or _of(buyer.preferred_currency, store.currencies) or store.default_currency,
        at=at,
        secret=caller.secret,
    )


def _of(wish: str | None, known: Sequence[str]) -> str | None:
    return wish if wish in known else None


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry's price as a page shows it: ``lowest`` says that others of the family cost more."""

    price: int
    list_price: int | None
    lowest: bool = False


def shown_prices(conn: Connection, now: capture.Visit, entry_ids: Iterable[int]) -> dict[int, Shown]:
    """The price of each entry for this visitor; a product's is that of its cheapest item, a bundle's its sum.

    A dynamic kit shows what its default or smallest configuration costs elsewhere, not here.
    """
    facts = catalog.entries_by_ids(conn, now.view, entry_ids)
    products = [one.id for one in facts.values() if one.type is catalog.EntryType.PRODUCT]
    items = catalog.items_of(conn, now.view, products) if products else {}
    wanted = {one.id: one for one in facts.values() if one.type.atomic and not one.type.configured}
    wanted |= {item.id: item for group in items.values() for item in group}
    occasion = pricing.Occasion(now.store.id, now.currency, now.at, now.customer)
    asked = [pricing.Wanted(one.id, one.part_number, 1, one.product_id, one.group_ids) for one in wanted.values()]
    found = {
        price.entry_id: Shown(price.price, price.list_price)
        for price in pricing.entitled_prices(conn, occasion, asked)
        if isinstance(price, pricing.Entitled)
    }
    for product, group in items.items():
        prices = sorted((found[item.id] for item in group if item.id in found), key=lambda one: one.price)
        if prices:
            found[product] = Shown(prices[0].price, prices[0].list_price, prices[0].price < prices[-1].price)
    return found


def with_cart(
    house: House,
    caller: Caller,
    change: Callable[[Connection, capture.Visit, capture.Order], capture.Order],
    version: int | None = None,
) -> capture.Order:
    """Change the caller's cart in one transaction; a step a power cut takes back is done again."""
    with house.commerce.database.write(relaxed=True) as conn:
        now = visit(conn, caller, house)
        return change(conn, now, capture.require_cart(conn, now, version))


def add_to_cart(house: House, caller: Caller, adding: Sequence[capture.Adding]) -> tuple[capture.Order, str | None]:
    """Add items to the caller's cart, starting one when there is none; tells a new guest's secret."""
    with house.commerce.database.write(relaxed=True) as conn:
        now = visit(conn, caller, house)
        cart, secret = cart_or_new(conn, now)
        return capture.add_items(conn, now, cart, adding), secret


def cart_or_new(conn: Connection, now: capture.Visit) -> tuple[capture.Order, str | None]:
    """The visitor's cart, or a new one with the secret a guest will claim it by."""
    cart = capture.current_cart(conn, now, lock=True)
    return (cart, None) if cart is not None else capture.open_cart(conn, now)


def add_configuration(
    house: House, caller: Caller, configuration_id: str, quantity: str, line_id: str | None
) -> tuple[capture.Order, str | None]:
    """Take a finished configuration over from the configurator: into a new line, or into the one it came from.

    One that was sent ahead under its id (`DynamicKitConfigurationAdd`) is taken up instead, and one that was in the cart before
    comes back as it was. Both services run before
    anything is stored: the bill of material is made, then read back, so that what is added is what was configured and
    is still valid.
    """
    with house.commerce.database.read() as conn:
        now = visit(conn, caller, house)
        configuration = capture.find_waiting(conn, now, configuration_id, capture.current_cart(conn, now))
    if configuration is None:
        bom = house.requests.request("generateConfigurationBOM", {"ConfigurationId": configuration_id})
        configuration = capture.read_bill_of_material(bom)
    house.requests.conduct(check_configuration(configuration.document))
    with house.commerce.database.write() as conn:
        now = visit(conn, caller, house)
        cart, secret = cart_or_new(conn, now)
        if line_id:
            return capture.update_configuration(conn, now, cart, line_id, configuration), secret
        return capture.add_configuration(conn, now, cart, configuration, quantity), secret


def check_configuration(bom: dict[str, Any]) -> Steps[None]:
    """Ask the configurator whether a bill of material is its own, unchanged and still valid; raises what is wrong.

    What a foreign configurator defined only that one could answer for.
    """
    if bom.get("Origin") == capture.FOREIGN:
        return
    picks = yield "extractPicksFromConfigurationBOM", bom
    assert picks is not None, "a question is answered or refused"
    if picks.get("IsValid") != "Y":
        gone = ", ".join(str(one) for one in picks.get("NoLongerHolds", [])) or "its model has changed"
        raise Reconfigure(gone=gone)


class Reconfigure(capture.NotReadyToOrder):
    code = "RECONFIGURE"
    message = mark("Please configure the kit again: {gone}.")


def prepare(
    house: House,
    caller: Caller,
    version: int,
    confirmed_total: str | None = None,
    details: capture.Details = NOTHING_MORE,
) -> Steps[capture.Order]:
    """Reserve the stock, check the configurations, fix the prices: the summary an order can be made from.

    ``details`` are taken with it, or not at all when something is refused. Steps, because the neighbors are asked in
    between: `Requests.conduct` goes through them.
    """
    database = house.commerce.database
    with database.read() as conn:
        now = visit(conn, caller, house)
        cart = capture.require_cart(conn, now, version)
        required = capture.requirement(conn, now, capture.detailed(conn, now, cart, details))
        capture.check_kits(conn, now, cart)
    for line in cart.lines:
        if line.configuration is not None:
            yield from check_configuration(line.configuration)
    reservation = f"WC_{cart.id}_{cart.version}"
    if cart.prepared is not None:
        yield from release(now.store.identifier, cart.prepared["reservation_id"])
    answers = (yield from reserve(now.store.identifier, reservation, required.needed)) if required.needed else []
    refused, later = capture.shortages(required.needed, answers)
    if refused:
        yield from release(now.store.identifier, reservation)
        raise capture.OutOfStock(summary="; ".join(one.text for one in refused))
    try:
        with database.write(relaxed=True) as conn:
            promise = capture.Promise(required, reservation, later)
            return capture.prepare(conn, visit(conn, caller, house), cart, promise, confirmed_total)
    except Error:
        yield from release(now.store.identifier, reservation)
        raise


def reserve(store: str, reservation: str, needed: Sequence[capture.Needed]) -> Steps[list[capture.Reserved]]:
    """Ask order management to hold the stock for a quarter of an hour; all that can be had of each line."""
    document = {
        "StoreIdentifier": store,
        "ReservationIdentifier": reservation,
        "OrderItem": [
            {
                "OrderItemIdentifier": one.line,
                "PartNumber": one.part_number,
                "Quantity": one.quantity,
                "OrderItemComponent": [
                    {"PartNumber": number, "Quantity": str(quantity), "Required": required}
                    for number, quantity, required in one.components
                ],
            }
            for one in needed
        ],
    }
    reply = yield "ReserveInventory", document
    assert reply is not None, "a question is answered or refused"
    return [
        capture.Reserved(
            one["OrderItemIdentifier"],
            one["Reserved"] == one["Quantity"],
            one.get("Available", "0"),
            one.get("ExpectedDate") or None,
        )
        for one in reply["OrderItem"]
    ]


def release(store: str, reservation: str) -> Steps[None]:
    """Give a reservation back; when order management is away its clock does the same a little later."""
    try:
        yield "CancelInventoryReservation", {"StoreIdentifier": store, "ReservationIdentifier": reservation}
    except Unavailable:
        return


def submit(house: House, caller: Caller, key: str, version: int, *, flush: bool = True) -> tuple[capture.Order, bool]:
    """Make the prepared cart an order, once per key; tells whether it had been made before.

    Without ``flush`` nobody may be told before the database is `flushed`.
    """

    def work(conn: Connection) -> tuple[capture.Order, bool]:
        return capture.submit(conn, visit(conn, caller, house), key, version)

    return house.commerce.database.retrying(work, flush=flush)


@dataclass(frozen=True, slots=True)
class Stock:
    """Whether an item can be had, as a page says it."""

    status: str
    quantity: str | None = None
    expected_at: str | None = None
    confirmed: bool = True


def stock_of(house: House, store: str, part_numbers: Sequence[str]) -> dict[str, Stock]:
    """What can be had of each item: as known, or asked anew; when nobody answers the page goes on and says so."""
    now, database = house.clock.now(), house.commerce.database
    with database.read() as conn:
        known = capture.find_availability(conn, store, part_numbers)
    found = {number: Stock(one.status, one.quantity, one.expected_at) for number, one in known.items() if one.fresh(now)}
    missing = [number for number in part_numbers if number not in found]
    if not missing:
        return found
    try:
        reply = house.requests.request("GetInventoryAvailability", {"StoreIdentifier": store, "PartNumber": missing})
    except Unavailable:
        return found | {number: Stock("Unknown", confirmed=False) for number in missing}
    answers = reply["InventoryAvailability"]
    with database.write() as conn:
        for one in answers:
            picture = (one["InventoryStatus"], one.get("AvailableQuantity"), one.get("AvailabilityDateTime"))
            capture.take_availability(conn, store, one["PartNumber"], picture, None, now)
    return found | {
        one["PartNumber"]: Stock(one["InventoryStatus"], one.get("AvailableQuantity"), one.get("AvailabilityDateTime"))
        for one in answers
    }
