"""How many configurations there are, exactly.

Over the circuit alone this is one walk with whole numbers. A large sum above the circuit is counted with it: each
node holds, for every weight that can be had below it, the number of ways to have it; at the root the ways under
the limit are added up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from entrepot.configurator.circuit import Circuit, Layout, Section, lay_out
from entrepot.configurator.formula import Bound, Formula
from entrepot.configurator.knowledge import Knowledge

#: Steps of adding ways together after which the count is given up.
MAX_STEPS = 20_000_000

Weight = tuple[int, ...]
Ways = dict[Weight, int]


class TooMany(Exception):
    """The weights that can be had are too many to be told apart."""


def count(formula: Formula, knowledge: Knowledge) -> int | None:
    """The number of configurations; None where a part did not compile or the sums have too many cases."""
    circuit = knowledge.circuit
    if circuit is None or knowledge.unsettled:
        return None
    layout = lay_out(formula)
    bounds = formula.bounds()
    if not bounds:
        return circuit.count([1] * layout.slots)
    try:
        ways = _Census(layout, bounds).walk(circuit)
    except TooMany:
        return None
    limits = [bound.limit for bound in bounds]
    return sum(number for weight, number in ways.items() if all(one <= limit for one, limit in zip(weight, limits, strict=True)))


class _Census:
    def __init__(self, layout: Layout, bounds: list[Bound]) -> None:
        self.nothing = (0,) * len(bounds)
        self.weights = [self.nothing] * layout.slots
        self._steps = 0
        for number, bound in enumerate(bounds):
            for place, row in zip(bound.columns, bound.weights, strict=True):
                for bit, weight in enumerate(row):
                    slot = layout.first[place] + bit
                    known = self.weights[slot]
                    self.weights[slot] = (*known[:number], known[number] + weight, *known[number + 1 :])

    def walk(self, circuit: Circuit) -> Ways:
        kind, start, child, group, begin, at, *_ = (circuit.section(which).tolist() for which in Section)
        shift = [self.nothing] * len(child)
        for slot, weight in enumerate(self.weights):
            if any(weight):
                for place in range(begin[slot], begin[slot + 1]):
                    shift[at[place]] = _plus(shift[at[place]], weight)
        opened = self._opened(circuit)
        found: list[Ways] = []
        for node, is_or in enumerate(kind):
            terms = (
                self._edge(found[child[edge]], shift[edge], opened[group[edge]] if group[edge] >= 0 else None)
                for edge in range(start[node], start[node + 1])
            )
            found.append(self._either(terms) if is_or else self._both(terms))
        return found[-1]

    def _edge(self, below: Ways, shift: Weight, opened: Ways | None) -> Ways:
        moved = below if not any(shift) else {_plus(weight, shift): number for weight, number in below.items()}
        return moved if opened is None else self._product(moved, opened)

    def _opened(self, circuit: Circuit) -> list[Ways]:
        """The ways of each group of free variables: each member takes one of its two values."""
        blocks, block, members, member = (circuit.section(which).tolist() for which in list(Section)[6:])
        of_block = [
            self._both(_two(self.weights[slot], self.weights[slot + 1]) for slot in member[members[number] : members[number + 1]])
            for number in range(len(members) - 1)
        ]
        return [
            self._both(of_block[one] for one in block[blocks[number] : blocks[number + 1]]) for number in range(len(blocks) - 1)
        ]

    def _both(self, terms: Iterable[Ways]) -> Ways:
        product: Ways = {self.nothing: 1}
        for term in terms:
            product = self._product(product, term)
        return product

    def _either(self, terms: Iterable[Ways]) -> Ways:
        total: Ways = defaultdict(int)
        for term in terms:
            for weight, number in term.items():
                total[weight] += number
        return total

    def _product(self, one: Mapping[Weight, int], other: Mapping[Weight, int]) -> Ways:
        self._steps += len(one) * len(other)
        if self._steps > MAX_STEPS:
            raise TooMany
        total: Ways = defaultdict(int)
        for weight, number in one.items():
            for more, times in other.items():
                total[_plus(weight, more)] += number * times
        return total


def _two(one: Weight, other: Weight) -> Ways:
    return {one: 2} if one == other else {one: 1, other: 1}


def _plus(one: Weight, other: Weight) -> Weight:
    return tuple(a + b for a, b in zip(one, other, strict=True))
