"""Shipping modes and what they cost: rate tables by weight, by amount or by quantity, per order or per item, by destination.

A rate is good for places (countries, or regions such as ``US-HI``), for a time, and for a range of what its table goes by.
Of several that fit, the one that names the place most closely counts, and of those the cheapest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import msgspec


class Basis(StrEnum):
    """What a rate's range goes by: grams, minor units of the goods before promotions, or units."""

    WEIGHT = "weight"
    AMOUNT = "amount"
    QUANTITY = "quantity"


class Parcel(msgspec.Struct, frozen=True):
    """What decides what shipping costs; without a country, any place will do."""

    currency: str
    country: str | None = None
    region: str = ""
    grams: int = 0
    amount: int = 0
    quantity: int = 1
    at: datetime | None = None

    def measure(self, basis: Basis) -> int:
        if basis is Basis.WEIGHT:
            return self.grams
        return self.amount if basis is Basis.AMOUNT else self.quantity

    def nearness(self, places: frozenset[str]) -> int | None:
        """How closely a list of places names the destination: 2 its region, 1 its country, 0 everywhere, None not at all."""
        if not places:
            return 0
        if self.country is None:
            return 1
        if f"{self.country}-{self.region}" in places:
            return 2
        return 1 if self.country in places else None

    def within(self, starts_at: datetime | None, ends_at: datetime | None) -> bool:
        at = self.at
        return at is None or ((starts_at is None or starts_at <= at) and (ends_at is None or at < ends_at))


class Missed(StrEnum):
    """Why a rate is not for a parcel."""

    CURRENCY = "currency"
    PLACE = "place"
    TIME = "time"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Rate:
    """What a mode costs in one currency for a set of places (empty: every place), in minor units.

    The range is half open: from ``least``, below ``below``; ``per_item`` counts the base for every unit.
    """

    currency: str
    base: int
    per_kilogram: int = 0
    countries: frozenset[str] = frozenset()
    grams_included: int = 0
    basis: Basis = Basis.WEIGHT
    least: int = 0
    below: int | None = None
    per_item: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def missed(self, parcel: Parcel) -> Missed | None:
        """Why the rate is not for this parcel; nothing when it is."""
        if self.currency != parcel.currency:
            return Missed.CURRENCY
        if parcel.nearness(self.countries) is None:
            return Missed.PLACE
        if not parcel.within(self.starts_at, self.ends_at):
            return Missed.TIME
        measure = parcel.measure(self.basis)
        in_range = self.least <= measure and (self.below is None or measure < self.below)
        return None if in_range else Missed.RANGE

    def cost(self, parcel: Parcel) -> int:
        beyond = max(0, parcel.grams - self.grams_included)
        return self.base * (parcel.quantity if self.per_item else 1) + -(-beyond // 1000) * self.per_kilogram


@dataclass(frozen=True, slots=True)
class ShippingMode:
    """A way of shipping the store offers; the names are what the buyer reads, by language."""

    code: str
    carrier: str
    service: str
    rates: tuple[Rate, ...]
    names: dict[str, str] = field(default_factory=dict)
    days: tuple[int, int] = (0, 0)
    sequence: int = 0

    def name(self, language: str) -> str:
        return self.names.get(language) or next(iter(self.names.values()), self.code)


class ShippingOffer(msgspec.Struct, frozen=True):
    """A mode that can be had for this order, and its price in minor units."""

    mode: ShippingMode
    amount: int


def offer_shipping(modes: Iterable[ShippingMode], parcel: Parcel) -> list[ShippingOffer]:
    """The modes that serve the parcel, in the store's sequence."""
    offers = []
    for mode in sorted(modes, key=lambda one: (one.sequence, one.code)):
        rate = rate_for(mode, parcel)
        if rate is not None:
            offers.append(ShippingOffer(mode, rate.cost(parcel)))
    return offers


def rate_for(mode: ShippingMode, parcel: Parcel) -> Rate | None:
    """The one rate of a mode that is charged: the place named most closely, then the cheapest."""
    fitting = [rate for rate in mode.rates if rate.missed(parcel) is None]
    return min(fitting, key=lambda one: (-(parcel.nearness(one.countries) or 0), one.cost(parcel)), default=None)
