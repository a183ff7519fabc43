"""Taxes: categories, jurisdictions and the amounts due, per line and rate.

Several rates add up on the same base, each rounded as its own row. Where prices include tax it is taken out of
them (gross × r / (100 + r)); where they do not it comes on top.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from entrepot.kernel.money import allocate, half_up, percent_of


@dataclass(frozen=True, slots=True)
class Destination:
    """Where goods go: tax depends on nothing else about the address."""

    country: str
    region: str = ""


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One tax of one jurisdiction on one category of goods; an empty region means the whole country."""

    name: str
    category: str
    country: str
    percent: Fraction
    region: str = ""


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax row: its name, rate in percent, and amount in minor units."""

    name: str
    percent: Fraction
    amount: int


def taxes_due(rates: Iterable[TaxRate], category: str, destination: Destination | None) -> tuple[TaxRate, ...]:
    """The rates on goods of a category at a destination; none before the address is known."""
    if destination is None:
        return ()
    return tuple(
        rate
        for rate in rates
        if rate.category == category and rate.country == destination.country and rate.region in ("", destination.region)
    )


def tax_on(amount: int, rates: Iterable[TaxRate], *, included: bool) -> tuple[Tax, ...]:
    """The tax rows on an amount (minor units), each rounded half up on its own.

    >>> rates = [TaxRate("State", "", "US", Fraction(4)), TaxRate("City", "", "US", Fraction(9, 2))]
    >>> [tax.amount for tax in tax_on(5499, rates, included=False)]
    [220, 247]
    """
    rates = tuple(rates)
    if not included:
        return tuple(Tax(rate.name, rate.percent, percent_of(amount, rate.percent)) for rate in rates)
    together = sum((rate.percent for rate in rates), Fraction(0))
    total = _rounded(Fraction(amount) * together / (100 + together)) if together else 0
    scale = 10**6
    shares = allocate(total, [int(rate.percent * scale) for rate in rates])
    return tuple(Tax(rate.name, rate.percent, share) for rate, share in zip(rates, shares, strict=True))


def _rounded(exact: Fraction) -> int:
    return half_up(exact.numerator, exact.denominator)
