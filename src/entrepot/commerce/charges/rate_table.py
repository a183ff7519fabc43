"""A rate table: what one shipping mode costs for a set of places, band by band, as a merchant reads and writes it.

A mode's rates are stored one by one; those of one currency, set of places, basis and time are one table. Bands are half
open, "from … up to, but not including". Of what is typed, bands that overlap are refused; a gap between two bands is, too,
unless it is said to be meant, for in a gap the mode is not offered and nobody sees why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from entrepot.commerce.charges.shipping import Basis, Rate, ShippingMode
from entrepot.kernel.clock import last_day, midnight
from entrepot.kernel.errors import Invalid
from entrepot.kernel.money import format_amount
from entrepot.kernel.typed import AmountMistyped, typed_amount
from entrepot.kernel.words import mark, phrase

MOST_BANDS = 40
_PLACE = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,7})?\Z")
_WEIGHT = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{1,3}))?\Z")
_UNITS = re.compile(r"[0-9]{1,9}\Z")


class RateTableMalformed(Invalid):
    code = "RATE_TABLE_MALFORMED"
    message = "{problem}"


class BandMalformed(Invalid):
    code = "RATE_BAND_MALFORMED"
    message = mark("Row {row}: {problem}")


class BandsOverlap(Invalid):
    code = "RATE_BANDS_OVERLAP"
    message = mark("Row {row} begins at {least}, but the row before it only ends at {below}. Let it end there.")


class BandsGap(Invalid):
    code = "RATE_BANDS_GAP"
    message = mark("Between {below} and {least} this mode would not be offered. Close the gap, or say that it is meant.")


class PlaceUnknown(Invalid):
    code = "RATE_PLACE_UNKNOWN"
    message = mark("{place} is no place. Write countries such as DE, and regions such as US-HI.")


@dataclass(frozen=True, slots=True)
class Band:
    """A row of the table: from ``least``, below ``below`` (open without), in the measure of the table's basis."""

    least: int
    below: int | None
    base: int
    per_kilogram: int = 0
    grams_included: int = 0


@dataclass(frozen=True, slots=True)
class RateTable:
    """The bands of one currency, set of places (empty: everywhere), basis and time."""

    currency: str
    countries: frozenset[str]
    basis: Basis
    bands: tuple[Band, ...]
    per_item: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def key(self) -> str:
        """What tells this table from the others of its mode, for addresses."""
        times = [at.isoformat() if at else "" for at in (self.starts_at, self.ends_at)]
        return "|".join((self.currency, " ".join(sorted(self.countries)), self.basis, "item" * self.per_item, *times)).rstrip("|")

    @property
    def gaps(self) -> list[tuple[int, int]]:
        """The ranges between two bands in which the mode is not offered."""
        pairs = zip(self.bands, self.bands[1:], strict=False)
        return [(one.below, after.least) for one, after in pairs if one.below is not None and one.below < after.least]

    def rates(self) -> tuple[Rate, ...]:
        """The table as the rates that are stored and charged."""
        return tuple(
            Rate(
                currency=self.currency,
                base=band.base,
                per_kilogram=band.per_kilogram,
                countries=self.countries,
                grams_included=band.grams_included,
                basis=self.basis,
                least=band.least,
                below=band.below,
                per_item=self.per_item,
                starts_at=self.starts_at,
                ends_at=self.ends_at,
            )
            for band in self.bands
        )

    def title(self) -> str:
        """The table in one line of the history: its currency, places, what it goes by, and when."""
        first, end = (at.isoformat(timespec="minutes") if at else "" for at in (self.starts_at, self.ends_at))
        times = f"{first}–{end}" if first or end else ""
        parts = (self.currency, ", ".join(sorted(self.countries)) or "*", str(self.basis), "× 1" * self.per_item, times)
        return " · ".join(part for part in parts if part)

    def written(self) -> str:
        """The bands in one line of the history.

        >>> band = Band(0, 30_000, 4900, 35, 2_000)
        >>> RateTable("EUR", frozenset({"DE"}), Basis.WEIGHT, (band,)).written()
        '0–30 kg: 49.00 + 0.35/kg > 2 kg'
        """
        return "; ".join(f"{self._range(band)}: {self._costs(band)}" for band in self.bands)

    def _costs(self, band: Band) -> str:
        base = format_amount(band.base, self.currency)
        if not band.per_kilogram:
            return base
        more, included = format_amount(band.per_kilogram, self.currency), write_measure(band.grams_included, Basis.WEIGHT, "")
        return f"{base} + {more}/kg > {included} kg"

    def _range(self, band: Band) -> str:
        unit = {Basis.WEIGHT: " kg", Basis.AMOUNT: f" {self.currency}", Basis.QUANTITY: ""}[self.basis]
        least = write_measure(band.least, self.basis, self.currency)
        return (
            f"≥ {least}{unit}" if band.below is None else f"{least}–{write_measure(band.below, self.basis, self.currency)}{unit}"
        )


