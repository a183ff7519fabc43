"""Availability in words: what a shopper wants to know is whether and when, not how a cache works."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from babel.support import NullTranslations

from entrepot.web import formats
from entrepot.web.shop import Stock

FEW = 5
_WORST_FIRST = ("Unavailable", "Unknown", "Backorderable", "Available")


@dataclass(frozen=True, slots=True)
class StockWords:
    """A tone, a word, and what there is to add."""

    tone: str
    word: str
    detail: str = ""


def stock_words(stock: Stock | None, words: NullTranslations, locale: str) -> StockWords | None:
    """How a page says what can be had; nothing where stock plays no part."""
    _ = words.gettext
    if stock is None or stock.status == "NotConfigured":
        return None
    if not stock.confirmed:
        return StockWords("info", _("Availability not confirmed"), _("We check it again before you order."))
    if stock.status == "Available":
        left = _whole(stock.quantity)
        if left is not None and left <= FEW:
            return StockWords("warning", words.ngettext("Only %(num)s left", "Only %(num)s left", left) % {"num": left})
        return StockWords("success", _("In stock"), _("Ships within two working days."))
    if stock.status == "Backorderable":
        day = expected_day(stock.expected_at, locale)
        if day:
            return StockWords("warning", _("On backorder"), _("More arrive on %(day)s. Order now, we ship then.") % {"day": day})
        return StockWords("warning", _("On backorder"), _("Order now; we tell you as soon as we know the date."))
    if stock.status == "Unavailable":
        return StockWords("danger", _("Sold out"), _("This cannot be ordered at the moment."))
    return None


def worst(stocks: Iterable[Stock]) -> Stock | None:
    """The one that decides when several are wanted together."""
    known = [one for one in stocks if one.status in _WORST_FIRST]
    return min(known, key=lambda one: (_WORST_FIRST.index(one.status), _whole(one.quantity) or 0), default=None)


def expected_day(instant: str | None, locale: str) -> str:
    """The day of an instant as order management writes it, in the reader's way."""
    if not instant:
        return ""
    try:
        return formats.day(datetime.fromisoformat(instant), locale, "long")
    except ValueError:
        return ""


def _whole(quantity: str | None) -> int | None:
    try:
        return int(float(quantity)) if quantity else None
    except ValueError:
        return None
