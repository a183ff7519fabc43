"""Promotions against the published numbers, and what must hold for every basket."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.commerce.promotions import Basket, Evaluation, Level, Line, Promotion, Shelf, Trigger, evaluate
from entrepot.commerce.promotions.promotion import Exclusivity, PromotionMalformed, read_conditions, read_rewards

AT = datetime(2026, 6, 15, tzinfo=UTC)


def promotion(number: int, level: str, conditions: list[dict[str, Any]], rewards: list[dict[str, Any]], **more: Any) -> Promotion:
    return Promotion(number, f"p{number}", 1, Level(level), read_conditions(conditions), read_rewards(rewards), **more)


def basket(
    *lines: tuple[str, int, int], codes: tuple[str, ...] = (), shipping: int | None = None, mode: str | None = None
) -> Basket:
    """Lines as (part number, quantity, amount in cents); everything belongs to the category ``all``."""
    made = tuple(Line(str(i), part, quantity, amount, frozenset({"all"})) for i, (part, quantity, amount) in enumerate(lines, 1))
    return Basket(made, "USD", AT, codes=codes, shipping=shipping, shipping_mode=mode)


def off(evaluation: Evaluation, number: int) -> dict[str, int]:
    return next((dict(one.lines) for one in evaluation.applied if one.promotion.id == number), {})


GIFT = promotion(
    1,
    "product",
    [{"type": "minimum_quantity", "quantity": 2, "targets": {"part_numbers": ["NB"]}}],
    [{"type": "free_gift", "choices": ["CASE"]}],
)


@pytest.mark.parametrize(("bought", "cases"), [(1, 0), (2, 1), (3, 1), (4, 2), (5, 2)])
def test_buy_two_notebooks_get_a_case(bought: int, cases: int) -> None:
    found = evaluate(basket(("NB", bought, bought * 100_000)), Shelf([GIFT]))
    assert sum(gift.quantity for one in found.applied for gift in one.gifts) == cases
    if not cases:
        (refused,) = found.refused
        assert (refused.declined.reason, refused.declined.needs, refused.declined.has) == ("MORE_UNITS_NEEDED", 2, 1)


def test_m1_an_amount_is_shared_by_what_lines_cost() -> None:
    one = promotion(1, "order", [], [{"type": "amount_off", "amount": {"USD": "15.00"}}])
    found = evaluate(basket(("a", 1, 2000), ("b", 1, 3000), ("c", 1, 10000)), Shelf([one]))
    assert off(found, 1) == {"1": 200, "2": 300, "3": 1000}


def test_m3_percent_with_a_cap() -> None:
    one = promotion(1, "order", [], [{"type": "percent_off", "percent": "15", "most": {"USD": "50.00"}}])
    found = evaluate(basket(("a", 1, 12000), ("b", 1, 23000), ("c", 1, 30000)), Shelf([one]))
    assert off(found, 1) == {"1": 923, "2": 1769, "3": 2308}


def test_m14_buy_two_get_two_free() -> None:
    one = promotion(
        1, "product", [{"type": "minimum_quantity", "quantity": 4}], [{"type": "buy_some_get_some", "buy": 2, "get": 2}]
    )
    assert off(evaluate(basket(("a", 4, 1000)), Shelf([one])), 1) == {"1": 500}


def test_the_cheapest_units_are_free() -> None:
    one = promotion(
        1, "product", [{"type": "minimum_quantity", "quantity": 3}], [{"type": "buy_some_get_some", "buy": 2, "get": 1}]
    )
    assert off(evaluate(basket(("dear", 2, 6000), ("cheap", 1, 1000)), Shelf([one])), 1) == {"2": 1000}


def test_m17_free_shipping_looks_at_what_the_order_discount_left() -> None:
    half = promotion(1, "order", [], [{"type": "percent_off", "percent": "50"}], priority=1)
    free = promotion(
        2,
        "shipping",
        [{"type": "minimum_spend", "amount": {"USD": "100.00"}}],
        [{"type": "shipping_fixed_price", "amount": {"USD": "0.00"}}],
    )
    small = evaluate(basket(("a", 1, 12000), shipping=1000), Shelf([half, free]))
    large = evaluate(basket(("a", 2, 24000), shipping=1000), Shelf([half, free]))
    assert (sum(small.left.values()), small.shipping_left) == (6000, 1000)
    assert (sum(large.left.values()), large.shipping_left) == (12000, 0)


def test_m25_a_discount_on_goods_never_reaches_shipping() -> None:
    one = promotion(1, "order", [], [{"type": "amount_off", "amount": {"USD": "10.00"}}])
    found = evaluate(basket(("a", 1, 100), shipping=500), Shelf([one]))
    assert (sum(found.left.values()), found.shipping_left) == (0, 500)


def test_larger_priority_goes_first_and_blocks_the_next_of_its_level() -> None:
    ten = promotion(1, "order", [], [{"type": "percent_off", "percent": "10"}], priority=1)
    twenty = promotion(2, "order", [], [{"type": "percent_off", "percent": "20"}], priority=2)
    found = evaluate(basket(("a", 1, 10000)), Shelf([ten, twenty]))
    assert [one.promotion.id for one in found.applied] == [2]
    assert found.refused[0].declined.reason == "NOT_WITH_ANOTHER"


def test_stackables_work_on_what_is_left() -> None:
    first = promotion(1, "order", [], [{"type": "percent_off", "percent": "10"}])
    second = promotion(2, "order", [], [{"type": "percent_off", "percent": "10"}], exclusivity=Exclusivity.STACKS)
    found = evaluate(basket(("a", 1, 10000)), Shelf([first, second]))
    assert (off(found, 1), off(found, 2)) == ({"1": 1000}, {"1": 900})


def test_an_exclusive_one_stands_alone() -> None:
    alone = promotion(1, "product", [], [{"type": "percent_off", "percent": "5"}], exclusivity=Exclusivity.ALONE)
    order = promotion(2, "order", [], [{"type": "percent_off", "percent": "50"}])
    assert [one.promotion.id for one in evaluate(basket(("a", 1, 10000)), Shelf([alone, order])).applied] == [1]


def test_codes_are_compared_without_case_and_blanks_and_unknown_ones_are_named() -> None:
    code = promotion(1, "order", [], [{"type": "percent_off", "percent": "10"}], trigger=Trigger.PUBLIC_CODE, code="WELCOME")
    found = evaluate(basket(("a", 1, 1000), codes=(" welcome ", "NOPE")), Shelf([code]))
    assert found.applied[0].code == "WELCOME"
    assert found.codes_unknown == ("NOPE",)
    assert evaluate(basket(("a", 1, 1000)), Shelf([code])).applied == ()


def test_dates_are_half_open() -> None:
    one = promotion(1, "order", [], [{"type": "percent_off", "percent": "10"}], starts_at=AT, ends_at=AT)
    assert evaluate(basket(("a", 1, 1000)), Shelf([one])).applied == ()


@pytest.mark.parametrize(
    ("conditions", "rewards"),
    [
        ([{"type": "no_such"}], [{"type": "percent_off", "percent": "1"}]),
        ([{"type": "minimum_quantity", "quantity": 0}], [{"type": "percent_off", "percent": "1"}]),
        ([], [{"type": "free_gift", "choices": []}]),
        ([], [{"type": "percent_off", "percent": "x"}]),
        ([], [{"type": "percent_off", "percent": "1", "surprise": 1}]),
    ],
)
def test_a_malformed_promotion_is_refused(conditions: list[Any], rewards: list[Any]) -> None:
    with pytest.raises(PromotionMalformed):
        promotion(1, "order", conditions, rewards)


lines = st.lists(st.tuples(st.sampled_from(["a", "b", "NB"]), st.integers(1, 9), st.integers(0, 500_000)), min_size=1, max_size=8)
EVERYTHING = [
    GIFT,
    promotion(2, "product", [{"type": "minimum_quantity", "quantity": 3}], [{"type": "buy_some_get_some", "buy": 2, "get": 1}]),
    promotion(3, "product", [], [{"type": "percent_off_each", "percent": "7.5"}], exclusivity=Exclusivity.STACKS),
    promotion(
        4, "order", [{"type": "minimum_spend", "amount": {"USD": "20.00"}}], [{"type": "amount_off", "amount": {"USD": "35.55"}}]
    ),
    promotion(5, "order", [], [{"type": "percent_off", "percent": "33"}], exclusivity=Exclusivity.STACKS),
    promotion(6, "shipping", [], [{"type": "shipping_amount_off", "amount": {"USD": "99.00"}}]),
]


@given(lines)
def test_nothing_goes_below_zero_and_shares_add_up(bought: list[tuple[str, int, int]]) -> None:
    found = evaluate(basket(*bought, shipping=700), Shelf(EVERYTHING))
    assert all(left >= 0 for left in found.left.values()) and found.shipping_left >= 0
    amounts = {str(i): amount for i, (_, _, amount) in enumerate(bought, 1)}
    for line, left in found.left.items():
        assert left == amounts[line] - sum(one.lines.get(line, 0) for one in found.applied)


@given(lines)
def test_a_promotion_that_does_not_apply_changes_nothing(bought: list[tuple[str, int, int]]) -> None:
    never = promotion(
        9, "product", [{"type": "minimum_quantity", "quantity": 500}], [{"type": "percent_off", "percent": "90"}], priority=99
    )
    without, with_it = evaluate(basket(*bought), Shelf(EVERYTHING)), evaluate(basket(*bought), Shelf([*EVERYTHING, never]))
    assert without.left == with_it.left
    assert [one.promotion.id for one in without.applied] == [one.promotion.id for one in with_it.applied]


def test_a_promotion_says_its_terms() -> None:
    assert GIFT.sentence() == "at least 2 of NB: 1 × CASE free"
