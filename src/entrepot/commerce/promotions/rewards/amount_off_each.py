"""An amount off every matching unit, never more than the unit costs; further units may get another amount."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions import units
from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant, each, lines_for, touching
from entrepot.commerce.promotions.targets import Amounts, Gettext, Targets, amount_in, amounts_in_words, mark, plain
from entrepot.commerce.promotions.units import Take


class AmountOffEach(msgspec.Struct, frozen=True, tag="amount_off_each", forbid_unknown_fields=True):
    """``amount`` off each unit of the targets, ``further`` off each after the first of a line, of ``most_units`` a line.

    With ``set_size`` only the units of complete sets count, taken in the order of ``take``.
    """

    amount: Annotated[Amounts, msgspec.Meta(title=mark("Amount by currency"))]
    targets: Annotated[Targets | None, msgspec.Meta(title=mark("Off"))] = None
    further: Annotated[Amounts | None, msgspec.Meta(title=mark("Off every further unit"))] = None
    most_units: Annotated[int, msgspec.Meta(title=mark("At most so many units of a line"), ge=0)] = 0
    most: Annotated[Amounts | None, msgspec.Meta(title=mark("At most, by currency"))] = None
    set_size: Annotated[int, msgspec.Meta(title=mark("Complete sets of"), ge=1)] = 1
    take: Annotated[Take, msgspec.Meta(title=mark("Units first"))] = Take.DEAREST

    def sentence(self, gettext: Gettext = plain) -> str:
        items = self.targets.sentence(gettext) if self.targets else gettext("them")
        text = gettext("%(amount)s off each of %(items)s")
        if self.further:
            text = gettext("%(amount)s off the first of %(items)s and %(further)s off each further one")
        further = amounts_in_words(self.further, gettext) if self.further else ""
        return text % {"amount": amounts_in_words(self.amount, gettext), "items": items, "further": further}

    def grant(self, standing: Standing, met: Met) -> Grant:
        lines = lines_for(self.targets, standing, met)
        currency = standing.basket.currency
        first = amount_in(self.amount, currency) or 0
        further = (amount_in(self.further, currency) or 0) if self.further else first
        wanted = min(met.most, sum(line.quantity for line in lines) // self.set_size * self.set_size)
        off: dict[str, int] = {}
        times = 0
        for line, quantity in units.first(units.in_order(standing, lines, self.take), wanted):
            counted = min(quantity, self.most_units) if self.most_units else quantity
            asked = first + further * (counted - 1) if counted else 0
            off[line.id] = min(asked, standing.units(line, counted))
            times += counted
        return Grant(each(standing, off, self.most), times=max(times, 1), touched=touching(lines))
