"""Machine code where it pays: numba if it is installed, plain Python if it is not or if little is to be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def machine_code(*, wanted: bool) -> Callable[[F], F]:
    """A decorator: the function compiled, or as it stands where that is not wanted or there is no compiler for it."""

    def decorate(function: F) -> F:
        if not wanted:
            return function
        try:
            from numba import njit
        except ImportError:
            return function
        try:
            return cast(F, njit(cache=True, nogil=True)(function))
        except RuntimeError:  # No folder to keep machine code in: compile it anew in every process.
            return cast(F, njit(nogil=True)(function))

    return decorate
