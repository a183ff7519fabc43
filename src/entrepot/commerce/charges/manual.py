"""What a call-center agent adds or takes off by hand: on a line, on the whole order, on shipping.

It comes after promotions and before tax, survives every recalculation and never touches what a promotion gave. By
the default policy a new one replaces the earlier one of the same kind and target; a store may let them add up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from entrepot.kernel.errors import Refused


class NegativeTotal(Refused):
    code = "ENT_NEGATIVE_TOTAL"
    message = "The discount is larger than what is left of {target}. Take off less."


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
    """One adjustment in minor units, a discount below zero; ``kind`` is its reason, ``line`` the line it is on."""

    id: str
    on: On
    amount: int
    line: str = ""
    kind: str = ""


def in_effect(adjustments: Iterable[Manual], policy: Adding = Adding.REPLACEMENT) -> tuple[Manual, ...]:
    """The adjustments that count, in the order given; by replacement the last of each kind and target."""
    adjustments = tuple(adjustments)
    if policy is Adding.ADDITION:
        return adjustments
    last = {(one.on, one.line, one.kind): place for place, one in enumerate(adjustments)}
    return tuple(one for place, one in enumerate(adjustments) if last[one.on, one.line, one.kind] == place)
