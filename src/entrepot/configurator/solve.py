"""The complete engine that always works: satisfiability with witnesses.

A configuration that was found once is a witness for every value in it, so most questions are answered by
looking at known witnesses; what is left is asked at once ("is any of these still possible?"), and one "no"
settles all of it. Values of a variable are always judged with that variable's own choice withdrawn: that is
what the alternatives of a chosen class are.
"""

from __future__ import annotations

import atexit
import threading
import weakref
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from entrepot.configurator.formula import Clause, Evidence, Formula, assumptions

#: What each value of each variable costs; a missing variable costs nothing.
Costs = Mapping[int, Sequence[int]]
MAX_WITNESSES = 400


@dataclass(frozen=True, slots=True)
class Domains:
    """Per variable the values that lead to a full configuration, given what the evidence says of all others."""

    masks: tuple[int, ...]
    consistent: bool


class Engine(Protocol):
    """What a session asks; every answer is exact."""

    def domains(self, evidence: Evidence) -> Domains: ...

    def consistent(self, evidence: Evidence) -> bool: ...

    def best(self, evidence: Evidence, costs: Costs) -> tuple[int, tuple[int, ...]] | None:
        """The least cost of a full configuration and one that has it: a value per variable."""
        ...


_open: weakref.WeakSet[Any] = weakref.WeakSet()


@atexit.register
def _close_solvers() -> None:
    """The library's own clean-up trips over a half-dismantled interpreter; end its solvers before."""
    for solver in list(_open):
        solver.delete()


def open_solver(name: str, clauses: Sequence[Clause]) -> Any:
    """A solver with the clauses in it. The library is loaded here, when somebody configures, and not before."""
    from pysat.solvers import Solver

    solver = Solver(name=name)
    _open.add(solver)
    for clause in clauses:
        if clause:
            solver.add_clause(clause)
        else:
            solver.append_formula([[1], [-1]])
    return solver


class SatEngine:
    """Answers by satisfiability; safe to share between threads."""

    def __init__(self, formula: Formula) -> None:
        self.formula = formula
        self._lock = threading.Lock()
        self._solver: Any = None
        self._spare = formula.literals
        self._witnesses: OrderedDict[tuple[int, ...], None] = OrderedDict()

    def domains(self, evidence: Evidence) -> Domains:
        with self._lock:
            found = self._possible(evidence, range(len(self.formula.variables)))
            consistent = all(mask for mask in found.values())
            masks = [found[place] for place in range(len(self.formula.variables))]
            for place in evidence:
                others = {one: mask for one, mask in evidence.items() if one != place}
                masks[place] = self._possible(others, [place])[place]
            return Domains(tuple(masks), consistent)

    def narrowed(self, evidence: Evidence, within: Domains, places: Sequence[int]) -> Domains:
        """Exact domains of some variables, where it is known already that nothing outside ``within`` is possible."""
        with self._lock:
            masks = list(within.masks)
            asked = [place for place in places if place not in evidence]
            consistent = within.consistent and self._consistent(evidence)
            found = self._possible(evidence, asked, within.masks) if consistent else dict.fromkeys(asked, 0)
            for place, mask in found.items():
                masks[place] = mask
            for place in places:
                if place in evidence:
                    others = {one: mask for one, mask in evidence.items() if one != place}
                    masks[place] = self._possible(others, [place], within.masks)[place]
            if not consistent:
                masks = [mask if place in evidence else 0 for place, mask in enumerate(masks)]
            return Domains(tuple(masks), consistent)

    def consistent(self, evidence: Evidence) -> bool:
        with self._lock:
            return self._consistent(evidence)

    def _consistent(self, evidence: Evidence) -> bool:
        return self._known(evidence) or self._solve(assumptions(self.formula.variables, evidence)) is not None

    def best(self, evidence: Evidence, costs: Costs) -> tuple[int, tuple[int, ...]] | None:
        from pysat.examples.rc2 import RC2
        from pysat.formula import WCNF

        weighted = WCNF()
        for clause in self.formula.clauses():
            weighted.append(list(clause))
        for literal in assumptions(self.formula.variables, evidence):
            weighted.append([literal])
        for place, variable in enumerate(self.formula.variables):
            row = costs.get(place)
            if row is None:
                continue
            least = min(row)
            for literal, cost in zip(variable.literals, row, strict=True):
                if cost > least:
                    weighted.append([-literal], weight=cost - least)
        with RC2(weighted) as solver:
            model = solver.compute()
        if model is None:
            return None
        chosen = self._read(model)
        return sum(row[chosen[place]] for place, row in costs.items()), chosen

    def _known(self, evidence: Evidence) -> bool:
        return any(all(mask >> witness[place] & 1 for place, mask in evidence.items()) for witness in self._witnesses)

    def _possible(self, evidence: Evidence, places: Sequence[int], within: Sequence[int] | None = None) -> dict[int, int]:
        variables = self.formula.variables
        found = dict.fromkeys(places, 0)
        for witness in self._witnesses:
            if all(mask >> witness[place] & 1 for place, mask in evidence.items()):
                for place in places:
                    found[place] |= 1 << witness[place]
        fixed = assumptions(variables, evidence)
        while True:
            wanted = [
                literal
                for place in places
                for bit, literal in enumerate(variables[place].literals)
                if not found[place] >> bit & 1
                and evidence.get(place, -1) >> bit & 1
                and (within is None or within[place] >> bit & 1)
            ]
            if not wanted:
                return found
            witness_found = self._solve_any(fixed, wanted)
            if witness_found is None:
                return found
            for place in places:
                found[place] |= 1 << witness_found[place]

    def _solve_any(self, fixed: list[int], wanted: list[int]) -> tuple[int, ...] | None:
        """A configuration with at least one of the wanted literals; the clause that asks is switched off afterward."""
        self._open()
        self._spare += 1
        switch = self._spare
        self._solver.add_clause([-switch, *wanted])
        witness = self._solve([*fixed, switch])
        self._solver.add_clause([-switch])
        if self._spare > self.formula.literals + 20_000:
            self._solver.delete()
            self._solver = None
        return witness

    def _open(self) -> None:
        if self._solver is None:
            self._solver = open_solver("minisat22", self.formula.clauses())
            self._spare = self.formula.literals

    def _solve(self, assumed: list[int]) -> tuple[int, ...] | None:
        self._open()
        if not self._solver.solve(assumptions=assumed):
            return None
        witness = self._read(self._solver.get_model())
        self._witnesses[witness] = None
        if len(self._witnesses) > MAX_WITNESSES:
            self._witnesses.popitem(last=False)
        return witness

    def _read(self, model: Sequence[int]) -> tuple[int, ...]:
        """The value each variable takes in a solver's model; a literal the solver never met is false."""
        taken = []
        for variable in self.formula.variables:
            for bit, literal in enumerate(variable.literals):
                known = abs(literal) <= len(model)
                if (model[abs(literal) - 1] == literal) if known else literal < 0:
                    taken.append(bit)
                    break
        return tuple(taken)
