"""A compiled formula: a decision circuit over which every question is one walk up and one walk down.

The circuit is deterministic and decomposable: at an OR exactly one branch holds, the branches of an AND share no
variable. Literals stand on the edges, as one whole number per edge (a bit per literal), so that "does the
evidence forbid anything here" is a single AND of two numbers, however many literals there are. What a branch
does not mention is free in it and noted on its edge.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from entrepot.configurator.formula import Evidence, Formula
from entrepot.configurator.solve import Costs, Domains

OR, AND, TRUE, FALSE = "o", "a", "t", "f"
INFINITE = math.inf


@dataclass(frozen=True, slots=True)
class Edge:
    """From a node to ``child`` under ``literals``; ``free`` are variables it leaves open (both bits set)."""

    child: int
    literals: int
    free: int
    open: int


@dataclass(frozen=True, slots=True)
class Circuit:
    """Nodes with children before parents; ``kinds[n]`` and ``edges[n]`` describe node n, the last is the root."""

    kinds: tuple[str, ...]
    edges: tuple[tuple[Edge, ...], ...]
    outside: int

    @property
    def size(self) -> int:
        return sum(len(edges) for edges in self.edges)


def bit(literal: int) -> int:
    """The place of a literal: even for positive, odd for negative ones."""
    return 2 * abs(literal) + (literal < 0)


def read_circuit(text: str, literals: int) -> Circuit:
    """Read a circuit in the compiler's text form (``o 1 0`` declares a node, ``1 2 -3 0`` an edge), root first."""
    kinds: dict[int, str] = {}
    raw: dict[int, list[tuple[int, int]]] = {}
    for line in text.splitlines():
        parts = line.split()
        if not parts:
            continue
        if parts[0] in (OR, AND, TRUE, FALSE):
            kinds[int(parts[1])] = parts[0]
            raw[int(parts[1])] = []
        else:
            mask = 0
            for word in parts[2:-1]:
                mask |= 1 << bit(int(word))
            raw[int(parts[0])].append((int(parts[1]), mask))
    return _ordered(kinds, raw, literals)


