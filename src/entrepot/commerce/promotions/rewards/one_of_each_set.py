"""Of every complete set of so many units, the cheapest (or dearest) free or cheaper."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from entrepot.commerce.promotions import units
from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant, each, lines_for, percent_text, touching
from entrepot.commerce.promotions.targets import Gettext, Targets, mark, plain
from entrepot.commerce.promotions.units import Take
from entrepot.kernel.money import percent_of


class OneOfEachSet(msgspec.Struct, frozen=True, tag="one_of_each_set", forbid_unknown_fields=True):
    """Sets of ``size`` are built from the cheapest unit up; in each, one unit is ``percent`` off.

    Every set gives its own cheapest: of nine units at rising prices in threes, the first, fourth and seventh. With
    ``mixed`` the sets are built so that the seller keeps most: the cheapest units of all are the free ones.
    """

    size: Annotated[int, msgspec.Meta(title=mark("Units of a set"), ge=1)]
    percent: Annotated[Decimal, msgspec.Meta(title=mark("Percent"))] = Decimal(100)
    targets: Annotated[Targets | None, msgspec.Meta(title=mark("Of"))] = None
    take: Annotated[Take, msgspec.Meta(title=mark("Of each set the"))] = Take.CHEAPEST
    most_sets: Annotated[int, msgspec.Meta(title=mark("At most so many sets"), ge=0)] = 0
    mixed: Annotated[bool, msgspec.Meta(title=mark("Mix dear and cheap ones"))] = False

    def sentence(self, gettext: Gettext = plain) -> str:
        items = self.targets.sentence(gettext) if self.targets else gettext("them")
        text = gettext("of every %(number)s of %(items)s the cheapest at %(percent)s %% off")
        if self.take is Take.DEAREST:
            text = gettext("of every %(number)s of %(items)s the dearest at %(percent)s %% off")
        return text % {"number": self.size, "items": items, "percent": percent_text(self.percent)}

    def grant(self, standing: Standing, met: Met) -> Grant:
        lines = lines_for(self.targets, standing, met)
        runs = units.in_order(standing, lines, Take.CHEAPEST)
        sets = min(units.count(runs) // self.size, met.most, self.most_sets or met.most)
        if self.mixed:
            chosen = units.first(runs if self.take is Take.CHEAPEST else runs[::-1], sets)
        else:
            place = self.size - 1 if self.take is Take.DEAREST else 0
            chosen = units.of_each_group(runs, self.size, sets, place)
        off = {line_id: percent_of(costs, self.percent) for line_id, costs in units.cost(standing, chosen).items()}
        return Grant(each(standing, off), times=max(sets, 1), touched=touching(lines))
