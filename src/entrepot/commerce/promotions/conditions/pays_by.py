"""The order is paid in one of the named ways; not chosen yet means not applied, but possible."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Declined, Met
from entrepot.commerce.promotions.targets import Gettext, Targets, mark, plain


class PaysBy(msgspec.Struct, frozen=True, tag="pays_by", forbid_unknown_fields=True):
    """The means of payment is one of ``methods``."""

    methods: Annotated[tuple[str, ...], msgspec.Meta(title=mark("Means of payment"), min_length=1)]

    def sentence(self, gettext: Gettext = plain) -> str:
        return gettext("paid by %(methods)s") % {"methods": gettext(" or ").join(self.methods)}

    def check(self, standing: Standing) -> Met | Declined:
        method = standing.basket.payment
        if method is None:
            return Declined("PAYMENT_NOT_CHOSEN_YET", ", ".join(self.methods))
        if method not in self.methods:
            return Declined("NOT_WITH_THIS_PAYMENT", ", ".join(self.methods), method)
        return Met(1, standing.lines)

    def triggers(self) -> Targets | None:
        return None
