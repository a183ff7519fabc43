"""Minimal reasons and smallest changes, over choices as literals and rules by name.

Every rule has a switch. Choices are made minimal with all rules on, in a solver without switches, which is many
times faster; then the rules for those choices: first a handful of bundles of rules that still exclude the value,
then the rules in those, then, in a solver that knows nothing else, the ones that cannot be spared. A reason is
minimal: without any one of its choices, or of its rules, the value would be possible.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import combinations
from math import isqrt
from typing import Any

from entrepot.configurator.formula import Clause, Formula
from entrepot.configurator.solve import open_solver

MAX_REPAIRS = 4
MAX_CORES = 200
MAX_DROPPED = 4
#: Rules of more clauses than this are not copied to make them minimal.
MAX_COPIED = 150

#: A choice: all its literals must hold.
Choice = Sequence[int]


class Reasoner:
    """Two solvers over one formula, one question at a time."""

    def __init__(self, formula: Formula) -> None:
        self._formula = formula
        self._lock = threading.Lock()
        self._plain: Any = None
        self._switched: Any = None
        self._groups = {group.id: group for group in formula.groups if group.clauses}
        first = formula.literals + 1
        self._switches = {rule: first + place for place, rule in enumerate(self._groups)}
        self._bundles: dict[int, list[str]] = {}
        self._near: dict[int, set[int]] = defaultdict(set)
        self._defining: dict[int, list[Clause]] = defaultdict(list)

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(self._switches)

    def reason(self, target: Choice, choices: Sequence[Choice]) -> tuple[tuple[int, ...], tuple[str, ...]] | None:
        """Which choices (by place) and rules exclude the target; None when nothing does."""
        with self._lock:
            kept = self._fewest(target, choices)
            return None if kept is None else (tuple(kept), tuple(self._rules(target, [choices[one] for one in kept])))

    def corrections(self, target: Choice, choices: Sequence[Choice]) -> list[tuple[int, ...]]:
        """The smallest sets of choices that must go so that the target becomes possible, fewest first."""
        with self._lock:
            return self._corrections(target, choices)

    def holds(self, target: Choice, choices: Iterable[Choice], rules: Iterable[str]) -> bool:
        """Whether the target is possible with these choices and these rules alone."""
        with self._lock:
            return self._with_rules(target, choices, rules)

    def _possible(self, target: Choice, choices: Iterable[Choice]) -> bool:
        if self._plain is None:
            self._plain = open_solver("minisat22", self._formula.clauses())
        return bool(self._plain.solve(assumptions=[*target, *(literal for choice in choices for literal in choice)]))

    def _with_rules(self, target: Choice, choices: Iterable[Choice], rules: Iterable[str]) -> bool:
        return self._on(target, choices, [self._switches[rule] for rule in rules])

    def _on(self, target: Choice, choices: Iterable[Choice], switches: Sequence[int]) -> bool:
        if self._switched is None:
            self._open()
        assumed = [*target, *(literal for choice in choices for literal in choice), *switches]
        return bool(self._switched.solve(assumptions=assumed))

    def _open(self) -> None:
        """The solver with switches: one for each rule, and one for each bundle that turns its rules on."""
        guarded = [(*clause, -self._switches[group.id]) for group in self._groups.values() for clause in group.clauses]
        rules = list(self._groups)
        size = max(isqrt(len(rules)), 1)
        spare = self._formula.literals + len(rules)
        for start in range(0, len(rules), size):
            spare += 1
            self._bundles[spare] = rules[start : start + size]
            guarded += [(-spare, self._switches[rule]) for rule in self._bundles[spare]]
            for rule in self._bundles[spare]:
                for clause in self._groups[rule].clauses:
                    for literal in clause:
                        self._near[abs(literal)].add(spare)
        for clause in self._formula.exclusive:
            for literal in clause:
                self._defining[abs(literal)].append(clause)
        self._switched = open_solver("minisat22", [*self._formula.exclusive, *guarded])

    def _fewest(self, target: Choice, choices: Sequence[Choice]) -> list[int] | None:
        """Choices none of which can be spared, earlier ones dropped first; None when the target is possible."""
        if self._possible(target, choices):
            return None
        kept = self._in_core(choices, range(len(choices)))
        for one in list(kept):
            if one not in kept:
                continue
            fewer = [other for other in kept if other != one]
            if not self._possible(target, [choices[other] for other in fewer]):
                kept = self._in_core(choices, fewer)
        return kept

    def _in_core(self, choices: Sequence[Choice], among: Iterable[int]) -> list[int]:
        """What the solver's last refusal was built on."""
        core = set(self._plain.get_core() or ())
        return [one for one in among if core.intersection(choices[one])]

    def _rules(self, target: Choice, choices: Sequence[Choice]) -> list[str]:
        """Rules none of which can be spared, for choices that are minimal already."""
        if self._on(target, choices, []):
            spoken = {abs(literal) for literal in (*target, *(one for choice in choices for one in choice))}
            close = {bundle for variable in spoken for bundle in self._near[variable]}
            self._on(target, choices, [*close, *(bundle for bundle in self._bundles if bundle not in close)])
            core = set(self._switched.get_core() or ())
            rules = [rule for bundle, some in self._bundles.items() if bundle in core for rule in some]
            self._with_rules(target, choices, rules)
            core = set(self._switched.get_core() or ())
            return self._least_rules(target, choices, [rule for rule in rules if self._switches[rule] in core])
        return []

    def _least_rules(self, target: Choice, choices: Sequence[Choice], rules: list[str]) -> list[str]:
        """Of a few rules those that are needed; small ones in a solver that knows nothing else."""
        clauses = [(*clause, -self._switches[rule]) for rule in rules for clause in self._groups[rule].clauses]
        assumed = [*target, *(literal for choice in choices for literal in choice)]
        if len(clauses) > MAX_COPIED:
            return _spared(self._switched, assumed, rules, self._switches)
        small: dict[int, int] = {}

        def numbered(literals: Iterable[int]) -> list[int]:
            return [(1 if one > 0 else -1) * small.setdefault(abs(one), len(small) + 1) for one in literals]

        # Numbered anew: a solver decides on every number up to the highest it has seen.
        copied = [numbered(clause) for clause in (*self._defined(clauses, assumed), *clauses)]
        switches = dict(zip(rules, numbered(self._switches[rule] for rule in rules), strict=True))
        with _ended(open_solver("minisat22", copied)) as solver:
            return _spared(solver, numbered(assumed), rules, switches)

    def _defined(self, clauses: Sequence[Clause], assumed: Sequence[int]) -> list[Clause]:
        """Everything that says which values exclude each other, of the variables these clauses speak of."""
        waiting = [abs(literal) for clause in clauses for literal in clause] + [abs(literal) for literal in assumed]
        seen = set(waiting)
        found: dict[Clause, None] = {}
        while waiting:
            for clause in self._defining.get(waiting.pop(), ()):
                found[clause] = None
                fresh = {abs(literal) for literal in clause} - seen
                seen |= fresh
                waiting += fresh
        return list(found)

    def _corrections(self, target: Choice, choices: Sequence[Choice]) -> list[tuple[int, ...]]:
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
            rest = [place for place in range(len(choices)) if place not in candidate]
            conflict = self._fewest(target, [choices[place] for place in rest])
            if conflict is None:
                found.append(candidate)
            elif not conflict:
                return []
            else:
                conflicts.append(frozenset(rest[one] for one in conflict))
        return [tuple(sorted(one)) for one in found] or [self._any_correction(target, choices)]

    def _any_correction(self, target: Choice, choices: Sequence[Choice]) -> tuple[int, ...]:
        """Where much must go: keep what can be kept, earlier choices before later ones."""
        kept: list[int] = []
        for place in range(len(choices)):
            if self._possible(target, [choices[one] for one in (*kept, place)]):
                kept.append(place)
        return tuple(place for place in range(len(choices)) if place not in kept)


def _spared(solver: Any, assumed: Sequence[int], rules: list[str], switches: Mapping[str, int]) -> list[str]:
    """Leave out every rule without which it is still impossible."""
    for rule in list(rules):
        others = [switches[one] for one in rules if one != rule]
        if rule in rules and not solver.solve(assumptions=[*assumed, *others]):
            core = set(solver.get_core() or ())
            rules = [one for one in rules if switches[one] in core]
    return rules


@contextmanager
def _ended(solver: Any) -> Iterator[Any]:
    try:
        yield solver
    finally:
        solver.delete()


def _hitting(conflicts: list[frozenset[int]], found: list[frozenset[int]], size: int) -> frozenset[int] | None:
    """A set of this size that meets every conflict and is not a superset of one found."""
    places = sorted(frozenset().union(*conflicts))
    for chosen in combinations(places, size):
        candidate = frozenset(chosen)
        if all(candidate & conflict for conflict in conflicts) and not any(each <= candidate for each in found):
            return candidate
    return None
