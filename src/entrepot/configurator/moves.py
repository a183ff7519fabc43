"""From one whole configuration to another that has a wanted value, changing as little as can be, in flat arrays.

A clause that a change breaks is mended at once, by a literal that holds in a configuration known to have the wanted
value (the guide): so every move leads nearer to the guide and ends there at the latest, unless something that must
stay is in the way. Literals are indexes as in `chains`: ``literal + literals``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from entrepot.configurator.machine import machine_code

Array = Any
Ground = tuple[Array, Array, Array, Array]
#: `walks` loads this file a second time with False here.
MACHINE_CODE: bool = globals().get("MACHINE_CODE", True)
_machine_code = machine_code(wanted=MACHINE_CODE)
#: Changes after which a move is given up.
MOST = 1_000


@_machine_code
def move(ground: Ground, truth: Array, fixed: Array, guide: Array, trail: Array) -> int:
    """Make ``trail[0]`` hold in ``truth``; answers how many literals the trail has then, 0 where it did not succeed.

    ``fixed`` says which literals may not be refuted. A move that fails leaves everything as it was.
    """
    begin_of, literal_of, begin_at, clause_at = ground
    last = len(truth) - 1
    if fixed[last - trail[0]]:
        return 0
    count, done = 1, 0
    truth[trail[0]], truth[last - trail[0]] = 1, 0
    fixed[trail[0]] += 1
    while done < count:
        refuted = last - trail[done]
        done += 1
        for place in range(begin_at[refuted], begin_at[refuted + 1]):
            clause = clause_at[place]
            holds = False
            for at in range(begin_of[clause], begin_of[clause + 1]):
                if truth[literal_of[at]]:
                    holds = True
                    break
            if holds:
                continue
            mended = _mending(ground, clause, fixed, guide)
            if mended < 0 or count >= len(trail):
                undo(truth, fixed, trail, count)
                return 0
            truth[mended], truth[last - mended] = 1, 0
            fixed[mended] += 1
            trail[count] = mended
            count += 1
    return count


@_machine_code
def _mending(ground: Ground, clause: int, fixed: Array, guide: Array) -> int:
    """Of a broken clause the literal to make hold: one of the guide's if there is one, that stands against the fewest."""
    begin_of, literal_of, begin_at = ground[0], ground[1], ground[2]
    last = len(fixed) - 1
    found, least = -1, 1 << 60
    for at in range(begin_of[clause], begin_of[clause + 1]):
        literal = literal_of[at]
        refuted = last - literal
        if fixed[refuted]:
            continue
        against = begin_at[refuted + 1] - begin_at[refuted]
        if not guide[literal]:
            against += 1 << 40
        if against < least:
            found, least = literal, against
    return found


@_machine_code
def undo(truth: Array, fixed: Array, trail: Array, count: int) -> None:
    """Take a move back."""
    last = len(truth) - 1
    for done in range(count - 1, -1, -1):
        truth[trail[done]], truth[last - trail[done]] = 0, 1
        fixed[trail[done]] -= 1


@_machine_code
def patches(ground: Ground, truth: Array, wanted: Array, guides: Array, flags: Array) -> tuple[Array, Array]:
    """For each wanted literal what has to change in ``truth``: begins, and the literals end to end.

    ``guides`` names for each the row of ``flags`` (a byte per literal) that is a configuration with it.
    """
    fixed = np.zeros(len(truth), np.int32)
    trail = np.empty(min(len(truth), MOST), np.int32)
    begin = np.zeros(len(wanted) + 1, np.int32)
    changes = np.empty(len(wanted) * 8 + 16, np.int32)
    for number in range(len(wanted)):
        begin[number + 1] = begin[number]
        trail[0] = wanted[number]
        count = 0 if truth[wanted[number]] else move(ground, truth, fixed, flags[guides[number]], trail)
        if not count:
            continue
        undo(truth, fixed, trail, count)
        end = begin[number] + count
        if end > len(changes):
            more = np.empty(2 * end, np.int32)
            more[: begin[number]] = changes[: begin[number]]
            changes = more
        changes[begin[number] : end] = trail[:count]
        begin[number + 1] = end
    return begin, changes[: begin[-1]].copy()


@_machine_code
def near(ground: Ground, changed: Array, literals: int) -> Array:
    """A byte per variable: whether it stands in a clause with one of the changed literals."""
    begin_of, literal_of, begin_at, clause_at = ground
    last = 2 * literals
    found = np.zeros(literals + 1, np.uint8)
    for number in range(2 * len(changed)):
        side = changed[number // 2] if number % 2 else last - changed[number // 2]
        found[abs(side - literals)] = 1
        for place in range(begin_at[side], begin_at[side + 1]):
            clause = clause_at[place]
            for at in range(begin_of[clause], begin_of[clause + 1]):
                found[abs(literal_of[at] - literals)] = 1
    return found


@_machine_code
def possible(
    ground: Ground, state: tuple[Array, Array, Array], known: tuple[Array, Array, Array], asked: Array, patience: int
) -> Array:
    """Of some literals those that moves from ``truth`` reach: a byte per literal, set where one was found.

    ``state`` is truth, what is fixed in it, and the base configuration; ``known`` are the literals with a patch over
    the base: their numbers, begins and changes. After so many failures in a row it is given up: from here little is
    to be had.
    """
    truth, fixed, base = state
    number_of, begin, changes = known
    found = truth.copy()
    guide = base.copy()
    trail = np.empty(min(len(truth), MOST), np.int32)
    failed = 0
    for literal in asked:
        if found[literal]:
            continue
        number = number_of[literal]
        low, high = (0, 0) if number < 0 else (begin[number], begin[number + 1])
        _lay(guide, changes, low, high, 1)
        trail[0] = literal
        count = move(ground, truth, fixed, guide, trail)
        _lay(guide, changes, low, high, 0)
        if count:
            failed = 0
            for done in range(count):
                found[trail[done]] = 1
            undo(truth, fixed, trail, count)
        else:
            failed += 1
            if failed > patience:
                break
    return found


@_machine_code
def apart(known: tuple[Array, Array, Array], touched: Array, asked: Array) -> Array:
    """A byte per asked literal: whether its patch changes nothing that was touched."""
    number_of, begin, changes = known
    literals = len(touched) - 1
    found = np.zeros(len(asked), np.uint8)
    for place in range(len(asked)):
        number = number_of[asked[place]]
        if number < 0:
            continue
        found[place] = 1
        for at in range(begin[number], begin[number + 1]):
            if touched[abs(changes[at] - literals)]:
                found[place] = 0
                break
    return found


@_machine_code
def _lay(guide: Array, changes: Array, low: int, high: int, over: int) -> None:
    """Lay a patch over the base, or take it off."""
    last = len(guide) - 1
    for place in range(low, high):
        guide[changes[place]], guide[last - changes[place]] = over, 1 - over
