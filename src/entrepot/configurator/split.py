"""Parts of a formula that have nothing to do with each other, so that one hard part does not spoil the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain

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
        if fixed.isdisjoint(clause):
            left.append(tuple(literal for literal in clause if -literal not in fixed))
    parts: dict[int, list[Clause]] = defaultdict(list)
    for clause, part in zip(left, _part_of(left), strict=True):
        parts[part].append(clause)
    single: list[list[Clause]] = [[(literal,) for literal in sorted(fixed, key=abs)]] if fixed else []
    return single + sorted(parts.values(), key=len)


def _part_of(clauses: Sequence[Clause]) -> list[int]:
    """For each clause the least variable of its part. Each round joins every part to a neighbor, so there are few rounds."""
    if not clauses:
        return []
    import numpy

    sizes = numpy.fromiter(map(len, clauses), dtype=numpy.int64, count=len(clauses))
    others = numpy.abs(numpy.fromiter(chain.from_iterable(clauses), dtype=numpy.int64, count=int(sizes.sum())))
    first = others[numpy.cumsum(sizes) - sizes]
    owners, part = numpy.repeat(first, sizes), numpy.arange(int(others.max()) + 1)
    while (part[owners] != part[others]).any():
        one, other = part[owners], part[others]
        numpy.minimum.at(part, numpy.maximum(one, other), numpy.minimum(one, other))
        while (part[part] != part).any():
            part = part[part]
    found: list[int] = part[first].tolist()
    return found


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