def _ordered(kinds: dict[int, str], raw: dict[int, list[tuple[int, int]]], literals: int) -> Circuit:
    """Number nodes children first and note on each OR's branches what they leave open."""
    order = _children_first(1, raw)
    place = {node: number for number, node in enumerate(order)}
    mentioned: list[int] = []
    edges: list[tuple[Edge, ...]] = []
    for node in order:
        spans = [_both(mask) | mentioned[place[child]] for child, mask in raw[node]]
        whole = 0
        for span in spans:
            whole |= span
        mentioned.append(whole)
        made = []
        for (child, mask), span in zip(raw[node], spans, strict=True):
            free = whole & ~span if kinds[node] == OR else 0
            made.append(Edge(place[child], mask, free, free.bit_count() // 2))
        edges.append(tuple(made))
    every = sum(3 << (2 * variable) for variable in range(1, literals + 1))
    return Circuit(tuple(kinds[node] for node in order), tuple(edges), every & ~mentioned[-1])


def _children_first(root: int, raw: dict[int, list[tuple[int, int]]]) -> list[int]:
    order: list[int] = []
    seen = {root}
    stack = [(root, iter(raw[root]))]
    while stack:
        node, children = stack[-1]
        for child, _ in children:
            if child not in seen:
                seen.add(child)
                stack.append((child, iter(raw[child])))
                break
        else:
            order.append(node)
            stack.pop()
    return order


def _both(mask: int) -> int:
    """Both literals of every variable of a mask."""
    even = mask & _alternating(mask.bit_length() + 2)
    odd = (mask ^ even) >> 1
    variables = even | odd
    return variables | variables << 1


def _alternating(bits: int) -> int:
    return int.from_bytes(b"\x55" * (bits // 8 + 1), "little")


class _Readout:
    """Turns a set of literals into one mask of values per variable, all variables at once."""

    def __init__(self, bits: Sequence[tuple[int, ...]]) -> None:
        import numpy

        self._numpy = numpy
        self._places = numpy.array([place for one in bits for place in one], dtype=numpy.int64)
        self._weights = numpy.array([1 << value for one in bits for value in range(min(len(one), 62))], dtype=numpy.int64)
        self._starts = numpy.cumsum([0, *(len(one) for one in bits)][:-1])
        self._wide = any(len(one) > 62 for one in bits)
        self._bits = bits
        self._bytes = int(self._places.max(initial=0)) // 8 + 1

    def masks(self, possible: int) -> tuple[int, ...]:
        if self._wide or not self._bits:
            return tuple(sum((possible >> place & 1) << value for value, place in enumerate(one)) for one in self._bits)
        numpy = self._numpy
        raw = numpy.frombuffer(possible.to_bytes(max(self._bytes, possible.bit_length() // 8 + 1), "little"), dtype=numpy.uint8)
        flags = numpy.unpackbits(raw, bitorder="little")[self._places]
        return tuple(numpy.add.reduceat(flags * self._weights, self._starts).tolist())


class CircuitEngine:
    """Answers every question of a session by walking the circuit; holds nothing that changes."""

    def __init__(self, formula: Formula, circuit: Circuit) -> None:
        self.formula = formula
        self.circuit = circuit
        self._bits = [tuple(bit(literal) for literal in variable.literals) for variable in formula.variables]
        self._steps = [
            (kind, tuple((edge.child, edge.literals, edge.literals | edge.free) for edge in edges))
            for kind, edges in zip(circuit.kinds, circuit.edges, strict=True)
        ]
        self._readout = _Readout(self._bits)

    def domains(self, evidence: Evidence) -> Domains:
        forbidden = self._forbidden(evidence)
        values = self._up(forbidden)
        possible = self._down(forbidden, values)
        return Domains(self._readout.masks(possible), values[-1])

    def consistent(self, evidence: Evidence) -> bool:
        return self._up(self._forbidden(evidence))[-1]

    def count(self, evidence: Evidence | None = None) -> int:
        """The exact number of configurations."""
        forbidden = self._forbidden(evidence or {})
        counts: list[int] = []
        for kind, edges in zip(self.circuit.kinds, self.circuit.edges, strict=True):
            terms = [
                0 if edge.literals & forbidden else counts[edge.child] << (edge.open - (edge.free & forbidden).bit_count())
                for edge in edges
            ]
            counts.append(sum(terms) if kind == OR else math.prod(terms) if kind == AND else int(kind == TRUE))
        open_ = self.circuit.outside.bit_count() // 2 - (self.circuit.outside & forbidden).bit_count()
        return counts[-1] << open_

    def best(self, evidence: Evidence, costs: Costs) -> tuple[int, tuple[int, ...]] | None:
        forbidden = self._forbidden(evidence)
        cost_of = self._cost_bits(costs)
        least: list[float] = []
        for kind, edges in zip(self.circuit.kinds, self.circuit.edges, strict=True):
            terms = [self._edge_cost(edge, forbidden, cost_of, least) for edge in edges]
            least.append(
                min(terms, default=INFINITE) if kind == OR else sum(terms) if kind == AND else 0 if kind == TRUE else INFINITE
            )
        if least[-1] == INFINITE:
            return None
        taken = self._trace(forbidden, cost_of, least)
        chosen = tuple(next((value for value, place in enumerate(bits) if taken >> place & 1), 0) for bits in self._bits)
        return sum(row[chosen[place]] for place, row in costs.items()), chosen

    def _forbidden(self, evidence: Evidence) -> int:
        """The literals the evidence takes away, of every value that is not allowed."""
        forbidden = 0
        for place, mask in evidence.items():
            for value, where in enumerate(self._bits[place]):
                if not mask >> value & 1:
                    forbidden |= 1 << where
        return forbidden

    def _up(self, forbidden: int) -> list[bool]:
        values: list[bool] = []
        for kind, edges in self._steps:
            if kind == AND:
                for child, literals, _ in edges:
                    if not values[child] or literals & forbidden:
                        values.append(False)
                        break
                else:
                    values.append(True)
            elif kind == OR:
                for child, literals, _ in edges:
                    if values[child] and not literals & forbidden:
                        values.append(True)
                        break
                else:
                    values.append(False)
            else:
                values.append(kind == TRUE)
        return values

    def _down(self, forbidden: int, values: list[bool]) -> int:
        """Every literal that some configuration has if only that literal's own variable were open."""
        possible = self.circuit.outside
        reached = [False] * len(values)
        reached[-1] = True
        for node in range(len(values) - 1, -1, -1):
            if not reached[node]:
                continue
            kind, edges = self._steps[node]
            if kind == AND and not values[node]:
                edges = tuple(edge for edge in edges if not values[edge[0]] or edge[1] & forbidden)
                if len(edges) > 1:
                    continue
            for child, literals, mentioned in edges:
                conflict = literals & forbidden
                if not conflict:
                    reached[child] = True
                    if values[child]:
                        possible |= mentioned
                elif values[child] and not conflict & (conflict - 1):
                    possible |= conflict
        return possible

    def _cost_bits(self, costs: Costs) -> dict[int, int]:
        return {self._bits[place][value]: cost for place, row in costs.items() for value, cost in enumerate(row) if cost}

    def _edge_cost(self, edge: Edge, forbidden: int, cost_of: dict[int, int], least: list[float]) -> float:
        if edge.literals & forbidden or least[edge.child] == INFINITE:
            return INFINITE
        cost = least[edge.child]
        if cost_of:
            cost += sum(cost_of.get(place, 0) for place in _places(edge.literals))
            cost += sum(cost_of.get(place, 0) for place in _places(_cheapest_free(edge.free, forbidden, cost_of)))
        return cost

    def _trace(self, forbidden: int, cost_of: dict[int, int], least: list[float]) -> int:
        """The literals of one cheapest configuration."""
        taken = _cheapest_free(self.circuit.outside, forbidden, cost_of)
        stack = [len(least) - 1]
        while stack:
            node = stack.pop()
            edges: Sequence[Edge] = self.circuit.edges[node]
            if self.circuit.kinds[node] == OR:
                edges = [next(edge for edge in edges if self._edge_cost(edge, forbidden, cost_of, least) == least[node])]
            for edge in edges:
                taken |= edge.literals | _cheapest_free(edge.free, forbidden, cost_of)
                stack.append(edge.child)
        return taken


def _places(mask: int) -> list[int]:
    places = []
    while mask:
        low = mask & -mask
        places.append(low.bit_length() - 1)
        mask ^= low
    return places


def _cheapest_free(free: int, forbidden: int, cost_of: dict[int, int]) -> int:
    """Of each free variable the literal to take: the allowed one, or the cheaper of two (false when equal)."""
    taken = 0
    for place in _places(free & _alternating(free.bit_length() + 2)):
        positive, negative = 1 << place, 1 << (place + 1)
        if forbidden & positive:
            taken |= negative
        elif forbidden & negative or cost_of.get(place, 0) < cost_of.get(place + 1, 0):
            taken |= positive
        else:
            taken |= negative
    return taken
