"""The rewards a promotion can give. To add one: write its file, name it in the union below, add its table rows."""

from entrepot.commerce.promotions.rewards.amount_off import AmountOff
from entrepot.commerce.promotions.rewards.amount_off_each import AmountOffEach
from entrepot.commerce.promotions.rewards.buy_get import BuyGet
from entrepot.commerce.promotions.rewards.buy_some_get_some import BuySomeGetSome
from entrepot.commerce.promotions.rewards.cheapest_units import CheapestUnits
from entrepot.commerce.promotions.rewards.coupon_for_later import CouponForLater
from entrepot.commerce.promotions.rewards.fixed_price_each import FixedPriceEach
from entrepot.commerce.promotions.rewards.fixed_price_set import FixedPriceSet
from entrepot.commerce.promotions.rewards.free_gift import FreeGift
from entrepot.commerce.promotions.rewards.grant import Gift, Grant
from entrepot.commerce.promotions.rewards.one_of_each_set import OneOfEachSet
from entrepot.commerce.promotions.rewards.percent_by_quantity import PercentByQuantity, QuantityStep
from entrepot.commerce.promotions.rewards.percent_by_spend import PercentBySpend, SpendStep
from entrepot.commerce.promotions.rewards.percent_off import PercentOff
from entrepot.commerce.promotions.rewards.percent_off_each import PercentOffEach
from entrepot.commerce.promotions.rewards.percent_off_spend_sets import PercentOffSpendSets
from entrepot.commerce.promotions.rewards.shipping_amount_off import ShippingAmountOff
from entrepot.commerce.promotions.rewards.shipping_fixed_price import ShippingFixedPrice
from entrepot.commerce.promotions.rewards.shipping_percent_off import ShippingPercentOff

Reward = (
    PercentOff
    | PercentOffEach
    | PercentByQuantity
    | PercentBySpend
    | PercentOffSpendSets
    | AmountOff
    | AmountOffEach
    | FixedPriceEach
    | FixedPriceSet
    | CheapestUnits
    | OneOfEachSet
    | BuySomeGetSome
    | BuyGet
    | FreeGift
    | CouponForLater
    | ShippingFixedPrice
    | ShippingAmountOff
    | ShippingPercentOff
)

__all__ = [
    "AmountOff",
    "AmountOffEach",
    "BuyGet",
    "BuySomeGetSome",
    "CheapestUnits",
    "CouponForLater",
    "FixedPriceEach",
    "FixedPriceSet",
    "FreeGift",
    "Gift",
    "Grant",
    "OneOfEachSet",
    "PercentByQuantity",
    "PercentBySpend",
    "PercentOff",
    "PercentOffEach",
    "PercentOffSpendSets",
    "QuantityStep",
    "Reward",
    "ShippingAmountOff",
    "ShippingFixedPrice",
    "ShippingPercentOff",
    "SpendStep",
]
