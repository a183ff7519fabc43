"""From the compiler's text to a flat circuit: only the model's own values stay, chains are folded.

The text declares nodes (``o 1 0``) and edges (``1 2 -3 0``), the root first. What is only a definition (the nodes
of a table's diagram, partial sums) is dropped: it follows from the values, so that every way through the circuit
is still exactly one configuration. Of a class with several values the taken one is kept and the rejected ones
are dropped, for the same reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from entrepot.configurator.circuit import Circuit, Layout, pack
from entrepot.configurator.problems import ModelTooLarge
from entrepot.configurator.slots import ones

MAX_EDGES = 4_000_000
#: A literal list this long is not repeated at every parent of its node but becomes an edge of its own.
MAX_REPEATED = 4
_TRUE = 0

Slots = tuple[int, ...]
#: Values, and the node below them; None is false.
Found = tuple[Slots, int] | None


@dataclass(slots=True)
class _Text:
    """The compiler's graph as it came."""

    kinds: dict[int, str] = field(default_factory=dict)
    edges: dict[int, list[tuple[int, Slots]]] = field(default_factory=dict)
    parents: dict[int, int] = field(default_factory=dict)


def read_circuit(texts: Iterable[str], layout: Layout) -> Circuit | None:
    """One circuit of the texts of independent parts; None when one of them is false."""
    folded = _Folded(layout)
    roots: list[tuple[Slots, int]] = []
    for text in texts:
        found = folded.fold(_parse(text, layout.slot_of))
        if found is None:
            return None
        roots.append(found)
    return folded.finish(roots)


def _parse(text: str, slot_of: Mapping[int, int]) -> _Text:
    read = _Text()
    if text.count("\n") > MAX_EDGES:
        raise ModelTooLarge(limit=f"its circuit has more than {MAX_EDGES} edges")
    for line in text.splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] in "oatf":
            read.kinds[int(words[1])] = words[0]
            read.edges[int(words[1])] = []
            continue
        child = int(words[1])
        slots = tuple(slot_of[one] for one in map(int, words[2:-1]) if one in slot_of)
        read.edges[int(words[0])].append((child, slots))
        read.parents[child] = read.parents.get(child, 0) + 1
    return read


class _Folded:
    """Builds the circuit's nodes, children first; node 0 is "true"."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.is_or: list[bool] = [False]
        self.edges: list[list[tuple[Slots, int]]] = [[]]
        self.mentions: list[int] = [0]

    def fold(self, text: _Text) -> Found:
        found: dict[int, Found] = {}
        for node in _children_first(text.edges):
            kind = text.kinds[node]
            if kind == "f":
                found[node] = None
            elif kind == "t":
                found[node] = ((), _TRUE)
            elif kind == "o":
                found[node] = self._either(text.edges[node], found)
            else:
                found[node] = self._both(text, node, found)
        return found[1]

    def finish(self, roots: list[tuple[Slots, int]]) -> Circuit:
        slots = tuple(chain.from_iterable(one for one, _ in roots))
        below = [node for _, node in roots if node != _TRUE]
        top = self._node([((), node) for node in below]) if len(below) > 1 else (below or [_TRUE])[0]
        outside = self.layout.binary & ~(self._spoken(slots) | self.mentions[top])
        self._node([(slots, top)])
        groups = {outside: 0} if outside else {}
        return pack(self.is_or, self.edges, self._open(groups, outside), self._blocks(groups), self.layout)

    def _node(self, edges: list[tuple[Slots, int]], *, is_or: bool = False) -> int:
        mentioned = 0
        for slots, child in edges:
            mentioned |= self._spoken(slots) | self.mentions[child]
        self.is_or.append(is_or)
        self.edges.append(edges)
        self.mentions.append(mentioned)
        return len(self.edges) - 1

    def _spoken(self, slots: Slots) -> int:
        spoken = 0
        for slot in slots:
            place = self.layout.place_of[slot]
            spoken |= 1 << place
        return spoken & self.layout.binary

    def _either(self, edges: list[tuple[int, Slots]], found: dict[int, Found]) -> Found:
        branches: list[tuple[Slots, int]] = []
        for child, slots in edges:
            below = found[child]
            if below is not None:
                branches.append(((*slots, *below[0]), below[1]))
        if len(branches) < 2:
            return branches[0] if branches else None
        return (), self._node(branches, is_or=True)

    def _both(self, text: _Text, node: int, found: dict[int, Found]) -> Found:
        """An AND gives its values to the edge above it; what stands below alone in an AND is taken into it."""
        taken: list[int] = []
        below: list[int] = []
        for child, slots in text.edges[node]:
            one = found[child]
            if one is None:
                return None
            taken += (*slots, *one[0])
            if one[1] == _TRUE:
                continue
            if not self.is_or[one[1]] and text.parents.get(child, 0) == 1 and not any(s for s, _ in self.edges[one[1]]):
                below += (inner for _, inner in self.edges[one[1]])
            else:
                below.append(one[1])
        if len(taken) > MAX_REPEATED and text.parents.get(node, 0) > 1:
            return (), self._node([(tuple(taken), _TRUE), *(((), one) for one in below)])
        if len(below) < 2:
            return tuple(taken), below[0] if below else _TRUE
        return tuple(taken), self._node([((), one) for one in below])

    def _open(self, groups: dict[int, int], outside: int) -> list[list[int]]:
        """Per edge the group of what it leaves free beside its neighbors; -1 for nothing."""
        opened: list[list[int]] = []
        for is_or, edges, mentioned in zip(self.is_or, self.edges, self.mentions, strict=True):
            row = []
            for slots, child in edges:
                free = mentioned & ~(self._spoken(slots) | self.mentions[child]) if is_or else 0
                row.append(groups.setdefault(free, len(groups)) if free else -1)
            opened.append(row)
        if outside:
            opened[-1] = [0]
        return opened

    def _blocks(self, groups: dict[int, int]) -> tuple[list[list[int]], list[list[int]]]:
        """Groups as lists of blocks, blocks as lists of variables: what is always free together is one block."""
        inside: dict[int, list[int]] = {}
        for mask, group in groups.items():
            for place in ones(mask):
                inside.setdefault(place, []).append(group)
        blocks: dict[tuple[int, ...], list[int]] = {}
        for place, member_of in inside.items():
            blocks.setdefault(tuple(member_of), []).append(place)
        of_group: list[list[int]] = [[] for _ in groups]
        for number, groups_of in enumerate(blocks):
            for group in groups_of:
                of_group[group].append(number)
        first = self.layout.first
        return of_group, [[first[place] for place in places] for places in blocks.values()]


def _children_first(edges: dict[int, list[tuple[int, Slots]]]) -> list[int]:
    order: list[int] = []
    seen = {1}
    stack = [(1, iter(edges[1]))]
    while stack:
        node, children = stack[-1]
        for child, _ in children:
            if child not in seen:
                seen.add(child)
                stack.append((child, iter(edges[child])))
                break
        else:
            order.append(node)
            stack.pop()
    return order
