"""What a page about an order or draft shows beyond the order itself: items found, ways to ship and pay, gifts at stake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from litestar import Response

from entrepot.commerce import capture, catalog, charges
from entrepot.kernel.errors import Unavailable
from entrepot.kernel.money import format_amount, parse_price
from entrepot.order_management import order_page, orders
from entrepot.order_management.order_page import LinePart, OrderPage
from entrepot.web import desk
from entrepot.web.call_center.adjusted import offered, written
from entrepot.web.call_center.customer import known_customer
from entrepot.web.call_center.history_words import teller
from entrepot.web.edge import house_of
from entrepot.web.house import House
from entrepot.web.i18n import mark, translator
from entrepot.web.parcels import parcel_lines
from entrepot.web.staff import Asked, Desk, desk_of, show
from entrepot.web.storefront.wallet import Owner, coupons_shown

CARDS = (
    ("tok_visa", mark("Test card Visa •••• 4242"), "VISA", "4242"),
    ("tok_mastercard", mark("Test card Mastercard •••• 4444"), "MASTERCARD", "4444"),
    ("tok_declined", mark("Test card that is declined •••• 0002"), "VISA", "0002"),
)
ACCOUNT = "account"
REASONS = ("CUSTOMER_REQUEST", "OUT_OF_STOCK", "ORDERED_BY_MISTAKE")
HOLDS = ("CUSTOMER_REQUEST", "ADDRESS_CHECK", "FRAUD_CHECK")
MOST_FOUND = 20
OVERRIDE = "order.modify.override"
SHIPPING, SHIPPING_DISCOUNT, HANDLING = "Shipping", "ShippingDiscount", "Handling"
CANCELLED = "9000"
_NO_PRICE: tuple[int | None, int | None] = (None, None)


@dataclass(frozen=True, slots=True)
class FoundItem:
    """An item an agent may put on an order, with its price for this customer and its stock."""

    item_id: str
    name: str
    thumbnail: str | None
    price: int | None
    list_price: int | None
    stock: str
    quantity: str
    expected: str
    configured: bool
    step: Decimal


def read_order(house: House, key: str) -> OrderPage:
    """The order with everything on it; drafts and orders of the store."""
    with house.order_management.database.read() as conn:
        return order_page.order_page(conn, key, house.clock.now())


def show_order(
    request: Asked,
    key: str,
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
    entered: dict[str, str] | None = None,
    find: str = "",
) -> Response[str]:
    """The page of an order, or of a draft while it is one; ``entered`` is what a refused form held."""
    house, at_desk = house_of(request), desk_of(request)
    page = read_order(house, key)
    with house.commerce.database.read() as conn:
        customer = known_customer(conn, page.buyer_user_id, house.clock.now()) if page.buyer_user_id else None
        on_it = {one.coupon_id for one in page.coupons}
        owner = Owner(at_desk.store, customer.logon_id) if customer is not None and customer.name and page.draft else None
        wallet = coupons_shown(conn, owner, house.clock.now(), at_desk.view_language, on_it) if owner else []
        captured = capture.order_by_number(conn, page.order_no.removeprefix("WC_"))
        modes = sorted(charges.find_shipping_modes(conn, at_desk.store.id), key=lambda mode: mode.sequence)
        names = {mode.service: mode.name(at_desk.view_language) for mode in modes}
    context: dict[str, Any] = {
        "order": page,
        "customer": customer,
        "captured": captured,
        "errors": errors or {},
        "entered": entered or {},
        "reasons": REASONS,
        "holds": HOLDS,
        "history": told(page, teller(at_desk.locale)),
        "gifts": gifts_at_stake(page),
        "discounts": discounts(page),
        "shipping_charge": shipping_charge(page),
        "surcharges": surcharges(page),
        "shipping_name": names.get(page.order.carrier_service, page.order.carrier_service),
        "live": stoppable(page, override=OVERRIDE in at_desk.user.permissions),
        "in_hand": stoppable(page, override=True),
        "stale": bool(errors) and status == 409,
        "adjust": offered(request, page),
        "written": written,
        "line_names": {line.key: line.description or line.item_id for line in page.lines},
    }
    if not page.draft:
        return show(request, "call_center/order.html", status=status, bought=parcel_lines, **context)
    gettext = translator(at_desk.locale).gettext
    return show(
        request,
        "call_center/draft.html",
        status=status,
        offers=[{"value": service, "label": name} for service, name in names.items()],
        cards=[(token, gettext(label)) for token, label, _, _ in CARDS],
        find=find,
        found=find_items(house, at_desk, key, find) if find.strip() else None,
        codes=codes(page),
        wallet=[one for one in wallet if one.usable],
        total_text=format_amount(page.total, page.currency),
        **context,
    )


def find_items(house: House, at_desk: Desk, key: str, words: str) -> list[FoundItem]:
    """Items by text or number, with what commerce asks of this customer for each and what can be had of it."""
    with house.commerce.database.read() as conn:
        view = catalog.View(at_desk.store, at_desk.view_language, house.clock.now())
        hits = catalog.search(conn, view, words, catalog.Paging(size=12)).entries
        facts = catalog.entries_by_ids(conn, view, [hit.id for hit in hits])
        families = catalog.items_of(conn, view, [one.id for one in facts.values() if one.type is catalog.EntryType.PRODUCT])
    items: dict[str, catalog.EntryFacts] = {}
    for hit in hits:
        own = [facts[hit.id]] if facts[hit.id].type.atomic and facts[hit.id].buyable else []
        items |= {one.part_number: one for one in (*own, *families.get(hit.id, ()))}
    chosen = list(items.values())[:MOST_FOUND]
    priced = _prices(house, key, [one.part_number for one in chosen if not one.type.configured])
    stock = _stock(house, at_desk, [one.part_number for one in chosen])
    return [
        FoundItem(
            one.part_number,
            one.name,
            one.thumbnail,
            priced.get(one.part_number, _NO_PRICE)[0],
            priced.get(one.part_number, _NO_PRICE)[1],
            stock.get(one.part_number, {}).get("InventoryStatus", ""),
            stock.get(one.part_number, {}).get("AvailableQty", ""),
            stock.get(one.part_number, {}).get("FirstFutureAvailableDate", ""),
            one.type.configured,
            one.step.multiple,
        )
        for one in chosen
    ]


def _prices(house: House, key: str, numbers: list[str]) -> dict[str, tuple[int | None, int | None]]:
    if not numbers:
        return {}
    with house.order_management.database.read() as conn:
        question = orders.item_price_request(conn, key, [(number, "1") for number in numbers])
    try:
        answer = house.requests.request("getItemPrice", question)
    except Unavailable:
        return {}
    return {
        one["ItemID"]: (parse_price(one["UnitPrice"]), parse_price(one["ListPrice"]) if one.get("ListPrice") else None)
        for one in answer.get("LineItems", {}).get("LineItem", [])
    }


def _stock(house: House, at_desk: Desk, numbers: list[str]) -> dict[str, dict[str, str]]:
    if not numbers:
        return {}
    asked = {
        "OrganizationCode": at_desk.store.identifier,
        "PromiseLines": {"PromiseLine": [{"ItemID": number} for number in numbers]},
    }
    answer = desk.invoke(house, desk.Agent(at_desk.user.logon_id), "monitorItemAvailability", asked)
    return {one["ItemID"]: one for one in answer["PromiseLines"]["PromiseLine"]}


def told(page: OrderPage, tell: Callable[[str], str]) -> list[dict[str, Any]]:
    """The history in the reader's words, newest first; what happened in one stroke is one entry."""
    strokes = groupby(page.history, key=lambda entry: (entry.at, entry.user, entry.transaction))
    found = [
        {"at": at, "user": user, "what": what, "texts": [tell(e.text) for e in of if e.text]} for (at, user, what), of in strokes
    ]
    return found[::-1]


