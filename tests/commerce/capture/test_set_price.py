"""What a unit costs where an agent set its price, and how far that price goes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from entrepot.commerce import charges
from entrepot.commerce.capture import Allowance, Calculation, Granted, GrantState, How
from entrepot.commerce.capture.calculation import ByHand, PricedLine, PriceSet
from entrepot.commerce.capture.set_price import SetPrice
from entrepot.kernel.clock import SystemClock
from entrepot.kernel.money import extend

#: set to, was, most it may take off (minor units), own price now, quantity → price of a unit
PRICES = """
90  100  -     100  1    90
90  100  -      80  1    80
120 100  -     100  1    120
120 100  -     150  1    150
90  100  2000  100  2    90
90  100  2000  100  4    95
90  100  2000  100  3    93.34
90  100  0     100  1    100
0   100  -     100  1    0
"""


@pytest.mark.parametrize("row", PRICES.strip().splitlines())
def test_a_price_set_by_hand(row: str) -> None:
    price, was, most, own, quantity, expected = row.split()
    one = SetPrice("g", "l", at(price), at(was), most=None if most == "-" else int(most))
    assert one.price_of(at(own), int(quantity), "USD") == at(expected)


def at(text: str) -> int:
    return int(Fraction(text) * 100_000)


prices = st.integers(0, 10**9)


@given(prices, prices, st.integers(0, 10**7), st.integers(1, 10_000), st.sampled_from(["USD", "JPY", "KWD"]))
def test_what_it_takes_off_never_passes_what_its_giver_may_give(
    price: int, own: int, most: int, quantity: int, currency: str
) -> None:
    lower = SetPrice("g", "l", min(price, own), own, most=most)
    for step in (1, Fraction(1, 10)):
        charged = lower.price_of(own, quantity, currency, step)
        assert lower.price <= charged <= own
        assert extend(own, quantity, currency, step) - extend(charged, quantity, currency, step) <= most


@given(prices, prices, prices)
def test_a_lower_price_never_makes_it_dearer_and_a_higher_one_never_cheaper(price: int, was: int, own: int) -> None:
    charged = SetPrice("g", "l", price, was).price_of(own, 3, "EUR")
    assert charged <= own if price <= was else charged >= own


LINE = PricedLine("l", 1, "A", "A", 2, at("90"), 18_000, "", "", price_set=PriceSet("g", "OTHER", at("100"), -2_000))
GRANT = Granted(
    "g", charges.On.LINE, "OTHER", "agent", SystemClock().now(), GrantState.WITHIN_LIMITS, "USD", line="l", how=How.SET
)

#: what stands beside the price set by hand that takes 20.00 off 200.00; the limit and its value; who judges → passed
LIMITS = """
-      line_percent  10    no
-      line_percent  9     yes
-      line_amount   2000  no
-      line_amount   1999  yes
-500   line_amount   2499  yes
-500   line_amount   2500  no
+500   line_amount   2000  no
+500   line_amount   1999  yes
-500   order_amount  2499  yes
-      day_amount    2999  yes
-      day_amount    3000  no
"""


@pytest.mark.parametrize("row", LIMITS.strip().splitlines())
def test_a_price_set_by_hand_is_judged_with_all_that_is_given(row: str) -> None:
    beside, limit, most, passed = row.split()
    other = () if beside == "-" else (ByHand("other", int(beside)),)
    calculation = Calculation("USD", False, lines=(_with(other),))
    allowance = Allowance(**(dict.fromkeys(("line_percent", "line_amount", "order_amount", "day_amount")) | {limit: int(most)}))
    assert allowance.passed(calculation, GRANT, 1000) is (passed == "yes")


def _with(other: tuple[ByHand, ...]) -> PricedLine:
    return replace(LINE, by_hand=other)


@pytest.mark.parametrize(("most", "passed"), [(500, False), (499, True)])
def test_what_is_charged_has_limits_too_and_what_is_given_does_not_make_up_for_it(most: int, passed: bool) -> None:
    calculation = Calculation("USD", False, lines=(_with((ByHand("extra", 500), ByHand("off", -400))),))
    extra = Granted("extra", charges.On.LINE, "OTHER", "agent", GRANT.at, GrantState.WITHIN_LIMITS, "USD", 500, line="l")
    allowance = Allowance(None, most, None, None)
    assert allowance.passed(calculation, extra, 0) is passed
