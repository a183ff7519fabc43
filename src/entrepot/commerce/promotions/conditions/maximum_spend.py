"""At most so much money spent on the named items, by what earlier promotions left of them."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Declined, Met
from entrepot.commerce.promotions.targets import Amounts, Gettext, Targets, amount_in, amounts_in_words, mark, plain
from entrepot.kernel.money import format_amount


class MaximumSpend(msgspec.Struct, frozen=True, tag="maximum_spend", forbid_unknown_fields=True):
    """Spend at most ``amount`` on the targets; a currency without an amount does not qualify.

    What earlier promotions left counts, unless ``before_promotions`` asks for the entitled prices.
    """

    amount: Annotated[Amounts, msgspec.Meta(title=mark("Amount by currency"))]
    targets: Annotated[Targets, msgspec.Meta(title=mark("On"))] = Targets()
    before_promotions: Annotated[bool, msgspec.Meta(title=mark("Before other promotions"))] = False

    def sentence(self, gettext: Gettext = plain) -> str:
        text = gettext("at most %(amount)s spent on %(items)s")
        if self.before_promotions:
            text = gettext("at most %(amount)s spent on %(items)s before promotions")
        return text % {"amount": amounts_in_words(self.amount, gettext), "items": self.targets.sentence(gettext)}

    def check(self, standing: Standing) -> Met | Declined:
        currency = standing.basket.currency
        most = amount_in(self.amount, currency)
        if most is None:
            return Declined("NOT_IN_THIS_CURRENCY", ", ".join(self.amount), currency)
        lines = self.targets.of(standing.basket.lines, currency)
        spent = sum(line.amount for line in lines) if self.before_promotions else standing.total(lines)
        if spent > most:
            bounds = format_amount(most, currency), format_amount(spent, currency)
            return Declined("LESS_SPENDING_NEEDED", *bounds, self.targets.words)
        return Met(1, standing.lines)

    def triggers(self) -> Targets | None:
        return None
