"""The order weighs so much: what ships dear by its weight, or is light enough for a letter."""

from __future__ import annotations

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
        values = {"least": _weight(self.least), "most": _weight(self.most)}
        if not self.most:
            return gettext("a weight of at least %(least)s") % values
        if not self.least:
            return gettext("a weight of at most %(most)s") % values
        return gettext("a weight between %(least)s and %(most)s") % values

    def check(self, standing: Standing) -> Met | Declined:
        grams = standing.basket.grams
        if grams < self.least:
            return Declined("MORE_WEIGHT_NEEDED", _weight(self.least), _weight(grams))
        if self.most and grams > self.most:
            return Declined("LESS_WEIGHT_NEEDED", _weight(self.most), _weight(grams))
        return Met(1, standing.lines)

    def triggers(self) -> Targets | None:
        return None


def _weight(grams: int) -> str:
    """Whole kilograms or grams, so that it reads the same in every language.

    >>> _weight(20_000), _weight(1500)
    ('20 kg', '1500 g')
    """
    return f"{grams} g" if grams % 1000 else f"{grams // 1000} kg"
