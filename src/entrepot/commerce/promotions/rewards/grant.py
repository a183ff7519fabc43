"""What a reward gives: amounts per line, off shipping, gifts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Gift:
    """A gift to add as a line of its own: ``quantity`` of the first of ``choices`` that can be given.

    It lives as long as its reason: ``per`` units of ``buy_lines`` justify ``each`` units of the gift.
    """

    choices: tuple[str, ...]
    quantity: int
    buy_lines: tuple[str, ...]
    per: int
    each: int


@dataclass(frozen=True, slots=True)
class Grant:
    """Amounts off per line and off shipping in minor units, gifts, and how many uses this counts as."""

    lines: Mapping[str, int] = field(default_factory=dict)
    shipping: int = 0
    gifts: tuple[Gift, ...] = ()
    times: int = 1
    touched: frozenset[str] = frozenset()

    @property
    def nothing(self) -> bool:
        return not self.shipping and not self.gifts and not any(self.lines.values())
