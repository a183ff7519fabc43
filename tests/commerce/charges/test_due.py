"""Bills: manual adjustments before tax, surcharges, tax elsewhere, cash rounding."""

from __future__ import annotations

from fractions import Fraction

import pytest

from entrepot.commerce.charges import Adding, Bill, Charge, Manual, NegativeTotal, On, TaxRate, in_effect

from entrepot.commerce.charges import price_elsewhere, settle  # isort: skip
from entrepot.kernel.money import cash_total


def vat(percent: str) -> tuple[TaxRate, ...]:
    return (TaxRate("VAT", "standard", "DE", Fraction(percent)),)


def test_m24_an_order_discount_is_shared_out_before_mixed_rates_are_taxed() -> None:
    lines = (Charge("1", 2000, vat("23")), Charge("2", 5604, vat("10")))
    due = settle(Bill(lines, manual=(Manual("m", On.ORDER, -1010),)))
    assert [row.manual for row in due.lines] == [-266, -744]
    assert (due.tax, due.gross) == (885, 7479)


def test_m26_a_new_one_replaces_the_old_or_adds_up() -> None:
    both = (Manual("1", On.LINE, -1250, "a", "appeasement"), Manual("2", On.LINE, -500, "a", "appeasement"))
    line = (Charge("a", 20000),)
    assert settle(Bill(line, manual=both)).gross == 19500
    assert settle(Bill(line, manual=both, manual_policy=Adding.ADDITION)).gross == 18250
    other = Manual("3", On.LINE, -100, "b", "appeasement")
    assert in_effect((*both, other)) == (both[1], other)


def test_a_manual_charge_is_possible_and_shipping_is_apart() -> None:
    manual = (Manual("1", On.ORDER, 300), Manual("2", On.SHIPPING, -200))
    due = settle(Bill((Charge("a", 1000), Charge("b", 2000)), Charge("s", 500), manual=manual))
    assert ([row.gross for row in due.lines], due.shipping and due.shipping.gross) == ([1100, 2200], 300)


@pytest.mark.parametrize("manual", [Manual("m", On.LINE, -1001, "a"), Manual("m", On.ORDER, -1001), Manual("m", On.SHIPPING, -1)])
def test_a_total_below_zero_is_refused(manual: Manual) -> None:
    with pytest.raises(NegativeTotal) as refused:
        settle(Bill((Charge("a", 1000),), Charge("s", 0), manual=(manual,)))
    assert refused.value.code == "ENT_NEGATIVE_TOTAL"


def test_r13_a_discount_given_including_tax_is_a_row_with_its_own_tax() -> None:
    due = settle(Bill((Charge("a", 1000, vat("20")),), surcharges=(Charge("m", -240, vat("20"), includes_tax=True),)))
    assert (due.net, due.gross, due.surcharges[0].tax) == (800, 960, -40)


def test_taxes_are_told_by_rate() -> None:
    both = (*vat("4"), TaxRate("City", "standard", "DE", Fraction("4.5")))
    assert settle(Bill((Charge("a", 5499, both),))).taxes == {Fraction(4): 220, Fraction("4.5"): 247}


#: price including home tax; home percent; percent there; price there
ELSEWHERE = """
10.00  19  24  10.42
20.00  7   0   18.69
20.00  19  19  20.00
"""


@pytest.mark.parametrize("row", ELSEWHERE.strip().splitlines())
def test_r10_prices_that_include_tax_elsewhere(row: str) -> None:
    price, home, there, expected = row.split()
    found = price_elsewhere(int(Fraction(price) * 100_000), vat(home), vat(there) if there != "0" else ())
    assert found == int(Fraction(expected) * 100_000)


@pytest.mark.parametrize(("amount", "interval", "paid"), [("1952.4", 5, 1950), ("1952.5", 5, 1955), ("1949.5", 100, 2000)])
def test_r14_cash_is_rounded_twice(amount: str, interval: int, paid: int) -> None:
    assert cash_total(Fraction(amount), interval) == paid


def test_cash_rounding_is_a_row_of_its_own() -> None:
    due = settle(Bill((Charge("a", 1953),), cash_interval=5))
    assert (due.gross, due.cash_rounding, due.payable) == (1953, 2, 1955)
