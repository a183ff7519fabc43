"""The clauses of a formula as reasons need them: which rule each belongs to, and what follows from what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from entrepot.configurator.formula import Clause, Formula
from entrepot.configurator.walks import chains_over

#: The number of a clause that belongs to no rule: it makes the values of a variable exclude each other.
ALWAYS = -1


Array = Any
#: Clauses end to end (begins and literals), and at each literal the clauses it stands in (begins and clauses).
Ground = tuple[Array, Array, Array, Array]


def lay_ground(clauses: Sequence[Clause], literals: int) -> Ground:
    """Clauses as flat arrays; a literal is an index there, ``literal + literals``."""
    import numpy

    sizes = numpy.fromiter(map(len, clauses), dtype=numpy.int32, count=len(clauses))
    flat = numpy.fromiter(chain.from_iterable(clauses), dtype=numpy.int32, count=int(sizes.sum())) + literals
    order = numpy.argsort(flat, kind="stable")
    clause_at = numpy.repeat(numpy.arange(len(clauses), dtype=numpy.int32), sizes)[order]
    begin_at = numpy.searchsorted(flat[order], numpy.arange(2 * literals + 2)).astype(numpy.int32)
    begin_of = numpy.concatenate([[0], numpy.cumsum(sizes)]).astype(numpy.int32)
    return begin_of, flat.astype(numpy.int32), begin_at, clause_at


class Terrain:
    """All clauses of a formula with the rule each belongs to, where each literal occurs, and one configuration.

    A void model has no configuration; then the clauses that the stand-in breaks are always looked at.
    """

    def __init__(self, formula: Formula, known: Sequence[int] | None) -> None:
        groups = [group for group in formula.groups if group.clauses]
        self.rules = [group.id for group in groups]
        self.clauses: list[Clause] = [*formula.exclusive]
        self.always = len(self.clauses)
        self.clauses_of: list[range] = []
        self._defining: dict[int, list[int]] = {}
        self.rule_of: list[int] = [ALWAYS] * len(self.clauses)
        for number, group in enumerate(groups):
            self.clauses_of.append(range(len(self.clauses), len(self.clauses) + len(group.clauses)))
            self.clauses += group.clauses
            self.rule_of += [number] * len(group.clauses)
        self.literals = formula.literals
        #: A byte for each literal, true or false; a negative literal counts from the end.
        self.truth = bytearray(2 * formula.literals + 1)
        self.truth[formula.literals + 1 :] = b"\1" * formula.literals
        for literal in known or ():
            if 0 < literal <= formula.literals:
                self.truth[literal], self.truth[-literal] = 1, 0
        self.broken = () if known is not None else tuple(self.breaks(range(len(self.clauses)), self.truth))
        self._lay_out()

    def _lay_out(self) -> None:
        """The clauses end to end, the clauses at each literal, and what follows from clauses of one literal."""
        import numpy

        self._ground = lay_ground(self.clauses, self.literals)
        sizes = numpy.diff(self._ground[0])
        self._chains = chains_over(len(self.clauses))
        self._why, self._left = numpy.full(2 * self.literals + 1, -2, dtype=numpy.int32), sizes.copy()
        self._failed = self._chains.follow_units(self._ground, self._why, self._left)

    def chain(self, assumed: Sequence[int]) -> tuple[list[int], frozenset[int]] | None:
        """The clauses by which some literals contradict each other, and which of the literals; None if none follow."""
        import numpy

        why, left, failed = self._why, self._left, self._failed
        if failed == -1:
            why, left = why.copy(), left.copy()
            failed = self._chains.follow(self._ground, why, left, numpy.array(assumed, dtype=numpy.int32) + self.literals)
        if failed < 0:
            return None
        clauses, used = self._chains.behind(self._ground, why, failed)
        return clauses.tolist(), frozenset(literal for literal in assumed if used[literal + self.literals])

    def with_literal(self, literal: int) -> list[int]:
        """The clauses that a literal stands in."""
        _, _, begin_at, clause_at = self._ground
        at = literal + self.literals
        found: list[int] = clause_at[begin_at[at] : begin_at[at + 1]].tolist()
        return found

    def defining(self, literals: Iterable[int]) -> list[int]:
        """The clauses that say which values exclude each other, of the variables these literals speak of."""
        if not self._defining:
            self._defining = self._parts()
        parts = [self._defining.get(abs(literal), ()) for literal in literals]
        return list(chain.from_iterable({id(part): part for part in parts}.values()))

    def _parts(self) -> dict[int, list[int]]:
        """For each variable of the solver the clauses of its class: all that hang together by what they exclude."""
        part_of: dict[int, list[int]] = {}
        members: dict[int, list[int]] = {}
        for number in range(self.always):
            touched = {id(part): part for literal in self.clauses[number] if (part := part_of.get(abs(literal))) is not None}
            into, *others = sorted(touched.values(), key=len, reverse=True) or [[]]
            mine = members.setdefault(id(into), [])
            fresh = [abs(literal) for literal in self.clauses[number] if abs(literal) not in part_of]
            for other in others:
                into += other
                fresh += members.pop(id(other))
            into.append(number)
            mine += fresh
            part_of |= dict.fromkeys(fresh, into)
        return part_of

    def breaks(self, clauses: Iterable[int], truth: bytearray) -> list[int]:
        """Those of some clauses in which no literal is true."""
        found = []
        for number in clauses:
            for literal in self.clauses[number]:
                if truth[literal]:
                    break
            else:
                found.append(number)
        return found
