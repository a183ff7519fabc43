"""What a cell of a load file may say, by type. An empty cell is None and resets; malformed text is refused.

Numbers use a dot, booleans are 0 or 1, times are ISO 8601 (or with a blank) in the store's time zone unless
they name one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from entrepot.kernel.errors import Invalid
from entrepot.kernel.money import parse_currency, parse_price

Cell = Callable[[str], Any]
_DECIMAL = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,8})?\Z")
_TAG = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?\Z")

#: Numeric language ids of load files; further ids are configuration (`Options.language_ids`).
LANGUAGE_IDS = {
    -1: "en-US",
    -2: "fr-FR",
    -3: "de-DE",
    -4: "it-IT",
    -5: "es-ES",
    -6: "pt-BR",
    -7: "zh-CN",
    -8: "zh-TW",
    -9: "ko-KR",
    -10: "ja-JP",
}


class BadCell(Exception):
    """A cell that cannot be read: the row code and what to write instead."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def text(longest: int = 254) -> Cell:
    """Text of at most so many characters; blanks around it do not count."""

    def read(cell: str) -> str:
        cell = cell.strip()
        if len(cell) > longest:
            raise BadCell("TOO_LONG", f"at most {longest} characters; these are {len(cell)}")
        return cell

    return read


def boolean(cell: str) -> bool:
    match cell.strip():
        case "1" | "true" | "Y":
            return True
        case "0" | "false" | "N":
            return False
    raise BadCell("BAD_VALUE", "write 1 or 0")


def number(cell: str) -> float:
    """A sequence or precedence: a decimal that is only compared."""
    return float(decimal(cell))


def decimal(cell: str) -> str:
    """An exact decimal, kept as the text that was given."""
    cell = cell.strip()
    if not _DECIMAL.match(cell):
        raise BadCell("BAD_VALUE", "write a number with a dot, such as 2.5")
    return cell


def positive(cell: str) -> str:
    """An exact decimal greater than zero."""
    cell = decimal(cell)
    if not cell.strip("-0.") or cell.startswith("-"):
        raise BadCell("BAD_VALUE", "write a number greater than 0")
    return cell


def integer(cell: str) -> int:
    try:
        return int(cell.strip())
    except ValueError:
        raise BadCell("BAD_VALUE", "write a whole number") from None


def price(cell: str) -> int:
    """A unit price as an integer of 1/100,000."""
    try:
        return parse_price(cell.strip())
    except Invalid:
        raise BadCell("BAD_VALUE", "write a price such as 1149.00, at most 5 decimals, no sign, no thousands separator") from None


def currency(cell: str) -> str:
    try:
        return parse_currency(cell.strip())
    except Invalid:
        raise BadCell("CURRENCY_UNKNOWN", "write a three-letter currency code such as EUR") from None


def language(cell: str) -> str:
    cell = cell.strip()
    if not _TAG.match(cell):
        raise BadCell("LANGUAGE_UNKNOWN", "write a language tag such as de-DE")
    return cell


def one_of(*words: str) -> Cell:
    """One of these words, in any capitals, answered as written here."""
    known = {word.casefold(): word for word in words}

    def read(cell: str) -> str:
        found = known.get(cell.strip().casefold())
        if found is None:
            raise BadCell("BAD_VALUE", f"write one of {', '.join(words)}")
        return found

    return read


def word_for(words: dict[str, Any]) -> Cell:
    """One of these words, in any capitals, answered as its meaning."""
    known = {word.casefold(): meaning for word, meaning in words.items()}

    def read(cell: str) -> Any:
        try:
            return known[cell.strip().casefold()]
        except KeyError:
            raise BadCell("BAD_VALUE", f"write one of {', '.join(words)}") from None

    return read


def document(cell: str) -> Any:
    """A JSON value."""
    try:
        return json.loads(cell)
    except ValueError:
        raise BadCell("BAD_VALUE", "write a JSON value") from None


def instant(cell: str) -> datetime:
    """A time; one without a zone is read in the store's (see `in_zone`)."""
    try:
        return datetime.fromisoformat(cell.strip())
    except ValueError:
        raise BadCell("BAD_VALUE", "write a time such as 2026-11-27 00:00:00") from None


def in_zone(moment: datetime | None, zone: str) -> datetime | None:
    """The instant meant by a time of a file of a store in ``zone``."""
    if moment is None:
        return None
    local: tzinfo = ZoneInfo(zone)
    return (moment if moment.tzinfo else moment.replace(tzinfo=local)).astimezone(UTC)
