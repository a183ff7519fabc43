"""Everything a page about an order shows, read in one go and ready to be put into words.

Kits carry their parts, amounts are minor units with the order's currency, statuses are in words already, and the history
joins moves, remarks and reasons in the order they happened. What may still be done is said too, so that a page offers no
button that would only be refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.order_management import orders
from entrepot.order_management.fulfillment import shipments_of
from entrepot.order_management.orders import Charge, Entry, Line, Order
from entrepot.order_management.payments import invoices_of, payments_of


@dataclass(frozen=True, slots=True)
class StatusPart:
    status: str
    name: str
    quantity: str
    node: str
    arrives_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChargePart:
    """An amount as shown: a discount is negative; ``manual`` is what was given or charged by hand, on a cart or here."""

    name: str
    category: str
    description: str
    promotion: str
    coupon: str
    amount: int
    manual: bool
    tax: bool


@dataclass(frozen=True, slots=True)
class LinePart:
    key: str
    number: str
    item_id: str
    description: str
    unit: str
    quantity: str
    cancelled: str
    cancellable: bool
    unit_price: int
    list_price: int
    price_before: int
    price_reason: str
    goods: int
    total: int
    status: str
    statuses: tuple[StatusPart, ...]
    charges: tuple[ChargePart, ...]
    is_kit: bool
    is_gift: bool
    gift_of: str
    configuration_id: str
    components: tuple[LinePart, ...]


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order, whole; ``order`` is the value the operations work on, for what is not spelled out here.

    ``adjustments`` are what was given by hand and stands, ``adjusted`` is everything that happened to any, newest first.
    """

    order: Order
    key: str
    order_no: str
    version: int
    draft: bool
    status: str
    payment_status: str
    buyer_user_id: str
    currency: str
    ordered_at: datetime
    price_current: bool
    subtotal: int
    discount: int
    charges: int
    shipping: int
    tax: int
    total: int
    payable: int
    lines: tuple[LinePart, ...]
    order_wide: tuple[ChargePart, ...]
    promotions: tuple[orders.Promotion, ...]
    coupons: tuple[orders.Coupon, ...]
    holds: tuple[orders.Hold, ...]
    shipments: tuple[dict[str, Any], ...]
    invoices: tuple[dict[str, Any], ...]
    payments: tuple[dict[str, Any], ...]
    history: tuple[Entry, ...]
    missing_to_confirm: tuple[str, ...]
    adjustments: tuple[orders.AdjustmentFact, ...]
    adjusted: tuple[orders.AdjustmentFact, ...]


def order_page(conn: Connection, key: str, at: datetime) -> OrderPage:
    """The page of one order, by its key (see `orders.order_key` for numbers)."""
    order = orders.load_order(conn, key)
    sums = orders.totals(order)
    facts = orders.facts_of(conn, key)
    entries = (Entry(row["at"], row["user"], row["transaction"], row["text"]) for row in orders.history(conn, key))
    return OrderPage(
        order=order,
        key=order.key,
        order_no=order.order_no,
        version=order.version,
        draft=order.draft,
        status=orders.in_words(*orders.status_of(order)),
        payment_status=order.payment_status,
        buyer_user_id=order.buyer_user_id,
        currency=order.currency,
        ordered_at=order.order_date,
        price_current=order.priced and (order.price_valid_until is None or at < order.price_valid_until),
        subtotal=sums.subtotal,
        discount=sums.discount,
        charges=sums.charges,
        shipping=sums.shipping,
        tax=sums.tax,
        total=sums.grand,
        payable=sums.payable,
        lines=tuple(_line(order, line) for line in orders.in_order(order) if not line.parent),
        order_wide=tuple(_charge(order, charge) for charge in order.charges if not charge.line),
        promotions=order.promotions,
        coupons=order.coupons,
        holds=order.holds,
        shipments=tuple(shipments_of(conn, key)),
        invoices=tuple(invoices_of(conn, key)),
        payments=tuple(payments_of(conn, key)),
        history=tuple(entries),
        missing_to_confirm=tuple(orders.not_ready(order, at)) if order.draft else (),
        adjustments=tuple(orders.standing(facts).values()),
        adjusted=tuple(reversed(facts)),
    )


def _line(order: Order, line: Line) -> LinePart:
    parts = sorted(order.components(line.key), key=lambda part: (part.prime, part.sub))
    return LinePart(
        key=line.key,
        number=f"{line.prime}" if line.sub == 1 else f"{line.prime}.{line.sub}",
        item_id=line.item_id,
        description=line.description,
        unit=line.step.unit,
        quantity=line.step.format(line.ordered),
        cancelled=line.step.format(line.cancelled),
        cancellable=not line.parent and any(row.status != "9000" and orders.may("CANCEL", row.status) for row in line.rows),
        unit_price=line.unit_price,
        list_price=line.list_price,
        price_before=line.price_before,
        price_reason=line.price_reason,
        goods=orders.goods(order, line),
        total=orders.line_total(order, line),
        status=orders.in_words(*orders.least_and_most(line.rows)),
        statuses=tuple(
            StatusPart(
                row.status,
                orders.STATUS_NAMES.get(row.status, row.status),
                line.step.format(row.quantity),
                row.node,
                row.arrives_at,
            )
            for row in line.rows
        ),
        charges=tuple(_charge(order, charge) for charge in order.charges if charge.line == line.key),
        is_kit=bool(parts),
        is_gift=line.gift is not None,
        gift_of=line.gift.of if line.gift else "",
        configuration_id=line.configuration_id,
        components=tuple(_line(order, part) for part in parts),
    )


def _charge(order: Order, charge: Charge) -> ChargePart:
    amount = orders.now(order, charge)
    return ChargePart(
        name=charge.name,
        category=charge.category,
        description=charge.description,
        promotion=charge.reference,
        coupon=charge.coupon,
        amount=-amount if charge.kind is orders.ChargeKind.DISCOUNT else amount,
        manual=charge.manual or orders.given_on_cart(charge),
        tax=charge.kind is orders.ChargeKind.TAX,
    )
