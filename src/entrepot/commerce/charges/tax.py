"""Taxes: categories, jurisdictions and the amounts due, per line and rate.

Several rates add up on the same base, each rounded as its own row. Where prices include tax it is taken out of
them (gross × r / (100 + r)); where they do not it comes on top.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import msgspec

from entrepot.kernel.money import PRICE_SCALE, allocate, half_up, percent_of


class Destination(msgspec.Struct, frozen=True):
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


class Tax(msgspec.Struct, frozen=True):
    """A tax row: its name, rate in percent, and amount in minor units."""

    name: str
    percent: Fraction
    amount: int


class TaxHome(msgspec.Struct, frozen=True):
    """The place whose taxes prices include; with ``keep_gross`` they cost the same elsewhere, whatever tax is in them there.

    Without a country nothing is known of a home, and prices are taken to include the taxes of wherever goods go.
    """

    country: str = ""
    region: str = ""
    keep_gross: bool = False

    def taken_out(self, destination: Destination | None) -> bool:
        """Whether the taxes of home are taken out of prices for goods that go there."""
        if not self.country or self.keep_gross or destination is None:
            return False
        return (self.country, self.region) != (destination.country, destination.region)


class CashRounding(msgspec.Struct, frozen=True):
    """The coin (in minor units) that totals of a currency are rounded to, where goods go to these countries; none is any."""

    currency: str
    interval: int
    countries: frozenset[str] = frozenset()


def cash_interval(roundings: Iterable[CashRounding], currency: str, destination: Destination | None) -> int:
    """What a total is rounded to; 0 where it is not.

    >>> cash_interval([CashRounding("CHF", 5), CashRounding("EUR", 5, frozenset({"FI"}))], "EUR", Destination("FI"))
    5
    """
    country = destination.country if destination else ""
    fitting = (one for one in roundings if one.currency == currency and (not one.countries or country in one.countries))
    return next((one.interval for one in fitting), 0)


def taxes_due(rates: Iterable[TaxRate], category: str, destination: Destination | None) -> tuple[TaxRate, ...]:
    """The rates on goods of a category at a destination; none before the address is known."""
    if destination is None:
        return ()
    country, region = destination.country, destination.region
    return tuple([one for one in rates if one.category == category and one.country == country and one.region in ("", region)])


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


def net_of(amount: int, taxes: Iterable[Tax]) -> int:
    """What is left of an amount that includes these taxes."""
    return amount - sum(tax.amount for tax in taxes)


def price_elsewhere(price: int, home: Iterable[TaxRate], there: Iterable[TaxRate], minor_digits: int = 2) -> int:
    """A price that includes home tax, where other taxes are due: the exact net is kept, the new gross is rounded.

    Prices are integers of 1/100,000. Where no tax is due at all the net is charged.

    >>> nineteen, twenty_four = TaxRate("VAT", "", "DE", Fraction(19)), TaxRate("ALV", "", "FI", Fraction(24))
    >>> price_elsewhere(1_000_000, [nineteen], [twenty_four]), price_elsewhere(1_000_000, [nineteen], [])
    (1042000, 840000)
    """
    at_home = sum((rate.percent for rate in home), Fraction(0))
    over_there = sum((rate.percent for rate in there), Fraction(0))
    if at_home == over_there:
        return price
    grid: int = PRICE_SCALE // 10**minor_digits
    return _rounded(Fraction(price) * (100 + over_there) / (100 + at_home) / grid) * grid


def _rounded(exact: Fraction) -> int:
    return half_up(exact.numerator, exact.denominator)
