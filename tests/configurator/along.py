"""Counting without compiling: variable by variable, with what the tables begun so far still allow. The judge of the circuit."""

from __future__ import annotations

from collections import defaultdict

from entrepot.configurator.diagrams import FALSE, TRUE
from entrepot.configurator.formula import Formula

State = tuple[tuple[int, int], ...]


def count_along(formula: Formula) -> int:
    """The configurations of a formula of tables alone, each over variables in their order."""
    starting: dict[int, list[int]] = defaultdict(list)
    diagrams = [group.diagram for group in formula.groups if group.diagram is not None]
    assert len(diagrams) == len(formula.groups)
    if any(one.verdict is False for one in diagrams):
        return 0
    place_of = [{column: depth for depth, column in enumerate(one.columns)} for one in diagrams]
    for number, one in enumerate(diagrams):
        if one.columns:
            assert list(one.columns) == sorted(one.columns)
            starting[one.columns[0]].append(number)
    ways: dict[State, int] = {(): 1}
    for place, variable in enumerate(formula.variables):
        following: dict[State, int] = defaultdict(int)
        begun = tuple((number, 0) for number in starting[place])
        for before, number_of_ways in ways.items():
            asked = [(number, node) for number, node in (*before, *begun) if place in place_of[number]]
            beside = [(number, node) for number, node in before if place not in place_of[number]]
            for value in range(len(variable.values)):
                after = [(number, diagrams[number].levels[place_of[number][place]][node][value]) for number, node in asked]
                if all(child != FALSE for _, child in after):
                    following[tuple(sorted((*beside, *(one for one in after if one[1] != TRUE))))] += number_of_ways
        ways = following
    return sum(ways.values())
