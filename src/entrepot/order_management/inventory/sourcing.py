"""Which nodes give what: the plan behind every reservation and every schedule.

A need is a number of units, where a unit is one piece of an item or one whole kit; either way a node can give as many
as its scarcest part allows. Of all ways to cover a need the best by three aims is taken: preferred nodes, fewest
shipments, earliest delivery; an optimization type lifts another aim to the front. Equal input gives the equal plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations

from entrepot.order_management.inventory.kits import Component

EXHAUSTIVE = 10


class Aim(StrEnum):
    EARLIEST = "01"
    PREFERRED = "02"
    FEWEST = "03"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node that could give: rank 1 is the most preferred, days until delivery."""

    node: str
    rank: int
    units: int
    days: int


@dataclass(frozen=True, slots=True)
class Need:
    """Units wanted of one line; ``parts`` are the leaves of one unit, ``only_node`` a fixed choice."""

    line: str
    parts: tuple[Component, ...]
    units: int
    only_node: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    node: str
    units: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What each line gets from where, and what could not be covered."""

    given: Mapping[str, tuple[Given, ...]]
    short: Mapping[str, int]

    @property
    def complete(self) -> bool:
        return not self.short


@dataclass(slots=True)
class _Scene:
    free: dict[str, dict[str, int]]
    used: set[str] = field(default_factory=set)


def choose(
    units: int,
    candidates: Sequence[Candidate],
    aim: Aim = Aim.PREFERRED,
    used: frozenset[str] = frozenset(),
    single_node: bool = False,
) -> tuple[Given, ...]:
    """Cover as many of ``units`` as the candidates have, in the best way.

    A node of ``used`` ships to this order anyway and costs no further shipment.

    >>> nodes = [Candidate("N1", 1, 4, 6), Candidate("N2", 2, 10, 5)]
    >>> choose(10, nodes), choose(10, nodes, Aim.FEWEST)
    ((Given(node='N1', units=4), Given(node='N2', units=6)), (Given(node='N2', units=10),))
    """
    able = sorted([c for c in candidates if c.units > 0], key=lambda c: (c.rank, c.days, c.node))
    if aim is Aim.PREFERRED and able and 0 < units <= able[0].units and (len(able) == 1 or able[0].rank < able[1].rank):
        # Nothing is preferred to one shipment from the one node of the best rank: what follows would find it too.
        return (Given(able[0].node, units),)
    if single_node:
        wanted = min(units, max((c.units for c in able), default=0))
        sets: Iterable[Sequence[Candidate]] = [(c,) for c in able]
    else:
        wanted = min(units, sum(c.units for c in able))
        sets = _subsets(able, aim)
    fills = [fill for fill in (_fill(wanted, chosen) for chosen in sets) if fill is not None]
    if wanted <= 0 or not fills:
        return ()
    best = min(fills, key=lambda fill: _score(fill, aim, used))
    return tuple(Given(candidate.node, taken) for candidate, taken in best)


def plan(
    needs: Sequence[Need],
    nodes: Sequence[tuple[str, int, int]],
    free: Mapping[str, Mapping[str, int]],
    aim: Aim = Aim.PREFERRED,
) -> Plan:
    """Plan all needs of an order, first line first; what one line takes is gone for the next.

    ``nodes`` are (node, rank, days until delivery) of those able to serve the order.
    """
    scene = _Scene({item: dict(by_node) for item, by_node in free.items()})
    given: dict[str, tuple[Given, ...]] = {}
    short: dict[str, int] = {}
    for need in needs:
        candidates = [
            Candidate(node, rank, _units_at(node, need, scene.free), days)
            for node, rank, days in nodes
            if need.only_node in ("", node)
        ]
        chosen = choose(need.units, candidates, aim, frozenset(scene.used))
        for gift in chosen:
            scene.used.add(gift.node)
            for part in need.parts:
                if part.required:
                    scene.free[part.item_id][gift.node] -= part.quantity * gift.units
        given[need.line] = chosen
        missing = need.units - sum(gift.units for gift in chosen)
        if missing:
            short[need.line] = missing
    return Plan(given, short)


def _units_at(node: str, need: Need, free: Mapping[str, Mapping[str, int]]) -> int:
    return min(
        (max(0, free.get(part.item_id, {}).get(node, 0)) // part.quantity for part in need.parts if part.required),
        default=need.units,
    )


def _subsets(able: Sequence[Candidate], aim: Aim) -> Iterable[Sequence[Candidate]]:
    """Every choice of nodes while there are few; beyond that, the nodes in the order of the aim."""
    if len(able) > EXHAUSTIVE:
        keys = {
            Aim.PREFERRED: lambda c: (c.rank, -c.units, c.days, c.node),
            Aim.FEWEST: lambda c: (-c.units, c.rank, c.days, c.node),
            Aim.EARLIEST: lambda c: (c.days, c.rank, -c.units, c.node),
        }
        ordered = sorted(able, key=keys[aim])
        return (ordered[: size + 1] for size in range(len(ordered)))
    return (chosen for size in range(1, len(able) + 1) for chosen in combinations(able, size))


Fill = tuple[tuple[Candidate, int], ...]


def _fill(units: int, chosen: Sequence[Candidate]) -> Fill | None:
    taken: list[tuple[Candidate, int]] = []
    for candidate in sorted(chosen, key=lambda c: (c.rank, c.days, c.node)):
        part = min(units, candidate.units)
        if part:
            taken.append((candidate, part))
            units -= part
    return None if units else tuple(taken)


def _score(fill: Fill, aim: Aim, used: frozenset[str]) -> tuple[object, ...]:
    preference = sum(units * candidate.rank for candidate, units in fill)
    shipments = sum(candidate.node not in used for candidate, _ in fill)
    last = max(candidate.days for candidate, _ in fill)
    aims = {
        Aim.PREFERRED: (preference, shipments, last),
        Aim.FEWEST: (shipments, preference, last),
        Aim.EARLIEST: (last, preference, shipments),
    }[aim]
    return (*aims, tuple((candidate.rank, candidate.days, candidate.node, -units) for candidate, units in fill))
