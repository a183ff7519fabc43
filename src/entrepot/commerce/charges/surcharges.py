"""Surcharges: handling, personalization and extra shipping cost, each a row of its own with its name and its tax.

A surcharge is on the whole order or on the lines it names; it comes after promotions, which never take it off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from entrepot.commerce.charges.shipping import Parcel
from entrepot.kernel.money import percent_of


class Per(StrEnum):
    ORDER = "order"
    LINE = "line"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a surcharge costs in one currency: minor units, or so many percent of what it is on.

    It is due from ``least`` goods on and below ``below``: a fee for small orders ends there.
    """

    currency: str
    amount: int = 0
    percent: Fraction = Fraction(0)
    least: int = 0
    below: int | None = None


@dataclass(frozen=True, slots=True)
class Surcharge:
    """A surcharge of a store; ``entries`` are part numbers or catalog groups, empty for all; so are places and modes."""

    code: str
    category: str
    per: Per
    tariffs: tuple[Tariff, ...]
    names: dict[str, str] = field(default_factory=dict)
    tax_category: str = "standard"
    entries: frozenset[str] = frozenset()
    modes: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def name(self, language: str) -> str:
        return self.names.get(language) or next(iter(self.names.values()), self.code)


@dataclass(frozen=True, slots=True)
class Chargeable:
    """A line as surcharges see it: what it and its parts are called, its units, what it costs after promotions."""

    id: str
    amount: int
    quantity: int
    called: frozenset[str]


@dataclass(frozen=True, slots=True)
class SurchargeDue:
    """What is due; ``line`` is empty for one on the whole order."""

    surcharge: Surcharge
    line: str
    amount: int


def surcharges_due(
    surcharges: Iterable[Surcharge], lines: Sequence[Chargeable], parcel: Parcel, mode: str | None
) -> list[SurchargeDue]:
    """What is due on an order and its lines, in the order of the surcharges; what comes to nothing is left out."""
    found = []
    goods = sum(line.amount for line in lines)
    for one in surcharges:
        tariff = next((t for t in one.tariffs if t.currency == parcel.currency), None)
        touched = [line for line in lines if not one.entries or one.entries & line.called]
        if tariff is None or not touched or not _applies(one, tariff, parcel, mode, goods):
            continue
        if one.per is Per.ORDER:
            base = sum(line.amount for line in touched)
            found.append(SurchargeDue(one, "", tariff.amount + percent_of(base, tariff.percent)))
            continue
        for line in touched:
            units = line.quantity if one.per is Per.ITEM else 1
            found.append(SurchargeDue(one, line.id, tariff.amount * units + percent_of(line.amount, tariff.percent)))
    return [due for due in found if due.amount]


def _applies(one: Surcharge, tariff: Tariff, parcel: Parcel, mode: str | None, goods: int) -> bool:
    if one.modes and mode not in one.modes:
        return False
    if one.countries and (parcel.country is None or parcel.nearness(one.countries) is None):
        return False
    in_range = tariff.least <= goods and (tariff.below is None or goods < tariff.below)
    return in_range and parcel.within(one.starts_at, one.ends_at)
