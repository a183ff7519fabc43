"""So many percent off shipping."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant, percent_text
from entrepot.commerce.promotions.targets import Gettext, mark, plain
from entrepot.kernel.money import percent_of


class ShippingPercentOff(msgspec.Struct, frozen=True, tag="shipping_percent_off", forbid_unknown_fields=True):
    """``percent`` off what shipping still costs."""

    percent: Annotated[Decimal, msgspec.Meta(title=mark("Percent"))]

    def sentence(self, gettext: Gettext = plain) -> str:
        return gettext("%(percent)s %% off shipping") % {"percent": percent_text(self.percent)}

    def grant(self, standing: Standing, met: Met) -> Grant:
        return Grant(shipping=percent_of(standing.shipping_left, self.percent))
