"""What one run of the order calculation came to: stored with the order, shown to everybody who asks.

All amounts are integer minor units of ``currency``; unit prices are integers of 1/100,000.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import msgspec

from entrepot.kernel.money import cash_total


class _Amounted(Protocol):
    @property
    def amount(self) -> int: ...


def _sum(rows: Sequence[_Amounted]) -> int:
    """Most of these are empty, and every total asks."""
    return sum([one.amount for one in rows]) if rows else 0


class TaxRow(msgspec.Struct, frozen=True):
    name: str
    percent: str
    amount: int


class LineAdjustment(msgspec.Struct, frozen=True):
    """A promotion's share of one line; ``units`` are its equal parts over the line's units, when those are few."""

    promotion: str
    version: int
    name: str
    amount: int
    code: str = ""


class ByHand(msgspec.Struct, frozen=True):
    """What an adjustment given by hand adds to a line or to shipping, by its id and reason: a discount is below zero."""

    id: str
    amount: int
    reason: str = ""


class PriceSet(msgspec.Struct, frozen=True):
    """A unit price set by hand: what it would be without, and what the line costs more by it (less: below zero)."""

    id: str
    reason: str
    before: int
    amount: int


class PricedComponent(msgspec.Struct, frozen=True):
    part_number: str
    quantity: int
    unit_price: int


class PricedLine(msgspec.Struct, frozen=True):
    """A line with its price, where that came from, and what was taken off."""

    id: str
    entry_id: int
    part_number: str
    name: str
    quantity: int
    unit_price: int
    amount: int
    contract: str
    rule: str
    list_price: int | None = None
    adjustments: tuple[LineAdjustment, ...] = ()
    taxes: tuple[TaxRow, ...] = ()
    thumbnail: str | None = None
    unit: str = "C62"
    multiple: str = "1"
    components: tuple[PricedComponent, ...] = ()
    gift_of: str = ""
    gift_buy_lines: tuple[str, ...] = ()
    gift_per: int = 0
    gift_each: int = 0
    by_hand: tuple[ByHand, ...] = ()
    price_set: PriceSet | None = None

    @property
    def discount(self) -> int:
        return _sum(self.adjustments)

    @property
    def manual(self) -> int:
        return _sum(self.by_hand)

    @property
    def net(self) -> int:
        """What the line costs after promotions and what was adjusted by hand; tax included only where prices include it."""
        return self.amount - self.discount + self.manual

    @property
    def tax(self) -> int:
        return _sum(self.taxes)


class ShippingCharge(msgspec.Struct, frozen=True):
    mode: str
    name: str
    amount: int
    adjustments: tuple[LineAdjustment, ...] = ()
    taxes: tuple[TaxRow, ...] = ()
    by_hand: tuple[ByHand, ...] = ()

    @property
    def net(self) -> int:
        return self.amount - _sum(self.adjustments) + _sum(self.by_hand)

    @property
    def tax(self) -> int:
        return _sum(self.taxes)


class SurchargeRow(msgspec.Struct, frozen=True):
    """A surcharge under the name the buyer reads; ``line`` is empty for one on the whole order."""

    code: str
    category: str
    name: str
    amount: int
    line: str = ""
    taxes: tuple[TaxRow, ...] = ()

    @property
    def tax(self) -> int:
        return _sum(self.taxes)


class PromotionApplied(msgspec.Struct, frozen=True):
    promotion: str
    version: int
    name: str
    level: str
    amount: int
    times: int
    code: str = ""


class PromotionRefused(msgspec.Struct, frozen=True):
    """A promotion that does not apply (yet), and what it would take."""

    promotion: str
    name: str
    reason: str
    needs: str = ""
    has: str = ""
    what: str = ""
    code: str = ""


class Problem(msgspec.Struct, frozen=True):
    """Why a line, or the order, cannot go on."""

    code: str
    text: str
    line: str = ""
    field: str = ""


#: How amounts are rounded, stored with every order: once per line, half up. In the second the taxes of home were taken out of
#: prices and those of the destination put on.
POLICY, POLICY_ELSEWHERE = "line-half-up-1", "line-half-up-1-elsewhere"


class Calculation(msgspec.Struct, frozen=True, dict=True):
    """The whole answer; totals are sums of line values. What is paid is the total, rounded where there is a smallest coin."""

    currency: str
    tax_included: bool
    lines: tuple[PricedLine, ...] = ()
    shipping: ShippingCharge | None = None
    applied: tuple[PromotionApplied, ...] = ()
    refused: tuple[PromotionRefused, ...] = ()
    codes_unknown: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    policy: str = POLICY
    surcharges: tuple[SurchargeRow, ...] = ()
    cash_interval: int = 0

    @cached_property
    def goods(self) -> int:
        return sum([line.amount for line in self.lines])

    @cached_property
    def discount(self) -> int:
        return sum([line.discount for line in self.lines])

    @property
    def manual(self) -> int:
        """What was adjusted by hand on the goods: a discount is below zero."""
        return sum([line.manual for line in self.lines])

    def by_hand(self, line: str = "") -> list[ByHand]:
        """What each adjustment by hand comes to, prices that were set included: in all, or on one line."""
        lines = [one for one in self.lines if not line or one.id == line]
        found = [by for one in lines for by in one.by_hand]
        found += [ByHand(one.price_set.id, one.price_set.amount, one.price_set.reason) for one in lines if one.price_set]
        return found + (list(self.shipping.by_hand) if self.shipping and not line else [])

    def came_to(self, adjustment: str) -> int:
        """What one adjustment by hand came to in all: what it takes off is below zero."""
        return sum([by.amount for by in self.by_hand() if by.id == adjustment])

    @property
    def for_goods(self) -> int:
        """What the goods cost after promotions and what was adjusted by hand."""
        return self.goods - self.discount + self.manual

    @property
    def shipping_net(self) -> int:
        return self.shipping.net if self.shipping else 0

    @cached_property
    def tax(self) -> int:
        extra = sum([one.tax for one in self.surcharges]) if self.surcharges else 0
        return sum([line.tax for line in self.lines]) + (self.shipping.tax if self.shipping else 0) + extra

    @property
    def surcharged(self) -> int:
        return _sum(self.surcharges)

    @cached_property
    def total(self) -> int:
        """Goods less discounts, adjusted by hand, surcharges, shipping, and tax where it is not included in prices."""
        return self.for_goods + self.surcharged + self.shipping_net + (0 if self.tax_included else self.tax)

    @property
    def payable(self) -> int:
        return cash_total(self.total, self.cash_interval)

    @property
    def cash_rounding(self) -> int:
        """What is added or forgiven for the smallest coin, a row of its own beside the total."""
        return self.payable - self.total

    @property
    def taxed_elsewhere(self) -> bool:
        """Whether prices had the taxes of home taken out and have those of the destination instead."""
        return self.policy == POLICY_ELSEWHERE
