"""The rewards a promotion can give. To add one: write its file, name it in the union below, add its table rows."""

from entrepot.commerce.promotions.rewards.amount_off import AmountOff
from entrepot.commerce.promotions.rewards.buy_some_get_some import BuySomeGetSome
from entrepot.commerce.promotions.rewards.free_gift import FreeGift
from entrepot.commerce.promotions.rewards.grant import Gift, Grant
from entrepot.commerce.promotions.rewards.percent_off import PercentOff
from entrepot.commerce.promotions.rewards.percent_off_each import PercentOffEach
from entrepot.commerce.promotions.rewards.shipping_amount_off import ShippingAmountOff
from entrepot.commerce.promotions.rewards.shipping_fixed_price import ShippingFixedPrice

Reward = PercentOff | PercentOffEach | AmountOff | BuySomeGetSome | FreeGift | ShippingFixedPrice | ShippingAmountOff

__all__ = [
    "AmountOff",
    "BuySomeGetSome",
    "FreeGift",
    "Gift",
    "Grant",
    "PercentOff",
    "PercentOffEach",
    "Reward",
    "ShippingAmountOff",
    "ShippingFixedPrice",
]
