"""So many percent off every complete set that is worth a given amount; what does not fill a set keeps its price."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from entrepot.commerce.promotions import units
from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant, lines_for, percent_text, together, touching
from entrepot.commerce.promotions.targets import Amounts, Gettext, Targets, amount_in, amounts_in_words, mark, plain
from entrepot.commerce.promotions.units import Run, Take
from entrepot.kernel.money import percent_of


class PercentOffSpendSets(msgspec.Struct, frozen=True, tag="percent_off_spend_sets", forbid_unknown_fields=True):
    """Units are put together in the order of ``take`` until they reach ``amount``; complete sets are ``percent`` off."""

    amount: Annotated[Amounts, msgspec.Meta(title=mark("Worth of a set, by currency"))]
    percent: Annotated[Decimal, msgspec.Meta(title=mark("Percent"))]
    targets: Annotated[Targets | None, msgspec.Meta(title=mark("Of"))] = None
    take: Annotated[Take, msgspec.Meta(title=mark("Units first"))] = Take.CHEAPEST

    def sentence(self, gettext: Gettext = plain) -> str:
        items = self.targets.sentence(gettext) if self.targets else gettext("them")
        text = gettext("%(percent)s %% off every %(amount)s spent on %(items)s")
        amount = amounts_in_words(self.amount, gettext)
        return text % {"percent": percent_text(self.percent), "amount": amount, "items": items}

    def grant(self, standing: Standing, met: Met) -> Grant:
        lines = lines_for(self.targets, standing, met)
        worth = amount_in(self.amount, standing.basket.currency)
        if not worth:
            return Grant()
        complete: list[Run] = []
        sets = 0
        runs = units.in_order(standing, lines, self.take)
        while sets < met.most and (chosen := _next_set(standing, runs, worth)):
            runs = units.without(runs, chosen)
            complete += chosen
            sets += 1
        off = percent_of(sum(units.cost(standing, complete).values()), self.percent)
        return Grant(together(standing, complete, off), times=max(sets, 1), touched=touching(lines))


def _next_set(standing: Standing, runs: list[Run], worth: int) -> list[Run]:
    chosen: list[Run] = []
    for line, quantity in runs:
        # A unit is worth left ÷ quantity exactly: the number that fills the set is found without rounding.
        needed = -(-worth * line.quantity // max(1, standing.left[line.id]))
        if needed <= quantity:
            return [*chosen, (line, needed)]
        chosen.append((line, quantity))
        worth -= standing.units(line, quantity)
    return []
