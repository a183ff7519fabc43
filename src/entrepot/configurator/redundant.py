"""Rules that say nothing new: whatever satisfies the others satisfies them too.

A rule is redundant when the others and its opposite contradict each other; which others, is told with it, as few as
will do. It may be there for its message, so nothing is taken out: the modeler decides. The search ends after a
stated time, and says what it did not get to.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrepot.configurator.encode import Opposed, oppose
from entrepot.configurator.model import Model
from entrepot.configurator.solver import open_solver

SECONDS = 3.0
#: How many conflicts the solver may run into over one question before it is left open.
MAX_CONFLICTS = 20_000


@dataclass(frozen=True, slots=True)
class Implied:
    """A rule that follows from others, none of which can be spared; from none: the classes themselves see to it."""

    rule: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Redundancy:
    """The redundant rules, and how many rules were not decided in the time."""

    found: tuple[Implied, ...]
    undecided: int


def redundant_rules(model: Model, at: datetime, seconds: float = SECONDS) -> Redundancy:
    """The rules in force that the others imply, each looked at for itself: of two that say the same both are."""
    until = time.monotonic() + seconds
    always, rules, literals = oppose(model, at)
    found, undecided = [], 0
    with closing(_Rules(always, rules, literals)) as ground:
        for place in range(len(rules)):
            answer = ground.implied(place, until) if time.monotonic() < until else None
            if answer is None:
                undecided += 1
            elif answer.by or answer.rule:
                found.append(answer)
    return Redundancy(tuple(found), undecided)


class _Rules:
    """A solver with a switch for each rule and one for its opposite."""

    def __init__(self, always: Sequence[tuple[int, ...]], rules: Sequence[Opposed], literals: int) -> None:
        self.rules = rules
        self.on = [literals + 1 + 2 * place for place in range(len(rules))]
        self.off = [switch + 1 for switch in self.on]
        self.place = {switch: place for place, switch in enumerate(self.on)}
        self.solver: Any = open_solver("minisat22", always)
        for place, rule in enumerate(rules):
            for clause in rule.clauses:
                self.solver.add_clause([*clause, -self.on[place]])
            for clause in rule.opposite or ():
                self.solver.add_clause([*clause, -self.off[place]])

    def close(self) -> None:
        self.solver.delete()

    def implied(self, place: int, until: float) -> Implied | None:
        """What implies a rule; an empty answer where nothing does, None where that stayed open."""
        if self.rules[place].opposite is None:
            return None
        others = [one for one in range(len(self.rules)) if one != place]
        possible = self._possible(place, others)
        if possible is None:
            return None
        if possible:
            return Implied("", ())
        needed = self._needed()
        for one in list(needed):
            without = [other for other in needed if other != one]
            if one in needed and time.monotonic() < until and self._possible(place, without) is False:
                needed = self._needed()
        return Implied(self.rules[place].rule, tuple(self.rules[one].rule for one in sorted(needed)))

    def _possible(self, place: int, others: Sequence[int]) -> bool | None:
        self.solver.conf_budget(MAX_CONFLICTS)
        answer = self.solver.solve_limited(assumptions=[self.off[place], *(self.on[one] for one in others)])
        return None if answer is None else bool(answer)

    def _needed(self) -> list[int]:
        """The rules that the last contradiction rested on."""
        return [self.place[switch] for switch in self.solver.get_core() or () if switch in self.place]
