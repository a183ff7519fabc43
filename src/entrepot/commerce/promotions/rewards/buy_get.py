"""Buy some of one thing, get some of another free or cheaper, as often as there are complete combinations."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from entrepot.commerce.promotions import units
from entrepot.commerce.promotions.basket import Standing
from entrepot.commerce.promotions.conditions.outcome import Met
from entrepot.commerce.promotions.rewards.grant import Grant, each, percent_text, together
from entrepot.commerce.promotions.targets import Amounts, Gettext, Targets, amount_in, amounts_in_words, mark, plain
from entrepot.commerce.promotions.units import Run, Take
from entrepot.kernel.money import percent_of


class BuyGet(msgspec.Struct, frozen=True, tag="buy_get", forbid_unknown_fields=True):
    """For each time the condition is met, ``quantity`` units of ``targets`` are ``percent`` or ``amount`` off.

    A unit that fulfills the condition is never a cheaper unit as well. ``most_units`` bounds the cheaper units.
    """

    targets: Annotated[Targets, msgspec.Meta(title=mark("Get"))]
    quantity: Annotated[int, msgspec.Meta(title=mark("Quantity"), ge=1)] = 1
    percent: Annotated[Decimal, msgspec.Meta(title=mark("Percent"))] = Decimal(100)
    amount: Annotated[Amounts | None, msgspec.Meta(title=mark("Amount by currency, for each combination"))] = None
    most_units: Annotated[int, msgspec.Meta(title=mark("At most so many units"), ge=0)] = 0
    take: Annotated[Take, msgspec.Meta(title=mark("Units first"))] = Take.DEAREST

    def sentence(self, gettext: Gettext = plain) -> str:
        off = amounts_in_words(self.amount, gettext) if self.amount else f"{percent_text(self.percent)} %"
        text = gettext("get %(number)s of %(items)s at %(off)s off")
        return text % {"number": self.quantity, "items": self.targets.sentence(gettext), "off": off}

    def grant(self, standing: Standing, met: Met) -> Grant:
        wanted = self.targets.of(standing.lines, standing.basket.currency)
        buys = {line.id for line in met.lines}
        gets = {line.id for line in wanted}
        only_get = sum(line.quantity for line in wanted if line.id not in buys)
        shared = sum(line.quantity for line in wanted if line.id in buys)
        only_buy = sum(line.quantity for line in met.lines if line.id not in gets)
        per = max(met.per, 1)
        most = min(met.times, met.most)
        if self.most_units:
            most = min(most, -(-self.most_units // self.quantity))
        times = _complete(most, (per, only_buy), (self.quantity, only_get), shared)
        bought = self._bought(standing, met, gets, times * per)
        pool = units.without(units.in_order(standing, wanted, self.take), bought)
        number = times * self.quantity
        chosen = units.first(pool, min(number, self.most_units or number))
        touched = frozenset(line.id for line, _ in (*bought, *chosen))
        if self.amount is not None:
            off = (amount_in(self.amount, standing.basket.currency) or 0) * times
            return Grant(together(standing, chosen, off), times=max(times, 1), touched=touched)
        cut = {line_id: percent_of(costs, self.percent) for line_id, costs in units.cost(standing, chosen).items()}
        return Grant(each(standing, cut), times=max(times, 1), touched=touched)

    def _bought(self, standing: Standing, met: Met, gets: set[str], number: int) -> list[Run]:
        """The units that fulfill the condition: first those nobody could get cheaper, then by the same order."""
        runs = units.in_order(standing, met.lines, self.take)
        apart = [run for run in runs if run[0].id not in gets]
        return units.first([*apart, *(run for run in runs if run[0].id in gets)], number)


def _complete(most: int, buy: tuple[int, int], get: tuple[int, int], shared: int) -> int:
    """How many complete combinations there are: each side has units of its own, some serve either."""
    (per, only_buy), (each_time, only_get) = buy, get
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        asked = max(0, middle * per - only_buy) + max(0, middle * each_time - only_get)
        low, high = (middle, high) if asked <= shared else (low, middle - 1)
    return low
