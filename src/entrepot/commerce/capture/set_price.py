"""A unit price an agent sets on a line of an open cart, in the place of the one the buyer is entitled to.

It changes the price itself, so that promotions start from it. A price that was set lower never makes a line dearer when its own
price falls below it, and what it takes off in all stops at what its giver may give: of more pieces than that, each costs more.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import msgspec
from msgspec.structs import replace

from entrepot.commerce.capture.calculation import PricedLine, PriceSet
from entrepot.kernel.money import PRICE_SCALE, exponent, extend
from entrepot.kernel.quantity import read_step


class SetPrice(msgspec.Struct, frozen=True):
    """The ``price`` of a unit on a line, where it was ``was``; it takes off ``most`` minor units at most (None: any)."""

    id: str
    line: str
    price: int
    was: int
    reason: str = ""
    most: int | None = None

    def on(self, line: PricedLine, currency: str) -> PricedLine:
        """The line at this price."""
        step = read_step(line.multiple, line.unit).fraction
        price = self.price_of(line.unit_price, line.quantity, currency, step)
        if price == line.unit_price:
            return line
        amount = extend(price, line.quantity, currency, step)
        told = PriceSet(self.id, self.reason, line.unit_price, amount - line.amount)
        return replace(line, unit_price=price, amount=amount, price_set=told)

    def price_of(self, own: int, quantity: int, currency: str, step: Fraction | int = 1) -> int:
        """What a unit costs of so many, where without it each would cost ``own``.

        >>> lower = SetPrice("1", "l", 9_000_000, 10_000_000, most=2_000)
        >>> lower.price_of(10_000_000, 2, "EUR"), lower.price_of(10_000_000, 4, "EUR"), lower.price_of(8_000_000, 2, "EUR")
        (9000000, 9500000, 8000000)
        """
        if self.price > self.was:
            return max(self.price, own)
        price = min(self.price, own)
        if self.most is None:
            return price
        least = extend(own, quantity, currency, step) - self.most
        if extend(price, quantity, currency, step) >= least:
            return price
        grid: int = PRICE_SCALE // 10 ** exponent(currency)
        steps_up = -(-least // (quantity * step))
        return min(own, int(steps_up) * grid)


def with_set_prices(prices: Sequence[SetPrice], lines: Sequence[PricedLine], currency: str) -> list[PricedLine]:
    """The lines, those with a price set by hand at that price."""
    by_line = {one.line: one for one in prices}
    return [by_line[line.id].on(line, currency) if line.id in by_line else line for line in lines]
