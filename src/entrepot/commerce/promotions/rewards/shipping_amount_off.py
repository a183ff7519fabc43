"""An amount off shipping; never more than shipping costs."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant
from entrepot.commerce.promotions.targets import Amounts, Gettext, amount_in, amounts_in_words, mark, plain


class ShippingAmountOff(msgspec.Struct, frozen=True, tag="shipping_amount_off", forbid_unknown_fields=True):
    """``amount`` off shipping; a currency without an amount gets nothing."""

    amount: Annotated[Amounts, msgspec.Meta(title=mark("Amount by currency"))]

    def sentence(self, gettext: Gettext = plain) -> str:
        return gettext("%(amount)s off shipping") % {"amount": amounts_in_words(self.amount, gettext)}

    def grant(self, standing: Standing, met: Met) -> Grant:
        off = amount_in(self.amount, standing.basket.currency) or 0
        return Grant(shipping=min(off, standing.shipping_left))
