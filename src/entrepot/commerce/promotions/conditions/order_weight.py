"""The order weighs so much: what ships dear by its weight, or is light enough for a letter."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Declined, Met
from entrepot.commerce.promotions.targets import Gettext, Targets, mark, plain


class OrderWeight(msgspec.Struct, frozen=True, tag="order_weight", forbid_unknown_fields=True):
    """All goods together weigh at least ``least`` and at most ``most`` grams, bounds included; 0 is no bound.

    An item without a weight counts nothing, as it does for shipping.
    """

    least: Annotated[int, msgspec.Meta(title=mark("Grams at least"), ge=0, le=1_000_000_000)] = 0
    most: Annotated[int, msgspec.Meta(title=mark("Grams at most"), ge=0, le=1_000_000_000)] = 0

    def __post_init__(self) -> None:
        if not self.least and not self.most:
            raise ValueError("say how many grams at least or at most")
        if self.most and self.most < self.least:
            raise ValueError("at most is less than at least")

    def sentence(self, gettext: Gettext = plain) -> str:
        values = {"least": _kilograms(self.least), "most": _kilograms(self.most)}
        if not self.most:
            return gettext("a weight of at least %(least)s") % values
        if not self.least:
            return gettext("a weight of at most %(most)s") % values
        return gettext("a weight between %(least)s and %(most)s") % values

    def check(self, standing: Standing) -> Met | Declined:
        grams = standing.basket.grams
        if grams < self.least:
            return Declined("MORE_WEIGHT_NEEDED", _kilograms(self.least), _kilograms(grams))
        if self.most and grams > self.most:
            return Declined("LESS_WEIGHT_NEEDED", _kilograms(self.most), _kilograms(grams))
        return Met(1, standing.lines)

    def triggers(self) -> Targets | None:
        return None


def _kilograms(grams: int) -> str:
    """
    >>> _kilograms(1500), _kilograms(20_000)
    ('1.5 kg', '20 kg')
    """
    return f"{Decimal(grams).scaleb(-3).normalize():f} kg"
