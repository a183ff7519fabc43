"""Deciding what follows from the shopper's picks: forced values, then what is soft, then "none".

Soft are a kit's base configuration (the predefined one a shopper starts from) and the model's defaults. They
are taken in order, each only where it is possible beside the picks and everything soft before it, and they never
exclude a value. What a base configuration leaves out of an optional class stays out.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from entrepot.configurator.columns import Columns
from entrepot.configurator.compile import Compiled
from entrepot.configurator.evaluate import Taken, holds
from entrepot.configurator.formula import Evidence
from entrepot.configurator.leaving import possible_in_time
from entrepot.configurator.model import Advice, Pick
from entrepot.configurator.problems import SearchUnfinished, UnknownOption

Array = Any

Picks = tuple[Pick, ...]


class State(StrEnum):
    """How a value stands: who took it, or whether it can be taken."""

    CHOSEN = "chosen"
    SET = "set"
    DEFAULT = "default"
    POSSIBLE = "possible"
    EXCLUDED = "excluded"
    #: Neither was found out in the time that a step may take.
    CHECKING = "checking"

    @property
    def taken(self) -> bool:
        return self in (State.CHOSEN, State.SET, State.DEFAULT)


#: States as the numbers that stand in a column.
STATES = tuple(State)
_CHOSEN, _SET, _DEFAULT, _OPEN = (STATES.index(one) for one in (State.CHOSEN, State.SET, State.DEFAULT, State.POSSIBLE))


@dataclass(frozen=True, slots=True)
class Settled:
    """What is decided once forced values and defaults are in.

    ``possible`` is a truth value per slot; ``taken`` the slot that each variable takes, or -1, and ``by`` the number
    of the state in which it does. ``checking`` has the slots that stayed undecided, if any; without ``proven`` it is
    not known whether the picks go together.
    """

    consistent: bool
    proven: bool
    possible: Array
    checking: Array | None
    taken: Array
    by: Array

    def values(self, columns: Columns) -> dict[int, int]:
        """The value that each decided variable takes."""
        places = (self.taken >= 0).nonzero()[0]
        bits = self.taken[places] - columns.first_of_place[places]
        return dict(zip(places.tolist(), bits.tolist(), strict=True))

    def picks(self, columns: Columns) -> Picks:
        """Everything taken, in the order of the model."""
        slots = self.taken[self.taken >= 0]
        found = map(columns.picks.__getitem__, slots[columns.chosen[slots]].tolist())
        return tuple(pick for pick in found if pick is not None)


def settle(compiled: Compiled, picks: Picks, base: Picks = ()) -> Settled:
    """Decide what follows: forced values, then the base and defaults where possible, then "none" where optional."""
    import numpy

    columns = compiled.columns
    evidence = compiled.encoded.evidence(picks)
    domains = compiled.engine.domains(evidence)
    places = len(columns.first_of_place)
    possible, open_ = domains.slots(columns), domains.open_slots(columns)
    settled = Settled(
        domains.consistent,
        domains.proven,
        possible,
        open_ & ~possible if domains.undecided else None,
        numpy.full(places, -1, dtype=numpy.int64),
        numpy.full(places, _OPEN, dtype=numpy.uint8),
    )
    if domains.consistent:
        # What is left beside a declined value follows from it; nobody chose it.
        declining = any(one.declined for one in picks)
        mine = compiled.encoded.evidence(one for one in picks if not one.declined) if declining else evidence
        _take_forced(columns, settled, open_ & ~columns.closed(evidence), _SET, mine)
        filled = _fill_soft(compiled, dict(evidence), settled, base)
        _fill_none(compiled, filled, settled, mine)
    else:
        for place, mask in evidence.items():
            if mask:
                _take(columns, settled, place, mask, _CHOSEN)
    return settled


def taken_picks(compiled: Compiled, values: Mapping[int, int]) -> Picks:
    """Everything taken, as picks in the order of the model, from the value of each variable."""
    first, picks = compiled.columns.first_of_place, compiled.columns.picks
    found = (picks[int(first[place]) + values[place]] for place in sorted(values))
    return tuple(pick for pick in found if pick is not None)


def as_taken(picks: Picks) -> Taken:
    taken: dict[str, list[tuple[str, int]]] = {}
    for pick in picks:
        taken.setdefault(pick.option_class, []).append((pick.option, pick.quantity))
    return taken


def _take(columns: Columns, settled: Settled, place: int, mask: int, by: int) -> None:
    settled.taken[place] = columns.first_of_place[place] + (mask & -mask).bit_length() - 1
    settled.by[place] = by


def _take_forced(columns: Columns, settled: Settled, left: Array, by: int, mine: Evidence) -> None:
    """Take every value that is the only one left of a variable that is open."""
    import numpy

    forced = (numpy.add.reduceat(left, columns.first_of_place, dtype=numpy.int64) == 1) & (settled.taken < 0)
    slots = (left & forced[columns.place_of_slot]).nonzero()[0]
    settled.taken[forced] = slots
    settled.by[forced] = by
    for place in mine:
        if forced[place]:
            settled.by[place] = _CHOSEN


def _fill_soft(compiled: Compiled, evidence: dict[int, int], settled: Settled, base: Picks) -> dict[int, int]:
    """Take soft picks in order, each only if it is possible beside all before it."""
    mine = dict(evidence)
    for advice in (*(Advice(pick) for pick in base), *_defaults(compiled, base)):
        try:
            place = compiled.encoded.layout.place(advice.pick)
            mask = compiled.encoded.layout.mask(compiled.encoded.formula, advice.pick)
        except UnknownOption:
            continue
        if settled.taken[place] >= 0 or place in evidence or _declined(compiled, advice.pick, evidence):
            continue
        if not _applies(compiled, advice, settled):
            continue
        if possible_in_time(compiled.engine, {**evidence, place: mask}):
            evidence[place] = mask
            if not mask & (mask - 1):
                _take(compiled.columns, settled, place, mask, _DEFAULT)
    if len(evidence) > len(mine):
        columns = compiled.columns
        left = compiled.engine.open_domains(evidence).open_slots(columns) & ~columns.closed(evidence)
        _take_forced(columns, settled, left, _DEFAULT, mine)
    return evidence


def _applies(compiled: Compiled, advice: Advice, settled: Settled) -> bool:
    """Whether soft advice is due: its class is asked, its condition holds."""
    option_class = compiled.model.find_class(advice.pick.option_class)
    owner = option_class.owner if option_class else None
    if owner is None and advice.when is None:
        return True
    taken = as_taken(settled.picks(compiled.columns))
    asked = owner is None or any(option == owner.option for option, _ in taken.get(owner.option_class, ()))
    return asked and (advice.when is None or holds(compiled.model, taken, advice.when))


def _defaults(compiled: Compiled, base: Picks) -> list[Advice]:
    """The model's defaults; beside a base configuration only for the classes that cannot stay empty."""
    mentioned = {pick.option_class for pick in base}
    kept = []
    for advice in compiled.model.defaults:
        option_class = compiled.model.find_class(advice.pick.option_class)
        assert option_class is not None
        if not base or option_class.least or (option_class.name in mentioned and option_class.single):
            kept.append(advice)
    return kept


