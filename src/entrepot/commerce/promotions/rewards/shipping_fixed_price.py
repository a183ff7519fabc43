"""Shipping at a fixed price, free included; never dearer than it was."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant
from entrepot.commerce.promotions.targets import Amounts
from entrepot.kernel.money import parse_amount


class ShippingFixedPrice(msgspec.Struct, frozen=True, tag="shipping_fixed_price", forbid_unknown_fields=True):
    """Shipping costs ``amount``; a currency without an amount keeps its rate."""

    amount: Annotated[Amounts, msgspec.Meta(title="Price by currency")]

    def sentence(self) -> str:
        return "shipping for " + " or ".join(f"{amount} {currency}" for currency, amount in self.amount.items())

    def grant(self, standing: Standing, met: Met) -> Grant:
        currency = standing.basket.currency
        if currency not in self.amount:
            return Grant()
        return Grant(shipping=max(0, standing.shipping_left - parse_amount(self.amount[currency], currency)))
