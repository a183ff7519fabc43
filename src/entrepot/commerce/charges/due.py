"""What is due: lines and shipping as promotions left them, manual adjustments, surcharges, taxes, totals.

Pure, and the one place where amounts become a bill. An order discount given by hand is shared out over the lines by
largest remainder before any tax is computed, so that mixed tax rates come out right. Totals are sums of line values:
nothing is rounded or corrected at order level, except the cash rounding of countries without small coins, which is a
row of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import msgspec

from entrepot.commerce.charges.manual import Adding, Manual, NegativeTotal, On, in_effect
from entrepot.commerce.charges.tax import Tax, TaxRate, net_of, tax_on
from entrepot.kernel.money import allocate, cash_total
from entrepot.kernel.words import mark, phrase


class Charge(msgspec.Struct, frozen=True):
    """A line, shipping or a surcharge: its amount after promotions, and the tax rates on it.

    The amount is in the price mode of the bill, unless ``includes_tax`` says otherwise.
    """

    id: str
    amount: int
    rates: tuple[TaxRate, ...] = ()
    includes_tax: bool | None = None


class Bill(msgspec.Struct, frozen=True):
    """Everything that is to be paid for, before tax rows and totals; ``cash_interval`` is 5 where coins end at 0.05."""

    lines: tuple[Charge, ...]
    shipping: Charge | None = None
    surcharges: tuple[Charge, ...] = ()
    manual: tuple[Manual, ...] = ()
    prices_include_tax: bool = False
    manual_policy: Adding = Adding.REPLACEMENT
    cash_interval: int = 0


class Row(msgspec.Struct, frozen=True):
    """A charge with its tax: ``net`` + ``tax`` = ``gross``, always; ``by_hand`` is what each manual adjustment adds to it."""

    id: str
    net: int
    taxes: tuple[Tax, ...]
    by_hand: Mapping[str, int] = msgspec.field(default_factory=dict)

    @property
    def manual(self) -> int:
        return sum(self.by_hand.values())

    @property
    def tax(self) -> int:
        return sum(one.amount for one in self.taxes)

    @property
    def gross(self) -> int:
        return self.net + self.tax


class Due(msgspec.Struct, frozen=True):
    """The bill with its tax rows; ``cash_rounding`` is what is added or forgiven for the smallest coin."""

    lines: tuple[Row, ...]
    shipping: Row | None
    surcharges: tuple[Row, ...]
    cash_interval: int = 0

    @property
    def rows(self) -> tuple[Row, ...]:
        return (*self.lines, *((self.shipping,) if self.shipping else ()), *self.surcharges)

    @property
    def net(self) -> int:
        return sum(row.net for row in self.rows)

    @property
    def tax(self) -> int:
        return sum(row.tax for row in self.rows)

    @property
    def gross(self) -> int:
        return self.net + self.tax

    @property
    def cash_rounding(self) -> int:
        return cash_total(self.gross, self.cash_interval) - self.gross

    @property
    def payable(self) -> int:
        return self.gross + self.cash_rounding

    @property
    def taxes(self) -> dict[Fraction, int]:
        """What is due for each rate, in percent."""
        sums: dict[Fraction, int] = {}
        for row in self.rows:
            for tax in row.taxes:
                sums[tax.percent] = sums.get(tax.percent, 0) + tax.amount
        return sums


def settle(bill: Bill) -> Due:
    """Apply what was adjusted by hand, put tax on every row, add up.

    Raises `NegativeTotal` when a manual discount is larger than what it is taken off.
    """
    manual = in_effect(bill.manual, bill.manual_policy)
    by_line = _by_line(bill, manual) if manual else {}
    cost = bill.shipping.amount if bill.shipping else 0
    on_shipping = {one.id: one.on_base(cost) for one in manual if one.on is On.SHIPPING} if manual else {}
    _require_room(cost, sum(on_shipping.values()), mark("shipping"))
    lines = tuple(_row(bill, line, by_line.get(line.id, {})) for line in bill.lines)
    shipping = _row(bill, bill.shipping, on_shipping) if bill.shipping is not None else None
    surcharges = tuple(_row(bill, one, {}) for one in bill.surcharges)
    return Due(lines, shipping, surcharges, bill.cash_interval)


def _by_line(bill: Bill, manual: tuple[Manual, ...]) -> dict[str, dict[str, int]]:
    """What each manual adjustment adds to each line; those on the order are shared out by what the lines cost."""
    found: dict[str, dict[str, int]] = {line.id: {} for line in bill.lines}
    costs = {line.id: line.amount for line in bill.lines}
    for one in manual:
        if one.on is On.LINE and one.line in found:
            found[one.line][one.id] = one.on_base(costs[one.line] + sum(found[one.line].values()))
    for line in bill.lines:
        _require_room(line.amount, sum(found[line.id].values()), phrase(mark("line {line}"), line=line.id))
    for one in manual:
        if one.on is On.ORDER:
            weights = [line.amount + sum(found[line.id].values()) for line in bill.lines]
            amount = one.on_base(sum(weights))
            _require_room(sum(weights), amount, mark("the order"))
            for line, share in zip(bill.lines, allocate(amount, weights), strict=True):
                found[line.id][one.id] = share
    return found


def _require_room(amount: int, change: int, target: str) -> None:
    if amount + change < 0 and change < 0:
        raise NegativeTotal(amount=-change, target=target)


def _row(bill: Bill, charge: Charge, by_hand: Mapping[str, int]) -> Row:
    amount = charge.amount + sum(by_hand.values())
    included = bill.prices_include_tax if charge.includes_tax is None else charge.includes_tax
    if amount < 0:
        # A discount that is a row of its own, with a tax of its own: the same arithmetic with the sign put back.
        positive = _row(bill, Charge(charge.id, -amount, charge.rates, charge.includes_tax), {})
        taxes = tuple(Tax(tax.name, tax.percent, -tax.amount) for tax in positive.taxes)
        return Row(charge.id, -positive.net, taxes, by_hand)
    taxes = tax_on(amount, charge.rates, included=included)
    return Row(charge.id, net_of(amount, taxes) if included else amount, taxes, by_hand)
