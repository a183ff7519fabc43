"""Asking a solver within a stated time: every answer is right, and none is waited for longer than that.

What counts is processor time inside the solver, so that a busy machine changes nothing. All questions of one step
share one allowance (`searching`). Where it is used up there is no answer (`SearchUnfinished`); what the solver has
learned by then stays, so that the same question asked again goes on where it was. Other threads run meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from entrepot.configurator.problems import SearchUnfinished

#: What a step, a choice, an explanation or a repair may take.
SECONDS = 1.0
#: What is asked once, when a model is checked or published.
SURVEY_SECONDS = 60.0
#: Propagations between two looks at the clock: some 5 to 50 ms. A whole configuration takes one for each literal, and a
#: slice that ends before begins anew: so it is as many as a few configurations take, however large the formula.
SLICE = 30_000
CONFIGURATIONS = 4


class _Allowance(threading.local):
    left: float | None = None


_mine = _Allowance()


@contextmanager
def searching(seconds: float = SECONDS) -> Iterator[None]:
    """Let the solvers asked inside, in this thread, take so much time together; inside another allowance that one counts."""
    if _mine.left is not None:
        yield
        return
    _mine.left = seconds
    try:
        yield
    finally:
        _mine.left = None


def holds(solver: Any, assumed: Sequence[int], share: float = 1.0) -> bool:
    """Whether the assumed literals can hold together; raises `SearchUnfinished` when the time for it is used up.

    With a ``share`` it takes no more than that of the time that is left, but a slice.
    """
    with searching():
        until = (_mine.left or 0.0) * (1 - share)
        budget = max(SLICE, CONFIGURATIONS * solver.nof_vars())
        while _mine.left is not None and _mine.left > 0:
            started = time.thread_time()
            solver.prop_budget(budget)
            answer: bool | None = solver.solve_limited(assumptions=assumed, expect_interrupt=True)
            _mine.left -= time.thread_time() - started
            if answer is not None:
                return answer
            if _mine.left <= until:
                break
    raise SearchUnfinished


def surely(solver: Any, assumed: Sequence[int]) -> bool:
    """The same, where no answer in time does as well as a no."""
    try:
        return holds(solver, assumed)
    except SearchUnfinished:
        return False


def used_up() -> bool:
    """Whether nothing is left of the allowance."""
    return _mine.left is not None and _mine.left <= 0
