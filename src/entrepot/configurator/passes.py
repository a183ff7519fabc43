"""The walks over a circuit, compiled to machine code where numba is installed, plain Python where it is not.

A circuit is one flat array of whole numbers (`circuit.Section` says where what is), so that it can be stored,
shared between threads and walked without building anything. Children stand before their parents and the last
node is the root. `walks` chooses between the two forms: numba costs half a second and much memory.

"Forbidden" is a byte per value. Every walk down answers for each value with that value's own class released:
at most one forbidden value may be used, and then it is that one which is possible.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from entrepot.configurator.machine import machine_code

Array = Any
INFINITE = 1 << 60
#: `walks` loads this file a second time with False here.
MACHINE_CODE: bool = globals().get("MACHINE_CODE", True)
_machine_code = machine_code(wanted=MACHINE_CODE)
_AND = 0
_OR = 1


@_machine_code
def section(flat: Array, number: int) -> Array:
    return flat[flat[2 * number] : flat[2 * number + 1]]


@_machine_code
def _conflicts(flat: Array, forbidden: Array) -> Array:
    """How many forbidden values stand on each edge."""
    begin, at = section(flat, 4), section(flat, 5)
    found = np.zeros(len(section(flat, 2)), np.uint16)
    for slot in range(len(forbidden)):
        if forbidden[slot]:
            for place in range(begin[slot], begin[slot + 1]):
                found[at[place]] += 1
    return found


@_machine_code
def _up(flat: Array, conflicts: Array) -> Array:
    """Which nodes hold."""
    kind, start, child = section(flat, 0), section(flat, 1), section(flat, 2)
    holds = np.zeros(len(kind), np.uint8)
    for node in range(len(kind)):
        if kind[node] == _OR:
            for edge in range(start[node], start[node + 1]):
                if conflicts[edge] == 0 and holds[child[edge]]:
                    holds[node] = 1
                    break
        else:
            holds[node] = 1
            for edge in range(start[node], start[node + 1]):
                if conflicts[edge] or not holds[child[edge]]:
                    holds[node] = 0
                    break
    return holds


@_machine_code
def is_possible(flat: Array, forbidden: Array) -> bool:
    """Whether anything is left."""
    return bool(_up(flat, _conflicts(flat, forbidden))[-1])


@_machine_code
def possible_values(flat: Array, forbidden: Array, values: tuple[Array, Array]) -> tuple[bool, Array]:
    """Whether anything is left, and every value that can be had with its own class released."""
    kind, start, child, group = section(flat, 0), section(flat, 1), section(flat, 2), section(flat, 3)
    conflicts = _conflicts(flat, forbidden)
    holds = _up(flat, conflicts)
    used = np.zeros(len(child), np.uint8)
    reached = np.zeros(len(kind), np.uint8)
    open_groups = np.zeros(len(section(flat, 6)) - 1, np.uint8)
    reached[-1] = 1
    for node in range(len(kind) - 1, -1, -1):
        if not reached[node]:
            continue
        low, high = start[node], start[node + 1]
        if kind[node] == _AND and not holds[node]:
            low = _only_failing(child, conflicts, holds, low, high)
            if low < 0:
                continue
            high = low + 1
        for edge in range(low, high):
            if conflicts[edge] == 0:
                reached[child[edge]] = 1
            if conflicts[edge] < 2 and holds[child[edge]]:
                used[edge] = 1
                if conflicts[edge] == 0 and group[edge] >= 0:
                    open_groups[group[edge]] = 1
    possible = np.zeros(len(forbidden), np.uint8)
    _mark_used(flat, values, used, conflicts, forbidden, possible)
    _mark_open(flat, open_groups, possible)
    return bool(holds[-1]), possible


@_machine_code
def _mark_used(
    flat: Array, values: tuple[Array, Array], used: Array, conflicts: Array, forbidden: Array, possible: Array
) -> None:
    """The values that stand on a used edge; on one with a conflict, the conflicting value alone.

    Where most edges are used, a value finds one of its own among the first; else the few used ones are gone through.
    """
    if 2 * np.sum(used) > len(used):
        begin, at = section(flat, 4), section(flat, 5)
        for slot in range(len(forbidden)):
            for place in range(begin[slot], begin[slot + 1]):
                edge = at[place]
                if used[edge] and conflicts[edge] == forbidden[slot]:
                    possible[slot] = 1
                    break
        return
    first, value = values
    for edge in range(len(used)):
        if used[edge]:
            for place in range(first[edge], first[edge + 1]):
                slot = value[place]
                if conflicts[edge] == forbidden[slot]:
                    possible[slot] = 1


@_machine_code
def _only_failing(child: Array, conflicts: Array, holds: Array, low: int, high: int) -> int:
    """The one edge that fails in a range, -1 where several do: then releasing one class cannot help."""
    only = -1
    for edge in range(low, high):
        if conflicts[edge] or not holds[child[edge]]:
            if only >= 0:
                return -1
            only = edge
    return only


@_machine_code
def _mark_open(flat: Array, open_groups: Array, possible: Array) -> None:
    """Both values of everything that an open group leaves free."""
    blocks, block, members, value = section(flat, 6), section(flat, 7), section(flat, 8), section(flat, 9)
    done = np.zeros(len(members) - 1, np.uint8)
    for group in range(len(open_groups)):
        if open_groups[group]:
            for place in range(blocks[group], blocks[group + 1]):
                one = block[place]
                if not done[one]:
                    done[one] = 1
                    for member in range(members[one], members[one + 1]):
                        possible[value[member]] = 1
                        possible[value[member] + 1] = 1


@_machine_code
def masks(first: Array, possible: Array) -> Array:
    """One number per variable: a bit per value."""
    found = np.zeros(len(first) - 1, np.int64)
    for place in range(len(found)):
        for slot in range(first[place], first[place + 1]):
            if possible[slot]:
                found[place] |= 1 << (slot - first[place])
    return found


@_machine_code
def _least_of(value: int, forbidden: Array, costs: Array) -> Array:
    """The cheaper allowed one of the two values of what is left free."""
    if forbidden[value]:
        return costs[value + 1]
    if forbidden[value + 1] or costs[value] <= costs[value + 1]:
        return costs[value]
    return costs[value + 1]


@_machine_code
def _open_costs(flat: Array, forbidden: Array, costs: Array) -> Array:
    """What each group of free variables costs at least."""
    blocks, block, members, value = section(flat, 6), section(flat, 7), section(flat, 8), section(flat, 9)
    of_block = np.zeros(len(members) - 1, np.int64)
    for one in range(len(of_block)):
        for member in range(members[one], members[one + 1]):
            of_block[one] += _least_of(value[member], forbidden, costs)
    of_group = np.zeros(len(blocks) - 1, np.int64)
    for group in range(len(of_group)):
        for place in range(blocks[group], blocks[group + 1]):
            of_group[group] += of_block[block[place]]
    return of_group


@_machine_code
def on_edges(flat: Array, costs: Array) -> Array:
    """What the values on each edge cost: the same in every walk with these costs, so it is worked out once for them."""
    begin, at = section(flat, 4), section(flat, 5)
    found = np.zeros(len(section(flat, 2)), np.int64)
    for slot in range(len(costs)):
        if costs[slot]:
            for place in range(begin[slot], begin[slot + 1]):
                found[at[place]] += costs[slot]
    return found


@_machine_code
def values_of(flat: Array) -> tuple[Array, Array]:
    """The values by edge, where the circuit has the edges by value: where each edge's begin, and all of them."""
    begin, at = section(flat, 4), section(flat, 5)
    start = np.zeros(len(section(flat, 2)) + 1, np.int32)
    for place in range(len(at)):
        start[at[place] + 1] += 1
    for edge in range(1, len(start)):
        start[edge] += start[edge - 1]
    found = np.zeros(len(at), np.int32)
    filled = start.copy()
    for slot in range(len(begin) - 1):
        for place in range(begin[slot], begin[slot + 1]):
            found[filled[at[place]]] = slot
            filled[at[place]] += 1
    return start, found


