"""A gift never outlives its reason: what an order must lose when some of it is cancelled.

The gift line itself says which promotion gave it, which lines it was given for and how many of them earn how many gifts,
so the answer needs no question to the promotion engine. What the order still uses of a promotion follows from what is
left of its discounts and gifts.
"""

from __future__ import annotations

from dataclasses import replace

from entrepot.order_management.orders.order import Order, Promotion
from entrepot.order_management.orders.totals import now


def revoked(order: Order) -> dict[str, int]:
    """Gift lines that are no longer earned, with how many units of each have to go."""
    over: dict[str, int] = {}
    for line in order.lines:
        if line.gift is None or not line.ordered or not line.gift.lines:
            continue
        bought = sum(other.ordered for other in order.lines if other.key in line.gift.lines)
        earned = bought // line.gift.buy * line.gift.get
        if earned < line.ordered:
            over[line.key] = line.ordered - earned
    return over


def promotions_left(order: Order) -> tuple[Promotion, ...]:
    """The promotions that still give the order something, and how many times those with gifts do."""
    left = []
    for promotion in order.promotions if order.alive else ():
        charges = [
            charge for charge in order.charges if charge.reference == promotion.promotion_id and not _on_gift(order, charge.line)
        ]
        gifts = [line for line in order.lines if line.gift and line.gift.of == promotion.promotion_id]
        times = promotion.times
        if gifts:
            times = min(times, max(-(-line.ordered // line.gift.get) for line in gifts if line.gift))
        gives = any(now(order, charge) for charge in charges) or any(line.ordered for line in gifts)
        if gives or not (charges or gifts):
            left.append(replace(promotion, times=max(1, times)))
    return tuple(left)


def _on_gift(order: Order, line: str) -> bool:
    return bool(line) and order.line(line).gift is not None
