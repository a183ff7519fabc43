"""What can be had from one known configuration by small changes: nearly everything, in a few milliseconds.

In a formula that did not compile each answer of the solver is one configuration, and a choice that few of them
share would have to be asked about value by value. But a choice changes little: beside one base configuration, what
another value needs is some fifty changes, found once. Where these are far from what a choice changed, they still
hold; where they are near, the same changes are tried anew from the configuration with the choice (`moves`). Only what
neither shows is left for the solver. Every value shown here is proven by a whole configuration.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from types import ModuleType
from typing import Any

from entrepot.configurator.formula import Evidence, Formula
from entrepot.configurator.slots import Slots
from entrepot.configurator.terrain import Ground, lay_ground
from entrepot.configurator.walks import chains_over

Array = Any
#: A solver's model under assumptions, or None.
Solve = Callable[[Sequence[int]], Sequence[int] | None]
#: Configurations of the solver that are tried as starting points before it is asked again.
MAX_STARTS = 12
#: Fewer values than this are tried before it is looked at what follows clause by clause.
FEW = 64
#: Moves from one configuration that may fail in a row.
PATIENCE = 200
#: Evidence that is kept with what it refuses, and how much of it may be said.
MAX_REFUSED = 1_000
MAX_SAID = 64


class Reach:
    """Moves over one formula, from a base configuration and what each value changes in it."""

    def __init__(self, formula: Formula, slots: Slots, moves: ModuleType, witnesses: Iterable[int], solve: Solve) -> None:
        import numpy

        self._numpy = numpy
        self._moves = moves
        self._literals = formula.literals
        clauses = formula.clauses()
        self._ground: Ground = lay_ground(clauses, formula.literals)
        self._chains = chains_over(len(clauses))
        self._slots = numpy.array(slots.literals, dtype=numpy.int64) + formula.literals
        self._why = numpy.full(2 * formula.literals + 1, -2, dtype=numpy.int32)
        self._left = numpy.diff(self._ground[0])
        self.sound = self._chains.follow_units(self._ground, self._why, self._left) == -1
        self._starts: deque[Array] = deque(maxlen=MAX_STARTS)
        rows = [row for row in (self._whole(slots, one, solve) for one in witnesses) if row is not None] if self.sound else []
        self.sound = bool(rows)
        if rows:
            self._learn(rows)

    def _learn(self, rows: list[Array]) -> None:
        """Take the first configuration as the base, and note what each other literal changes in it."""
        numpy = self._numpy
        self._base = rows[0].copy()
        guides = numpy.full(2 * self._literals + 1, -1, dtype=numpy.int64)
        for number in range(len(rows) - 1, -1, -1):
            guides[rows[number] != 0] = number
        wanted = self._slots[guides[self._slots] > 0].astype(numpy.int32)
        begin, changes = self._moves.patches(self._ground, self._base, wanted, guides[wanted], numpy.stack(rows))
        number_of = numpy.full(2 * self._literals + 1, -1, dtype=numpy.int64)
        number_of[wanted] = numpy.arange(len(wanted))
        self._patches = (number_of, begin, changes)

    def _whole(self, slots: Slots, witness: int, solve: Solve) -> Array | None:
        """All literals of a configuration whose values are known; what is only defined follows from them."""
        numpy = self._numpy
        row = numpy.zeros(2 * self._literals + 1, dtype=numpy.uint8)
        row[self._slots] = slots.flags(witness)
        if len(self._slots) == 2 * self._literals:
            return row
        taken, why = row.nonzero()[0].astype(numpy.int32), self._why.copy()
        if self._chains.follow(self._ground, why, self._left.copy(), taken) != -1:
            return None
        row = (why != -2).astype(numpy.uint8)
        if int(row.sum()) == self._literals:
            return row
        model = solve((taken - self._literals).tolist())
        return None if model is None else self.flags(model)

    def flags(self, model: Sequence[int]) -> Array:
        """A byte per literal of a solver's model; one that it never met is false."""
        numpy = self._numpy
        row = numpy.zeros(2 * self._literals + 1, dtype=numpy.uint8)
        row[: self._literals] = 1
        told = numpy.array(model, dtype=numpy.int64)
        told = told[numpy.abs(told) <= self._literals]
        row[self._literals - told] = 0
        row[self._literals + told] = 1
        return row

    def start(self, assumed: Sequence[int], model: Sequence[int] | None = None) -> Array | None:
        """A configuration with the assumed literals, near the base; None where moves alone do not lead to one.

        With a model of theirs they always do.
        """
        truth, fixed = self._base.copy(), self._fixed(())
        guide = None if model is None else self.flags(model)
        trail = self._numpy.empty(self._moves.MOST, dtype=self._numpy.int32)
        wanted = self._numpy.array(assumed, dtype=self._numpy.int64) + self._literals
        there = truth[wanted] != 0
        fixed[wanted[there]] = 1
        for at in wanted[~there].tolist():
            if not truth[at]:
                trail[0] = at
                way = self._guide(at) if guide is None else guide
                count = self._moves.move(self._ground, truth, fixed, way, trail)
                if not count:
                    return guide
                fixed[trail[:count]] = 0
            fixed[at] = 1
        return truth

    def _guide(self, at: int) -> Array:
        """A configuration that is known to have a literal: the base with its patch."""
        number_of, begin, changes = self._patches
        guide, number = self._base.copy(), int(number_of[at])
        if number >= 0:
            some = changes[begin[number] : begin[number + 1]]
            guide[some], guide[2 * self._literals - some] = 1, 0
        return guide

    def _fixed(self, assumed: Sequence[int]) -> Array:
        fixed = self._numpy.zeros(2 * self._literals + 1, dtype=self._numpy.int32)
        fixed[self._numpy.array(assumed, dtype=self._numpy.int64) + self._literals] = 1
        return fixed

    def refuted(self, assumed: Sequence[int]) -> Array:
        """A truth value per slot: what contradicts the assumed literals clause by clause."""
        numpy = self._numpy
        why = self._why.copy()
        some = numpy.array(assumed, dtype=numpy.int32) + self._literals
        failed = self._chains.follow(self._ground, why, self._left.copy(), some.astype(numpy.int32))
        if failed != -1:
            return numpy.ones(len(self._slots), dtype=bool)
        found: Array = why[2 * self._literals - self._slots] != -2
        return found

    def touched(self, truth: Array, assumed: Sequence[int]) -> Array:
        """What patches must not touch to hold in ``truth`` as they do in the base."""
        changed = (truth != self._base).nonzero()[0]
        found = self._moves.near(self._ground, changed[changed > self._literals].astype(self._numpy.int32), self._literals)
        found[self._numpy.abs(self._numpy.array(assumed, dtype=self._numpy.int64))] = 1
        return found

    def apart(self, asked: Array, touched: Array) -> Array:
        """A truth value per slot: the asked slots whose patch holds in a configuration as it does in the base."""
        found = self._numpy.zeros(len(self._slots), dtype=bool)
        found[asked] = self._moves.apart(self._patches, touched, self._slots[asked]) != 0
        return found

    def possible(self, truth: Array, assumed: Sequence[int], asked: Array, patience: int) -> Array:
        """A truth value per slot: what moves from ``truth`` find possible beside the assumed literals, which hold in it."""
        wanted = self._slots[asked].astype(self._numpy.int32)
        state = (truth, self._fixed(assumed), self._base)
        found = self._moves.possible(self._ground, state, self._patches, wanted, patience)
        slots: Array = found[self._slots] != 0
        return slots

    def remember(self, model: Sequence[int]) -> Array:
        """Keep a solver's configuration as a starting point."""
        row = self.flags(model)
        self._starts.append(row)
        return row

    def starts(self, assumed: Sequence[int]) -> list[Array]:
        """Kept configurations with all the assumed literals."""
        some = self._numpy.array(assumed, dtype=self._numpy.int64) + self._literals
        return [row for row in reversed(self._starts) if row[some].all()]

    def holds(self, truth: Array) -> Array:
        """A truth value per slot: what a configuration has."""
        found: Array = truth[self._slots] != 0
        return found


