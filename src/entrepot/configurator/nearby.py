"""A solver that is given only the clauses a question turns out to need.

A reason among 300,000 clauses usually rests on a few dozen. So a question starts with none: the small solver
answers, its answer is laid over one known configuration of the whole model, and the clauses that this breaks are
given to it, until nothing is broken (then the answer holds for everything) or the small solver refuses (then the
clauses it has are reason enough). It stays near the known configuration, so that little is broken each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from entrepot.configurator.search import holds
from entrepot.configurator.solver import open_solver
from entrepot.configurator.terrain import ALWAYS, Terrain


class Nearby:
    """One question's solver; it keeps what it was given from one answer to the next. End it with `close`."""

    def __init__(self, terrain: Terrain) -> None:
        self._terrain = terrain
        self._solver: Any = open_solver("minisat22", ())
        self._own: dict[int, int] = {}
        self._switch: dict[int, int] = {}
        self._names: list[int] = [0]
        self._given: set[int] = set()
        self._used: set[int] = set()

    def close(self) -> None:
        self._solver.delete()

    def possible(self, assumed: Sequence[int]) -> bool:
        """Whether the literals can hold together."""
        own = [self._numbered(literal) for literal in assumed]
        while True:
            if not holds(self._solver, [*own, *self._switch.values()]):
                self._used = set(self._solver.get_core() or ())
                return False
            broken = self._broken(self._solver.get_model() or ())
            if not broken:
                return True
            for number in broken:
                self._give(number)

    def needed_rules(self) -> list[int]:
        """The rules that the last refusal rested on."""
        return [rule for rule, switch in self._switch.items() if switch in self._used]

    def _numbered(self, literal: int) -> int:
        """A literal as the small solver numbers it, which prefers it as it is in the known configuration."""
        variable = abs(literal)
        own = self._own.get(variable)
        if own is None:
            own = self._own[variable] = len(self._names)
            self._names.append(variable)
            self._solver.set_phases([own if self._terrain.truth[variable] else -own])
        return own if literal > 0 else -own

    def _give(self, number: int) -> None:
        self._given.add(number)
        clause = [self._numbered(literal) for literal in self._terrain.clauses[number]]
        rule = self._terrain.rule_of[number]
        if rule != ALWAYS:
            switch = self._switch.get(rule)
            if switch is None:
                switch = self._switch[rule] = len(self._names)
                self._names.append(0)
            clause.append(-switch)
        self._solver.add_clause(clause)

    def _broken(self, answer: Sequence[int]) -> list[int]:
        """The clauses that the answer, laid over the known configuration, does not satisfy."""
        terrain = self._terrain
        truth = terrain.truth
        turned = []
        for own in answer:
            variable = self._names[abs(own)] if abs(own) < len(self._names) else 0
            if variable and truth[variable] != (own > 0):
                turned.append(variable if own > 0 else -variable)
        for literal in turned:
            truth[literal], truth[-literal] = 1, 0
        looked_at = dict.fromkeys(terrain.broken)
        for literal in turned:
            looked_at.update(dict.fromkeys(terrain.with_literal(-literal)))
        found = [number for number in terrain.breaks(looked_at, truth) if number not in self._given]
        for literal in turned:
            truth[literal], truth[-literal] = 0, 1
        return found
