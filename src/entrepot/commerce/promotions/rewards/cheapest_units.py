"""The cheapest (or dearest) so many units of the matching items: a percentage or an amount off, or a fixed price."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from entrepot.commerce.promotions import units
from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant, lines_for, percent_text, together, touching
from entrepot.commerce.promotions.targets import Amounts, Gettext, Targets, amount_in, amounts_in_words, mark, plain
from entrepot.commerce.promotions.units import Take
from entrepot.kernel.money import percent_of


class CheapestUnits(msgspec.Struct, frozen=True, tag="cheapest_units", forbid_unknown_fields=True):
    """Of the targets, the first ``number`` units in the order of ``take``, once: ``percent`` or ``amount`` off together."""

    number: Annotated[int, msgspec.Meta(title=mark("Units"), ge=1)] = 1
    percent: Annotated[Decimal, msgspec.Meta(title=mark("Percent"))] = Decimal(0)
    amount: Annotated[Amounts | None, msgspec.Meta(title=mark("Amount by currency"))] = None
    targets: Annotated[Targets | None, msgspec.Meta(title=mark("Of"))] = None
    take: Annotated[Take, msgspec.Meta(title=mark("Units first"))] = Take.CHEAPEST

    def sentence(self, gettext: Gettext = plain) -> str:
        items = self.targets.sentence(gettext) if self.targets else gettext("them")
        off = amounts_in_words(self.amount, gettext) if self.amount else f"{percent_text(self.percent)} %"
        text = gettext("%(off)s off the cheapest %(number)s of %(items)s")
        if self.take is Take.DEAREST:
            text = gettext("%(off)s off the dearest %(number)s of %(items)s")
        return text % {"off": off, "number": self.number, "items": items}

    def grant(self, standing: Standing, met: Met) -> Grant:
        lines = lines_for(self.targets, standing, met)
        runs = units.first(units.in_order(standing, lines, self.take), self.number)
        if units.count(runs) < self.number:
            return Grant()
        costs = sum(units.cost(standing, runs).values())
        off = percent_of(costs, self.percent)
        if self.amount is not None:
            off = amount_in(self.amount, standing.basket.currency) or 0
        return Grant(together(standing, runs, off), touched=touching(lines))
