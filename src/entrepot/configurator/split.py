"""Parts of a formula that have nothing to do with each other, so that one hard part does not spoil the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from entrepot.configurator.formula import Clause


def split(clauses: Sequence[Clause]) -> list[list[Clause]]:
    """Independent parts, smallest first; what follows from single literals alone is a part of its own.

    >>> split([(1,), (-1, 2), (3, 4), (-1, 5, 6)])
    [[(1,), (2,)], [(3, 4)], [(5, 6)]]
    """
    fixed = _fixed(clauses)
    if fixed is None:
        return [[(1,), (-1,)]]
    left = []
    for clause in clauses:
        if not any(literal in fixed for literal in clause):
            left.append(tuple(literal for literal in clause if -literal not in fixed))
    root: dict[int, int] = {}

    def find(one: int) -> int:
        while root.setdefault(one, one) != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for clause in left:
        top = find(abs(clause[0]))
        for literal in clause[1:]:
            root[find(abs(literal))] = top
    parts: dict[int, list[Clause]] = defaultdict(list)
    for clause in left:
        parts[find(abs(clause[0]))].append(clause)
    single: list[list[Clause]] = [[(literal,) for literal in sorted(fixed, key=abs)]] if fixed else []
    return single + sorted(parts.values(), key=len)


def _fixed(clauses: Sequence[Clause]) -> set[int] | None:
    """The literals that follow from single ones; None when they contradict each other."""
    of_literal: dict[int, list[int]] = defaultdict(list)
    open_literals = []
    waiting: list[int] = []
    for number, clause in enumerate(clauses):
        for literal in clause:
            of_literal[literal].append(number)
        open_literals.append(len(clause))
        if len(clause) < 2:
            waiting += clause or (0,)
    fixed: set[int] = set()
    while waiting:
        literal = waiting.pop()
        if literal == 0 or -literal in fixed:
            return None
        if literal in fixed:
            continue
        fixed.add(literal)
        for number in of_literal[-literal]:
            open_literals[number] -= 1
            if open_literals[number] == 1:
                waiting.append(next((one for one in clauses[number] if -one not in fixed), 0))
    return fixed