def gifts_at_stake(page: OrderPage) -> dict[str, list[str]]:
    """Which gifts would go with units of a line."""
    names = {line.key: line.description or line.item_id for line in page.lines}
    stake: dict[str, list[str]] = {}
    for line in page.order.lines:
        if line.gift and line.ordered:
            for key in line.gift.lines:
                stake.setdefault(key, []).append(names.get(line.key, line.item_id))
    return stake


def codes(page: OrderPage) -> list[dict[str, Any]]:
    """The codes on a draft, each with whether it took effect and why not."""
    used = {promotion.coupon for promotion in page.promotions}
    return [
        {"code": one.coupon_id, "valid": one.valid, "reason": one.reason, "applied": one.coupon_id in used}
        for one in page.coupons
    ]


def discounts(page: OrderPage) -> list[tuple[str, str, int]]:
    """Every promotion with what it takes off in all, on lines and on the whole order; what is given by hand has no name."""
    sums: dict[str, tuple[str, int]] = {}
    by_hand = 0
    lines: tuple[LinePart, ...] = page.lines
    for charge in (*page.order_wide, *(charge for line in lines for charge in line.charges)):
        if charge.manual:
            by_hand += min(0, charge.amount)
        elif charge.amount < 0:
            words, amount = sums.get(charge.promotion or charge.name, (charge.description or charge.name, 0))
            sums[charge.promotion or charge.name] = (words, amount + charge.amount)
    found = [(name, words, amount) for name, (words, amount) in sums.items()]
    return [*found, ("", "", by_hand)] if by_hand else found


def shipping_charge(page: OrderPage) -> int:
    """What shipping costs before discounts on it, so that the lines of a sum add up as they are read."""
    apart = (SHIPPING_DISCOUNT, HANDLING)
    return page.shipping - sum(charge.amount for charge in page.order_wide if charge.category in apart)


def surcharges(page: OrderPage) -> list[tuple[str, int]]:
    """Every further charge by its name, on lines and on the whole order; what is charged by hand has none."""
    sums: dict[str, int] = {}
    for charge in (*page.order_wide, *(charge for line in page.lines for charge in line.charges)):
        if charge.amount > 0 and charge.category != SHIPPING and not charge.tax:
            words = "" if charge.manual else charge.description or charge.name
            sums[words] = sums.get(words, 0) + charge.amount
    return list(sums.items())


def stoppable(page: OrderPage, *, override: bool) -> list[LinePart]:
    """The lines of which units may still be cancelled; with ``override`` also those a node has in hand."""

    def open_rows(line: LinePart) -> bool:
        return any(row.status != CANCELLED and orders.may("CANCEL", row.status, override=override) for row in line.statuses)

    return [line for line in page.lines if open_rows(line)]
