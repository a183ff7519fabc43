"""The more is spent, the more percent: the highest step reached counts for everything, steps never add up."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant, percent_text
from entrepot.commerce.promotions.rewards.percent_off_each import PercentOffEach
from entrepot.commerce.promotions.targets import Amounts, Gettext, Targets, amount_in, amounts_in_words, mark, plain
from entrepot.commerce.promotions.units import Take


class SpendStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From ``amount`` on, ``percent``."""

    amount: Annotated[Amounts, msgspec.Meta(title=mark("From, by currency"))]
    percent: Annotated[Decimal, msgspec.Meta(title=mark("Percent"))]


class PercentBySpend(msgspec.Struct, frozen=True, tag="percent_by_spend", forbid_unknown_fields=True):
    """Each matching unit is as much off as the highest of ``steps`` that the whole order reaches; bounds are inclusive."""

    steps: Annotated[tuple[SpendStep, ...], msgspec.Meta(title=mark("Steps"), min_length=1)]
    targets: Annotated[Targets | None, msgspec.Meta(title=mark("Off"))] = None
    most: Annotated[Amounts | None, msgspec.Meta(title=mark("At most, by currency"))] = None
    set_size: Annotated[int, msgspec.Meta(title=mark("Complete sets of"), ge=1)] = 1
    take: Annotated[Take, msgspec.Meta(title=mark("Units first"))] = Take.DEAREST

    def sentence(self, gettext: Gettext = plain) -> str:
        items = self.targets.sentence(gettext) if self.targets else gettext("them")
        step = gettext("%(percent)s %% from %(number)s")
        steps = [
            step % {"percent": percent_text(one.percent), "number": amounts_in_words(one.amount, gettext)} for one in self.steps
        ]
        return gettext("off %(items)s: %(steps)s") % {"items": items, "steps": ", ".join(steps)}

    def grant(self, standing: Standing, met: Met) -> Grant:
        currency, spent = standing.basket.currency, standing.total(standing.basket.lines)
        bounds = [(amount_in(step.amount, currency), step.percent) for step in self.steps]
        reached = [(bound, percent) for bound, percent in bounds if bound is not None and bound <= spent]
        if not reached:
            return Grant()
        percent = max(reached, key=lambda step: step[0])[1]
        same = PercentOffEach(percent, self.targets, self.most, self.set_size, self.take)
        return same.grant(standing, met)
