"""Which form of the walks serves a circuit: machine code for large ones; plain Python for small ones, while few ask.

The compiler to machine code holds more memory than the rest of the suite together and takes seconds at its first use;
a kit of some fifty options is answered in a millisecond without it. A small circuit that many ask gets machine code
too, but beside the work: nobody waits for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType

#: Edges of a circuit up to which Python is fast enough: some two milliseconds for a whole walk.
SMALL = 2_000
#: Walks of a small circuit in one process after which machine code is made for it, too.
MANY = 1_000
#: Clauses of a formula up to which Python follows them fast enough.
FEW = 4_000
#: Literals of a formula from which moving from configuration to configuration is quicker than asking the solver.
LARGE = 2_000


class Form:
    """The walks for one circuit; both forms are the same functions and give the same answers."""

    def __init__(self, edges: int, warm: Callable[[ModuleType], None]) -> None:
        self._warm = warm
        self._small = edges <= SMALL
        self._now: ModuleType | None = None
        self._asked = 0

    def walks(self) -> ModuleType:
        """The form to use now."""
        if self._now is not None:
            return self._now
        if not self._small:
            self._now = _form("passes", plain=False)
            return self._now
        self._asked += 1
        if self._asked == MANY:
            threading.Thread(target=self.hurry, name="walks", daemon=True).start()
        return _form("passes", plain=True)

    def hurry(self) -> None:
        """Change to machine code when it is ready."""
        form = _form("passes", plain=False)
        self._warm(form)
        self._now = form


def chains_over(clauses: int) -> ModuleType:
    """How chains of so many clauses are followed; both forms are the same functions, too."""
    return _form("chains", plain=clauses <= FEW)


def moves_over(literals: int) -> ModuleType | None:
    """How configurations are changed step by step; None where the solver is as quick, or Python would be too slow."""
    return _form("moves", plain=False) if literals >= LARGE and find_spec("numba") else None


def _form(name: str, *, plain: bool) -> ModuleType:
    return _plain(name) if plain else import_module(f"entrepot.configurator.{name}")


@cache
def _plain(name: str) -> ModuleType:
    """The functions as they are written."""
    spec = find_spec(f"entrepot.configurator.{name}")
    assert spec is not None and spec.loader is not None, "the module stands beside this one"
    module = module_from_spec(spec)
    vars(module)["MACHINE_CODE"] = False
    spec.loader.exec_module(module)
    return module
