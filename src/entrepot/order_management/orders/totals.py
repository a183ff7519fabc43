"""What an order costs now, from what was recorded when it was priced.

Every recorded amount belongs to a number of units. What is left of it after cancelling some is a fixed function of the
units left, so what was cancelled, shipped or invoiced in any order of events always adds up to the whole, to the cent.
Order-wide charges stay as long as anything of the order lives. Where prices include tax, the taxes are told and not added.
"""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.kernel.errors import Refused
from entrepot.kernel.money import allocate, cash_total, extend, format_amount
from entrepot.kernel.words import mark
from entrepot.order_management.orders.order import Charge, ChargeKind, Line, Order, Share

DISCOUNTS = frozenset({"Discount", "Coupon", "ShippingDiscount", "PriceMatch", "CUSTOMER_APPEASEMENT"})
SHIPPING = frozenset({"Shipping", "ShippingDiscount", "Handling"})


class TotalBelowNothing(Refused):
    code = "ENT_NEGATIVE_TOTAL"
    message = mark("This would make the order cost less than nothing.")


class TotalDiffers(Refused):
    code = "ENT_TOTAL_DIFFERS"
    message = mark("The lines, charges and taxes add up to {computed}, but the document says {sent}. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Totals:
    """``discount`` is positive and already taken off ``grand``; ``shipping`` is net of its own discounts.

    What is paid is ``grand``, rounded to the order's smallest coin where it has one: ``payable``.
    """

    subtotal: int
    discount: int
    charges: int
    shipping: int
    tax: int
    grand: int
    payable: int


def kept(amount: int, units: int, basis: int) -> int:
    """What ``units`` of ``basis`` units keep of an amount recorded for all of them.

    The first units carry the odd cents, so the shares of all units add up to the amount.

    >>> [kept(1000, units, 3) for units in range(4)]
    [0, 334, 667, 1000]
    """
    if units >= basis:
        return amount
    whole, odd = divmod(amount, basis)
    return whole * units + min(units, odd)


def goods(order: Order, line: Line, units: int | None = None) -> int:
    """Price times quantity of a line; a kit's part is priced with its kit."""
    if line.info_only:
        return 0
    return extend(line.unit_price, line.ordered if units is None else units, order.currency, line.step.fraction)


def of_line(order: Order, line: Line, units: int, kinds: tuple[ChargeKind, ...], shared: bool = True) -> int:
    """What the first ``units`` of a line carry of charges of those kinds, order-wide shares included."""
    amount = 0
    for charge in order.charges:
        if charge.kind not in kinds:
            continue
        if charge.line == line.key:
            amount += kept(charge.amount, units, charge.basis)
        elif shared:
            amount += sum(kept(share.amount, units, share.basis) for share in charge.shares if share.line == line.key)
    return amount


def line_total(order: Order, line: Line, units: int | None = None, *, shared: bool = False) -> int:
    """What a line costs; with ``shared`` also net of its share of order-wide discounts."""
    count = line.ordered if units is None else units
    less = of_line(order, line, count, (ChargeKind.DISCOUNT,), shared)
    added = (ChargeKind.CHARGE,) if order.tax_included else (ChargeKind.CHARGE, ChargeKind.TAX)
    return goods(order, line, count) - less + of_line(order, line, count, added, shared)


def now(order: Order, charge: Charge) -> int:
    """What is left of a recorded amount."""
    if charge.line:
        return kept(charge.amount, order.line(charge.line).ordered, charge.basis)
    if charge.shares:
        return sum(kept(share.amount, order.line(share.line).ordered, share.basis) for share in charge.shares)
    return charge.amount if order.alive else 0


def order_wide(order: Order) -> int:
    """The net of what belongs to no line: shipping, its discount, its tax."""
    signs = {ChargeKind.DISCOUNT: -1, ChargeKind.CHARGE: 1, ChargeKind.TAX: 0 if order.tax_included else 1}
    return sum(signs[c.kind] * now(order, c) for c in order.charges if not c.line and not c.shares)


def totals(order: Order) -> Totals:
    """All totals of an order as it stands."""
    subtotal = sum(goods(order, line) for line in order.lines)
    left = [(charge, now(order, charge)) for charge in order.charges]
    shipping = sum(
        amount if c.kind is ChargeKind.CHARGE else -amount
        for c, amount in left
        if c.category in SHIPPING and c.kind is not ChargeKind.TAX
    )
    discount = sum(a for c, a in left if c.kind is ChargeKind.DISCOUNT and c.category not in SHIPPING)
    charges = sum(a for c, a in left if c.kind is ChargeKind.CHARGE and c.category not in SHIPPING)
    tax = sum(a for c, a in left if c.kind is ChargeKind.TAX)
    net = subtotal - discount + charges + shipping
    grand = net if order.tax_included else net + tax
    return Totals(subtotal, discount, charges, shipping, tax, grand, cash_total(grand, order.cash_interval))


def shares(order: Order, amount: int) -> tuple[Share, ...]:
    """An order-wide discount shared out over the lines a buyer pays for, by what each costs."""
    lines = [line for line in sorted(order.top_lines, key=lambda line: (line.prime, line.sub)) if line.ordered]
    parts = allocate(amount, [max(0, line_total(order, line)) for line in lines])
    return tuple(Share(line.key, part, line.ordered) for line, part in zip(lines, parts, strict=True) if part)


def check(order: Order) -> Order:
    """The order itself, unless something on it costs less than nothing."""
    if totals(order).grand < 0 or any(charge.amount < 0 for charge in order.charges):
        raise TotalBelowNothing(order_no=order.order_no)
    if any(line_total(order, line, shared=True) < 0 for line in order.lines):
        raise TotalBelowNothing(order_no=order.order_no)
    return order


def verify(order: Order, sent: int) -> Order:
    """The order itself, unless it adds up to another total than was sent."""
    computed = totals(order).grand
    if computed != sent:
        raise TotalDiffers(computed=format_amount(computed, order.currency), sent=format_amount(sent, order.currency))
    return order
