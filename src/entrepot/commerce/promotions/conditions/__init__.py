"""The conditions a promotion can have. To add one: write its file, name it in the union below, add its table rows."""

from entrepot.commerce.promotions.conditions.buyer_in_segment import BuyerInSegment
from entrepot.commerce.promotions.conditions.minimum_quantity import MinimumQuantity
from entrepot.commerce.promotions.conditions.minimum_spend import MinimumSpend
from entrepot.commerce.promotions.conditions.outcome import Declined, Met
from entrepot.commerce.promotions.conditions.ships_by import ShipsBy
from entrepot.commerce.promotions.conditions.ships_to import ShipsTo

Condition = MinimumQuantity | MinimumSpend | BuyerInSegment | ShipsTo | ShipsBy

__all__ = ["BuyerInSegment", "Condition", "Declined", "Met", "MinimumQuantity", "MinimumSpend", "ShipsBy", "ShipsTo"]