def _declined(compiled: Compiled, pick: Pick, evidence: dict[int, int]) -> bool:
    """Whether the shopper said something about the class already ("none" of a class of many included)."""
    option_class = compiled.model.find_class(pick.option_class)
    assert option_class is not None
    return all(place in evidence for place in compiled.encoded.layout.places(option_class))


def _fill_none(compiled: Compiled, evidence: dict[int, int], settled: Settled, mine: Evidence) -> None:
    """Leave out what is optional and open, all at once where that works; take least quantities where one is open."""
    columns = compiled.columns
    optional = columns.optional & (settled.taken < 0)
    optional[list(evidence)] = False
    left_out, domains = compiled.engine.leave_out(evidence, optional.nonzero()[0])
    loose = [place for place, mask in evidence.items() if mask & (mask - 1)]
    if loose:
        without = evidence | dict.fromkeys(left_out.tolist(), 1)
        with suppress(SearchUnfinished):
            for place in loose:
                evidence[place] = without[place] = least_quantity(compiled, without, place)
        domains = compiled.engine.open_domains(without)
    for place, mask in evidence.items():
        if settled.taken[place] < 0 and not mask & (mask - 1):
            _take(columns, settled, place, mask, _CHOSEN if place in mine else _DEFAULT)
    settled.taken[left_out] = columns.first_of_place[left_out]
    closed = columns.closed(evidence) | columns.closed_but_first(left_out)
    _take_forced(columns, settled, domains.open_slots(columns) & ~closed, _DEFAULT, {})


def least_quantity(compiled: Compiled, evidence: Evidence, place: int) -> int:
    """The least quantity of what a variable must take, beside everything else."""
    mask = evidence[place]
    while mask & (mask - 1):
        low = mask & -mask
        if compiled.engine.consistent({**evidence, place: low}):
            return low
        mask ^= low
    return mask
