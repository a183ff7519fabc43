"""What an order costs: the published sums, the shares, and subtracting until nothing is left."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kernel.quantity import Step
from entrepot.order_management.orders.gifts import promotions_left, revoked
from entrepot.order_management.orders.order import Charge, ChargeKind, Gift, Line, Order, Promotion, Share
from entrepot.order_management.orders.statuses import Row
from entrepot.order_management.orders.totals import TotalBelowNothing, check, kept, line_total, shares, totals
from tests.order_management.shop import AT


def line(key: str, quantity: int, price: int, **more: Any) -> Line:
    made = Line(key, int(key), 1, f"ITEM-{key}", Step(), quantity, quantity, (Row("1100", quantity),), unit_price=price * 1000)
    return replace(made, **more)


def order(*lines: Line, charges: tuple[Charge, ...] = (), promotions: tuple[Promotion, ...] = ()) -> Order:
    return Order(
        "o", "s", "0001", "1", False, "WCS", "", "USD", AT, 1, "t", AT, AT, lines=lines, charges=charges, promotions=promotions
    )


def test_a_package_with_informational_component_prices_costs_its_own_price() -> None:
    parts = [line(str(i + 2), 1, price * 100, info_only=True, parent="1") for i, price in enumerate((200, 100, 300))]
    assert totals(order(line("1", 1, 50_000), *parts)).grand == 50_000


def test_order_discounts_are_shared_by_largest_remainder_and_returned_with_their_unit() -> None:
    bare = order(line("1", 2, 3000), line("2", 1, 4000))
    discount = Charge("d", ChargeKind.DISCOUNT, "Discount", "TEN", 1000, shares=shares(bare, 1000))
    priced = replace(bare, charges=(discount,))
    assert [share.amount for share in discount.shares] == [600, 400]
    first = priced.line("1")
    assert line_total(priced, first, 2, shared=True) - line_total(priced, first, 1, shared=True) == 2700
    three = order(*(line(str(i), 1, 5000) for i in (1, 2, 3)))
    assert [share.amount for share in shares(three, 1000)] == [334, 333, 333]


def test_nothing_costs_less_than_nothing() -> None:
    charge = Charge("d", ChargeKind.DISCOUNT, "Discount", "BIG", 5001, line="1", basis=1)
    with pytest.raises(TotalBelowNothing):
        check(order(line("1", 1, 5000), charges=(charge,)))


@given(amount=st.integers(0, 10**6), basis=st.integers(1, 60))
def test_what_units_keep_adds_up_and_never_grows_when_cancelling(amount: int, basis: int) -> None:
    values = [kept(amount, units, basis) for units in range(basis + 1)]
    assert (values[0], values[-1]) == (0, amount)
    steps = [b - a for a, b in pairwise(values)]
    assert sum(steps) == amount and max(steps) - min(steps) <= 1


@given(
    quantities=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    prices=st.lists(st.integers(1, 99_999), min_size=5, max_size=5),
    percent=st.integers(0, 100),
    shipping=st.integers(0, 5000),
    data=st.data(),
)
def test_cancelling_unit_by_unit_in_any_order_ends_at_zero(
    quantities: list[int], prices: list[int], percent: int, shipping: int, data: st.DataObject
) -> None:
    bare = order(*(line(str(i + 1), quantity, prices[i]) for i, quantity in enumerate(quantities)))
    discount = totals(bare).grand * percent // 100
    charges = (
        Charge("d", ChargeKind.DISCOUNT, "Discount", "P", discount, shares=shares(bare, discount)),
        Charge("s", ChargeKind.CHARGE, "Shipping", "GROUND", shipping),
    )
    left = replace(bare, charges=charges)
    previous = totals(left).grand
    assert previous == totals(bare).grand - discount + shipping
    while left.alive:
        alive = [each for each in left.lines if each.ordered]
        one = data.draw(st.sampled_from(alive))
        left = replace(left, lines=tuple(replace(e, ordered=e.ordered - 1) if e is one else e for e in left.lines))
        assert 0 <= totals(left).grand <= previous
        previous = totals(left).grand
    assert totals(left).grand == 0


GIFTS = """
bought  buy  get  gifts  revoked
2       2    1    1      0
1       2    1    1      1
4       2    1    2      0
3       2    1    2      1
2       1    2    4      0
1       1    2    4      2
0       2    1    1      1
"""


@pytest.mark.parametrize("case", GIFTS.strip().splitlines()[1:])
def test_a_gift_never_outlives_its_reason(case: str) -> None:
    bought, buy, get, gifts, expected = map(int, case.split())
    gift = Gift("GIFT", ("1",), buy, get)
    found = revoked(order(line("1", bought, 1000), line("2", gifts, 500, gift=gift)))
    assert found.get("2", 0) == expected


def test_an_order_uses_a_promotion_as_long_as_it_gives_something() -> None:
    gift = line("2", 2, 500, gift=Gift("GIFT", ("1",), 2, 1))
    charges = (
        Charge("g", ChargeKind.DISCOUNT, "Discount", "GIFT", 1000, line="2", basis=2, reference="GIFT"),
        Charge("d", ChargeKind.DISCOUNT, "Coupon", "TEN", 100, reference="TEN", shares=(Share("1", 100, 4),)),
    )
    used = order(line("1", 4, 1000), gift, charges=charges, promotions=(Promotion("GIFT", times=2), Promotion("TEN", "CODE")))
    assert promotions_left(used) == used.promotions
    fewer = replace(used, lines=(line("1", 2, 1000), replace(gift, ordered=1)))
    assert [(p.promotion_id, p.times) for p in promotions_left(fewer)] == [("GIFT", 1), ("TEN", 1)]
    none = replace(used, lines=(line("1", 1, 1000), replace(gift, ordered=0)))
    assert [p.promotion_id for p in promotions_left(none)] == ["TEN"]
