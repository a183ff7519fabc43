"""So many percent off every matching unit: rounded once per line, one use per unit."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from entrepot.commerce.promotions import units
from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant, each, lines_for, percent_text, touching
from entrepot.commerce.promotions.targets import Amounts, Gettext, Targets, mark, plain
from entrepot.commerce.promotions.units import Take
from entrepot.kernel.money import percent_of


class PercentOffEach(msgspec.Struct, frozen=True, tag="percent_off_each", forbid_unknown_fields=True):
    """``percent`` off each unit of the targets; without targets, of the lines that met the condition.

    With ``set_size`` only the units of complete sets count, taken in the order of ``take``; ``most_units`` bounds
    how many units of one line are cheaper.
    """

    percent: Annotated[Decimal, msgspec.Meta(title=mark("Percent"))]
    targets: Annotated[Targets | None, msgspec.Meta(title=mark("Off"))] = None
    most: Annotated[Amounts | None, msgspec.Meta(title=mark("At most, by currency"))] = None
    set_size: Annotated[int, msgspec.Meta(title=mark("Complete sets of"), ge=1)] = 1
    take: Annotated[Take, msgspec.Meta(title=mark("Units first"))] = Take.DEAREST
    most_units: Annotated[int, msgspec.Meta(title=mark("At most so many units of a line"), ge=0)] = 0

    def sentence(self, gettext: Gettext = plain) -> str:
        items = self.targets.sentence(gettext) if self.targets else gettext("them")
        return gettext("%(percent)s %% off each of %(items)s") % {"percent": percent_text(self.percent), "items": items}

    def grant(self, standing: Standing, met: Met) -> Grant:
        lines = lines_for(self.targets, standing, met)
        wanted = min(met.most, sum(line.quantity for line in lines) // self.set_size * self.set_size)
        runs = units.first(units.in_order(standing, lines, self.take), wanted)
        if self.most_units:
            runs = [(line, min(quantity, self.most_units)) for line, quantity in runs]
        off = {line_id: percent_of(costs, self.percent) for line_id, costs in units.cost(standing, runs).items()}
        return Grant(each(standing, off, self.most), times=max(units.count(runs), 1), touched=touching(lines))
