"""An amount off shipping; never more than shipping costs."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant
from entrepot.commerce.promotions.targets import Amounts
from entrepot.kernel.money import parse_amount


class ShippingAmountOff(msgspec.Struct, frozen=True, tag="shipping_amount_off", forbid_unknown_fields=True):
    """``amount`` off shipping; a currency without an amount gets nothing."""

    amount: Annotated[Amounts, msgspec.Meta(title="Amount by currency")]

    def sentence(self) -> str:
        return " or ".join(f"{amount} {currency}" for currency, amount in self.amount.items()) + " off shipping"

    def grant(self, standing: Standing, met: Met) -> Grant:
        currency = standing.basket.currency
        off = parse_amount(self.amount[currency], currency) if currency in self.amount else 0
        return Grant(shipping=min(off, standing.shipping_left))
