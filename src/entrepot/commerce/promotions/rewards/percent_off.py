"""So many percent off the matching lines together: computed on their sum, rounded once, then shared out."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant
from entrepot.commerce.promotions.targets import Amounts, Targets
from entrepot.kernel.money import parse_amount, percent_of


class PercentOff(msgspec.Struct, frozen=True, tag="percent_off", forbid_unknown_fields=True):
    """``percent`` off the targets, at most ``most``; without targets, off the lines that met the condition."""

    percent: Annotated[Decimal, msgspec.Meta(title="Percent")]
    targets: Annotated[Targets | None, msgspec.Meta(title="Off")] = None
    most: Annotated[Amounts | None, msgspec.Meta(title="At most, by currency")] = None

    def sentence(self) -> str:
        return f"{self.percent.normalize():f} % off {self.targets.sentence() if self.targets else 'them'}"

    def grant(self, standing: Standing, met: Met) -> Grant:
        lines = self.targets.of(standing.basket.lines) if self.targets else met.lines
        off = percent_of(standing.total(lines), self.percent)
        currency = standing.basket.currency
        if self.most and currency in self.most:
            off = min(off, parse_amount(self.most[currency], currency))
        return Grant(standing.share(off, lines), touched=frozenset(line.id for line in lines))
