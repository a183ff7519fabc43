"""Why shipping costs what it costs: what became of every rate, and what a merchant should know of the tables.

It tells what `offer_shipping` decided by the same rules, so that a page never explains anything but what a cart pays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec.structs import replace

from entrepot.commerce.charges.rate_table import Band, RateTable, tables_of
from entrepot.commerce.charges.shipping import Basis, Missed, Parcel, ShippingMode, rate_for


class Verdict(StrEnum):
    """What became of a band: it is what is charged, or why it is not."""

    CHARGED = "charged"
    WIDER = "wider"
    DEARER = "dearer"
    PLACE = "place"
    TIME = "time"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Considered:
    """A band of a table, its verdict, and what it would cost where it fits."""

    table: RateTable
    band: Band
    verdict: Verdict
    amount: int | None


class Remark(StrEnum):
    """What is right, but may surprise."""

    GAP = "gap"
    LATE = "late"
    ENDS = "ends"
    TWICE = "twice"


def consider(mode: ShippingMode, parcel: Parcel) -> list[Considered]:
    """Every band in the parcel's currency with its verdict, the one that is charged first."""
    chosen = rate_for(mode, parcel)
    found = []
    for table in tables_of(mode.rates):
        if table.currency != parcel.currency:
            continue
        for band, rate in zip(table.bands, table.rates(), strict=True):
            missed = rate.missed(parcel)
            amount = rate.cost(parcel) if missed is None else None
            if chosen is not None and rate == chosen:
                verdict = Verdict.CHARGED
            elif missed is not None:
                verdict = _SAID[missed]
            else:
                assert chosen is not None, "what fits is chosen, or something that goes before it"
                nearer = (parcel.nearness(chosen.countries) or 0) > (parcel.nearness(rate.countries) or 0)
                verdict = Verdict.WIDER if nearer else Verdict.DEARER
            found.append(Considered(table, band, verdict, amount))
    return sorted(found, key=lambda one: list(Verdict).index(one.verdict))


_SAID = {
    Missed.CURRENCY: Verdict.PLACE,
    Missed.PLACE: Verdict.PLACE,
    Missed.TIME: Verdict.TIME,
    Missed.RANGE: Verdict.RANGE,
}


def compare(
    before: ShippingMode, after: ShippingMode, table: RateTable, at: datetime
) -> list[tuple[int, int | None, int | None]]:
    """What a change would do: at every bound of a table's old and new bands what is charged before and after, nothing where
    the mode is not offered."""
    tables = [
        one for mode in (before, after) for one in tables_of(mode.rates) if _compete(one, table) and one.basis is table.basis
    ]
    bounds = {bound for one in tables for band in one.bands for bound in (band.least, band.below, band.grams_included) if bound}
    place = min(table.countries, default="")
    country, _, region = place.partition("-")
    shared = Parcel(table.currency, country or None, region, at=max(at, table.starts_at or at))
    found = []
    for bound in sorted(bounds | {0 if table.basis is not Basis.QUANTITY else 1}):
        parcel = replace(shared, **{_MEASURE[table.basis]: bound})
        chosen = [rate_for(mode, parcel) for mode in (before, after)]
        was, now = (None if rate is None else rate.cost(parcel) for rate in chosen)
        found.append((bound, was, now))
    return found


_MEASURE = {Basis.WEIGHT: "grams", Basis.AMOUNT: "amount", Basis.QUANTITY: "quantity"}


def remarks_on(tables: Iterable[RateTable]) -> list[tuple[Remark, RateTable, int, int]]:
    """What may surprise in a mode's tables: gaps, where the mode begins late or ends, and places that stand in two tables.

    The two numbers are the bounds of the range that is told of.
    """
    tables = list(tables)
    found: list[tuple[Remark, RateTable, int, int]] = []
    for place, table in enumerate(tables):
        found += [(Remark.GAP, table, below, least) for below, least in table.gaps]
        if table.bands[0].least > 0:
            found.append((Remark.LATE, table, 0, table.bands[0].least))
        last = table.bands[-1].below
        if last is not None:
            found.append((Remark.ENDS, table, last, 0))
        if any(_compete(table, other) for other in tables[:place]):
            found.append((Remark.TWICE, table, 0, 0))
    return found


def _compete(one: RateTable, other: RateTable) -> bool:
    """Whether two tables are for the same place at the same time, so that the cheaper one counts."""
    same = one.currency == other.currency and (one.countries & other.countries or not (one.countries or other.countries))
    starts_apart = one.ends_at and other.starts_at and one.ends_at <= other.starts_at
    ends_apart = other.ends_at and one.starts_at and other.ends_at <= one.starts_at
    return bool(same and not starts_apart and not ends_apart)
