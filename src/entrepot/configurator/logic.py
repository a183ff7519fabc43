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


Node = In | Conj | Disj | Linear


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


def clauses_of(builder: Builder, node: Node) -> list[Clause]:
    """Clauses that hold exactly when the condition does (helpers included)."""
    clauses: list[Clause] = []
    clauses += _cnf(builder, node, clauses)
    return clauses


def _cnf(builder: Builder, node: Node, definitions: list[Clause]) -> list[Clause]:
    match node:
        case In(place, values):
            return _within(builder, place, values)
        case Conj(parts):
            return [clause for part in parts for clause in _cnf(builder, part, definitions)]
        case Linear(columns, weights, bound):
            return assert_diagram(builder, sum_diagram(columns, weights, bound))
        case Disj(parts):
            return _product(builder, parts, definitions)


def _within(builder: Builder, place: int, values: frozenset[int]) -> list[Clause]:
    variable = builder.variables[place]
    if len(values) == len(variable.values):
        return []
    return [tuple(variable.literals[value] for value in sorted(values))]


def _product(builder: Builder, parts: Sequence[Node], definitions: list[Clause]) -> list[Clause]:
    product: list[Clause] = [()]
    for part in parts:
        if isinstance(part, Linear):
            diagram = sum_diagram(part.columns, part.weights, part.bound)
            factor: list[Clause] = [(name_diagram(builder, diagram, definitions),)]
        else:
            factor = _cnf(builder, part, definitions)
        if not factor:
            return []
        if len(product) * len(factor) > MAX_PRODUCT and len(factor) > 1:
            factor = [(_named(builder, part, factor, definitions),)]
        product = [_joined(left, right) for left in product for right in factor]
    return [clause for clause in product if not _always(clause)]


def _named(builder: Builder, part: Node, clauses: list[Clause], definitions: list[Clause]) -> int:
    """A literal for a part: it holds exactly when the part does."""
    literal = builder.literal()
    definitions += [(-literal, *clause) for clause in clauses]
    definitions += [(literal, *clause) for clause in _cnf(builder, negate(builder, part), definitions)]
    return literal


def _joined(left: Clause, right: Clause) -> Clause:
    return tuple(dict.fromkeys((*left, *right)))


def _always(clause: Clause) -> bool:
    literals = set(clause)
    return any(-literal in literals for literal in clause)
