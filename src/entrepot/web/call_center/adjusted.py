"""What an order's page says of adjustments by hand: what stands, what happened, and what this agent may still give."""

from __future__ import annotations

from typing import Any

from entrepot.kernel.money import format_amount, format_price
from entrepot.order_management import orders
from entrepot.order_management.order_page import OrderPage
from entrepot.order_management.orders import AdjustmentFact, Level
from entrepot.web.i18n import mark, translator
from entrepot.web.staff import Asked, desk_of

#: What can be done in the form: its value → the words, and the permission it takes.
DOING = {
    "discount": (mark("Discount"), "order.charge.line"),
    "charge": (mark("Extra charge"), "order.charge.line"),
    "price": (mark("New unit price"), "order.price.override"),
}
ORDER, SHIPPING = "order", "shipping"


def offered(request: Asked, page: OrderPage) -> dict[str, Any]:
    """What the form offers this agent on this order, and how amounts are written into it; nothing where nothing is allowed."""
    may = desk_of(request).user.permissions
    tell = translator(desk_of(request).locale).gettext
    lines = [line for line in page.lines if not line.is_gift and line.quantity != "0"]
    open_ = page.order.alive and (page.draft or _unshipped(page))
    doing = [(name, tell(words)) for name, (words, needed) in DOING.items() if needed in may]
    targets = [(line.key, f"{line.description or line.item_id} · {format_amount(line.goods, page.currency)}") for line in lines]
    if "order.charge.header" in may:
        targets += [(ORDER, tell(mark("The whole order"))), (SHIPPING, tell(mark("Shipping")))]
    reasons = [code for code in orders.ADJUSTMENT_REASONS if code != "APPEASEMENT" or "order.appease" in may]
    return {"open": bool(open_ and doing and lines), "doing": doing, "targets": targets, "reasons": reasons}


def _unshipped(page: OrderPage) -> bool:
    return all(orders.may("MANUAL_CHARGE", row.status) for line in page.order.lines for row in line.rows if row.status != "9000")


def written(fact: AdjustmentFact, amount: int) -> str:
    """An amount of an adjustment's history as plain text: a unit price of an override, money of the rest."""
    return format_price(amount, fact.currency) if fact.level is Level.PRICE else format_amount(amount, fact.currency)
