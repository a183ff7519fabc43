"""Why a value is excluded, and which choices would have to go to have it anyway, in terms of picks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entrepot.configurator.encode import Encoded
from entrepot.configurator.formula import assumptions
from entrepot.configurator.model import Pick
from entrepot.configurator.reasons import Choice, Reasoner


@dataclass(frozen=True, slots=True)
class Reason:
    """The shopper's own choices and the rules (by id) that together exclude a value.

    Without ``minimal`` there was no time to find out which of them could be spared.
    """

    picks: tuple[Pick, ...]
    rules: tuple[str, ...]
    minimal: bool = True


class Explainer:
    """Gives reasons for one encoded model; shared between threads."""

    def __init__(self, encoded: Encoded) -> None:
        self._encoded = encoded
        self.reasoner = Reasoner(encoded.formula)

    def why_not(self, picks: Sequence[Pick], wanted: Pick) -> Reason | None:
        """The reason a value cannot join the picks; None when it can."""
        found = self.reasoner.reason(self.literals(wanted), [self.literals(pick) for pick in picks])
        return None if found is None else Reason(tuple(picks[place] for place in found.choices), found.rules, found.minimal)

    def contradiction(self) -> tuple[str, ...] | None:
        """A minimal set of rules that nothing satisfies; None for a sound model."""
        found = self.reasoner.reason([], [])
        return None if found is None else found.rules

    def dropped(self, picks: Sequence[Pick], wanted: Pick) -> tuple[list[tuple[Pick, ...]], bool]:
        """The smallest sets of picks that must go so that a value becomes possible, and whether fewer surely do not do."""
        found = self.reasoner.corrections(self.literals(wanted), [self.literals(pick) for pick in picks])
        return [tuple(picks[place] for place in one) for one in found.sets], found.smallest

    def literals(self, pick: Pick) -> Choice:
        return assumptions(self._encoded.formula.variables, self._encoded.restricted(pick))
