"""Why a value is excluded, and what would have to change to have it anyway.

Both work on rules, not clauses: every rule has a switch. A reason is minimal: without any one of the named
choices, or of the named rules, the value would be possible.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from entrepot.configurator.encode import Encoded
from entrepot.configurator.formula import Evidence, assumptions
from entrepot.configurator.model import Pick
from entrepot.configurator.solve import open_solver

MAX_REPAIRS = 4
MAX_CORES = 200
MAX_DROPPED = 4


@dataclass(frozen=True, slots=True)
class Reason:
    """The shopper's own choices and the rules (by id) that together exclude a value."""

    picks: tuple[Pick, ...]
    rules: tuple[str, ...]


class Explainer:
    """A solver with one switch per rule; shared between threads one question at a time."""

    def __init__(self, encoded: Encoded) -> None:
        self._encoded = encoded
        self._lock = threading.Lock()
        self._solver: Any = None
        first = encoded.formula.literals + 1
        self._switches = {group.id: first + place for place, group in enumerate(encoded.formula.groups)}

    def why_not(self, picks: Sequence[Pick], wanted: Pick) -> Reason | None:
        """The reason a value cannot join the picks; None when it can."""
        target = self._literals(self._encoded.restricted(wanted))
        with self._lock:
            return self._reason(target, [(pick, self._literals(self._encoded.restricted(pick))) for pick in picks])

    def contradiction(self) -> tuple[str, ...] | None:
        """A minimal set of rules that nothing satisfies; None for a sound model."""
        with self._lock:
            reason = self._reason([], [])
        return None if reason is None else reason.rules

    def dropped(self, picks: Sequence[Pick], wanted: Pick) -> list[tuple[Pick, ...]]:
        """The smallest sets of picks that must go so that a value becomes possible, fewest first."""
        with self._lock:
            target = self._literals(self._encoded.restricted(wanted))
            known = [(pick, self._literals(self._encoded.restricted(pick))) for pick in picks]
            return self._corrections(target, known)

    def _literals(self, evidence: Evidence) -> list[int]:
        return assumptions(self._encoded.formula.variables, evidence)

    def _holds(self, target: list[int], picks: Iterable[tuple[Pick, list[int]]], rules: Iterable[str]) -> bool:
        if self._solver is None:
            guarded = [(*clause, -self._switches[group.id]) for group in self._encoded.formula.groups for clause in group.clauses]
            self._solver = open_solver("minisat22", [*self._encoded.formula.exclusive, *guarded])
        assumed = [*target, *(literal for _, literals in picks for literal in literals)]
        return bool(self._solver.solve(assumptions=[*assumed, *(self._switches[rule] for rule in rules)]))

    def _reason(self, target: list[int], picks: list[tuple[Pick, list[int]]]) -> Reason | None:
        rules = list(self._switches)
        if self._holds(target, picks, rules):
            return None
        picks, rules = self._trim(picks, rules)
        for pick in list(picks):
            fewer = [one for one in picks if one is not pick]
            if pick in picks and not self._holds(target, fewer, self._switches):
                picks, _ = self._trim(fewer, rules)
        # The rules are minimal for these picks: which rules remain may differ from the first core.
        self._holds(target, picks, self._switches)
        _, rules = self._trim(picks, list(self._switches))
        for rule in list(rules):
            others = [one for one in rules if one != rule]
            if rule in rules and not self._holds(target, picks, others):
                _, rules = self._trim(picks, others)
        return Reason(tuple(pick for pick, _ in picks), tuple(rules))

    def _trim(self, picks: list[tuple[Pick, list[int]]], rules: list[str]) -> tuple[list[tuple[Pick, list[int]]], list[str]]:
        """Keep what the solver's last refusal was built on."""
        core = set(self._solver.get_core() or ())
        kept = [(pick, literals) for pick, literals in picks if core.intersection(literals)]
        return kept, [rule for rule in rules if self._switches[rule] in core]

    def _corrections(self, target: list[int], picks: list[tuple[Pick, list[int]]]) -> list[tuple[Pick, ...]]:
        """Smallest hitting sets of the conflicts found so far, each tried; a failure yields a new conflict."""
        conflicts: list[frozenset[int]] = []
        found: list[frozenset[int]] = []
        size = 0
        while size <= MAX_DROPPED and len(found) < MAX_REPAIRS and len(conflicts) < MAX_CORES:
            candidate = _hitting(conflicts, found, size)
            if candidate is None:
                if found:
                    break
                size += 1
                continue
            rest = [one for place, one in enumerate(picks) if place not in candidate]
            if self._holds(target, rest, self._switches):
                found.append(candidate)
                continue
            core, _ = self._trim(rest, [])
            if not core:
                return []
            conflicts.append(frozenset(place for place, one in enumerate(picks) if any(one is each for each in core)))
        if not found:
            return [self._any_correction(target, picks)]
        return [tuple(picks[place][0] for place in sorted(each)) for each in found]

    def _any_correction(self, target: list[int], picks: list[tuple[Pick, list[int]]]) -> tuple[Pick, ...]:
        """Where much must go: keep what can be kept, earlier choices before later ones."""
        kept: list[tuple[Pick, list[int]]] = []
        for one in picks:
            if self._holds(target, [*kept, one], self._switches):
                kept.append(one)
        return tuple(pick for pick, literals in picks if not any(pick is other for other, _ in kept))


def _hitting(conflicts: list[frozenset[int]], found: list[frozenset[int]], size: int) -> frozenset[int] | None:
    """A set of this size that meets every conflict and is not a superset of one found."""
    places = sorted(frozenset().union(*conflicts))
    for chosen in combinations(places, size):
        candidate = frozenset(chosen)
        if all(candidate & conflict for conflict in conflicts) and not any(each <= candidate for each in found):
            return candidate
    return None
