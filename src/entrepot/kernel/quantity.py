"""Quantities are whole numbers of an item's orderable step.

An item sold by the piece has the step 1 C62 (UN/ECE: each); cable sold by the meter in steps of 0.1 has the
step 0.1 MTR. Edges read and write decimals of the unit and refuse what is not a multiple of the step; inside
there are only integers, also in kits, so nothing is ever rounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from entrepot.kernel.errors import Invalid
from entrepot.kernel.words import mark

MOST = 1_000_000
EACH = "C62"
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,4})?\Z")


class QuantityMalformed(Invalid):
    code = "BAD_QUANTITY"
    message = mark("{path}: write a quantity greater than 0 and at most 1,000,000, such as 2.")


class QuantityNotMultiple(Invalid):
    code = "QUANTITY_NOT_MULTIPLE"
    message = mark("{path}: this item is sold in steps of {multiple} {unit}.")


@dataclass(frozen=True, slots=True)
class Step:
    """What one whole number of an item is: ``multiple`` units of measure."""

    multiple: Decimal = Decimal(1)
    unit: str = EACH

    def parse(self, text: str, path: str = "quantity", *, zero: bool = False) -> int:
        """Read a decimal of the unit as a number of steps; ``zero`` is legal only where it removes.

        >>> Step(Decimal("0.1"), "MTR").parse("2.5")
        25
        """
        if text == "1" and self.multiple == 1:
            return 1
        text = text.strip()
        if not _DECIMAL.match(text):
            raise QuantityMalformed(path=path, value=text)
        steps, rest = divmod(Decimal(text), self.multiple)
        if rest:
            raise QuantityNotMultiple(path=path, multiple=f"{self.multiple.normalize():f}", unit=self.unit, value=text)
        count = int(steps)
        if count > MOST or (count == 0 and not zero):
            raise QuantityMalformed(path=path, value=text)
        return count

    def format(self, count: int) -> str:
        """Write a number of steps as a decimal of the unit.

        >>> Step(Decimal("0.1"), "MTR").format(25), Step().format(3)
        ('2.5', '3')
        """
        decimal = count * self.multiple
        return f"{int(decimal)}" if decimal == int(decimal) else f"{decimal.normalize():f}"

    @property
    def fraction(self) -> Fraction:
        """The multiple as an exact fraction, for `money.extend`."""
        return _fraction(self.multiple)


@lru_cache(maxsize=1000)
def read_step(multiple: str, unit: str) -> Step:
    """The step a document or a row writes as two texts."""
    return Step(Decimal(multiple), unit)


@lru_cache(maxsize=1000)
def _fraction(multiple: Decimal) -> Fraction:
    return Fraction(multiple)


def parse_whole(text: str, path: str = "quantity", *, zero: bool = False) -> int:
    """Read a quantity of something that is counted by the piece."""
    return Step().parse(text, path, zero=zero)