@_machine_code
def _with_open(flat: Array, of_group: Array, edges: Array) -> Array:
    """What each edge costs by itself, whether it is allowed or not: its values, and what it leaves free."""
    group = section(flat, 3)
    own = edges.copy()
    for edge in range(len(group)):
        if group[edge] >= 0:
            own[edge] += of_group[group[edge]]
    return own


@_machine_code
def _cost_up(flat: Array, conflicts: Array, own: Array) -> Array:
    """The least cost of each node."""
    kind, start, child = section(flat, 0), section(flat, 1), section(flat, 2)
    least = np.zeros(len(kind), np.int64)
    for node in range(len(kind)):
        if kind[node] == _OR:
            least[node] = INFINITE
            for edge in range(start[node], start[node + 1]):
                if conflicts[edge] == 0 and least[child[edge]] < INFINITE:
                    least[node] = min(least[node], own[edge] + least[child[edge]])
        else:
            for edge in range(start[node], start[node + 1]):
                if conflicts[edge] or least[child[edge]] >= INFINITE:
                    least[node] = INFINITE
                    break
                least[node] += own[edge] + least[child[edge]]
    return least


@_machine_code
def least_cost(flat: Array, forbidden: Array, costs: Array, edges: Array) -> Array:
    """The least cost of all; ``edges`` are the costs `on_edges`."""
    own = _with_open(flat, _open_costs(flat, forbidden, costs), edges)
    return _cost_up(flat, _conflicts(flat, forbidden), own)[-1]


