"""Compiles a formula of tables along one order of its variables.

What matters of the values taken so far is how far they have led in each table: two beginnings that stand at the same
nodes go on alike. Where tables are over neighbors there are few such states, and this takes a second with models that
the compiler does not finish; where tables reach far there are too many, and it is given up for the compiler's ways.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from entrepot.configurator.diagrams import FALSE, TRUE, table_diagram
from entrepot.configurator.formula import Diagram, Formula
from entrepot.configurator.narrow import narrowed_masks, restricted
from entrepot.configurator.slots import ones

#: Values of states that are followed, some ten seconds' work; and rows of a table that is turned to another order.
MAX_CASES = 400_000
MAX_TURNED = 200_000
#: How often the order is bettered.
ROUNDS = 60

#: The tables begun and not yet decided, each with the node it stands at.
State = tuple[tuple[int, int], ...]
#: Per node of a layer: the values that lead on, and the node of the next layer each leads to.
Layer = list[list[tuple[int, int]]]


class _TooManyCases(Exception):
    """This order is no good."""


def sweep(formula: Formula) -> str | None:
    """The circuit's text in the compiler's form; None where there is a rule that is no table, or too many states."""
    if not formula.of_tables:
        return None
    left = narrowed_masks(formula)
    if not all(left):
        return "f 1 0\n"
    kept = [one for one in (restricted(table, left) for table in formula.tables()) if one.columns]
    sizes = [mask.bit_count() for mask in left]
    order = _order([one.columns for one in kept], len(sizes))
    try:
        layers = _layers([_turned(one, order, sizes) for one in kept], order, sizes)
    except _TooManyCases:
        return None
    literals = [
        [formula.variables[place].literals[bit] for bit in ones(left[place])] for place in sorted(order, key=order.__getitem__)
    ]
    return "\n".join(_text(layers, literals)) + "\n"


def _order(scopes: Sequence[Sequence[int]], count: int) -> list[int]:
    """At which place each variable comes: where the tables that speak of it are, on average, until that helps no more."""
    tables_of: dict[int, list[int]] = defaultdict(list)
    for number, scope in enumerate(scopes):
        for column in scope:
            tables_of[column].append(number)
    at = list(range(count))
    best, least = at, _reach(scopes, at)
    for _ in range(ROUNDS):
        middle = [sum(at[column] for column in scope) / len(scope) for scope in scopes]
        wanted = [
            sum(middle[one] for one in tables_of[place]) / len(tables_of[place]) if place in tables_of else at[place]
            for place in range(count)
        ]
        at = [0] * count
        for number, place in enumerate(sorted(range(count), key=wanted.__getitem__)):
            at[place] = number
        reach = _reach(scopes, at)
        if reach < least:
            best, least = at, reach
    return best


def _reach(scopes: Sequence[Sequence[int]], at: Sequence[int]) -> int:
    return sum(max(at[one] for one in scope) - min(at[one] for one in scope) for scope in scopes)


def _turned(table: Diagram, at: Sequence[int], sizes: Sequence[int]) -> Diagram:
    """The same table with its columns in the order of the variables."""
    order = sorted(range(len(table.columns)), key=lambda column: at[table.columns[column]])
    if order == list(range(len(order))):
        return table
    allowed = _paths(table, TRUE) <= _paths(table, FALSE)
    if _paths(table, TRUE if allowed else FALSE) > MAX_TURNED:
        raise _TooManyCases
    rows = {tuple(row[column] for column in order) for row in _rows(table, TRUE if allowed else FALSE)}
    columns = [table.columns[column] for column in order]
    return table_diagram(columns, [sizes[column] for column in columns], rows, allowed)


def _paths(table: Diagram, end: int) -> int:
    """How many ways lead to an end."""
    below: list[int] = []
    for nodes in reversed(table.levels):
        below = [sum(below[child] if child >= 0 else child == end for child in children) for children in nodes]
    return below[0]


def _rows(table: Diagram, end: int) -> Iterator[tuple[int, ...]]:
    waiting: list[tuple[int, tuple[int, ...]]] = [(0, ())]
    while waiting:
        node, taken = waiting.pop()
        for value, child in enumerate(table.levels[len(taken)][node]):
            if child >= 0:
                waiting.append((child, (*taken, value)))
            elif child == end:
                yield (*taken, value, *(-1,) * (len(table.columns) - len(taken) - 1))


def _layers(tables: Sequence[Diagram], at: Sequence[int], sizes: Sequence[int]) -> list[Layer]:
    """Per variable, in their order, the states there can be and where each value of theirs leads; node 0 is the first."""
    depth_of = [{column: depth for depth, column in enumerate(one.columns)} for one in tables]
    beginning: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, one in enumerate(tables):
        beginning[one.columns[0]].append((number, 0))
    states: dict[State, int] = {(): 0}
    layers: list[Layer] = []
    cases = 0
    for place in sorted(range(len(sizes)), key=at.__getitem__):
        following: dict[State, int] = {}
        layer: Layer = []
        for state in states:
            beside = [one for one in state if place not in depth_of[one[0]]]
            asked = [one for one in (*state, *beginning[place]) if place in depth_of[one[0]]]
            rows = [(number, tables[number].levels[depth_of[number][place]][node]) for number, node in asked]
            leads = []
            for value in range(sizes[place]):
                after = [(number, row[value]) for number, row in rows]
                if all(child != FALSE for _, child in after):
                    reached = tuple(sorted((*beside, *(one for one in after if one[1] != TRUE))))
                    leads.append((value, following.setdefault(reached, len(following))))
            layer.append(leads)
            cases += sizes[place]
        if cases > MAX_CASES:
            raise _TooManyCases
        layers.append(layer)
        states = following
    return layers


def _text(layers: Sequence[Layer], literals: Sequence[Sequence[int]]) -> Iterator[str]:
    """Nodes from the last layer up, those that lead on alike as one, those that lead nowhere as none; the root is node 1."""
    yield "t 2 0"
    below: list[int] = [2]
    last = 2
    for depth in range(len(layers) - 1, -1, -1):
        known: dict[tuple[tuple[int, int], ...], int] = {}
        here = []
        for leads in layers[depth]:
            kept = tuple((value, below[child]) for value, child in leads if below[child])
            number = known.get(kept, 0) if kept else 0
            if kept and not number:
                last += 1
                number = known[kept] = last if depth else 1
                yield f"o {number} 0"
                for value, child in kept:
                    yield f"{number} {child} {literals[depth][value]} 0"
            here.append(number)
        below = here
    if not below[0]:
        yield "f 1 0"