@dataclass(frozen=True, slots=True)
class BandText:
    """A row as it was typed; weights are kilograms."""

    least: str = ""
    below: str = ""
    base: str = ""
    per_kilogram: str = ""
    included: str = ""

    @property
    def blank(self) -> bool:
        return not any((self.least, self.below, self.base, self.per_kilogram, self.included))


@dataclass(frozen=True, slots=True)
class TableText:
    """A table as it was typed; days are days of the store, the last one included."""

    currency: str
    places: str = ""
    basis: str = Basis.WEIGHT
    per_item: bool = False
    first_day: str = ""
    last_day: str = ""
    gaps_meant: bool = False
    bands: tuple[BandText, ...] = ()


def tables_of(rates: Iterable[Rate]) -> list[RateTable]:
    """The tables a mode's rates make up, by currency, then the widest places first."""
    found: dict[tuple[Any, ...], list[Band]] = {}
    for one in rates:
        key = (one.currency, one.countries, one.basis, one.per_item, one.starts_at, one.ends_at)
        band = Band(one.least, one.below, one.base, one.per_kilogram, one.grams_included)
        found.setdefault(key, []).append(band)
    tables = [
        RateTable(currency, countries, basis, tuple(sorted(bands, key=lambda one: one.least)), per_item, starts_at, ends_at)
        for (currency, countries, basis, per_item, starts_at, ends_at), bands in found.items()
    ]
    return sorted(tables, key=lambda one: (one.currency, bool(one.countries), sorted(one.countries), one.key))


def replaced(rates: Iterable[Rate], key: str, table: RateTable | None) -> tuple[Rate, ...]:
    """A mode's rates with a table in the place of the one ``key`` names, or without that one."""
    others = [one for one in tables_of(rates) if one.key != key]
    return tuple(rate for one in (*others, *((table,) if table else ())) for rate in one.rates())


def with_rates(mode: ShippingMode, rates: tuple[Rate, ...]) -> ShippingMode:
    """The mode with other rates."""
    return replace(mode, rates=rates)


def read_table(text: TableText, currencies: Sequence[str], zone: str) -> RateTable:
    """The table that was typed, or the first thing that is wrong in it, with the field it is in."""
    if text.currency not in currencies:
        raise RateTableMalformed(path="currency", problem=mark("This store does not sell in this currency."))
    if text.basis not in tuple(Basis):
        raise RateTableMalformed(path="basis", problem=mark("Choose weight, value of the goods, or number of units."))
    basis = Basis(text.basis)
    bands = [_band(row, number, basis, text.currency) for number, row in enumerate(text.bands[:MOST_BANDS], 1) if not row.blank]
    if not bands:
        raise RateTableMalformed(path="bands", problem=mark("Write at least one row: from where on, and what it costs."))
    starts_at, ends_at = read_day(text.first_day, zone, "first_day"), read_day(text.last_day, zone, "last_day", after=1)
    if starts_at and ends_at and starts_at >= ends_at:
        raise RateTableMalformed(path="last_day", problem=mark("The last day lies before the first."))
    ordered = tuple(sorted(bands, key=lambda one: one.least))
    table = RateTable(text.currency, read_places(text.places), basis, ordered, text.per_item, starts_at, ends_at)
    _require_ascending(table)
    if table.gaps and not text.gaps_meant:
        below, least = table.gaps[0]
        told = {"below": write_measure(below, basis, text.currency), "least": write_measure(least, basis, text.currency)}
        raise BandsGap(path="gaps_meant", **told)
    return table


