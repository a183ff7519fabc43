"""An amount off the matching lines together, shared out over them; never more than they cost."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant, lines_for, touching
from entrepot.commerce.promotions.targets import Amounts, Gettext, Targets, amount_in, amounts_in_words, mark, plain


class AmountOff(msgspec.Struct, frozen=True, tag="amount_off", forbid_unknown_fields=True):
    """``amount`` off the targets; a currency without an amount gets nothing."""

    amount: Annotated[Amounts, msgspec.Meta(title=mark("Amount by currency"))]
    targets: Annotated[Targets | None, msgspec.Meta(title=mark("Off"))] = None

    def sentence(self, gettext: Gettext = plain) -> str:
        items = self.targets.sentence(gettext) if self.targets else gettext("them")
        return gettext("%(amount)s off %(items)s") % {"amount": amounts_in_words(self.amount, gettext), "items": items}

    def grant(self, standing: Standing, met: Met) -> Grant:
        lines = lines_for(self.targets, standing, met)
        off = amount_in(self.amount, standing.basket.currency) or 0
        return Grant(standing.share(off, lines), touched=touching(lines))
