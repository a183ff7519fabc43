"""The conditions a promotion can have. To add one: write its file, name it in the union below, add its table rows."""

from entrepot.commerce.promotions.conditions.bought_together import BoughtTogether, Part
from entrepot.commerce.promotions.conditions.buyer_in_segment import BuyerInSegment
from entrepot.commerce.promotions.conditions.first_order import FirstOrder
from entrepot.commerce.promotions.conditions.maximum_quantity import MaximumQuantity
from entrepot.commerce.promotions.conditions.maximum_spend import MaximumSpend
from entrepot.commerce.promotions.conditions.minimum_quantity import MinimumQuantity
from entrepot.commerce.promotions.conditions.minimum_spend import MinimumSpend
from entrepot.commerce.promotions.conditions.order_weight import OrderWeight
from entrepot.commerce.promotions.conditions.outcome import ANY_NUMBER, Declined, Met
from entrepot.commerce.promotions.conditions.pays_by import PaysBy
from entrepot.commerce.promotions.conditions.ships_by import ShipsBy
from entrepot.commerce.promotions.conditions.ships_to import ShipsTo

Condition = (
    MinimumQuantity
    | MinimumSpend
    | MaximumQuantity
    | MaximumSpend
    | BoughtTogether
    | OrderWeight
    | BuyerInSegment
    | FirstOrder
    | ShipsTo
    | ShipsBy
    | PaysBy
)

__all__ = [
    "ANY_NUMBER",
    "BoughtTogether",
    "BuyerInSegment",
    "Condition",
    "Declined",
    "FirstOrder",
    "MaximumQuantity",
    "MaximumSpend",
    "Met",
    "MinimumQuantity",
    "MinimumSpend",
    "OrderWeight",
    "Part",
    "PaysBy",
    "ShipsBy",
    "ShipsTo",
]
