"""A solver that knows some rules whole, and nothing else; any of them can be left out of a question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from entrepot.configurator.problems import SearchUnfinished
from entrepot.configurator.search import holds
from entrepot.configurator.solver import open_solver
from entrepot.configurator.terrain import Terrain


class Excerpt:
    """Its own numbers for literals, because a solver decides on every number up to the highest it has seen."""

    def __init__(self, terrain: Terrain) -> None:
        self._terrain = terrain
        self._own: dict[int, int] = {}
        self._switches: dict[int, int] = {}
        self._numbers = 0
        self._solver: Any = open_solver("minisat22", ())
        self.clauses = 0

    def close(self) -> None:
        self._solver.delete()

    def missing(self, rules: Iterable[int]) -> list[int]:
        """Of some rules those that it does not know yet."""
        return [rule for rule in rules if rule not in self._switches]

    def add(self, rules: Iterable[int]) -> None:
        """Let it know more rules, each with a switch."""
        terrain = self._terrain
        for rule in rules:
            switch = self._switches[rule] = self._number()
            for number in terrain.clauses_of[rule]:
                self._solver.add_clause([*self._numbered(terrain.clauses[number]), -switch])
            self.clauses += len(terrain.clauses_of[rule])

    def possible(self, assumed: Sequence[int], rules: Iterable[int]) -> bool:
        """Whether the literals can hold together under some of the rules that it knows."""
        literals = self._numbered(assumed)
        return holds(self._solver, [*literals, *(self._switches[rule] for rule in rules)])

    def needed(self, rules: Iterable[int]) -> list[int]:
        """Of some rules those that the last refusal rested on."""
        core = set(self._solver.get_core() or ())
        return [rule for rule in rules if self._switches[rule] in core]

    def least(self, assumed: Sequence[int], rules: Iterable[int]) -> tuple[list[int], bool]:
        """Of rules that refuse the literals together those none of which can be spared, and whether time allowed to be sure."""
        kept = list(rules)
        try:
            self.possible(assumed, kept)
            kept = self.needed(kept)
            for rule in list(kept):
                others = [one for one in kept if one != rule]
                if rule in kept and not self.possible(assumed, others):
                    kept = self.needed(others)
        except SearchUnfinished:
            return kept, False
        return kept, True

    def _numbered(self, literals: Sequence[int]) -> list[int]:
        """The literals as this solver numbers them; with a new one comes what its values exclude."""
        own = self._own
        fresh = [one for one in literals if abs(one) not in own]
        if fresh:
            defining = self._terrain.defining(fresh)
            for number in defining:
                for literal in self._terrain.clauses[number]:
                    if abs(literal) not in own:
                        own[abs(literal)] = self._number()
            for one in fresh:
                if abs(one) not in own:
                    own[abs(one)] = self._number()
            for number in defining:
                self._solver.add_clause(self._numbered(self._terrain.clauses[number]))
        return [own[one] if one > 0 else -own[-one] for one in literals]

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers
