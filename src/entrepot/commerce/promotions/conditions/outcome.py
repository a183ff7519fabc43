"""The outcome of a condition: met, how often and by which lines; or not, and what is missing."""

from __future__ import annotations

import msgspec

from entrepot.commerce.promotions.basket import Line

ANY_NUMBER = 2**53


class Met(msgspec.Struct, frozen=True):
    """The condition holds ``times`` over (complete sets), through these lines; ``per`` units make one set.

    ``most`` is how often the promotion may be used by this order, as far as its limits go.
    """

    times: int = 1
    lines: tuple[Line, ...] = ()
    per: int = 0
    most: int = ANY_NUMBER


class Declined(msgspec.Struct, frozen=True):
    """The rule says no: ``reason`` is stable, ``needs`` and ``has`` are what the sentence is made of."""

    reason: str
    needs: int | str = 0
    has: int | str = 0
    what: str = ""