def _require_ascending(table: RateTable) -> None:
    for row, (one, after) in enumerate(zip(table.bands, table.bands[1:], strict=False), 2):
        if one.below is None or one.below > after.least:
            below = "∞" if one.below is None else write_measure(one.below, table.basis, table.currency)
            least = write_measure(after.least, table.basis, table.currency)
            raise BandsOverlap(path=f"bands.{row}", row=row, least=least, below=below)


def _band(row: BandText, number: int, basis: Basis, currency: str) -> Band:
    least = _measure(row.least or "0", basis, currency, number)
    below = _measure(row.below, basis, currency, number) if row.below else None
    if below is not None and below <= least:
        raise BandMalformed(
            path=f"bands.{number}", row=number, problem=mark("it ends above where it begins; leave the end empty for no end.")
        )
    base = _amount(row.base, currency, number)
    more = _amount(row.per_kilogram, currency, number) if row.per_kilogram else 0
    included = _measure(row.included, Basis.WEIGHT, currency, number) if row.included else 0
    return Band(least, below, base, more, included)


def _amount(text: str, currency: str, row: int) -> int:
    try:
        return typed_amount(text, currency)
    except AmountMistyped as error:
        problem = phrase(error.message, **error.attributes)
        raise BandMalformed(path=f"bands.{row}", row=row, problem=problem) from None


def _measure(text: str, basis: Basis, currency: str, row: int) -> int:
    if basis is Basis.AMOUNT:
        return _amount(text, currency, row)
    found = (_WEIGHT if basis is Basis.WEIGHT else _UNITS).match(text)
    if found is None:
        problem = mark("write kilograms such as 2 or 0.5.") if basis is Basis.WEIGHT else mark("write a whole number of units.")
        raise BandMalformed(path=f"bands.{row}", row=row, problem=problem)
    return int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0")) if basis is Basis.WEIGHT else int(text)


def read_measure(text: str, basis: Basis, currency: str, path: str) -> int:
    """One bound or measure that was typed: kilograms, an amount, or units."""
    try:
        return _measure(text.strip(), basis, currency, 0)
    except BandMalformed as error:
        raise RateTableMalformed(path=path, problem=error.problem) from None


def write_measure(value: int, basis: Basis, currency: str) -> str:
    """A bound as it is typed: kilograms, an amount, or units.

    >>> write_measure(30_000, Basis.WEIGHT, ""), write_measure(2_050, Basis.WEIGHT, ""), write_measure(5000, Basis.AMOUNT, "EUR")
    ('30', '2.05', '50.00')
    """
    if basis is Basis.AMOUNT:
        return format_amount(value, currency)
    if basis is Basis.QUANTITY:
        return str(value)
    whole, grams = divmod(value, 1000)
    return f"{whole}.{grams:03d}".rstrip("0") if grams else str(whole)


def read_places(text: str) -> frozenset[str]:
    """Countries and regions, separated by blanks or commas; none means everywhere."""
    places = text.upper().replace(",", " ").split()
    for place in places:
        if not _PLACE.match(place):
            raise PlaceUnknown(path="places", place=place)
    return frozenset(places)


def read_day(day: str, zone: str, path: str, after: int = 0) -> datetime | None:
    """The beginning of a day by the store's clock, or of one so many days later; nothing without a day."""
    if not day:
        return None
    try:
        return midnight(datetime.fromisoformat(day).date(), ZoneInfo(zone), after)
    except ValueError:
        raise RateTableMalformed(path=path, problem=mark("Write a day such as 2026-11-27.")) from None


def text_of(table: RateTable, zone: str) -> TableText:
    """The table as `read_table` reads it."""
    first = table.starts_at.astimezone(ZoneInfo(zone)).date().isoformat() if table.starts_at else ""
    return TableText(
        currency=table.currency,
        places=" ".join(sorted(table.countries)),
        basis=table.basis,
        per_item=table.per_item,
        first_day=first,
        last_day=last_day(table.ends_at, zone).isoformat() if table.ends_at else "",
        gaps_meant=bool(table.gaps),
        bands=tuple(
            BandText(
                least=write_measure(band.least, table.basis, table.currency),
                below="" if band.below is None else write_measure(band.below, table.basis, table.currency),
                base=format_amount(band.base, table.currency),
                per_kilogram=format_amount(band.per_kilogram, table.currency) if band.per_kilogram else "",
                included=write_measure(band.grams_included, Basis.WEIGHT, "") if band.grams_included else "",
            )
            for band in table.bands
        ),
    )
