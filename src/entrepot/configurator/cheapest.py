"""The cheapest configuration without a circuit: proven by a solver that weighs values, or given up when the time is over."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from entrepot.configurator.formula import Evidence, Formula, assumptions


def cheapest_model(formula: Formula, evidence: Evidence, costs: Mapping[int, Sequence[int]], seconds: float) -> list[int] | None:
    """A proven cheapest model of a formula; empty where nothing is possible, None when the time is up."""
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
        timer = threading.Timer(seconds, solver.interrupt)
        timer.start()
        try:
            model: list[int] | None = solver.compute(expect_interrupt=True)
        finally:
            timer.cancel()
        return None if model is None and solver.interrupted else model or []
