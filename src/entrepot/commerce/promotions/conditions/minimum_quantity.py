"""At least so many units of the named items; every further complete set counts again."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Declined, Met
from entrepot.commerce.promotions.targets import Targets


class MinimumQuantity(msgspec.Struct, frozen=True, tag="minimum_quantity", forbid_unknown_fields=True):
    """Buy at least ``quantity`` of the targets."""

    quantity: Annotated[int, msgspec.Meta(title="Quantity", ge=1, le=1_000_000)]
    targets: Annotated[Targets, msgspec.Meta(title="Of")] = Targets()

    def sentence(self) -> str:
        return f"at least {self.quantity} of {self.targets.sentence()}"

    def check(self, standing: Standing) -> Met | Declined:
        lines = self.targets.of(standing.basket.lines)
        bought = sum(line.quantity for line in lines)
        if bought < self.quantity:
            return Declined("MORE_UNITS_NEEDED", self.quantity, bought, self.targets.sentence())
        return Met(bought // self.quantity, lines, self.quantity)

    def triggers(self) -> Targets:
        return self.targets
