"""So many percent off every matching unit: rounded once per line, one use per unit."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant
from entrepot.commerce.promotions.targets import Targets
from entrepot.kernel.money import percent_of


class PercentOffEach(msgspec.Struct, frozen=True, tag="percent_off_each", forbid_unknown_fields=True):
    """``percent`` off each unit of the targets; without targets, of the lines that met the condition."""

    percent: Annotated[Decimal, msgspec.Meta(title="Percent")]
    targets: Annotated[Targets | None, msgspec.Meta(title="Off")] = None

    def sentence(self) -> str:
        return f"{self.percent.normalize():f} % off each of {self.targets.sentence() if self.targets else 'them'}"

    def grant(self, standing: Standing, met: Met) -> Grant:
        lines = self.targets.of(standing.basket.lines) if self.targets else met.lines
        off = {line.id: percent_of(standing.left[line.id], self.percent) for line in lines}
        units = sum(line.quantity for line in lines)
        return Grant(off, times=max(units, 1), touched=frozenset(off))