class Start:
    """A configuration with some literals, and what moves reach from there."""

    def __init__(self, reach: Reach, slots: Slots, truth: Array, fixed: Sequence[int]) -> None:
        self._reach = reach
        self._slots = slots
        self._truth = truth
        self._touched = reach.touched(truth, fixed)

    def reached(self, fixed: Sequence[int], wanted: int) -> tuple[int, int]:
        """Of some slots those reached beside the fixed literals, and those that contradict them."""
        if not wanted:
            return 0, 0
        slots, reach, asked = self._slots, self._reach, self._slots.flags(wanted)
        many = asked.sum() > FEW
        never = reach.refuted(fixed) & asked if many else asked & False
        open_ = asked & ~never
        open_ &= ~(reach.holds(self._truth) | reach.apart(open_, self._touched))
        for truth in (*reach.starts(fixed), self._truth):
            if not open_.any():
                break
            open_ &= ~reach.possible(truth, fixed, open_, PATIENCE)
        if not many and open_.any():
            never = reach.refuted(fixed) & open_
        return slots.number(asked & ~open_ & ~never), slots.number(never)

    def reached_from(self, model: Sequence[int], fixed: Sequence[int], wanted: int) -> int:
        """The same from a solver's answer, which is kept."""
        truth = self._reach.remember(model)
        if not wanted:
            return 0
        asked = self._slots.flags(wanted)
        return self._slots.number(self._reach.possible(truth, fixed, asked, PATIENCE) & asked)


class Refused:
    """The values that evidence was found to exclude: whatever is said beside it, they stay excluded."""

    def __init__(self) -> None:
        self._known: OrderedDict[frozenset[tuple[int, int]], int] = OrderedDict()

    def under(self, evidence: Evidence) -> int:
        """What is known to be excluded, from the same evidence or the same with one thing less."""
        if len(evidence) > MAX_SAID or not self._known:
            return 0
        said = frozenset(evidence.items())
        found = self._known.get(said, 0)
        for one in said:
            found |= self._known.get(said - {one}, 0)
        return found

    def note(self, evidence: Evidence, refused: int) -> None:
        if refused and len(evidence) <= MAX_SAID:
            self._known[frozenset(evidence.items())] = refused
            if len(self._known) > MAX_REFUSED:
                self._known.popitem(last=False)
