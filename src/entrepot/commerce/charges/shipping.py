"""Shipping modes and what they cost: a base per order, more per started kilogram, by destination."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rate:
    """What a mode costs in one currency for a set of countries (empty: every country), in minor units."""

    currency: str
    base: int
    per_kilogram: int = 0
    countries: frozenset[str] = frozenset()
    grams_included: int = 0


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


@dataclass(frozen=True, slots=True)
class ShippingOffer:
    """A mode that can be had for this order, and its price in minor units."""

    mode: ShippingMode
    amount: int


def offer_shipping(modes: tuple[ShippingMode, ...], currency: str, country: str | None, grams: int) -> list[ShippingOffer]:
    """The modes that serve the country, in the store's sequence; without a country, those that serve any.

    The most specific rate of a mode counts: one naming the country before one for every country.
    """
    offers = []
    for mode in sorted(modes, key=lambda one: (one.sequence, one.code)):
        fitting = [rate for rate in mode.rates if rate.currency == currency and _serves(rate, country)]
        if fitting:
            rate = min(fitting, key=lambda one: (not one.countries, one.base))
            beyond = max(0, grams - rate.grams_included)
            offers.append(ShippingOffer(mode, rate.base + -(-beyond // 1000) * rate.per_kilogram))
    return offers


def _serves(rate: Rate, country: str | None) -> bool:
    return not rate.countries or country is None or country in rate.countries
