"""Which form of the walks serves a circuit: machine code for large ones, plain Python for small ones.

The compiler to machine code holds more memory than the rest of the suite together and takes seconds at its first use;
a kit of some fifty options is answered in a millisecond without it. Nobody pays for it before a model needs it.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec, module_from_spec
from types import ModuleType

#: Edges of a circuit up to which Python is fast enough: some two milliseconds for a whole walk.
SMALL = 2_000
_PASSES = "entrepot.configurator.passes"


def walks_over(edges: int) -> ModuleType:
    """The walks for a circuit of so many edges; both forms are the same functions and give the same answers."""
    if edges <= SMALL:
        return plain()
    from entrepot.configurator import passes

    return passes


@cache
def plain() -> ModuleType:
    """The walks as they are written."""
    spec = find_spec(_PASSES)
    assert spec is not None and spec.loader is not None, "the module stands beside this one"
    module = module_from_spec(spec)
    vars(module)["MACHINE_CODE"] = False
    spec.loader.exec_module(module)
    return module