@_machine_code
def least_costs(flat: Array, forbidden: Array, costs: Array, edges: Array, values: tuple[Array, Array]) -> tuple[int, Array]:
    """The least cost of all, and of a whole configuration with each value, its own class released."""
    kind, start, child, group = section(flat, 0), section(flat, 1), section(flat, 2), section(flat, 3)
    conflicts = _conflicts(flat, forbidden)
    of_group = _open_costs(flat, forbidden, costs)
    own = _with_open(flat, of_group, edges)
    least = _cost_up(flat, conflicts, own)
    around = np.full(len(kind), INFINITE, np.int64)
    found = np.full(len(forbidden), INFINITE, np.int64)
    through = np.full(len(of_group), INFINITE, np.int64)
    totals = np.full(len(child), INFINITE, np.int64)
    around[-1] = 0
    for node in range(len(kind) - 1, -1, -1):
        if around[node] >= INFINITE:
            continue
        low, high = start[node], start[node + 1]
        whole = 0
        if kind[node] == _AND:
            if least[node] >= INFINITE:
                only, whole = _costs_beside(flat, conflicts, own, least, node)
                if only < 0:
                    continue
                low, high = only, only + 1
            else:
                whole = least[node]
        for edge in range(low, high):
            inner = least[child[edge]]
            beside = around[node]
            if kind[node] == _AND:
                beside += whole - (own[edge] + inner if conflicts[edge] == 0 and inner < INFINITE else 0)
            if conflicts[edge] == 0:
                around[child[edge]] = min(around[child[edge]], beside + own[edge])
            if inner < INFINITE and conflicts[edge] < 2:
                totals[edge] = beside + own[edge] + inner
                if conflicts[edge] == 0 and group[edge] >= 0:
                    through[group[edge]] = min(through[group[edge]], totals[edge])
    _note(values, totals, conflicts, forbidden, found)
    _note_open(flat, through, forbidden, costs, found)
    return least[-1], found


