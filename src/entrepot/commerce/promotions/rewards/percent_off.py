"""So many percent off the matching lines together: computed on their sum, rounded once, then shared out."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant, lines_for, percent_text, touching
from entrepot.commerce.promotions.targets import Amounts, Gettext, Targets, amount_in, mark, plain
from entrepot.kernel.money import percent_of


class PercentOff(msgspec.Struct, frozen=True, tag="percent_off", forbid_unknown_fields=True):
    """``percent`` off the targets, at most ``most``; without targets, off the lines that met the condition."""

    percent: Annotated[Decimal, msgspec.Meta(title=mark("Percent"))]
    targets: Annotated[Targets | None, msgspec.Meta(title=mark("Off"))] = None
    most: Annotated[Amounts | None, msgspec.Meta(title=mark("At most, by currency"))] = None

    def sentence(self, gettext: Gettext = plain) -> str:
        items = self.targets.sentence(gettext) if self.targets else gettext("them")
        return gettext("%(percent)s %% off %(items)s") % {"percent": percent_text(self.percent), "items": items}

    def grant(self, standing: Standing, met: Met) -> Grant:
        lines = lines_for(self.targets, standing, met)
        off = percent_of(standing.total(lines), self.percent)
        cap = amount_in(self.most, standing.basket.currency) if self.most else None
        return Grant(standing.share(off if cap is None else min(off, cap), lines), touched=touching(lines))
