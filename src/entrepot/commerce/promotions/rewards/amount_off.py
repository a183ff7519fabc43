"""An amount off the matching lines together, shared out over them; never more than they cost."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant
from entrepot.commerce.promotions.targets import Amounts, Targets
from entrepot.kernel.money import parse_amount


class AmountOff(msgspec.Struct, frozen=True, tag="amount_off", forbid_unknown_fields=True):
    """``amount`` off the targets; a currency without an amount gets nothing."""

    amount: Annotated[Amounts, msgspec.Meta(title="Amount by currency")]
    targets: Annotated[Targets | None, msgspec.Meta(title="Off")] = None

    def sentence(self) -> str:
        amounts = " or ".join(f"{amount} {currency}" for currency, amount in self.amount.items())
        return f"{amounts} off {self.targets.sentence() if self.targets else 'them'}"

    def grant(self, standing: Standing, met: Met) -> Grant:
        lines = self.targets.of(standing.basket.lines) if self.targets else met.lines
        currency = standing.basket.currency
        off = parse_amount(self.amount[currency], currency) if currency in self.amount else 0
        return Grant(standing.share(off, lines), touched=frozenset(line.id for line in lines))
