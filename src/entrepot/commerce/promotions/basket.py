"""What promotions look at: the lines of an order as they stand, and what earlier promotions left of them.

A basket is a value; a *standing* is the running state of one evaluation and lives only inside it. Amounts are
integer minor units. Kit components never count on their own, the kit line does; gift lines never count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from entrepot.kernel.money import allocate, half_up


@dataclass(frozen=True, slots=True)
class Line:
    """One ordinary line: ``amount`` is its entitled price times its quantity, ``groups`` its categories."""

    id: str
    part_number: str
    quantity: int
    amount: int
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Basket:
    """An order as promotions see it."""

    lines: tuple[Line, ...]
    currency: str
    at: datetime
    segments: frozenset[str] = frozenset({"guests", "everybody"})
    codes: tuple[str, ...] = ()
    shipping: int | None = None
    shipping_mode: str | None = None
    country: str | None = None


@dataclass(slots=True)
class Standing:
    """What is left of the lines, and of shipping, after the promotions applied so far."""

    basket: Basket
    left: dict[str, int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    shipping_left: int = 0

    @classmethod
    def of(cls, basket: Basket) -> Standing:
        return cls(basket, {line.id: line.amount for line in basket.lines}, set(), basket.shipping or 0)

    def units(self, line: Line, quantity: int) -> int:
        """What ``quantity`` units of the line still cost."""
        if quantity >= line.quantity:
            return self.left[line.id]
        return half_up(self.left[line.id] * quantity, line.quantity)

    def total(self, lines: Iterable[Line]) -> int:
        return sum(self.left[line.id] for line in lines)

    def share(self, amount: int, lines: Iterable[Line]) -> dict[str, int]:
        """Share ``amount`` out over lines by what is left of them, never more than is left."""
        chosen = list(lines)
        amount = min(amount, self.total(chosen))
        shares = allocate(amount, [self.left[line.id] for line in chosen])
        return {line.id: share for line, share in zip(chosen, shares, strict=True) if share}

    def dearest_first(self, lines: Iterable[Line]) -> list[Line]:
        """Lines by descending price of a unit, ties in line order."""
        order = {line.id: place for place, line in enumerate(self.basket.lines)}
        return sorted(lines, key=lambda line: (-self.left[line.id] * 1_000_000 // line.quantity, order[line.id]))
