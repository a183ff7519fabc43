"""The solver library: opened when somebody configures, ended before the interpreter is."""

from __future__ import annotations

import atexit
import weakref
from collections.abc import Iterable, Sequence
from typing import Any

_open: weakref.WeakSet[Any] = weakref.WeakSet()


@atexit.register
def _close_solvers() -> None:
    """The library's own clean-up trips over a half-dismantled interpreter; end its solvers before."""
    for solver in list(_open):
        solver.delete()


def open_solver(name: str, clauses: Iterable[Sequence[int]]) -> Any:
    """A solver with the clauses in it. The library is loaded here, when somebody configures, and not before."""
    from pysat.solvers import Solver

    solver = Solver(name=name)
    _open.add(solver)
    for clause in clauses:
        if clause:
            solver.add_clause(clause)
        else:
            solver.append_formula([[1], [-1]])
    return solver
