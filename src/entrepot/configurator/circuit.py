"""A compiled formula: a decision circuit over which every question is one walk up and one walk down.

The circuit is deterministic and decomposable: at an OR exactly one branch holds, the branches of an AND share no
variable. It is one flat array of whole numbers, written once when a version is published and only read after
that, by any number of threads. A *slot* is one value of one variable. For each slot the edges are listed that
take it; an edge names the group of variables it leaves free.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from itertools import chain
from typing import Any

from entrepot.configurator.formula import Evidence, Formula
from entrepot.configurator.problems import CircuitUnreadable

Array = Any
#: Changes whenever the meaning of the array changes; an array of another form is compiled anew.
FORM = 1
#: Variables that evidence speaks of, from which it is laid out all at once.
MANY = 100
SECTIONS = 10
_HEADER = 2 * SECTIONS + 2


class Section(IntEnum):
    """What stands where; the header holds begin and end of each."""

    KIND = 0
    START = 1
    CHILD = 2
    GROUP = 3
    BEGIN = 4
    AT = 5
    BLOCKS = 6
    BLOCK = 7
    MEMBERS = 8
    MEMBER = 9


@dataclass(frozen=True)
class Layout:
    """Where the values of a formula stand: ``first[place] + value`` is a slot, before ``ends[place]``."""

    first: tuple[int, ...]
    ends: tuple[int, ...]
    place_of: tuple[int, ...]
    slot_of: Mapping[int, int]
    binary: int

    @property
    def slots(self) -> int:
        return len(self.place_of)

    @cached_property
    def wide(self) -> bool:
        """Whether a variable has more values than a machine word has bits."""
        return any(end - first > 62 for first, end in zip(self.first, self.ends, strict=True))

    @cached_property
    def _columns(self) -> tuple[Array, Array]:
        """Per slot its variable and its bit."""
        import numpy

        places = numpy.array(self.place_of, dtype=numpy.int64)
        return places, numpy.arange(self.slots) - numpy.array(self.first, dtype=numpy.int64)[places]

    def closed_all(self, evidence: Evidence) -> Array:
        """What evidence about very many variables takes away, all at once."""
        import numpy

        places, bits = self._columns
        masks = numpy.full(len(self.first), -1, dtype=numpy.int64)
        about, said = evidence.keys(), evidence.values()
        masks[numpy.fromiter(about, dtype=numpy.int64, count=len(about))] = numpy.fromiter(said, numpy.int64, len(said))
        return ((masks[places] >> bits & 1) ^ 1).astype(numpy.uint8)

    def without(self, places: Sequence[int]) -> Layout:
        """The same layout for a circuit that says nothing of some variables."""
        binary = self.binary
        for place in places:
            binary &= ~(1 << place)
        return replace(self, binary=binary)


def lay_out(formula: Formula) -> Layout:
    """A slot for each value; a literal that is no value (a helper, a rejected value of many) has none."""
    first: list[int] = []
    place_of: list[int] = []
    slot_of: dict[int, int] = {}
    binary = 0
    for place, variable in enumerate(formula.variables):
        first.append(len(place_of))
        slot_of |= {literal: len(place_of) + bit for bit, literal in enumerate(variable.literals)}
        place_of += [place] * len(variable.values)
        if len(variable.values) == 2:
            binary |= 1 << place
    ends = (*first[1:], len(place_of)) if first else ()
    return Layout(tuple(first), ends, tuple(place_of), slot_of, binary)


@dataclass(frozen=True)
class Circuit:
    """The flat array; ``flat[2 * section]`` to ``flat[2 * section + 1]`` is a section."""

    flat: Array

    def section(self, which: Section) -> Array:
        return self.flat[self.flat[2 * which] : self.flat[2 * which + 1]]

    @property
    def nodes(self) -> int:
        return len(self.section(Section.KIND))

    @property
    def edges(self) -> int:
        return len(self.section(Section.CHILD))

    @property
    def size_bytes(self) -> int:
        return int(self.flat.nbytes)

    def to_bytes(self) -> bytes:
        """The array, compressed."""
        return zlib.compress(self.flat.tobytes(), 6)

    @cached_property
    def _lists(self) -> list[list[int]]:
        return [self.section(which).tolist() for which in Section]

    def count(self, allowed: Sequence[int]) -> int:
        """How many configurations there are, exactly, with the slots that are allowed (a truth value each)."""
        kind, start, child, group, begin, at, blocks, block, members, member = self._lists
        closed = [slot for slot, is_allowed in enumerate(allowed) if not is_allowed]
        shut = {at[place] for slot in closed for place in range(begin[slot], begin[slot + 1])}
        of_block = [
            math.prod(allowed[one] + allowed[one + 1] for one in member[members[number] : members[number + 1]])
            for number in range(len(members) - 1)
        ]
        of_group = [
            math.prod(of_block[one] for one in block[blocks[number] : blocks[number + 1]]) for number in range(len(blocks) - 1)
        ]
        found: list[int] = []
        for node, is_or in enumerate(kind):
            terms = []
            for edge in range(start[node], start[node + 1]):
                open_ways = of_group[group[edge]] if group[edge] >= 0 else 1
                terms.append(0 if edge in shut else found[child[edge]] * open_ways)
            found.append(sum(terms) if is_or else math.prod(terms))
        return found[-1]


def read_bytes(stored: bytes) -> Circuit:
    """The circuit of stored bytes; one of another form, or a damaged one, is refused."""
    import numpy

    try:
        flat = numpy.frombuffer(zlib.decompress(stored), dtype=numpy.int32)
    except (zlib.error, ValueError):
        raise CircuitUnreadable() from None
    if len(flat) < _HEADER or flat[2 * SECTIONS] != FORM or flat[2 * SECTIONS - 1] != len(flat):
        raise CircuitUnreadable()
    return Circuit(flat)


def pack(
    is_or: Sequence[bool],
    edges: Sequence[Sequence[tuple[tuple[int, ...], int]]],
    groups: Sequence[Sequence[int]],
    blocks: tuple[Sequence[Sequence[int]], Sequence[Sequence[int]]],
    layout: Layout,
) -> Circuit:
    """Lay nodes and edges end to end, leaving out what the root (the last node) does not reach."""
    import numpy

    kept = _reached(edges)
    number = {node: place for place, node in enumerate(kept)}
    flat_edges = [edge for node in kept for edge in edges[node]]
    of_group, of_block = blocks
    edges_of: list[list[int]] = [[] for _ in range(layout.slots)]
    for place, (slots, _) in enumerate(flat_edges):
        for slot in slots:
            edges_of[slot].append(place)
    rows: list[Sequence[int]] = [
        [is_or[node] for node in kept],
        _ends(edges[node] for node in kept),
        [number[child] for _, child in flat_edges],
        [group for node in kept for group in groups[node]],
        _ends(edges_of),
        list(chain.from_iterable(edges_of)),
        _ends(of_group),
        list(chain.from_iterable(of_group)),
        _ends(of_block),
        list(chain.from_iterable(of_block)),
    ]
    bounds, begin = [], _HEADER
    for row in rows:
        bounds += [begin, begin + len(row)]
        begin += len(row)
    return Circuit(numpy.array([*bounds, FORM, layout.slots, *chain.from_iterable(rows)], dtype=numpy.int32))


def _ends(rows: Any) -> list[int]:
    ends = [0]
    for row in rows:
        ends.append(ends[-1] + len(row))
    return ends


def _reached(edges: Sequence[Sequence[tuple[tuple[int, ...], int]]]) -> list[int]:
    reached = [False] * len(edges)
    reached[-1] = True
    for node in range(len(edges) - 1, -1, -1):
        if reached[node]:
            for _, child in edges[node]:
                reached[child] = True
    return [node for node, is_reached in enumerate(reached) if is_reached]


#: What a mask over two values takes away.
_OF_TWO = (b"\1\1", b"\0\1", b"\1\0")


def forbidden_slots(layout: Layout, evidence: Evidence) -> Array:
    """A byte per slot: what the evidence takes away."""
    import numpy

    if len(evidence) > MANY and not layout.wide:
        return layout.closed_all(evidence)
    forbidden = bytearray(layout.slots)
    first, ends = layout.first, layout.ends
    for place, mask in evidence.items():
        begin, end = first[place], ends[place]
        if end - begin == 2:
            if mask < 3:
                forbidden[begin : begin + 2] = _OF_TWO[mask]
        elif mask == 1:
            forbidden[begin + 1 : end] = b"\1" * (end - begin - 1)
        else:
            for slot in range(begin, end):
                if not mask & 1:
                    forbidden[slot] = 1
                mask >>= 1
    return numpy.frombuffer(forbidden, dtype=numpy.uint8)
