"""Exact money.

A *price* is a rate per unit, kept as an integer of 1/100,000 of the major unit (a screw may cost 0.0125).
*Money* is an amount, kept as an integer of the currency's minor units (ISO 4217: JPY has 0 decimals, USD 2,
KWD 3). A price times a quantity becomes money once, by half-up rounding of the line, and stays money from
there on. There is no float anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from entrepot.kernel.errors import Invalid
from entrepot.kernel.words import mark

PRICE_SCALE = 100_000

# Exponents that differ from 2 (ISO 4217, list one, active codes). Kept here: reading locale data costs start-up time.
_EXPONENTS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
_AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,11})(?:\.([0-9]{1,5}))?\Z")


class AmountMalformed(Invalid):
    code = "BAD_AMOUNT"
    message = mark("{path}: write an amount such as 1149.00, with at most {decimals} decimals and no sign.")


class CurrencyUnknown(Invalid):
    code = "CURRENCY_UNKNOWN"
    message = mark("{path}: write a currency as its three-letter code, such as EUR.")


def exponent(currency: str) -> int:
    """How many decimals the currency has: JPY 0, EUR 2, KWD 3."""
    return _EXPONENTS.get(currency, 2)


def parse_currency(text: str, path: str = "currency") -> str:
    """The currency code itself, or a refusal when it does not look like one."""
    if not _CURRENCY.match(text):
        raise CurrencyUnknown(path=path, value=text)
    return text


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units with its currency; amounts of two currencies never mix."""

    amount: int
    currency: str

    def __add__(self, other: Money) -> Money:
        assert self.currency == other.currency, "amounts of two currencies do not add up"
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        assert self.currency == other.currency, "amounts of two currencies do not add up"
        return Money(self.amount - other.amount, self.currency)

    def __str__(self) -> str:
        return f"{format_amount(self.amount, self.currency)} {self.currency}"


@lru_cache(maxsize=10_000)
def parse_amount(text: str, currency: str, path: str = "amount") -> int:
    """Read a decimal text as minor units; further decimals must be zeros.

    >>> parse_amount("1149.00", "USD"), parse_amount("15", "JPY")
    (114900, 15)
    """
    decimals = exponent(currency)
    match = _AMOUNT.match(text)
    if not match or (match[1] or "")[decimals:].strip("0"):
        raise AmountMalformed(path=path, decimals=decimals, value=text)
    return int(Decimal(text).scaleb(decimals))


def read_amount(text: str, currency: str) -> int:
    """Read what `format_amount` wrote, in a document of a system; it may be below zero, what people enter may not.

    >>> read_amount("-1149.00", "USD"), read_amount("15", "JPY")
    (-114900, 15)
    """
    return -parse_amount(text[1:], currency) if text.startswith("-") else parse_amount(text, currency)


@lru_cache(maxsize=10_000)
def format_amount(amount: int, currency: str) -> str:
    """Write minor units as a plain decimal text, the form every document uses.

    >>> format_amount(-114900, "USD"), format_amount(15, "JPY")
    ('-1149.00', '15')
    """
    decimals = exponent(currency)
    if not decimals:
        return str(amount)
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 10**decimals)
    return f"{sign}{whole}.{rest:0{decimals}d}"


def parse_price(text: str, path: str = "price") -> int:
    """Read a unit price of up to five decimals as an integer of 1/100,000.

    >>> parse_price("0.0125")
    1250
    """
    if not _AMOUNT.match(text):
        raise AmountMalformed(path=path, decimals=5, value=text)
    return int(Decimal(text).scaleb(5))


@lru_cache(maxsize=10_000)
def format_price(price: int, currency: str = "USD") -> str:
    """Write a unit price with the currency's decimals, more only where the price has them.

    >>> format_price(114_900_000), format_price(1250)
    ('1149.00', '0.0125')
    """
    least = exponent(currency)
    whole, rest = divmod(abs(price), PRICE_SCALE)
    digits = f"{rest:05d}".rstrip("0")
    digits = digits.ljust(least, "0")
    sign = "-" if price < 0 else ""
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def half_up(numerator: int, denominator: int) -> int:
    """Divide and round half up on the absolute value.

    >>> half_up(5, 2), half_up(-5, 2), half_up(83_33, 2)
    (3, -3, 4167)
    """
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    numerator, denominator = abs(numerator), abs(denominator)
    return sign * ((2 * numerator + denominator) // (2 * denominator))


def cash_total(amount: int | Fraction, interval: int) -> int:
    """What is paid where the smallest coin is ``interval``: first rounded to minor units, then to coins, both half up.

    >>> cash_total(Fraction("1944.5"), 10), cash_total(1944, 10), cash_total(1944, 0)
    (1950, 1940, 1944)
    """
    exact = Fraction(amount)
    whole = half_up(exact.numerator, exact.denominator)
    return half_up(whole, interval) * interval if interval else whole


def extend(price: int, quantity: int, currency: str, multiple: Fraction | int = 1) -> int:
    """The line amount: price per unit × quantity, rounded half up once.

    ``quantity`` counts orderable steps, ``multiple`` says how many units one step is.

    >>> extend(1250, 3, "USD")
    4
    """
    units = price * quantity * 10 ** exponent(currency)
    return half_up(units * multiple.numerator, PRICE_SCALE * multiple.denominator)


def as_price(amount: int, currency: str) -> int:
    """An amount of money taken as the price of one unit."""
    return int(amount * PRICE_SCALE // 10 ** exponent(currency))


def percent_of(amount: int, percent: Decimal | Fraction | int) -> int:
    """That many percent of an amount, rounded half up to the minor unit.

    >>> percent_of(8333, 50)
    4167
    """
    numerator, denominator = percent.as_integer_ratio()
    return half_up(amount * numerator, denominator * 100)


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Share out ``total`` (minor units) in proportion to ``weights``, losing nothing.

    Units lost to rounding go to the shares that lost most; of two that lost the same, to the earlier.
    So the shares always add up to the total, and the same order always gets the same shares. A weight of
    zero gets nothing; when all weights are zero nobody does.

    >>> allocate(100, [1, 1, 1])
    [34, 33, 33]
    """
    whole = sum(weights)
    if not whole or not total:
        return [0] * len(weights)
    if total < 0:
        return [-share for share in allocate(-total, weights)]
    shares = [total * weight // whole for weight in weights]
    by_loss = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_loss[: total - sum(shares)]:
        shares[i] += 1
    return shares
