"""The buyer belongs to one of the named segments; guests are a segment of their own."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Declined, Met
from entrepot.commerce.promotions.targets import Gettext, Targets, mark, plain


class BuyerInSegment(msgspec.Struct, frozen=True, tag="buyer_in_segment", forbid_unknown_fields=True):
    """The buyer is in at least one of ``segments``."""

    segments: Annotated[tuple[str, ...], msgspec.Meta(title=mark("Segments"), min_length=1)]

    def sentence(self, gettext: Gettext = plain) -> str:
        return gettext("the buyer is in %(segments)s") % {"segments": gettext(" or ").join(self.segments)}

    def check(self, standing: Standing) -> Met | Declined:
        if standing.basket.segments.isdisjoint(self.segments):
            return Declined("NOT_FOR_THIS_BUYER", ", ".join(self.segments))
        return Met(1, standing.lines)

    def triggers(self) -> Targets | None:
        return None
