"""The cheapest configuration under large sums that stand above the circuit, exactly.

The circuit knows the cheapest configuration and the lightest one. Between the two, prices are weighed against the
sum (each step takes the cheapest by price plus a rate times weight) until no rate gives anything better; that
yields a good configuration and a bound below which none can be. What lies between is searched by trying a value
and everything but that value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from entrepot.configurator.formula import Bound, Evidence

Array = Any
Chosen = tuple[int, ...]
MAX_TRIED = 3_000
#: Prices times weights must stay whole numbers of 64 bits.
MAX_NUMBER = 1 << 58


class GaveUp(Exception):
    """Too many cases, or numbers too large."""


@dataclass(slots=True)
class Row:
    """Costs laid out: per slot, and summed up per edge of the circuit once they were asked about."""

    slots: Array
    edges: Array = None

    def weighed(self, more: int, other: Row, less: int) -> Row:
        """This row so many times, and another so many."""
        known = self.edges is not None and other.edges is not None
        return Row(self.slots * more + other.slots * less, self.edges * more + other.edges * less if known else None)


#: The cheapest configuration by a row of costs, or None.
Cheapest = Callable[[Evidence, Row], tuple[int, Chosen] | None]


@dataclass(slots=True)
class _Point:
    """A configuration with its price and its weight in one sum."""

    cost: int
    weight: int
    chosen: Chosen


class Search:
    """Branch and bound over evidence."""

    def __init__(self, cheapest: Cheapest, costs: Row, bounds: Sequence[tuple[Bound, Row]], sizes: Sequence[int]) -> None:
        self._cheapest = cheapest
        self._costs = costs
        self._bounds = bounds
        self._sizes = sizes
        self._best: tuple[int, Chosen] | None = None
        self._tried = 0

    def run(self, evidence: Evidence) -> tuple[int, Chosen] | None:
        """The least cost under all bounds and a configuration that has it; None when nothing fits."""
        waiting = [dict(evidence)]
        while waiting:
            self._tried += 1
            if self._tried > MAX_TRIED:
                raise GaveUp
            waiting += self._narrow(waiting.pop())
        return self._best

    def _narrow(self, evidence: dict[int, int]) -> list[dict[int, int]]:
        """Take what is settled here; else the two halves to look at, the more promising last."""
        found = self._cheapest(evidence, self._costs)
        if found is None or self._no_better(found[0]):
            return []
        violated = next((one for one in self._bounds if weight_of(one[0], found[1]) > one[0].limit), None)
        if violated is None:
            self._best = found
            return []
        bound, weights = violated
        lightest = self._cheapest(evidence, weights)
        if lightest is None or lightest[0] > bound.limit:
            return []
        heavy = _Point(found[0], weight_of(bound, found[1]), found[1])
        light = _Point(self._cost_of(lightest[1], evidence), lightest[0], lightest[1])
        heavy, light, floor = self._weigh(evidence, heavy, light, violated)
        self._note(light)
        if self._no_better(floor):
            return []
        place = self._differing(bound, heavy, light, evidence)
        if place is None:
            return []
        everything = evidence.get(place, (1 << self._sizes[place]) - 1)
        taken = 1 << heavy.chosen[place]
        return [{**evidence, place: taken}, {**evidence, place: everything & ~taken}]

    def _weigh(self, evidence: Evidence, heavy: _Point, light: _Point, violated: tuple[Bound, Row]) -> tuple[_Point, _Point, int]:
        """Move both points together; the price at the limit on the line between them is a lower bound."""
        bound, weights = violated
        while light.cost > heavy.cost:
            more, less = heavy.weight - light.weight, light.cost - heavy.cost
            if max(abs(light.cost), abs(heavy.cost), 1) * more > MAX_NUMBER or max(heavy.weight, 1) * less > MAX_NUMBER:
                raise GaveUp
            found = self._cheapest(evidence, self._costs.weighed(more, weights, less))
            assert found is not None
            if found[0] >= heavy.cost * more + heavy.weight * less:
                break
            point = _Point(self._cost_of(found[1], evidence), weight_of(bound, found[1]), found[1])
            if point.weight > bound.limit:
                heavy = point
            else:
                light = point
                self._note(light)
        if light.cost <= heavy.cost:
            return heavy, light, light.cost
        drop = (light.cost - heavy.cost) * (heavy.weight - bound.limit) // (heavy.weight - light.weight)
        return heavy, light, heavy.cost + drop

    def _note(self, point: _Point) -> None:
        fits = all(weight_of(bound, point.chosen) <= bound.limit for bound, _ in self._bounds)
        if fits and not self._no_better(point.cost):
            self._best = (point.cost, point.chosen)

    def _no_better(self, cost: int) -> bool:
        return self._best is not None and cost >= self._best[0]

    def _cost_of(self, chosen: Chosen, evidence: Evidence) -> int:
        total, first = 0, 0
        for size, value in zip(self._sizes, chosen, strict=True):
            total += int(self._costs.slots[first + value])
            first += size
        return total

    def _differing(self, bound: Bound, heavy: _Point, light: _Point, evidence: Evidence) -> int | None:
        """The variable that weighs most of what makes the two differ; another that is still open if none does."""
        rows = dict(zip(bound.columns, bound.weights, strict=True))
        differ = [place for place in rows if heavy.chosen[place] != light.chosen[place]]
        if differ:
            return max(differ, key=lambda place: rows[place][heavy.chosen[place]] - rows[place][light.chosen[place]])
        other = (place for place, value in enumerate(heavy.chosen) if value != light.chosen[place])
        return next(other, None)


def weight_of(bound: Bound, chosen: Chosen) -> int:
    return sum(row[chosen[place]] for place, row in zip(bound.columns, bound.weights, strict=True))
