"""What follows from a few literals clause by clause, and the chain of clauses behind a contradiction.

The same functions run as machine code over large formulas and as plain Python over small ones (`walks`). Literals
are indexes here: ``literal + literals``, so that the negation of one is as far from the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from entrepot.configurator.machine import machine_code

Array = Any
#: `walks` loads this file a second time with False here.
MACHINE_CODE: bool = globals().get("MACHINE_CODE", True)
_machine_code = machine_code(wanted=MACHINE_CODE)
#: Why a literal holds: it was assumed, or it does not hold. Anything else is the number of a clause.
_ASSUMED = -1
_OPEN = -2


@_machine_code
def follow(ground: tuple[Array, Array, Array, Array], why: Array, left: Array, assumed: Array) -> int:
    """Take the assumed literals and all that follows; answers the clause that fails, -1 if none does.

    ``why`` (why each literal holds) and ``left`` (how many literals of each clause are not refuted) go on from
    where they are and are written to. -2 where two assumed literals are each other's negation.
    """
    begin_of, literal_of, begin_at, clause_at = ground
    last = len(why) - 1
    trail = np.empty(last + 1, np.int32)
    count = 0
    for literal in assumed:
        if why[last - literal] == _ASSUMED:
            return -2
        if why[last - literal] != _OPEN:
            return int(why[last - literal])
        if why[literal] == _OPEN:
            why[literal] = _ASSUMED
            trail[count] = literal
            count += 1
    done = 0
    while done < count:
        refuted = last - trail[done]
        done += 1
        for place in range(begin_at[refuted], begin_at[refuted + 1]):
            clause = clause_at[place]
            left[clause] -= 1
            if left[clause] > 1:
                continue
            follows = -1
            for at in range(begin_of[clause], begin_of[clause + 1]):
                if why[last - literal_of[at]] == _OPEN:
                    follows = literal_of[at]
                    break
            if follows < 0:
                return int(clause)
            if why[follows] == _OPEN:
                why[follows] = clause
                trail[count] = follows
                count += 1
    return -1


@_machine_code
def follow_units(ground: tuple[Array, Array, Array, Array], why: Array, left: Array) -> int:
    """Take what clauses of one literal say and all that follows; answers the clause that fails, or -1."""
    begin_of, literal_of = ground[0], ground[1]
    last = len(why) - 1
    for clause in range(len(begin_of) - 1):
        if begin_of[clause + 1] == begin_of[clause]:
            return clause
        if begin_of[clause + 1] - begin_of[clause] == 1:
            literal = literal_of[begin_of[clause]]
            if why[last - literal] != _OPEN:
                return clause
            if why[literal] == _OPEN:
                one = np.empty(1, np.int32)
                one[0] = literal
                failed = follow(ground, why, left, one)
                why[literal] = clause
                if failed != -1:
                    return failed
    return -1


@_machine_code
def behind(ground: tuple[Array, Array, Array, Array], why: Array, failed: int) -> tuple[Array, Array]:
    """The chain behind a clause that failed: all clauses in it, and a byte for each literal that was assumed for it."""
    begin_of, literal_of = ground[0], ground[1]
    last = len(why) - 1
    seen = np.zeros(last + 1, np.uint8)
    used = np.zeros(last + 1, np.uint8)
    chain = np.empty(last + 2, np.int32)
    chain[0] = failed
    size, done = 1, 0
    while done < size:
        clause = chain[done]
        done += 1
        for at in range(begin_of[clause], begin_of[clause + 1]):
            held = last - literal_of[at]
            if seen[held] or (done > 1 and why[last - held] == clause):
                continue
            seen[held] = 1
            if why[held] >= 0:
                chain[size] = why[held]
                size += 1
            else:
                used[held] = 1
    return chain[:size].copy(), used
