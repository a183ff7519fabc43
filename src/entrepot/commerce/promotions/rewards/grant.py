"""What a reward gives: amounts per line, off shipping, gifts. And what all rewards that take off lines have in common.

*Together* means computed on the sum, rounded once, then shared out; *each* means rounded once per line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from entrepot.commerce.promotions.basket import Line, Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.shares import spread
from entrepot.commerce.promotions.targets import Amounts, Targets, amount_in
from entrepot.commerce.promotions.units import Run, cost


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
    """Amounts off per line and off shipping in minor units, gifts, and how many uses this counts as.

    ``later`` says that it gives something once the order is final, such as a coupon.
    """

    lines: Mapping[str, int] = field(default_factory=dict)
    shipping: int = 0
    gifts: tuple[Gift, ...] = ()
    times: int = 1
    touched: frozenset[str] = frozenset()
    later: bool = False

    @property
    def nothing(self) -> bool:
        return not self.shipping and not self.gifts and not self.later and not any(self.lines.values())

    @property
    def discounted(self) -> frozenset[str]:
        """The lines that cost less by it."""
        return frozenset([line for line, amount in self.lines.items() if amount])


def lines_for(targets: Targets | None, standing: Standing, met: Met) -> tuple[Line, ...]:
    """The lines a reward is about: its own targets, else those that met the condition."""
    return targets.of(standing.lines, standing.basket.currency) if targets else met.lines


def touching(lines: Iterable[Line]) -> frozenset[str]:
    return frozenset(line.id for line in lines)


def together(standing: Standing, runs: Iterable[Run], amount: int, before: Mapping[str, int] | None = None) -> dict[str, int]:
    """Share an amount out over the chosen units by what they cost, no line below its floor.

    ``before`` is what the same reward took off the lines already, for other units of them.
    """
    runs, before = list(runs), before or {}
    weights = cost(standing, runs)
    lines = {line.id: line for line, _ in runs}
    room = [min(standing.room(line) - before.get(line.id, 0), weights[line.id]) for line in lines.values()]
    shares = spread(min(amount, sum(weights.values())), list(weights.values()), room)
    return {line_id: share for line_id, share in zip(weights, shares, strict=True) if share}


def each(standing: Standing, off: Mapping[str, int], most: Amounts | None = None) -> dict[str, int]:
    """Amounts off per line, cut at the lines' floors and all together at ``most``."""
    rooms = {line.id: standing.room(line) for line in standing.lines if line.id in off}
    cut = {line_id: min(amount, rooms.get(line_id, 0)) for line_id, amount in off.items()}
    cap = amount_in(most, standing.basket.currency) if most else None
    if cap is not None and sum(cut.values()) > cap:
        return dict(zip(cut, spread(cap, list(cut.values()), list(cut.values())), strict=True))
    return cut


def percent_text(percent: Decimal) -> str:
    return f"{percent.normalize():f}"