@_machine_code
def _costs_beside(flat: Array, conflicts: Array, own: Array, least: Array, node: int) -> tuple[int, int]:
    """The one failing edge of an AND and what all others cost; -1 where several fail."""
    start, child = section(flat, 1), section(flat, 2)
    only, whole = -1, 0
    for edge in range(start[node], start[node + 1]):
        if conflicts[edge] or least[child[edge]] >= INFINITE:
            if only >= 0:
                return -1, 0
            only = edge
        else:
            whole += own[edge] + least[child[edge]]
    return only, whole


@_machine_code
def _note(values: tuple[Array, Array], totals: Array, conflicts: Array, forbidden: Array, found: Array) -> None:
    """Note the least total at each value of an edge; where one value is forbidden, at that one only."""
    begin, value = values
    for edge in range(len(totals)):
        total = totals[edge]
        if total < INFINITE:
            for place in range(begin[edge], begin[edge + 1]):
                slot = value[place]
                if total < found[slot] and conflicts[edge] == forbidden[slot]:
                    found[slot] = total


@_machine_code
def _note_open(flat: Array, through: Array, forbidden: Array, costs: Array, found: Array) -> None:
    """Note at both values of what is free what they cost through its cheapest group."""
    blocks, block, members, value = section(flat, 6), section(flat, 7), section(flat, 8), section(flat, 9)
    best = np.full(len(members) - 1, INFINITE, np.int64)
    for group in range(len(through)):
        if through[group] < INFINITE:
            for place in range(blocks[group], blocks[group + 1]):
                best[block[place]] = min(best[block[place]], through[group])
    for one in range(len(best)):
        if best[one] < INFINITE:
            for member in range(members[one], members[one + 1]):
                low = value[member]
                without = best[one] - _least_of(low, forbidden, costs)
                found[low] = min(found[low], without + costs[low])
                found[low + 1] = min(found[low + 1], without + costs[low + 1])


@_machine_code
def cheapest(flat: Array, forbidden: Array, costs: Array, edges: Array, values: tuple[Array, Array]) -> tuple[int, Array]:
    """The least cost and the values of one configuration that has it."""
    kind, start, child, group = section(flat, 0), section(flat, 1), section(flat, 2), section(flat, 3)
    conflicts = _conflicts(flat, forbidden)
    own = _with_open(flat, _open_costs(flat, forbidden, costs), edges)
    least = _cost_up(flat, conflicts, own)
    taken = np.zeros(len(forbidden), np.uint8)
    open_groups = np.zeros(len(section(flat, 6)) - 1, np.uint8)
    begin, value = values
    if least[-1] >= INFINITE:
        return INFINITE, taken
    reached = np.zeros(len(kind), np.uint8)
    reached[-1] = 1
    for node in range(len(kind) - 1, -1, -1):
        if not reached[node]:
            continue
        low, high = start[node], start[node + 1]
        if kind[node] == _OR:
            for edge in range(low, high):
                inner = least[child[edge]]
                if conflicts[edge] == 0 and inner < INFINITE and own[edge] + inner == least[node]:
                    low, high = edge, edge + 1
                    break
        for edge in range(low, high):
            reached[child[edge]] = 1
            for place in range(begin[edge], begin[edge + 1]):
                taken[value[place]] = 1
            if group[edge] >= 0:
                open_groups[group[edge]] = 1
    _take_open(flat, open_groups, forbidden, costs, taken)
    return least[-1], taken


@_machine_code
def _take_open(flat: Array, open_groups: Array, forbidden: Array, costs: Array, taken: Array) -> None:
    """The cheaper allowed value of what is left free; the first of two that cost the same."""
    blocks, block, members, value = section(flat, 6), section(flat, 7), section(flat, 8), section(flat, 9)
    for group in range(len(open_groups)):
        if open_groups[group]:
            for place in range(blocks[group], blocks[group + 1]):
                for member in range(members[block[place]], members[block[place] + 1]):
                    low = value[member]
                    if forbidden[low] or (not forbidden[low + 1] and costs[low + 1] < costs[low]):
                        taken[low + 1] = 1
                    else:
                        taken[low] = 1
