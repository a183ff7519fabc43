"""A small picture of a rate table: what shipping costs over what the table goes by, step by step, with its gaps.

Its heights are what `Rate.cost` charges, so that a slope is the price of further kilograms, and a break a range in which
the mode is not offered.
"""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.commerce.charges import Basis, Parcel, RateTable

WIDTH, HEIGHT, MARGIN = 320, 72, 6
#: How far the picture goes on where a table is open above, in grams.
BEYOND = 10_000


@dataclass(frozen=True, slots=True)
class Picture:
    """Lines as points of an SVG, and the bounds below them with where they stand."""

    lines: tuple[str, ...]
    bounds: tuple[tuple[int, int], ...]
    width: int = WIDTH
    height: int = HEIGHT


def picture_of(table: RateTable) -> Picture | None:
    """The picture of a table that has something to show: more than one price."""
    end = _end(table)
    pieces = [_piece(table, number, end) for number in range(len(table.bands))]
    costs = {cost for points in pieces for _, cost in points}
    if not end or len(costs) < 2:
        return None
    highest = max(costs)

    def x(at: int) -> int:
        return MARGIN + at * (WIDTH - 2 * MARGIN) // end

    def y(cost: int) -> int:
        return HEIGHT - MARGIN - cost * (HEIGHT - 2 * MARGIN) // highest

    lines = tuple(" ".join(f"{x(at)},{y(cost)}" for at, cost in points) for points in pieces)
    bounds = sorted({band.least for band in table.bands} | {band.below for band in table.bands if band.below is not None})
    return Picture(lines, tuple((bound, x(bound)) for bound in bounds if bound <= end))


def _piece(table: RateTable, number: int, end: int) -> list[tuple[int, int]]:
    """The line of one band: flat, or rising from where further kilograms cost something."""
    band, rate = table.bands[number], table.rates()[number]
    bends = {band.least, end if band.below is None else band.below}
    if table.basis is not Basis.WEIGHT:
        return [(at, band.base) for at in sorted(bends)]
    if band.per_kilogram and min(bends) < band.grams_included < max(bends):
        bends.add(band.grams_included)
    return [(at, rate.cost(Parcel(table.currency, grams=at))) for at in sorted(bends)]


def _end(table: RateTable) -> int:
    """How far the picture goes: to the end of the last band, or somewhat beyond where an open one begins."""
    last = table.bands[-1]
    if last.below is not None:
        return last.below
    bounds = [band.least for band in table.bands]
    slope = last.grams_included + BEYOND if table.basis is Basis.WEIGHT and last.per_kilogram else 0
    return max(max(bounds) * 4 // 3, slope)
