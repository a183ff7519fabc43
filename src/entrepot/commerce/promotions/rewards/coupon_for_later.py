"""A coupon for another order: issued to the buyer once this one is final, taken back when it is cancelled."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant
from entrepot.commerce.promotions.targets import Gettext, mark, plain

MOST_DAYS = 3650


class CouponForLater(msgspec.Struct, frozen=True, tag="coupon_for_later", forbid_unknown_fields=True):
    """A coupon of ``promotion``, which has to be one by unique codes. Guests have no wallet to put it in and get none."""

    promotion: Annotated[str, msgspec.Meta(title=mark("Promotion of the coupon"), min_length=1)]
    days: Annotated[int, msgspec.Meta(title=mark("Good for so many days"), ge=1, le=MOST_DAYS)] = 30
    after: Annotated[int, msgspec.Meta(title=mark("Beginning after so many days"), ge=0, le=MOST_DAYS)] = 0
    transferable: Annotated[bool, msgspec.Meta(title=mark("May be given to somebody else"))] = False

    def sentence(self, gettext: Gettext = plain) -> str:
        text = gettext("a coupon for %(promotion)s, good for %(days)s days")
        return text % {"promotion": self.promotion, "days": self.days}

    def grant(self, standing: Standing, met: Met) -> Grant:
        if not standing.lines or "guests" in standing.basket.segments:
            return Grant()
        return Grant(later=True)
