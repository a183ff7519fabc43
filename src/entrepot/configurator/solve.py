"""The complete engine that always works: satisfiability with witnesses.

A configuration that was found once is a witness for every value in it, so most questions are answered by
looking at known witnesses; what is left is asked at once ("is any of these still possible?"), and one "no"
settles all of it. Values of a variable are always judged with that variable's own choice withdrawn: that is
what the alternatives of a chosen class are.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from itertools import chain
from typing import Any

from entrepot.configurator.cheapest import cheapest_model
from entrepot.configurator.contract import Best, Costs
from entrepot.configurator.domains import Domains
from entrepot.configurator.formula import Evidence, Formula
from entrepot.configurator.leaving import leave_out, left_out, possible_in_time
from entrepot.configurator.narrow import narrowed_masks
from entrepot.configurator.problems import SearchUnfinished
from entrepot.configurator.reach import Reach, Refused, Start
from entrepot.configurator.search import holds, searching, surely, used_up
from entrepot.configurator.slots import Found, Slots, ones
from entrepot.configurator.solver import open_solver
from entrepot.configurator.walks import moves_over

#: Configurations that are kept: those found before anything was chosen, which every session starts with, and the latest.
MAX_FIRST = 3_000
MAX_WITNESSES = 400
#: Questions after which the solver is opened anew, because each leaves a clause behind.
MAX_ASKED = 20_000
#: How long a proof of the cheapest configuration is looked for, and after that again for a good one without proof.
BEST_SECONDS = 4.0
#: Of the time that is left: what a question about many values may take, and one about one of them.
HALF, A_TENTH = 0.5, 0.1


class SatEngine:
    """Answers by satisfiability; safe to share between threads.

    A witness is one whole number with a bit per value, and so is what the evidence forbids: that they have no bit
    in common makes it a witness of this evidence, and a single common bit one for that value with its own class
    released.
    """

    quick = False

    def __init__(self, formula: Formula, known: Found | None = None) -> None:
        self.formula = formula
        self._lock = threading.Lock()
        self._solver: Any = None
        self._slots: Slots | None = None
        self._spare = formula.literals
        self._first: dict[int, None] = dict.fromkeys(known.witnesses if known else ())
        self._witnesses: OrderedDict[int, None] = OrderedDict()
        self._never = known.never if known else 0
        #: Whether it is known of every value if it is possible at all.
        self._surveyed = known is not None
        self._reach: Reach | None = None
        self._refused = Refused()
        self._model: Sequence[int] = ()
        self._tries: dict[int, int] = {}

    def found(self) -> Found:
        """What was found out so far, for whoever opens the same formula again."""
        return Found(tuple(self._first), self._never)

    def domains(self, evidence: Evidence) -> Domains:
        moved = self._moved(evidence, released=True)
        if moved is not None:
            return moved
        everything = self._open().all
        return self.narrowed(evidence, Domains(everything, True), range(len(everything)))

    def open_domains(self, evidence: Evidence) -> Domains:
        moved = self._moved(evidence, released=False)
        if moved is not None:
            return moved
        masks = tuple(evidence.get(place, everything) for place, everything in enumerate(self._open().all))
        return self.narrowed(evidence, Domains(masks, True), [place for place in range(len(masks)) if place not in evidence])

    def left_out(self, evidence: Evidence, places: Sequence[int]) -> Sequence[int]:
        return left_out(self, evidence, places, self._example(evidence, places))

    def leave_out(self, evidence: Evidence, places: Any) -> tuple[Any, Domains]:
        return leave_out(self, evidence, places)

    def _example(self, evidence: Evidence, places: Sequence[int]) -> tuple[int, ...] | None:
        """A configuration that leaves out many of some variables."""
        if not all(evidence.values()):
            return None
        with self._lock, searching():
            slots = self._open()
            solver = self._asked()
            solver.set_phases([self.formula.variables[place].literals[0] for place in places])
            found = surely(solver, self._open().assumed(evidence))
            return slots.values(solver.get_model()) if found else None

    def _moved(self, evidence: Evidence, *, released: bool) -> Domains | None:
        """The domains by moves from one configuration, and by asking for the rest; None where there is nothing to start from.

        ``released`` judges the variables of the evidence each with its own choice withdrawn; else they stay as said.
        """
        with self._lock, searching():
            if self._surveyed and not evidence:
                slots, shown = self._open(), self._witnessed(0)[0]
                if shown | self._never == slots.everything:  # Not so where publishing ran out of time.
                    flags = slots.flags(shown)
                    return Domains(lambda: tuple(slots.masks_of(flags)), bool(shown), flags)
            try:
                start = self._start(evidence)
            except SearchUnfinished:
                return None
            if start is None:
                return None
            slots = self._open()
            possible = slots.everything & ~self._never
            found, undecided = self._complete(evidence, 0, possible, start)
            flags = slots.flags(found)
            judged = evidence.items() if released else [(place, mask) for place, mask in evidence.items() if mask & (mask - 1)]
            for place, mask in judged:
                first, size = slots.first[place], len(self.formula.variables[place].values)
                if released:
                    others = {one: said for one, said in evidence.items() if one != place}
                    mine = possible & self.formula.variables[place].everything << first
                    found, more = self._complete(others, slots.number(flags) & mine, mine, start)
                    mask, undecided = slots.mask(found, place), undecided | more
                flags[first : first + size] = [mask >> bit & 1 for bit in range(size)]
            return Domains(lambda: tuple(slots.masks_of(flags)), True, flags, undecided)

    def narrowed(self, evidence: Evidence, within: Domains, places: Sequence[int]) -> Domains:
        """Exact domains of some variables, where it is known already that nothing outside ``within`` is possible."""
        with self._lock, searching():
            slots = self._open()
            asked = [place for place in places if place not in evidence]
            candidates = slots.union(asked, within.masks) & ~self._never
            try:
                start = self._start(evidence) if within.consistent else None
                found, released, consistent = self._beside(evidence, within, start)
            except SearchUnfinished:
                nothing = dict.fromkeys(places, 0)
                known = tuple(nothing.get(place, mask) for place, mask in enumerate(within.masks))
                return Domains.unknown(known, slots.union(list(places), within.masks) & ~self._never)
            masks, undecided = list(within.masks), 0
            if consistent:
                found, undecided = self._complete(evidence, found, candidates, start)
                if not evidence and len(asked) == len(masks) and not undecided:
                    self._never, self._surveyed = slots.everything & ~found, True
            for place, mask in zip(asked, slots.masks(found if consistent else 0, asked), strict=True):
                masks[place] = mask
            for place in places:
                if place in evidence:
                    others = {one: mask for one, mask in evidence.items() if one != place}
                    mine = slots.union([place], within.masks) & ~self._never
                    shown = (released | found if consistent else released) & mine
                    shown, more = self._complete(others, shown, mine, start)
                    masks[place], undecided = slots.mask(shown, place), undecided | more
            if not consistent and places:
                masks = [mask if place in evidence else 0 for place, mask in enumerate(masks)]
            return Domains(tuple(masks), consistent, None, undecided)

    def _beside(self, evidence: Evidence, within: Domains, start: Start | None) -> tuple[int, int, bool]:
        """What known configurations show beside the evidence, with its own class released, and whether it is consistent."""
        forbidden = self._open().forbidden(evidence)
        found, released = self._witnessed(forbidden) if start is None else (0, 0)
        consistent = within.consistent and (start is not None or bool(found) or self._solve(evidence, ()) is not None)
        return found or (self._witnessed(forbidden)[0] if consistent else 0), released, consistent

    def consistent(self, evidence: Evidence) -> bool:
        with self._lock, searching():
            forbidden = self._open().forbidden(evidence)
            return (
                any(not witness & forbidden for witness in chain(self._first, self._witnesses))
                or self._solve(evidence, ()) is not None
            )

    def best(self, evidence: Evidence, costs: Costs) -> Best | None:
        """The cheapest configuration, searched for a stated processor time; then the cheapest that was come upon."""
        until = time.thread_time() + BEST_SECONDS
        model = cheapest_model(self.formula, evidence, costs, BEST_SECONDS)
        if model is not None:
            return Best(*self._valued(model, costs), proven=True) if model else None
        with searching(BEST_SECONDS):
            return self._descend(dict(evidence), costs, until + BEST_SECONDS)

    def _descend(self, evidence: dict[int, int], costs: Costs, until: float) -> Best | None:
        """Take the cheapest value that is possible beside those taken before, where it saves most first."""
        if not self.consistent(evidence):
            return None
        spread = {place: max(row) - min(row) for place, row in costs.items()}
        for place in sorted(spread, key=lambda one: -spread[one]):
            row = costs[place]
            allowed = [bit for bit in range(len(row)) if evidence.get(place, -1) >> bit & 1]
            for bit in sorted(allowed, key=row.__getitem__):
                if time.thread_time() > until or possible_in_time(self, {**evidence, place: 1 << bit}):
                    break
            else:
                continue
            if time.thread_time() > until:
                break
            evidence[place] = 1 << bit
        with self._lock:
            model = self._known(evidence)
        return Best(*self._valued(model, costs), proven=False)

    def _known(self, evidence: Evidence) -> Sequence[int]:
        """The literals of a configuration that has been found with the evidence."""
        slots = self._open()
        forbidden = slots.forbidden(evidence)
        known = (one for one in chain(reversed(self._witnesses), self._first) if not one & forbidden)
        witness = next(known, None) or self._solve(evidence, ())
        assert witness is not None
        return slots.literals_of(witness)

    def _valued(self, model: Sequence[int], costs: Costs) -> tuple[int, tuple[int, ...]]:
        with self._lock:
            chosen = self._open().values(model)
        return sum(row[chosen[place]] for place, row in costs.items()), chosen

    def _witnessed(self, forbidden: int) -> tuple[int, int]:
        """The values known to be possible, and those known to be with their own class released."""
        found = released = 0
        for witness in chain(self._first, self._witnesses):
            conflict = witness & forbidden
            if not conflict:
                found |= witness
            elif not conflict & (conflict - 1):
                released |= conflict
        return found, released

    def _complete(self, evidence: Evidence, found: int, candidates: int, start: Start | None = None) -> tuple[int, int]:
        """Ask for any of the values not witnessed yet, until none is left or the answer is no; then those without an answer.

        Where there is a configuration to start from, what it reaches is found first, and again from each answer.
        """
        slots = self._open()
        refused = self._refused.under(evidence)
        candidates &= ~(slots.forbidden(evidence) | refused)
        fixed = self._open().assumed(evidence)
        if start is not None:
            more, never = start.reached(fixed, candidates & ~found)
            found, candidates = found | more, candidates & ~never
        undecided = 0
        while wanted := candidates & ~found:
            try:
                witness = self._solve(evidence, slots.literals_of(wanted), HALF)
            except SearchUnfinished:
                more, never = self._singly(evidence, fixed, wanted)
                found, refused, undecided = found | more, refused | never, wanted & ~(more | never)
                break
            if witness is None:
                refused |= wanted
                break
            found |= witness
            if start is not None:
                found |= start.reached_from(self._model, fixed, candidates & ~found)
        self._refused.note(evidence, refused)
        return found, undecided

    def _singly(self, evidence: Evidence, fixed: Sequence[int], wanted: int) -> tuple[int, int]:
        """Of values that took too long together those found possible and those excluded, each asked about by itself.

        Those that had no answer before come last, so that step by step each has its turn.
        """
        slots, found = self._open(), 0
        follows = set(self._asked().propagate(fixed)[1])
        never = sum(1 << slot for slot in ones(wanted) if -slots.literals[slot] in follows)
        for slot in sorted(ones(wanted & ~never), key=lambda one: self._tries.get(one, 0)):
            if found >> slot & 1:
                continue
            try:
                witness = self._solve(evidence, [slots.literals[slot]], A_TENTH)
            except SearchUnfinished:
                self._tries[slot] = self._tries.get(slot, 0) + 1
                if used_up():
                    break
            else:
                never |= 1 << slot if witness is None else 0
                found |= witness or 0
        return found & wanted, never

    def _start(self, evidence: Evidence) -> Start | None:
        """A configuration with the evidence to start from; None where there is none, or asking alone is as quick."""
        moves = moves_over(self.formula.literals)
        if moves is None or not evidence or not self._surveyed or not all(evidence.values()):
            return None
        slots = self._open()
        if self._reach is None:
            self._reach = Reach(self.formula, slots, moves, self._first, self._model_of)
        fixed = self._open().assumed(evidence)
        truth = self._reach.start(fixed) if self._reach.sound else None
        if truth is None and self._reach.sound:
            model = self._model_of(fixed)
            truth = None if model is None else self._reach.start(fixed, model)
        return None if truth is None else Start(self._reach, slots, truth, fixed)

    def _model_of(self, fixed: Sequence[int]) -> Sequence[int] | None:
        solver = self._asked()
        model: Sequence[int] | None = solver.get_model() if holds(solver, fixed) else None
        return model

    def _open(self) -> Slots:
        if self._slots is None:
            self._slots = Slots(self.formula)
            if not self._surveyed:
                self._never = self._slots.forbidden(dict(enumerate(narrowed_masks(self.formula))))
        return self._slots

    def _asked(self) -> Any:
        """The solver; it is opened when there is something to ask, which known configurations do not answer."""
        if self._solver is None:
            self._solver = open_solver("minisat22", self.formula.clauses())
            self._spare = self.formula.literals
        return self._solver

    def _solve(self, evidence: Evidence, wanted: Sequence[int], share: float = 1.0) -> int | None:
        """A configuration, with at least one of the wanted literals; the clause that asks is switched off afterward."""
        slots = self._open()
        fixed = self._open().assumed(evidence)
        if any(not mask for mask in evidence.values()):
            return None
        solver = self._asked()
        if wanted:
            self._spare += 1
            solver.add_clause([-self._spare, *wanted])
            solver.set_phases(wanted)
            fixed = [*fixed, self._spare]
        try:
            found = holds(solver, fixed, share)
        finally:
            if wanted:
                solver.add_clause([-self._spare])
        self._model = solver.get_model() if found else ()
        witness = slots.witness(self._model) if found else None
        if witness is not None and not evidence and len(self._first) < MAX_FIRST:
            self._first[witness] = None
        elif witness is not None:
            self._witnesses[witness] = None
            if len(self._witnesses) > MAX_WITNESSES:
                self._witnesses.popitem(last=False)
        if self._spare > self.formula.literals + MAX_ASKED:
            self._solver.delete()
            self._solver = None
        return witness
