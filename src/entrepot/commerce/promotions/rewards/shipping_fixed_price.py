"""Shipping at a fixed price, free included; never dearer than it was."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant
from entrepot.commerce.promotions.targets import Amounts, Gettext, amount_in, amounts_in_words, mark, plain


class ShippingFixedPrice(msgspec.Struct, frozen=True, tag="shipping_fixed_price", forbid_unknown_fields=True):
    """Shipping costs ``amount``; a currency without an amount keeps its rate."""

    amount: Annotated[Amounts, msgspec.Meta(title=mark("Price by currency"))]

    def sentence(self, gettext: Gettext = plain) -> str:
        return gettext("shipping for %(amount)s") % {"amount": amounts_in_words(self.amount, gettext)}

    def grant(self, standing: Standing, met: Met) -> Grant:
        price = amount_in(self.amount, standing.basket.currency)
        return Grant() if price is None else Grant(shipping=max(0, standing.shipping_left - price))
