"""What promotions look at: the lines of an order as they stand, and what earlier promotions left of them.

A basket is a value; a *standing* is the running state of one evaluation and lives only inside it. Amounts are
integer minor units. Kit components never count on their own, the kit line does; gift lines never count. No
promotion takes a line below its floor: what one line cannot take goes to the others, and what none can take is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from entrepot.commerce.promotions.shares import spread
from entrepot.kernel.money import half_up


class Line(msgspec.Struct, frozen=True):
    """One ordinary line: ``amount`` is its entitled price times its quantity, ``groups`` its categories.

    ``floor`` is the least the whole line may cost, ``reduced`` says that it is already sold below its standard
    price, ``attributes`` are written ``name=value``.
    """

    id: str
    part_number: str
    quantity: int
    amount: int
    groups: frozenset[str] = frozenset()
    floor: int = 0
    reduced: bool = False
    attributes: frozenset[str] = frozenset()


class Basket(msgspec.Struct, frozen=True):
    """An order as promotions see it; what is None is not known yet.

    ``zone`` is the store's time zone, ``grams`` what all goods weigh; ``issued`` are the entered unique codes that are
    still good, with the promotion of each.
    """

    lines: tuple[Line, ...]
    currency: str
    at: datetime
    segments: frozenset[str] = frozenset({"guests", "everybody"})
    codes: tuple[str, ...] = ()
    shipping: int | None = None
    shipping_mode: str | None = None
    country: str | None = None
    payment: str | None = None
    first_order: bool | None = None
    zone: str = "UTC"
    grams: int = 0
    issued: Mapping[str, int] = msgspec.field(default_factory=dict)

    @property
    def canonical_codes(self) -> frozenset[str]:
        """The entered codes as they are compared: without surrounding blanks and letter case."""
        return frozenset(code.strip().upper() for code in self.codes)


class Standing(msgspec.Struct):
    """What is left of the lines, and of shipping, and which lines are open to the promotion that is tried."""

    basket: Basket
    left: dict[str, int] = msgspec.field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    shipping_left: int = 0

    @classmethod
    def of(cls, basket: Basket) -> Standing:
        return cls(basket, {line.id: line.amount for line in basket.lines}, basket.lines, basket.shipping or 0)

    def copy(self, closed: frozenset[str] = frozenset()) -> Standing:
        """The same amounts, to try something on, without the lines that are closed to it."""
        lines = tuple(line for line in self.basket.lines if line.id not in closed) if closed else self.basket.lines
        return Standing(self.basket, dict(self.left), lines, self.shipping_left)

    def room(self, line: Line) -> int:
        """How much can still be taken off the line."""
        return max(0, self.left[line.id] - line.floor)

    def units(self, line: Line, quantity: int) -> int:
        """What ``quantity`` units of the line still cost."""
        if quantity >= line.quantity:
            return self.left[line.id]
        return half_up(self.left[line.id] * quantity, line.quantity)

    def total(self, lines: Iterable[Line]) -> int:
        return sum(self.left.values()) if lines is self.basket.lines else sum([self.left[line.id] for line in lines])

    def share(self, amount: int, lines: Iterable[Line]) -> dict[str, int]:
        """Share ``amount`` out over lines by what is left of them, none below its floor."""
        chosen = list(lines)
        weights = [self.left[line.id] for line in chosen]
        shares = spread(min(amount, sum(weights)), weights, [self.room(line) for line in chosen])
        return {line.id: share for line, share in zip(chosen, shares, strict=True) if share}

    def dearest_first(self, lines: Iterable[Line]) -> list[Line]:
        """Lines by descending price of a unit, ties in line order."""
        order = {line.id: place for place, line in enumerate(self.basket.lines)}
        return sorted(lines, key=lambda line: (-self.left[line.id] * 1_000_000 // line.quantity, order[line.id]))

    def cheapest_first(self, lines: Iterable[Line]) -> list[Line]:
        """Lines by ascending price of a unit, ties in line order."""
        order = {line.id: place for place, line in enumerate(self.basket.lines)}
        return sorted(lines, key=lambda line: (self.left[line.id] * 1_000_000 // line.quantity, order[line.id]))
