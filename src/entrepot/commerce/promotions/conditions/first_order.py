"""It is the buyer's first order; a buyer who is not known yet may still turn out to be new."""

from __future__ import annotations

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Declined, Met
from entrepot.commerce.promotions.targets import Gettext, Targets, plain


class FirstOrder(msgspec.Struct, frozen=True, tag="first_order", forbid_unknown_fields=True):
    """The buyer has not ordered before."""

    def sentence(self, gettext: Gettext = plain) -> str:
        return gettext("it is the buyer's first order")

    def check(self, standing: Standing) -> Met | Declined:
        if standing.basket.first_order is None:
            return Declined("BUYER_NOT_KNOWN_YET")
        if not standing.basket.first_order:
            return Declined("NOT_THE_FIRST_ORDER")
        return Met(1, standing.lines)

    def triggers(self) -> Targets | None:
        return None
