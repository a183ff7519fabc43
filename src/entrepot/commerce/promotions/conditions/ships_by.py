"""The order ships by one of the named shipping modes; not chosen yet means not applied, but possible."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Declined, Met
from entrepot.commerce.promotions.targets import Gettext, Targets, mark, plain


class ShipsBy(msgspec.Struct, frozen=True, tag="ships_by", forbid_unknown_fields=True):
    """The shipping mode is one of ``modes``."""

    modes: Annotated[tuple[str, ...], msgspec.Meta(title=mark("Shipping modes"), min_length=1)]

    def sentence(self, gettext: Gettext = plain) -> str:
        return gettext("shipped by %(modes)s") % {"modes": gettext(" or ").join(self.modes)}

    def check(self, standing: Standing) -> Met | Declined:
        mode = standing.basket.shipping_mode
        if mode is None:
            return Declined("SHIPPING_NOT_CHOSEN_YET", ", ".join(self.modes))
        if mode not in self.modes:
            return Declined("NOT_WITH_THIS_SHIPPING", ", ".join(self.modes), mode)
        return Met(1, standing.lines)

    def triggers(self) -> Targets | None:
        return None
