"""At least so many units of the named items; every further complete set counts again."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Declined, Met
from entrepot.commerce.promotions.targets import Gettext, Targets, mark, plain


class MinimumQuantity(msgspec.Struct, frozen=True, tag="minimum_quantity", forbid_unknown_fields=True):
    """Buy at least ``quantity`` of the targets; with ``of_one_line``, of a single one of them."""

    quantity: Annotated[int, msgspec.Meta(title=mark("Quantity"), ge=1, le=1_000_000)]
    targets: Annotated[Targets, msgspec.Meta(title=mark("Of"))] = Targets()
    of_one_line: Annotated[bool, msgspec.Meta(title=mark("All of one line"))] = False

    def sentence(self, gettext: Gettext = plain) -> str:
        text = gettext("at least %(number)s of %(items)s")
        if self.of_one_line:
            text = gettext("at least %(number)s in one line of %(items)s")
        return text % {"number": self.quantity, "items": self.targets.sentence(gettext)}

    def check(self, standing: Standing) -> Met | Declined:
        lines = self.targets.of(standing.lines, standing.basket.currency)
        counts = [line.quantity for line in lines]
        bought = max(counts, default=0) if self.of_one_line else sum(counts)
        if bought < self.quantity:
            return Declined("MORE_UNITS_NEEDED", self.quantity, bought, self.targets.words)
        return Met(bought // self.quantity, lines, self.quantity)

    def triggers(self) -> Targets:
        return self.targets
