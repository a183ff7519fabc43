"""What is possible: an engine's answer to a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from entrepot.configurator.columns import Columns
from entrepot.configurator.slots import flags_of


class Domains:
    """The values that lead to a full configuration, given what the evidence says of all other variables.

    Read as a mask per variable or as a truth value per slot, whichever was found and whichever is asked for. Where a
    search took too long, ``undecided`` has a bit per slot that is not known to be possible nor to be excluded, and
    without ``proven`` it is not known either whether the evidence is consistent.
    """

    __slots__ = ("_masks", "_slots", "consistent", "proven", "undecided")

    def __init__(
        self, masks: tuple[int, ...] | Callable[[], tuple[int, ...]], consistent: bool, slots: Any = None, undecided: int = 0
    ) -> None:
        self._masks = masks
        self._slots = slots
        self.consistent = consistent
        self.proven = True
        self.undecided = undecided

    @classmethod
    def unknown(cls, masks: tuple[int, ...], undecided: int) -> Domains:
        """Nothing was found out in time."""
        found = cls(masks, True, None, undecided)
        found.proven = False
        return found

    @property
    def masks(self) -> tuple[int, ...]:
        if callable(self._masks):
            self._masks = self._masks()
        return self._masks

    def slots(self, columns: Columns) -> Any:
        """A truth value per slot."""
        if self._slots is None:
            self._slots = ~columns.closed(dict(enumerate(self.masks)))
        return self._slots

    def open_slots(self, columns: Columns) -> Any:
        """A truth value per slot: what is possible or may be."""
        possible = self.slots(columns)
        return possible | flags_of(self.undecided, len(possible)) if self.undecided else possible

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Domains) and self._said() == other._said()

    def __hash__(self) -> int:
        return hash(self._said())

    def _said(self) -> tuple[tuple[int, ...], bool, bool, int]:
        return self.masks, self.consistent, self.proven, self.undecided
