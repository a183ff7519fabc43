"""The more units, the more percent: the highest step reached counts for all matching units, steps never add up."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant, percent_text
from entrepot.commerce.promotions.rewards.percent_off_each import PercentOffEach
from entrepot.commerce.promotions.targets import Amounts, Gettext, Targets, mark, plain
from entrepot.commerce.promotions.units import Take


class QuantityStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From ``quantity`` units on, ``percent``."""

    quantity: Annotated[int, msgspec.Meta(title=mark("From"), ge=0)]
    percent: Annotated[Decimal, msgspec.Meta(title=mark("Percent"))]


class PercentByQuantity(msgspec.Struct, frozen=True, tag="percent_by_quantity", forbid_unknown_fields=True):
    """Each matching unit is as much off as the highest of ``steps`` that their number reaches; bounds are inclusive."""

    steps: Annotated[tuple[QuantityStep, ...], msgspec.Meta(title=mark("Steps"), min_length=1)]
    targets: Annotated[Targets | None, msgspec.Meta(title=mark("Off"))] = None
    most: Annotated[Amounts | None, msgspec.Meta(title=mark("At most, by currency"))] = None
    set_size: Annotated[int, msgspec.Meta(title=mark("Complete sets of"), ge=1)] = 1
    take: Annotated[Take, msgspec.Meta(title=mark("Units first"))] = Take.DEAREST

    def sentence(self, gettext: Gettext = plain) -> str:
        items = self.targets.sentence(gettext) if self.targets else gettext("them")
        step = gettext("%(percent)s %% from %(number)s")
        steps = ", ".join(step % {"percent": percent_text(one.percent), "number": one.quantity} for one in self.steps)
        return gettext("off %(items)s: %(steps)s") % {"items": items, "steps": steps}

    def grant(self, standing: Standing, met: Met) -> Grant:
        lines = self.targets.of(standing.lines, standing.basket.currency) if self.targets else met.lines
        number = sum(line.quantity for line in lines)
        reached = [step for step in self.steps if step.quantity <= number]
        if not reached:
            return Grant()
        percent = max(reached, key=lambda step: step.quantity).percent
        same = PercentOffEach(percent, self.targets, self.most, self.set_size, self.take)
        return same.grant(standing, met)
