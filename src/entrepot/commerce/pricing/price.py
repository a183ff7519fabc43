"""The values of pricing: what is asked, what is answered, and why.

An answer carries its whole trace: the contracts considered, the rule of each, the price after every element.
The same trace is stored with the order and shown to whoever asks "why this price?".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

import msgspec

from entrepot.kernel.money import half_up
from entrepot.kernel.words import Gettext, plain


class Wanted(msgspec.Struct, frozen=True, gc=False):
    """An entry to price: ``quantity`` counts its steps, ``components`` are those of one dynamic kit."""

    entry_id: int
    part_number: str
    quantity: int = 1
    parent_id: int | None = None
    groups: frozenset[int] = frozenset()
    components: tuple[Wanted, ...] | None = None
    multiple: Fraction = Fraction(1)


#: 9999-12-31T23:59:59Z in microseconds.
FOREVER = 253_402_300_799_000_000


class Offer(msgspec.Struct, frozen=True, gc=False):
    """One price entry of a price list, in one currency; the quantity range is inclusive, in steps.

    It is in force from ``starts_at`` until just before ``ends_at`` (microseconds). It holds nothing that could point back
    to it, so that the hundred thousands of a large price book are no work for the garbage collector.
    """

    id: int
    price: int
    quantity_least: int
    quantity_most: int
    precedence: int
    starts_at: int
    groups: frozenset[str] | None = None
    ends_at: int = FOREVER


@dataclass(frozen=True, slots=True)
class Step:
    """What one element did: its sentence, and the price after it (1/100,000 of the major unit).

    The sentence is a pattern and its values, of which one may be a sentence that is translated with it.
    """

    pattern: str
    price: Fraction | None
    depth: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.told(plain)

    def told(self, gettext: Gettext) -> str:
        """The sentence in the reader's language.

        >>> Step("price list %(name)s", None, values={"name": "Standard"}).text
        'price list Standard'
        """
        values = {name: value(gettext) if callable(value) else value for name, value in self.values.items()}
        return gettext(self.pattern) % values


class Considered(msgspec.Struct, frozen=True, gc=False):
    """One eligible contract, the price its rule yields at the asked quantity, and how."""

    contract: str
    rule: str
    price: int | None
    steps: tuple[Step, ...] = ()


class Entitled(msgspec.Struct, frozen=True, gc=False):
    """The best price the buyer may have for one unit, the contract it comes from, and the others looked at."""

    entry_id: int
    part_number: str
    price: int
    currency: str
    contract: str
    rule: str
    list_price: int | None = None
    considered: tuple[Considered, ...] = ()
    components: tuple[Entitled, ...] = ()
    indicative: bool = False


class Unpriced(msgspec.Struct, frozen=True, gc=False):
    """No price: ``code`` says which rule said no."""

    entry_id: int
    part_number: str
    code: str
    considered: tuple[Considered, ...] = ()


class Customer(msgspec.Struct, frozen=True):
    """What pricing needs to know of a buyer: segments, organizations, who they are; a guest has neither and is nobody."""

    segments: frozenset[str] = frozenset({"guests", "everybody"})
    organizations: tuple[int, ...] = ()
    logon_key: str = ""


class Occasion(msgspec.Struct, frozen=True):
    """For whom, in what currency and at which instant prices are asked; ``parts``: those of a kit's parts are told, too."""

    store_id: int
    currency: str
    at: datetime
    customer: Customer = msgspec.field(default_factory=Customer)
    contract: str | None = None
    trace: bool = False
    parts: bool = True


def converted(price: int, rate: Fraction) -> int:
    """A price in another currency: converted before any rule works on it, to five places, half up.

    >>> converted(100_000_000, Fraction("0.009502"))
    950200
    """
    exact = price * rate
    return half_up(exact.numerator, exact.denominator)
