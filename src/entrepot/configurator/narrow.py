"""What no configuration can have is taken out of the tables before a formula is compiled.

A table often allows what another forbids, and the compiler meets each such value again in every branch. So each table
narrows the values of its variables until nothing changes any more, and the diagrams are made anew over what is left:
they are smaller, need fewer literals of their own, and often fall apart. Only the compiler is given this: a reason has
to come from the rules as they were written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import count

from entrepot.configurator.diagrams import TRUE, Level, path_clauses, rooted
from entrepot.configurator.formula import Clause, Diagram, Formula
from entrepot.configurator.slots import ones


def narrowed_clauses(formula: Formula) -> tuple[list[Clause], int]:
    """The clauses to compile, without large sums, and their number of literals.

    They have the configurations that the formula's own clauses have, told by the literals of the same values.
    """
    tables = formula.tables()
    if not tables:
        return formula.clauses(bounded=False), formula.literals
    left = narrowed_masks(formula)
    if not all(left):
        return [()], formula.literals
    clauses = [*formula.exclusive]
    clauses += (clause for one in formula.groups if one.diagram is None and not one.bounds for clause in one.clauses)
    for variable, mask in zip(formula.variables, left, strict=True):
        if not mask & (mask - 1):
            clauses.append((variable.literals[mask.bit_length() - 1],))
        clauses += ((-literal,) for bit, literal in enumerate(variable.literals) if not mask >> bit & 1)
    numbers = count(formula.literals + 1)
    for table in tables:
        kept = restricted(table, left)
        values = [
            [literal for bit, literal in enumerate(formula.variables[column].literals) if left[column] >> bit & 1]
            for column in kept.columns
        ]
        clauses += path_clauses(kept, values, numbers.__next__, brief=False)
    return clauses, next(numbers) - 1


def narrowed_masks(formula: Formula) -> list[int]:
    """The values left when every table has narrowed those of its variables until nothing changes; 0 where none is."""
    left = [variable.everything for variable in formula.variables]
    tables = formula.tables()
    tables_of: dict[int, list[int]] = defaultdict(list)
    for number, table in enumerate(tables):
        for column in table.columns:
            tables_of[column].append(number)
    waiting = dict.fromkeys(range(len(tables)))
    while waiting:
        number, _ = waiting.popitem()
        table = tables[number]
        for column, mask in zip(table.columns, _supported(table, left), strict=True):
            if mask != left[column]:
                left[column] = mask
                waiting |= dict.fromkeys(one for one in tables_of[column] if one != number)
    return left


def _supported(table: Diagram, masks: Sequence[int]) -> list[int]:
    """Per column the values that a row of the table has which lies within the masks."""
    if table.verdict is not None:
        return []
    values = [ones(masks[column]) for column in table.columns]
    good: list[bytearray] = [bytearray()]
    for nodes, possible in zip(reversed(table.levels), reversed(values), strict=True):
        below = good[-1]
        good.append(bytearray(any(_leads_on(node[value], below) for value in possible) for node in nodes))
    good.reverse()
    found = [0] * len(values)
    reached, ended = {0} if good[0][0] else set(), False
    for depth, nodes in enumerate(table.levels):
        if ended:
            found[depth] = masks[table.columns[depth]]
            continue
        following: set[int] = set()
        for node in reached:
            for value in values[depth]:
                child = nodes[node][value]
                if _leads_on(child, good[depth + 1]):
                    found[depth] |= 1 << value
                    ended = ended or child == TRUE
                    following.add(child)
        reached = following - {TRUE}
    return found


def _leads_on(child: int, good: bytearray) -> bool:
    return child == TRUE or (child >= 0 and bool(good[child]))


def restricted(table: Diagram, masks: Sequence[int]) -> Diagram:
    """The diagram over the values within the masks alone; a column that decides nothing any more is left out."""
    if table.verdict is not None:
        return table
    columns: list[int] = []
    levels: list[Level] = []
    below: list[int] = []
    for column, nodes in zip(reversed(table.columns), reversed(table.levels), strict=True):
        values = ones(masks[column])
        reached = [tuple(node[value] if node[value] < 0 else below[node[value]] for value in values) for node in nodes]
        if all(len(set(children)) == 1 for children in reached):
            below = [children[0] for children in reached]
            continue
        level = Level()
        below = [level.node(children) for children in reached]
        columns.append(column)
        levels.append(level)
    columns.reverse()
    levels.reverse()
    return rooted(columns, levels, below[0])
