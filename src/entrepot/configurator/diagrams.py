"""Reduced multi-valued decision diagrams for tables and for sums, and their clauses.

A table of ten thousand rows usually reduces to a few dozen nodes, where one helper literal per row would make
every solver crawl. A diagram is read from the root: each level asks one variable, each value leads to a node of
the next level, to everything (TRUE) or to nothing (FALSE). Node literals are determined by the values, so that
configurations can still be counted exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from entrepot.configurator.formula import Builder, Clause, Diagram
from entrepot.configurator.problems import ModelTooLarge

FALSE, TRUE = -1, -2
MAX_NODES = 400_000
#: Values of nodes up to which every value that is not possible has a clause of its own: a reason is found sooner then.
MAX_SPELLED = 4_000


class Level:
    """The distinct nodes of one level."""

    def __init__(self) -> None:
        self.nodes: list[tuple[int, ...]] = []
        self.known: dict[tuple[int, ...], int] = {}

    def node(self, children: tuple[int, ...]) -> int:
        first = children[0]
        if first < 0 and all(child == first for child in children):
            return first
        place = self.known.get(children)
        if place is None:
            place = self.known[children] = len(self.nodes)
            self.nodes.append(children)
        return place


def table_diagram(columns: Sequence[int], sizes: Sequence[int], rows: set[tuple[int, ...]], allowed: bool) -> Diagram:
    """The diagram of allowed (or forbidden) rows of value numbers; ``-1`` in a cell is any value."""
    hit, miss = (TRUE, FALSE) if allowed else (FALSE, TRUE)
    levels = [Level() for _ in columns]
    memo: dict[tuple[int, frozenset[tuple[int, ...]]], int] = {}

    def build(level: int, suffixes: frozenset[tuple[int, ...]]) -> int:
        if not suffixes:
            return miss
        if level == len(columns):
            return hit
        known = memo.get((level, suffixes))
        if known is not None:
            return known
        after: dict[int, set[tuple[int, ...]]] = defaultdict(set)
        for row in suffixes:
            after[row[0]].add(row[1:])
        always = after.pop(-1, set())
        children = tuple(
            build(level + 1, frozenset(after[value] | always) if value in after else frozenset(always))
            for value in range(sizes[level])
        )
        memo[level, suffixes] = found = levels[level].node(children)
        return found

    root = build(0, frozenset(rows))
    return rooted(columns, levels, root)


def sum_diagram(columns: Sequence[int], weights: Sequence[Sequence[int]], bound: int) -> Diagram:
    """The diagram of ``sum of weights <= bound``; partial sums that cannot matter any more share a node."""
    count = len(columns)
    least, most = [0] * (count + 1), [0] * (count + 1)
    for level in range(count - 1, -1, -1):
        least[level] = least[level + 1] + min(weights[level])
        most[level] = most[level + 1] + max(weights[level])
    reached: list[dict[int, int]] = [{0: 0}]
    total = 0
    for level in range(count):
        following: dict[int, int] = {}
        for partial in reached[level]:
            for weight in weights[level]:
                value = partial + weight
                if value + least[level + 1] <= bound < value + most[level + 1]:
                    following.setdefault(value, 0)
        total += len(following) * len(weights[level])
        if total > MAX_NODES:
            raise ModelTooLarge(limit=f"a sum over {count} choices has more than {MAX_NODES} cases")
        reached.append(following)
    levels = [Level() for _ in columns]
    below: dict[int, int] = {}
    for level in range(count - 1, -1, -1):
        here: dict[int, int] = {}
        for partial in reached[level]:
            children = []
            for weight in weights[level]:
                value = partial + weight
                if value + most[level + 1] <= bound:
                    children.append(TRUE)
                elif value + least[level + 1] > bound:
                    children.append(FALSE)
                else:
                    children.append(below[value])
            here[partial] = levels[level].node(tuple(children))
        below = here
    root = TRUE if most[0] <= bound else FALSE if least[0] > bound else below[0]
    return rooted(columns, levels, root)


def count_diagram(
    columns: Sequence[int], counted: Sequence[Sequence[bool]], least: int, most: int, owner: tuple[int, Sequence[bool]] | None
) -> Diagram:
    """The diagram of "from ``least`` to ``most`` of some variables have a value that counts".

    With an ``owner`` (a variable and which of its values it is there with) only while that is there.
    """
    levels: list[tuple[tuple[int, ...], ...]] = []
    if owner is not None:
        columns, levels = (owner[0], *columns), [(tuple(0 if there else TRUE for there in owner[1]),)]
    states, cases = [0], 0
    for left, values in zip(range(len(counted) - 1, -1, -1), counted, strict=True):
        following: dict[int, int] = {}
        nodes = []
        for state in states:
            reached = [state + one for one in values]
            nodes.append(tuple(_counted(one, left, least, most, following) for one in reached))
        cases += len(nodes) * len(values)
        if cases > MAX_NODES:
            raise ModelTooLarge(limit=f"from {least} to {most} of {len(counted)} has more than {MAX_NODES} cases")
        levels.append(tuple(nodes))
        states = list(following)
    return Diagram(tuple(columns), tuple(level for level in levels if level))


def _counted(count: int, left: int, least: int, most: int, following: dict[int, int]) -> int:
    if count > most or count + left < least:
        return FALSE
    if count >= least and count + left <= most:
        return TRUE
    return following.setdefault(count, len(following))


def rooted(columns: Sequence[int], levels: Sequence[Level], root: int) -> Diagram:
    """Number nodes from the root down, leaving out what is not reached from it."""
    if root < 0:
        return Diagram((), (), root == TRUE)
    kept: list[tuple[tuple[int, ...], ...]] = []
    frontier = {root: 0}
    for depth, level in enumerate(levels):
        following: dict[int, int] = {}
        nodes = []
        for node in frontier:
            children = level.nodes[node]
            nodes.append(tuple(child if child < 0 else following.setdefault(child, len(following)) for child in children))
        kept.append(tuple(nodes))
        frontier = following
        if not frontier:
            return Diagram(tuple(columns[: depth + 1]), tuple(kept))
    return Diagram(tuple(columns), tuple(kept))


def assert_diagram(builder: Builder, diagram: Diagram) -> list[Clause]:
    """Clauses that make the diagram true: one literal per node below the root, true exactly on the path taken."""
    literals = [builder.variables[column].literals for column in diagram.columns]
    spelled = sum(len(nodes) * len(values) for nodes, values in zip(diagram.levels, literals, strict=True))
    return path_clauses(diagram, literals, builder.literal, brief=spelled > MAX_SPELLED)


def path_clauses(diagram: Diagram, literals: Sequence[Sequence[int]], new: Callable[[], int], *, brief: bool) -> list[Clause]:
    """The same for columns whose values have these literals, exactly one of which holds; ``new`` gives each node its own.

    ``brief`` are fewer clauses of the same meaning, from which less follows at once.
    """
    if diagram.verdict is not None:
        return [] if diagram.verdict else [()]
    clauses: list[Clause] = []
    above: list[int] = [0]
    for nodes, values in zip(diagram.levels, literals, strict=True):
        width = 1 + max((child for children in nodes for child in children), default=-1)
        below = [new() for _ in range(width)]
        into: dict[int, dict[int, list[int]]] = {literal: defaultdict(list) for literal in below}
        for node, children in enumerate(nodes):
            here = above[node]
            guard = (-here,) if here else ()
            clauses += _one_of(guard, values, [value for value, child in enumerate(children) if child != FALSE], brief)
            for value, child in enumerate(children):
                if child >= 0:
                    clauses.append((*guard, -values[value], below[child]))
                    into[below[child]][value].append(here)
        for literal, sources in into.items():
            clauses += _one_of((-literal,), values, list(sources), brief)
            clauses += ((-literal, -values[value], *those) for value, those in sources.items() if 0 not in those)
        above = below
    return clauses


def _one_of(guard: Clause, values: Sequence[int], possible: Sequence[int], brief: bool) -> list[Clause]:
    """That under a guard only some values are possible: told by the others, or in one clause where these are many more."""
    if brief and len(values) - len(possible) > 2 * (len(possible) + 1):
        return [(*guard, *(values[value] for value in possible))]
    left = set(possible)
    return [(*guard, -literal) for value, literal in enumerate(values) if value not in left]


def name_diagram(builder: Builder, diagram: Diagram, clauses: list[Clause]) -> int:
    """A literal that holds exactly when the diagram is true, with its definition added to ``clauses``."""
    if diagram.verdict is not None:
        literal = builder.literal()
        clauses.append((literal,) if diagram.verdict else (-literal,))
        return literal
    below: list[int] = []
    for depth in range(len(diagram.levels) - 1, -1, -1):
        variable = builder.variables[diagram.columns[depth]]
        here = []
        for children in diagram.levels[depth]:
            node = builder.literal()
            here.append(node)
            for value, child in enumerate(children):
                taken = variable.literals[value]
                if child == FALSE:
                    clauses.append((-node, -taken))
                elif child == TRUE:
                    clauses.append((node, -taken))
                else:
                    clauses += [(-node, -taken, below[child]), (node, -taken, -below[child])]
        below = here
    return below[0]
