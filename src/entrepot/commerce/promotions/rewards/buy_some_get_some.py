"""Buy some of the matching items, get some more of them cheaper: the cheapest units of each complete set."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from entrepot.commerce.promotions.basket import Line, Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant
from entrepot.kernel.money import percent_of


class BuySomeGetSome(msgspec.Struct, frozen=True, tag="buy_some_get_some", forbid_unknown_fields=True):
    """Of every ``buy`` + ``get`` units, the ``get`` cheapest are ``percent`` off."""

    buy: Annotated[int, msgspec.Meta(title="Buy", ge=1)]
    get: Annotated[int, msgspec.Meta(title="Get", ge=1)]
    percent: Annotated[Decimal, msgspec.Meta(title="Percent off")] = Decimal(100)

    def sentence(self) -> str:
        return f"buy {self.buy}, get {self.get} at {self.percent.normalize():f} % off"

    def grant(self, standing: Standing, met: Met) -> Grant:
        ranked = standing.dearest_first(met.lines)
        sets = sum(line.quantity for line in ranked) // (self.buy + self.get)
        free: dict[str, int] = {}
        for line, quantity in _cheapest(ranked, sets * self.get):
            free[line.id] = percent_of(standing.units(line, quantity), self.percent)
        return Grant(free, times=max(sets, 1), touched=frozenset(line.id for line in met.lines))


def _cheapest(ranked: list[Line], units: int) -> list[tuple[Line, int]]:
    chosen = []
    for line in reversed(ranked):
        take = min(units, line.quantity)
        if take <= 0:
            break
        chosen.append((line, take))
        units -= take
    return chosen
