"""Choosing units: the dearest, the cheapest, complete groups of them, one of each group.

Units of a line are alike, so a choice is a list of *runs*: a line and how many of its units. Sorting runs instead of
units keeps ten thousand screws as cheap to look at as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from entrepot.commerce.promotions.basket import Line, Standing

Run = tuple[Line, int]


class Take(StrEnum):
    """Which units are taken first; ties go to the earlier line."""

    DEAREST = "dearest"
    CHEAPEST = "cheapest"
    ENTERED = "entered"


def in_order(standing: Standing, lines: Iterable[Line], take: Take) -> list[Run]:
    """All units of the lines as runs, the ones to take first in front."""
    if take is Take.ENTERED:
        return [(line, line.quantity) for line in lines]
    ordered = standing.dearest_first(lines) if take is Take.DEAREST else standing.cheapest_first(lines)
    return [(line, line.quantity) for line in ordered]


def count(runs: Iterable[Run]) -> int:
    return sum(quantity for _, quantity in runs)


def first(runs: Sequence[Run], units: int) -> list[Run]:
    """The first so many units."""
    chosen: list[Run] = []
    for line, quantity in runs:
        taken = min(units, quantity)
        if taken <= 0:
            break
        chosen.append((line, taken))
        units -= taken
    return chosen


def without(runs: Sequence[Run], taken: Sequence[Run]) -> list[Run]:
    """What is left of the runs after some were taken."""
    gone: dict[str, int] = {}
    for line, quantity in taken:
        gone[line.id] = gone.get(line.id, 0) + quantity
    rest = [(line, quantity - gone.get(line.id, 0)) for line, quantity in runs]
    return [(line, quantity) for line, quantity in rest if quantity > 0]


def of_each_group(runs: Sequence[Run], size: int, groups: int, place: int) -> list[Run]:
    """The unit at ``place`` of each of the first ``groups`` groups of ``size`` consecutive units.

    >>> a, b = Line("1", "a", 4, 40), Line("2", "b", 2, 40)
    >>> [(line.id, units) for line, units in of_each_group([(a, 4), (b, 2)], 3, 2, 2)]
    [('1', 1), ('2', 1)]
    """
    chosen: list[Run] = []
    start = 0
    for line, quantity in runs:
        end = min(start + quantity, groups * size)
        picks = _picks(end, size, place) - _picks(start, size, place)
        if picks > 0:
            chosen.append((line, picks))
        start += quantity
    return chosen


def _picks(upto: int, size: int, place: int) -> int:
    return max(0, upto - place + size - 1) // size


def cost(standing: Standing, runs: Iterable[Run]) -> dict[str, int]:
    """What the chosen units still cost, by line."""
    costs: dict[str, int] = {}
    for line, quantity in runs:
        costs[line.id] = costs.get(line.id, 0) + standing.units(line, quantity)
    return costs
