"""Any so many of the matching items for a fixed price; a set that is cheaper already gives no discount."""

from __future__ import annotations

from typing import Annotated

import msgspec

from entrepot.commerce.promotions import units
from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant, lines_for, together, touching
from entrepot.commerce.promotions.targets import Amounts, Gettext, Targets, amount_in, amounts_in_words, mark, plain
from entrepot.commerce.promotions.units import Run, Take


class FixedPriceSet(msgspec.Struct, frozen=True, tag="fixed_price_set", forbid_unknown_fields=True):
    """``size`` units of the targets for ``price``, as often as there are complete sets, at most ``most_sets`` of them.

    A ``size`` of 0 means all units together, for instance the whole order for a fixed price.
    """

    price: Annotated[Amounts, msgspec.Meta(title=mark("Price by currency"))]
    size: Annotated[int, msgspec.Meta(title=mark("Units of a set"), ge=0)] = 0
    targets: Annotated[Targets | None, msgspec.Meta(title=mark("Of"))] = None
    take: Annotated[Take, msgspec.Meta(title=mark("Units first"))] = Take.DEAREST
    most_sets: Annotated[int, msgspec.Meta(title=mark("At most so many sets"), ge=0)] = 0

    def sentence(self, gettext: Gettext = plain) -> str:
        items = self.targets.sentence(gettext) if self.targets else gettext("them")
        text = gettext("any %(number)s of %(items)s for %(price)s") if self.size else gettext("all of %(items)s for %(price)s")
        return text % {"number": self.size, "items": items, "price": amounts_in_words(self.price, gettext)}

    def grant(self, standing: Standing, met: Met) -> Grant:
        lines = lines_for(self.targets, standing, met)
        price = amount_in(self.price, standing.basket.currency)
        runs = units.in_order(standing, lines, self.take)
        size = self.size or units.count(runs)
        if price is None or not size:
            return Grant()
        sets = min(units.count(runs) // size, met.most, self.most_sets or met.most)
        off: dict[str, int] = {}
        given = 0
        while given < sets:
            chosen, alike = _next_sets(runs, size, sets - given)
            runs = units.without(runs, chosen)
            gain = sum(units.cost(standing, chosen).values()) - price * alike
            given += alike
            if gain > 0:
                for line_id, share in together(standing, chosen, gain, off).items():
                    off[line_id] = off.get(line_id, 0) + share
        return Grant(off, times=max(given, 1), touched=touching(lines))


def _next_sets(runs: list[Run], size: int, most: int) -> tuple[list[Run], int]:
    """The next set, or as many equal ones as the first line holds alone."""
    alike = min(runs[0][1] // size, most)
    return (units.first(runs, alike * size), alike) if alike else (units.first(runs, size), 1)
