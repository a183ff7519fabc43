"""At most so many units of the named items; none at all keeps a promotion away from orders that hold one."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Declined, Met
from entrepot.commerce.promotions.targets import Gettext, Targets, mark, plain


class MaximumQuantity(msgspec.Struct, frozen=True, tag="maximum_quantity", forbid_unknown_fields=True):
    """There are at most ``quantity`` units of the targets in the order."""

    quantity: Annotated[int, msgspec.Meta(title=mark("Quantity"), ge=0, le=1_000_000)]
    targets: Annotated[Targets, msgspec.Meta(title=mark("Of"))] = Targets()

    def sentence(self, gettext: Gettext = plain) -> str:
        text = gettext("at most %(number)s of %(items)s") if self.quantity else gettext("none of %(items)s")
        return text % {"number": self.quantity, "items": self.targets.sentence(gettext)}

    def check(self, standing: Standing) -> Met | Declined:
        bought = sum(line.quantity for line in self.targets.of(standing.basket.lines, standing.basket.currency))
        if bought > self.quantity:
            reason = "FEWER_UNITS_NEEDED" if self.quantity else "NOT_WITH_THESE_ITEMS"
            return Declined(reason, self.quantity, bought, self.targets.words)
        return Met(1, standing.lines)

    def triggers(self) -> Targets | None:
        return None
