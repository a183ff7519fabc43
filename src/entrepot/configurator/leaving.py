"""What a configuration can do without: which of its open variables can stay empty together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from entrepot.configurator.contract import Engine
from entrepot.configurator.domains import Domains
from entrepot.configurator.formula import Evidence
from entrepot.configurator.problems import SearchUnfinished


def possible_in_time(engine: Engine, evidence: Evidence) -> bool:
    """Whether something is possible, for whoever can do without it where no answer is found in time."""
    try:
        return engine.consistent(evidence)
    except SearchUnfinished:
        return False


def left_out(engine: Engine, evidence: Evidence, places: Sequence[int], example: Sequence[int] | None) -> Sequence[int]:
    """All at once where that works; else what a configuration (if one is given) leaves out, and the rest half by half."""
    if possible_in_time(engine, {**evidence, **dict.fromkeys(places, 1)}):
        return places
    known = {**evidence, **{place: 1 for place in places if example is not None and example[place] == 0}}
    possible = engine.open_domains(known).masks
    waiting = [[place for place in places if place not in known and possible[place] & 1]]
    while waiting:
        some = waiting.pop()
        none = dict.fromkeys(some, 1)
        if possible_in_time(engine, {**known, **none}):
            known |= none
        elif len(some) > 1:
            waiting += [some[len(some) // 2 :], some[: len(some) // 2]]
    return [place for place in places if known.get(place) == 1]


def leave_out(engine: Engine, evidence: Evidence, places: Any) -> tuple[Any, Domains]:
    """What can be left out together, and what is possible beside it, by asking for the one and then the other."""
    import numpy

    found = numpy.asarray(engine.left_out(evidence, places.tolist()), dtype=numpy.int64)
    return found, engine.open_domains({**evidence, **dict.fromkeys(found.tolist(), 1)})
