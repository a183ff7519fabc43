"""Conditions over variables, in negation normal form, and their clauses.

Small disjunctions are multiplied out; where that would explode, a part gets a literal of its own that is defined
in both directions, so that it never adds a degree of freedom (configurations are counted exactly).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from entrepot.configurator.diagrams import assert_diagram, name_diagram, sum_diagram
from entrepot.configurator.formula import Bound, Builder, Clause

MAX_PRODUCT = 24


@dataclass(frozen=True, slots=True)
class In:
    """A variable has one of some values."""

    place: int
    values: frozenset[int]

    def negated(self, size: int) -> In:
        return In(self.place, frozenset(range(size)) - self.values)


@dataclass(frozen=True, slots=True)
class Conj:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Disj:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Linear:
    """``sum(weight of the value taken) <= bound``."""

    columns: tuple[int, ...]
    weights: tuple[tuple[int, ...], ...]
    bound: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal that stands for a part named before."""

    literal: int


Node = In | Conj | Disj | Linear | Literal


def linear(terms: Sequence[tuple[int, tuple[Fraction, ...]]], sign: str, bound: Fraction) -> Node:
    """A comparison of a weighted sum with a number, as at most two sums in whole numbers."""
    merged: dict[int, tuple[Fraction, ...]] = {}
    for place, weights in terms:
        known = merged.get(place)
        merged[place] = weights if known is None else tuple(a + b for a, b in zip(known, weights, strict=True))
    used = {place: weights for place, weights in merged.items() if len(set(weights)) > 1}
    bound -= sum((weights[0] for place, weights in merged.items() if place not in used), Fraction(0))
    scale = lcm(bound.denominator, *(weight.denominator for weights in used.values() for weight in weights))
    limit = int(bound * scale)
    columns = tuple(used)
    rows = tuple(tuple(int(weight * scale) for weight in used[place]) for place in columns)
    negative = tuple(tuple(-weight for weight in row) for row in rows)
    at_most, at_least = Linear(columns, rows, limit), Linear(columns, negative, -limit)
    below, above = Linear(columns, rows, limit - 1), Linear(columns, negative, -limit - 1)
    signs: dict[str, Node] = {
        "<=": at_most,
        ">=": at_least,
        "<": below,
        ">": above,
        "=": Conj((at_most, at_least)),
        "!=": Disj((below, above)),
    }
    return signs[sign]


def sums_of(node: Node) -> tuple[Bound, ...]:
    """A condition that is nothing but sums with limits, as those; empty for any other."""
    match node:
        case Linear(columns, weights, bound):
            return (Bound(columns, weights, bound),)
        case Conj(parts) if all(isinstance(part, Linear) for part in parts):
            return tuple(bound for part in parts for bound in sums_of(part))
    return ()


def negate(builder: Builder, node: Node) -> Node:
    match node:
        case In():
            return node.negated(len(builder.variables[node.place].values))
        case Conj(parts):
            return Disj(tuple(negate(builder, part) for part in parts))
        case Disj(parts):
            return Conj(tuple(negate(builder, part) for part in parts))
        case Linear(columns, weights, bound):
            return Linear(columns, tuple(tuple(-weight for weight in row) for row in weights), -bound - 1)
        case Literal(literal):
            return Literal(-literal)


def clauses_of(builder: Builder, node: Node, most: int = MAX_PRODUCT) -> list[Clause]:
    """Clauses that hold exactly when the condition does (helpers included); up to ``most`` are multiplied out."""
    clauses: list[Clause] = []
    clauses += _Clauses(builder, clauses, most).of(node)
    return clauses


def name(builder: Builder, node: Node, definitions: list[Clause], most: int = MAX_PRODUCT) -> int:
    """A literal for a condition: it holds exactly when the condition does, by clauses added to ``definitions``."""
    named = _Clauses(builder, definitions, most)
    return named.name(node, named.of(node))


@dataclass(frozen=True, slots=True)
class _Clauses:
    """Clauses of conditions; those that define literals for their parts go to ``definitions``."""

    builder: Builder
    definitions: list[Clause]
    most: int

    def of(self, node: Node) -> list[Clause]:
        match node:
            case In(place, values):
                return self._within(place, values)
            case Literal(literal):
                return [(literal,)]
            case Conj(parts):
                return [clause for part in parts for clause in self.of(part)]
            case Linear(columns, weights, bound):
                return assert_diagram(self.builder, sum_diagram(columns, weights, bound))
            case Disj(parts):
                return self._product(parts)

    def name(self, part: Node, clauses: list[Clause]) -> int:
        """A literal that holds exactly when the part does, whose clauses these are."""
        literal = self.builder.literal()
        self.definitions.extend((-literal, *clause) for clause in clauses)
        self.definitions.extend((literal, *clause) for clause in self.of(negate(self.builder, part)))
        return literal

    def _within(self, place: int, values: frozenset[int]) -> list[Clause]:
        variable = self.builder.variables[place]
        without = len(variable.values) - len(values)
        if not without:
            return []
        if without == 1:  # "Not this one" is one literal, not "one of the three hundred others".
            return [(-variable.literals[next(bit for bit in range(len(variable.values)) if bit not in values)],)]
        return [tuple(variable.literals[value] for value in sorted(values))]

    def _product(self, parts: Sequence[Node]) -> list[Clause]:
        product: list[Clause] = [()]
        for part in parts:
            if isinstance(part, Linear):
                diagram = sum_diagram(part.columns, part.weights, part.bound)
                factor: list[Clause] = [(name_diagram(self.builder, diagram, self.definitions),)]
            else:
                factor = self.of(part)
            if not factor:
                return []
            if len(product) * len(factor) > self.most and len(factor) > 1:
                factor = [(self.name(part, factor),)]
            product = fewest([_joined(left, right) for left in product for right in factor])
        return product


def fewest(clauses: list[Clause]) -> list[Clause]:
    """Without the clauses that always hold, and those that hold whenever a shorter one does."""
    if len(clauses) < 2:
        return [clause for clause in clauses if not _always(clause)]
    kept: list[Clause] = []
    with_literal: dict[int, list[frozenset[int]]] = {}
    for clause in sorted(dict.fromkeys(clauses), key=len):
        literals = frozenset(clause)
        if _always(clause) or any(one <= literals for literal in clause for one in with_literal.get(literal, ())):
            continue
        with_literal.setdefault(clause[0], []).append(literals)
        kept.append(clause)
    return kept


def _joined(left: Clause, right: Clause) -> Clause:
    return tuple(dict.fromkeys((*left, *right)))


def _always(clause: Clause) -> bool:
    literals = set(clause)
    return any(-literal in literals for literal in clause)
