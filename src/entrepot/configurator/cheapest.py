"""The cheapest configuration without a circuit: proven by a solver that weighs values, or given up when the time is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from entrepot.configurator.formula import Evidence, Formula, assumptions

#: Between two looks at what was worked, at least.
LOOK = 0.01


def cheapest_model(formula: Formula, evidence: Evidence, costs: Mapping[int, Sequence[int]], seconds: float) -> list[int] | None:
    """A proven cheapest model of a formula; empty where nothing is possible, None when its processor time is used up."""
    from pysat.examples.rc2 import RC2
    from pysat.formula import WCNF

    weighted = WCNF()
    for clause in formula.clauses():
        weighted.append(list(clause))
    for literal in assumptions(formula.variables, evidence):
        weighted.append([literal])
    for place, variable in enumerate(formula.variables):
        row = costs.get(place)
        if row is None:
            continue
        least = min(row)
        for literal, cost in zip(variable.literals, row, strict=True):
            if cost > least:
                weighted.append([-literal], weight=cost - least)
    with RC2(weighted) as solver:
        with _within(seconds, solver.interrupt):
            model: list[int] | None = solver.compute(expect_interrupt=True)
        return None if model is None and solver.interrupted else model or []


@contextmanager
def _within(seconds: float, stop: Callable[[], None]) -> Iterator[None]:
    """Have ``stop`` called once this thread has worked so long inside; waiting for the machine does not count.

    Where a system does not tell what another thread has used, the clock counts.
    """
    done, worked = threading.Event(), _clock_of_this_thread()
    started = worked()

    def watch() -> None:
        left = seconds
        while left > 0 and not done.wait(max(left, LOOK)):
            left = seconds - (worked() - started)
        if not done.is_set():
            stop()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _clock_of_this_thread() -> Callable[[], float]:
    """What this thread has worked, for another one to read."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.monotonic
    clock = time.pthread_getcpuclockid(threading.get_ident())
    return lambda: time.clock_gettime(clock)
