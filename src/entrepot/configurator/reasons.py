"""Minimal reasons and smallest changes, over choices as literals and rules by name.

What follows clause by clause says at once why most values are excluded; a solver that knows all rules answers for
the rest. The choices are made minimal first, with all rules; then the rules for them, in a solver that knows only
those (`excerpt`). A reason is minimal: without any one of its choices, or of its rules, the value would be possible.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from contextlib import closing
from itertools import chain, combinations
from typing import Any, NamedTuple

from entrepot.configurator.excerpt import Excerpt
from entrepot.configurator.formula import Formula
from entrepot.configurator.nearby import Nearby
from entrepot.configurator.problems import SearchUnfinished
from entrepot.configurator.search import holds, searching, surely
from entrepot.configurator.solver import open_solver
from entrepot.configurator.terrain import ALWAYS, Terrain

MAX_REPAIRS = 4
MAX_CORES = 200
MAX_DROPPED = 4
#: Rules of more clauses than this, together, are kept in one solver for the next question about them.
MAX_COPIED = 300
MAX_HELD = 60_000
#: Up to so many rules one solver has a switch for each.
MAX_SWITCHED = 3_000

#: A choice: all its literals must hold.
Choice = Sequence[int]


class Refusal(NamedTuple):
    """Which choices (by place) and rules exclude something; ``minimal`` if there was time to find out what can be spared."""

    choices: tuple[int, ...]
    rules: tuple[str, ...]
    minimal: bool = True


class Corrections(NamedTuple):
    """Sets of choices (by place) that can go; ``smallest`` if it is known that no fewer would do."""

    sets: list[tuple[int, ...]]
    smallest: bool = True


class Reasoner:
    """A solver over a whole formula and the ground for small ones; one question at a time."""

    def __init__(self, formula: Formula) -> None:
        self._formula = formula
        self._lock = threading.Lock()
        self._solver: Any = None
        self._ground: Terrain | None = None
        self._large: Excerpt | None = None

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(group.id for group in self._formula.groups if group.clauses)

    def reason(self, target: Choice, choices: Sequence[Choice]) -> Refusal | None:
        """Which choices and rules exclude the target; None when nothing does.

        Raises `SearchUnfinished` where the time of a search does not suffice to find any reason.
        """
        with self._lock, searching():
            among = self._refused(target, choices)
            if among is None:
                return None
            kept, fewest = self._fewest(target, choices, among)
            rules, least = self._least_rules(_literals(target, choices, kept))
            return Refusal(tuple(kept), tuple(self._terrain().rules[rule] for rule in sorted(rules)), fewest and least)

    def corrections(self, target: Choice, choices: Sequence[Choice]) -> Corrections:
        """The smallest sets of choices that must go so that the target becomes possible, fewest first.

        The target alone is possible. Where the time of a search is used up, or much must go, there is one set, and fewer
        may do.
        """
        with self._lock, searching():
            return self._corrections(target, choices)

    def holds(self, target: Choice, choices: Iterable[Choice], rules: Iterable[str]) -> bool:
        """Whether the target is possible with these choices and these rules alone."""
        with self._lock, searching():
            number = {rule: place for place, rule in enumerate(self._terrain().rules)}
            every = list(choices)
            assumed = _literals(target, every, range(len(every)))
            with closing(Excerpt(self._terrain())) as alone:
                which = [number[rule] for rule in rules]
                alone.add(which)
                return alone.possible(assumed, which)

    def _plain(self) -> Any:
        if self._solver is None:
            self._solver = open_solver("minisat22", self._formula.clauses())
        return self._solver

    def _terrain(self) -> Terrain:
        if self._ground is None:
            solver = self._plain()
            self._ground = Terrain(self._formula, solver.get_model() if surely(solver, ()) else None)
        return self._ground

    def _refused(self, target: Choice, choices: Sequence[Choice]) -> list[int] | None:
        """The choices that a refusal was built on, not the fewest; None when the target is possible."""
        assumed = _literals(target, choices, range(len(choices)))
        follows = self._terrain().chain(assumed)
        core: frozenset[int] | set[int]
        if follows is not None:
            core = follows[1]
        else:
            solver = self._plain()
            if holds(solver, assumed):
                return None
            core = set(solver.get_core() or ())
        return [one for one, choice in enumerate(choices) if core.intersection(choice)]

    def _fewest(self, target: Choice, choices: Sequence[Choice], among: Sequence[int]) -> tuple[list[int], bool]:
        """Choices none of which can be spared, earlier ones dropped first, and whether time allowed to be sure of it."""
        kept = list(among)
        try:
            for one in among:
                fewer = [other for other in kept if other != one]
                if one in kept:
                    refused = self._refused(target, [choices[other] for other in fewer])
                    kept = kept if refused is None else [fewer[place] for place in refused]
        except SearchUnfinished:
            return kept, False
        return kept, True

    def _least_rules(self, assumed: Sequence[int]) -> tuple[list[int], bool]:
        """Rules none of which can be spared, for choices that are minimal already, and whether time allowed to be sure."""
        terrain = self._terrain()
        rules = self._enough_rules(assumed)
        if sum(len(terrain.clauses_of[rule]) for rule in rules) > MAX_COPIED:
            return self._knowing(rules).least(assumed, rules)
        with closing(Excerpt(terrain)) as small:
            small.add(rules)
            return small.least(assumed, rules)

    def _knowing(self, rules: Sequence[int]) -> Excerpt:
        """The solver that is kept for large rules; it begins anew when it has come to know too many."""
        if self._large is not None and self._large.clauses > MAX_HELD and self._large.missing(rules):
            self._large.close()
            self._large = None
        if self._large is None:
            self._large = Excerpt(self._terrain())
        self._large.add(self._large.missing(rules))
        return self._large

    def _enough_rules(self, assumed: Sequence[int]) -> list[int]:
        """Rules that exclude the literals together, not the fewest."""
        terrain = self._terrain()
        follows = terrain.chain(assumed)
        if follows is not None:
            return sorted({terrain.rule_of[number] for number in follows[0]} - {ALWAYS})
        if len(terrain.rules) <= MAX_SWITCHED:
            whole = self._knowing(every := range(len(terrain.rules)))
            whole.possible(assumed, every)
            return whole.needed(every)
        with closing(Nearby(terrain)) as small:
            small.possible(assumed)
            return small.needed_rules()

    def _corrections(self, target: Choice, choices: Sequence[Choice]) -> Corrections:
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
            try:
                among = self._refused(target, [choices[place] for place in rest])
            except SearchUnfinished:
                break
            if among is None:
                found.append(candidate)
                continue
            conflict, _ = self._fewest(target, choices, [rest[one] for one in among])
            if not conflict:
                return Corrections([])
            conflicts.append(frozenset(conflict))
        if found:
            return Corrections([tuple(sorted(one)) for one in found])
        some = self._any_correction(target, choices)
        return Corrections([some], smallest=len(some) <= 1)

    def _any_correction(self, target: Choice, choices: Sequence[Choice]) -> tuple[int, ...]:
        """Where much must go, or time is used up: keep what surely can be kept, earlier choices before later ones."""
        kept: list[int] = []
        for place in range(len(choices)):
            try:
                refused = self._refused(target, [choices[one] for one in (*kept, place)])
            except SearchUnfinished:
                break
            if refused is None:
                kept.append(place)
        return tuple(place for place in range(len(choices)) if place not in kept)


def _literals(target: Choice, choices: Sequence[Choice], which: Iterable[int]) -> list[int]:
    return [*target, *chain.from_iterable(choices[one] for one in which)]


def _hitting(conflicts: list[frozenset[int]], found: list[frozenset[int]], size: int) -> frozenset[int] | None:
    """A set of this size that meets every conflict and is not a superset of one found."""
    places = sorted(frozenset().union(*conflicts))
    for chosen in combinations(places, size):
        candidate = frozenset(chosen)
        if all(candidate & conflict for conflict in conflicts) and not any(each <= candidate for each in found):
            return candidate
    return None
