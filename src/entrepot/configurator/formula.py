"""A model as the engines see it: variables with finitely many values, and clauses over their literals.

Every value of every variable is one literal and exactly one value holds. "None of this class" is a value like
any other, so a retracted choice and a declined one are different things. Clauses stay grouped by the rule they
came from: explanations select rules, never single clauses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Clause = tuple[int, ...]

#: Which values each restricted variable may still take, as a bit mask over its values.
Evidence = Mapping[int, int]


class Value(NamedTuple):
    """An option with its quantity; no option stands for "none"."""

    option: str = ""
    quantity: int = 0


NONE = Value()


@dataclass(frozen=True, slots=True)
class Variable:
    """A question: a class that takes one option, or one option of a class that takes several."""

    name: str
    values: tuple[Value, ...]
    literals: tuple[int, ...]

    @property
    def everything(self) -> int:
        return (1 << len(self.values)) - 1

    def mask(self, values: Iterable[int]) -> int:
        mask = 0
        for place in values:
            mask |= 1 << place
        return mask


@dataclass(frozen=True, slots=True)
class Bound:
    """A sum with a limit: the weights of the values taken in some variables add up to ``limit`` at most."""

    columns: tuple[int, ...]
    weights: tuple[tuple[int, ...], ...]
    limit: int


@dataclass(frozen=True, slots=True)
class Diagram:
    """``levels[k][node]`` is where each value of ``columns[k]`` leads; the root is node 0 of level 0."""

    columns: tuple[int, ...]
    levels: tuple[tuple[tuple[int, ...], ...], ...]
    verdict: bool | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The clauses of one rule; ``bounds`` say the same where the clauses are too many to be compiled.

    So does the ``diagram`` of a table, from which the compiler is given clauses of its own.
    """

    id: str
    clauses: tuple[Clause, ...]
    bounds: tuple[Bound, ...] = ()
    diagram: Diagram | None = None


@dataclass(frozen=True, slots=True)
class Formula:
    """Variables, the clauses that make their values exclusive, and the rules' clauses."""

    variables: tuple[Variable, ...]
    exclusive: tuple[Clause, ...]
    groups: tuple[Group, ...]
    literals: int

    def clauses(self, *, bounded: bool = True) -> list[Clause]:
        """All clauses, or those without the rules that have bounds."""
        return [
            *self.exclusive,
            *(clause for group in self.groups if bounded or not group.bounds for clause in group.clauses),
        ]

    def tables(self) -> list[Diagram]:
        return [group.diagram for group in self.groups if group.diagram is not None]

    @property
    def of_tables(self) -> bool:
        """Whether every rule is a table."""
        return bool(self.groups) and len(self.tables()) == len(self.groups)

    def bounds(self) -> list[Bound]:
        return [bound for group in self.groups for bound in group.bounds]

    @property
    def options(self) -> int:
        """Every option of every variable; "none" is not one, a quantity is not another."""
        return sum(len({value.option for value in one.values if value.option}) for one in self.variables)

    def fingerprint(self) -> str:
        """Changes with any clause or value, so that a stored circuit is never used for another formula."""
        digest = hashlib.sha256()
        for variable in self.variables:
            digest.update(repr((variable.literals, tuple(variable.values))).encode())
        for clause in self.clauses():
            digest.update(repr(clause).encode())
        digest.update(repr([group.bounds for group in self.groups if group.bounds]).encode())
        return digest.hexdigest()


def assumptions(variables: Sequence[Variable], evidence: Evidence) -> list[int]:
    """The evidence as literals: the value where only one is left, else the negation of each excluded one."""
    literals: list[int] = []
    for place, mask in evidence.items():
        variable = variables[place]
        if mask and not mask & (mask - 1):
            literals.append(variable.literals[mask.bit_length() - 1])
            continue
        left = [literal for bit, literal in enumerate(variable.literals) if mask >> bit & 1]
        if len(left) == 1:
            literals.append(left[0])
        else:
            literals.extend(-literal for bit, literal in enumerate(variable.literals) if not mask >> bit & 1)
    return literals


class Builder:
    """Collects variables and clauses while a model is encoded."""

    def __init__(self) -> None:
        self.variables: list[Variable] = []
        self.exclusive: list[Clause] = []
        self.groups: list[Group] = []
        self.literals = 0

    def literal(self) -> int:
        self.literals += 1
        return self.literals

    def variable(self, name: str, values: Sequence[Value]) -> int:
        """Add a variable. Two values share one literal and its negation; more get one each, exactly one true."""
        if len(values) == 2:
            literal = self.literal()
            literals: tuple[int, ...] = (-literal, literal)
        else:
            literals = tuple(self.literal() for _ in values)
            self.exclusive.append(literals)
            self._at_most_one(literals)
        self.variables.append(Variable(name, tuple(values), literals))
        return len(self.variables) - 1

    def _at_most_one(self, literals: tuple[int, ...]) -> None:
        """Pairwise for few values; for many, a ladder whose helpers are determined by the values."""
        if len(literals) <= 12:
            self.exclusive.extend((-one, -other) for place, one in enumerate(literals) for other in literals[:place])
            return
        before = literals[0]
        for literal in literals[1:-1]:
            self.exclusive.append((-before, -literal))
            step = self.literal()
            self.exclusive += [(-before, step), (-literal, step), (-step, before, literal)]
            before = step
        self.exclusive.append((-before, -literals[-1]))

    def group(
        self, identity: str, clauses: Iterable[Clause], bounds: tuple[Bound, ...] = (), diagram: Diagram | None = None
    ) -> None:
        self.groups.append(Group(identity, tuple(clauses), bounds, diagram))

    def build(self) -> Formula:
        return Formula(tuple(self.variables), tuple(self.exclusive), tuple(self.groups), self.literals)
