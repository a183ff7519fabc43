"""Buy some of the matching items, get some more of them cheaper: the cheapest units of each complete set."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from entrepot.commerce.promotions import units
from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant, each, percent_text, touching
from entrepot.commerce.promotions.targets import Gettext, mark, plain
from entrepot.kernel.money import percent_of


class BuySomeGetSome(msgspec.Struct, frozen=True, tag="buy_some_get_some", forbid_unknown_fields=True):
    """Of every ``buy`` + ``get`` units, the ``get`` cheapest are ``percent`` off."""

    buy: Annotated[int, msgspec.Meta(title=mark("Buy"), ge=1)]
    get: Annotated[int, msgspec.Meta(title=mark("Get"), ge=1)]
    percent: Annotated[Decimal, msgspec.Meta(title=mark("Percent off"))] = Decimal(100)

    def sentence(self, gettext: Gettext = plain) -> str:
        text = gettext("buy %(buy)s, get %(get)s at %(percent)s %% off")
        return text % {"buy": self.buy, "get": self.get, "percent": percent_text(self.percent)}

    def grant(self, standing: Standing, met: Met) -> Grant:
        # Walked from the end of the dearest-first order, so that of equal units the later line's are the free ones.
        ranked = [(line, line.quantity) for line in reversed(standing.dearest_first(met.lines))]
        sets = min(units.count(ranked) // (self.buy + self.get), met.most)
        chosen = units.first(ranked, sets * self.get)
        free = {line_id: percent_of(costs, self.percent) for line_id, costs in units.cost(standing, chosen).items()}
        return Grant(each(standing, free), times=max(sets, 1), touched=touching(met.lines))
