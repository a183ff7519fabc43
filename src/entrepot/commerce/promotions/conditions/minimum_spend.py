"""At least so much money spent on the named items, by what earlier promotions left of them."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Declined, Met
from entrepot.commerce.promotions.targets import Amounts, Targets
from entrepot.kernel.money import format_amount, parse_amount


class MinimumSpend(msgspec.Struct, frozen=True, tag="minimum_spend", forbid_unknown_fields=True):
    """Spend at least ``amount`` on the targets; a currency without an amount does not qualify."""

    amount: Annotated[Amounts, msgspec.Meta(title="Amount by currency")]
    targets: Annotated[Targets, msgspec.Meta(title="On")] = Targets()

    def sentence(self) -> str:
        amounts = " or ".join(f"{amount} {currency}" for currency, amount in self.amount.items())
        return f"at least {amounts} spent on {self.targets.sentence()}"

    def check(self, standing: Standing) -> Met | Declined:
        currency = standing.basket.currency
        if currency not in self.amount:
            return Declined("NOT_IN_THIS_CURRENCY", ", ".join(self.amount), currency)
        lines = self.targets.of(standing.basket.lines)
        spent, least = standing.total(lines), parse_amount(self.amount[currency], currency)
        if spent < least or not lines:
            missing = format_amount(least, currency), format_amount(spent, currency)
            return Declined("MORE_SPENDING_NEEDED", *missing, self.targets.sentence())
        return Met(1, lines)

    def triggers(self) -> Targets:
        return self.targets
