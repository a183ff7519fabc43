"""Amounts, prices and percentages as people type them, in one way on every page.

A decimal comma is as good as a point, blanks around do not matter, and a percentage may carry its sign. What could mean two
things is refused instead of guessed: there is no mark for thousands, and an amount has no more decimals than its
currency, so that ``1.100`` is never one dollar ten. What systems send each other is read by `kernel.money`, more strictly.
"""

from __future__ import annotations

import re
from decimal import Decimal

from entrepot.kernel.errors import Invalid
from entrepot.kernel.money import PRICE_SCALE, exponent
from entrepot.kernel.words import mark

PERCENT_DECIMALS = 4
PRICE_DECIMALS = 5
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,11})(?:([.,])([0-9]{1,5}))?\Z")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}\Z")


class AmountMistyped(Invalid):
    """The pattern of the refusal is the one that fits how many decimals the currency has."""

    code = "BAD_AMOUNT"
    message = mark("Write an amount such as 12.50, with at most two decimals and without a sign.")


class WholeAmountMistyped(AmountMistyped):
    message = mark("Write a whole amount such as 1250, without a sign.")


class FineAmountMistyped(AmountMistyped):
    message = mark("Write an amount such as 12.5, with at most {decimals} decimals and without a sign.")


class PriceMistyped(Invalid):
    code = "BAD_AMOUNT"
    message = mark("Write a price such as 12.50 or 0.0125, without a mark for thousands.")


class PercentMistyped(Invalid):
    code = "BAD_PERCENT"
    message = mark("Write a percentage between 0 and 100, such as 5 or 7.5, with at most four decimals.")


def typed_amount(text: str, currency: str, path: str = "amount") -> int:
    """Minor units of an amount somebody typed.

    >>> typed_amount(" 12,5 ", "EUR"), typed_amount("1250", "JPY"), typed_amount("1.234", "KWD")
    (1250, 1250, 1234)
    """
    digits = exponent(currency)
    found = _number(text, digits)
    if found is None:
        refusals = {0: WholeAmountMistyped, 2: AmountMistyped}
        raise refusals.get(digits, FineAmountMistyped)(path=path, decimals=digits, value=text)
    return int(found.scaleb(digits))


def typed_price(text: str, path: str = "price") -> int:
    """A unit price somebody typed, in 1/100,000; what looks like thousands, ``1,250``, is refused.

    >>> typed_price("0,0125"), typed_price("12.50")
    (1250, 1250000)
    """
    found = None if _THOUSANDS.match(text.strip()) else _number(text, PRICE_DECIMALS)
    if found is None:
        raise PriceMistyped(path=path, value=text)
    return int(found * PRICE_SCALE)


def typed_percent(text: str, path: str = "percent") -> str:
    """A percentage somebody typed as decimal text, without decimals it does not need.

    >>> typed_percent("7,50 %"), typed_percent("100"), typed_percent("0")
    ('7.5', '100', '0')
    """
    found = _number(text.strip().removesuffix("%"), PERCENT_DECIMALS)
    if found is None or found > 100:
        raise PercentMistyped(path=path, value=text)
    return f"{found.normalize():f}"


def _number(text: str, decimals: int) -> Decimal | None:
    found = _NUMBER.match(text.strip())
    if found is None or len(found[3] or "") > decimals:
        return None
    return Decimal(f"{found[1]}.{found[3] or 0}")
