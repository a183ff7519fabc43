"""What a session asks of an engine, whichever it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from entrepot.configurator.domains import Domains
from entrepot.configurator.formula import Evidence, Formula
from entrepot.configurator.slots import Found

#: What each value of each variable costs; a missing variable costs nothing.
Costs = Mapping[int, Sequence[int]]


class Best(NamedTuple):
    """The least cost, a configuration that has it, and whether it is proven that none costs less."""

    cost: int
    values: tuple[int, ...]
    proven: bool = True


class Engine(Protocol):
    """What a session asks; every answer is exact, or says what of it is not proven.

    What has no answer in the time that a search may take raises `SearchUnfinished`.
    """

    formula: Formula
    #: Whether every answer takes a few milliseconds at most, so that others may wait for it.
    quick: bool

    def domains(self, evidence: Evidence) -> Domains: ...

    def open_domains(self, evidence: Evidence) -> Domains:
        """The same for what the evidence says nothing of; what it says stays as it is."""
        ...

    def consistent(self, evidence: Evidence) -> bool: ...

    def found(self) -> Found | None:
        """What a solver has found out so far; None where none is asked."""
        ...

    def left_out(self, evidence: Evidence, places: Sequence[int]) -> Sequence[int]:
        """Which of some variables can take their first value ("none") together; no more of them could."""
        ...

    def leave_out(self, evidence: Evidence, places: Any) -> tuple[Any, Domains]:
        """The same for an array of variables, with what is possible for the others then."""
        ...

    def best(self, evidence: Evidence, costs: Costs) -> Best | None:
        """The least cost of a full configuration and one that has it: a value per variable."""
        ...
