"""The types of promotions by the names other systems know them under, and the charge category each is booked in.

A type is not stored: it follows from the level, from what the conditions name and from the first reward. So a
promotion cannot say it is one thing and do another. Twenty-eight combinations carry a published name; ours beyond
them (steps, sets, percent off shipping) are called by their level and reward.
"""

from __future__ import annotations

from entrepot.commerce.promotions.conditions import BoughtTogether
from entrepot.commerce.promotions.promotion import Level, Promotion, Trigger
from entrepot.commerce.promotions.targets import Targets

#: The word of a type by reward; what differs by level stands in `_EXCEPTIONS`.
_WORDS = {
    "percent_off": "PercentDiscount",
    "amount_off": "ValueDiscount",
    "percent_off_each": "PerItemPercentDiscount",
    "amount_off_each": "PerItemValueDiscount",
    "fixed_price_set": "FixedCostDiscount",
    "fixed_price_each": "PerItemFixedCostDiscount",
    "buy_some_get_some": "SameItemPercentDiscount",
    "free_gift": "BuyXGetYFree",
    "buy_get": "BuyXGetYPercentDiscount",
    "shipping_fixed_price": "FixedShippingDiscount",
    "shipping_amount_off": "FixedAmountOffShippingDiscount",
}
_EXCEPTIONS = {
    ("ProductLevel", "buy_get"): "PWPPercentDiscount",
    ("OrderLevel", "free_gift"): "FreeGift",
    ("MultipleItems", "buy_get"): "GetYPercentDiscount",
    ("MultipleItems", "buy_get amount"): "GetYFixedAmountOffDiscount",
}
PUBLISHED = frozenset(
    {
        *(f"{level}{word}" for level in ("ProductLevel", "CategoryLevel") for word in list(_WORDS.values())[:8]),
        *("ProductLevelPWPPercentDiscount", "CategoryLevelBuyXGetYPercentDiscount"),
        *("ProductLevelFixedShippingDiscount", "CategoryLevelFixedShippingDiscount"),
        *("OrderLevelPercentDiscount", "OrderLevelValueDiscount", "OrderLevelFreeGift"),
        *("OrderLevelFixedShippingDiscount", "OrderLevelFixedAmountOffShippingDiscount"),
        *("MultipleItemsPercentDiscount", "MultipleItemsGetYPercentDiscount", "MultipleItemsGetYFixedAmountOffDiscount"),
    }
)


def type_of(promotion: Promotion) -> str:
    """The type's name, for instance ``CategoryLevelPercentDiscount``."""
    level = _level(promotion)
    reward = promotion.rewards[0] if promotion.rewards else None
    tag = str(reward.__struct_config__.tag) if reward is not None else "nothing"
    if getattr(reward, "amount", None) is not None and (level, f"{tag} amount") in _EXCEPTIONS:
        tag = f"{tag} amount"
    word = _EXCEPTIONS.get((level, tag)) or _WORDS.get(tag) or "".join(part.capitalize() for part in tag.split("_"))
    return f"{level}{word}"


def charge_category(promotion: Promotion, *, shipping: bool = False) -> str:
    """The category the discount is booked in: by code or coupon apart, shipping apart."""
    if shipping or promotion.level is Level.SHIPPING:
        return "ShippingDiscount"
    return "Discount" if promotion.trigger is Trigger.AUTOMATIC else "Coupon"


def _level(promotion: Promotion) -> str:
    if any(isinstance(one, BoughtTogether) for one in promotion.conditions):
        return "MultipleItems"
    named = [one.triggers() for one in promotion.conditions]
    targets = [one for one in (*named, *(getattr(reward, "targets", None) for reward in promotion.rewards)) if one]
    first = next((one for one in targets if isinstance(one, Targets) and not one.everything), None)
    if first is None or promotion.level is Level.ORDER:
        return "OrderLevel"
    return "CategoryLevel" if first.groups else "ProductLevel"
