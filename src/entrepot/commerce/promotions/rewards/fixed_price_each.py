"""Every matching unit at a fixed price; a unit that is cheaper already keeps its price."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions import units
from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant, each, lines_for, touching
from entrepot.commerce.promotions.targets import Amounts, Gettext, Targets, amount_in, amounts_in_words, mark, plain
from entrepot.commerce.promotions.units import Take


class FixedPriceEach(msgspec.Struct, frozen=True, tag="fixed_price_each", forbid_unknown_fields=True):
    """Each unit of the targets costs ``price``; a currency without a price gets nothing."""

    price: Annotated[Amounts, msgspec.Meta(title=mark("Price by currency"))]
    targets: Annotated[Targets | None, msgspec.Meta(title=mark("Of"))] = None

    def sentence(self, gettext: Gettext = plain) -> str:
        items = self.targets.sentence(gettext) if self.targets else gettext("them")
        return gettext("each of %(items)s for %(price)s") % {"items": items, "price": amounts_in_words(self.price, gettext)}

    def grant(self, standing: Standing, met: Met) -> Grant:
        lines = lines_for(self.targets, standing, met)
        price = amount_in(self.price, standing.basket.currency)
        if price is None:
            return Grant()
        runs = units.first(units.in_order(standing, lines, Take.DEAREST), met.most)
        off = {line.id: max(0, standing.units(line, quantity) - price * quantity) for line, quantity in runs}
        times = sum(quantity for line, quantity in runs if off[line.id])
        return Grant(each(standing, off), times=max(times, 1), touched=touching(lines))
