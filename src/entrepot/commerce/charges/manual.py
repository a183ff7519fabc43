"""What a call-center agent adds or takes off by hand: on a line, on the whole order, on shipping.

It comes after promotions and before tax, survives every recalculation and never touches what a promotion gave. By
the default policy a new one replaces the earlier one of the same kind and target; a store may let them add up. One that
is given on a cart follows the cart: it may be a percentage, and where less is left than it takes off, it takes that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from entrepot.kernel.errors import Refused
from entrepot.kernel.money import half_up, percent_of
from entrepot.kernel.words import mark


class NegativeTotal(Refused):
    code = "ENT_NEGATIVE_TOTAL"
    message = mark("The discount is larger than what is left of {target}. Take off less.")


class On(StrEnum):
    LINE = "line"
    ORDER = "order"
    SHIPPING = "shipping"


class Adding(StrEnum):
    """How several adjustments of one kind on one target go together."""

    REPLACEMENT = "FixedReplacement"
    ADDITION = "FixedAdjustment"


@dataclass(frozen=True, slots=True)
class Manual:
    """One adjustment in minor units, a discount below zero; ``kind`` is its reason, ``line`` the line it is on.

    With ``percent`` it is that much off what it is on, at most ``most``. One given on ``given_on`` of goods shrinks with them
    in proportion; one that ``yields`` never takes more than is left. With ``to`` it brings what it is on, which was ``given_on``,
    to that amount, and only ever in the direction it had then.
    """

    id: str
    on: On
    amount: int
    line: str = ""
    kind: str = ""
    percent: Fraction = Fraction(0)
    most: int | None = None
    given_on: int = 0
    yields: bool = False
    to: int | None = None

    def on_base(self, base: int) -> int:
        """What it adds to an amount.

        >>> Manual("1", On.LINE, 0, percent=Fraction(10), most=500).on_base(12_000)
        -500
        >>> Manual("1", On.ORDER, -2_000, given_on=10_000).on_base(5_000)
        -1000
        >>> Manual("1", On.SHIPPING, 0, to=0, given_on=590).on_base(990)
        -990
        """
        if self.to is not None:
            amount = min(self.to - base, 0) if self.to <= self.given_on else max(self.to - base, 0)
            return amount if self.most is None else max(amount, -self.most)
        amount = -percent_of(base, self.percent) if self.percent else self.amount
        if not self.percent and base < self.given_on:
            amount = -half_up(-self.amount * max(base, 0), self.given_on)
        if self.most is not None:
            amount = max(amount, -self.most)
        return max(amount, -base) if self.yields else amount


def in_effect(adjustments: Iterable[Manual], policy: Adding = Adding.REPLACEMENT) -> tuple[Manual, ...]:
    """The adjustments that count, in the order given; by replacement the last of each kind and target."""
    adjustments = tuple(adjustments)
    if policy is Adding.ADDITION:
        return adjustments
    last = {(one.on, one.line, one.kind): place for place, one in enumerate(adjustments)}
    return tuple(one for place, one in enumerate(adjustments) if last[one.on, one.line, one.kind] == place)
