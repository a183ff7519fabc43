"""What is said of two promotions holds in every cart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.commerce.promotions import Level, Promotion, Shelf, Trigger, evaluate
from entrepot.commerce.promotions.conflicts import Because, First, Places, Policy, Verdict, between, conflicts
from entrepot.commerce.promotions.promotion import Exclusivity, Limits, read_conditions, read_rewards, read_settings
from tests.commerce.promotions.test_properties import CENTS, basket, promotions

SINCE, UNTIL = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
#: The categories of the items of `basket`.
SMALL = {"small": frozenset({"small"})}
PLACES = Places({"MOUSE": frozenset({"small"}), "CABLE": frozenset({"small"})}, SMALL)


def promo(number: int, rewards: Any, **terms: Any) -> Promotion:
    terms = {"level": Level.PRODUCT, "conditions": ()} | terms
    terms["conditions"] = read_conditions(terms["conditions"])
    terms["settings"] = read_settings(terms.get("settings"))
    return Promotion(number, f"p{number}", 1, rewards=read_rewards(rewards), **terms)


CHEAPEST = [{"type": "percent_off_each", "percent": "50", "set_size": 1, "take": "cheapest"}]


@given(CENTS, promotions(), st.booleans())
@settings(max_examples=400)
def test_what_is_said_never_to_combine_no_cart_gets(rows: list[Any], given_promotions: list[Promotion], best: bool) -> None:
    found = evaluate(basket(rows, codes=("SAVE",)), Shelf(given_promotions), best_deal=best)
    applied = {one.promotion.id: one for one in found.applied}
    for one in applied.values():
        for other in applied.values():
            if one.promotion.id >= other.promotion.id:
                continue
            said = between(one.promotion, other.promotion, SINCE, UNTIL, Policy(best_deal=best, places=PLACES))
            both = {line for line, amount in one.lines.items() if amount and other.lines.get(line)}
            if said is None:
                assert not both or Level.SHIPPING in (one.promotion.level, other.promotion.level)
            else:
                assert said.verdict is not Verdict.ONE_OF_THEM
                assert said.verdict is Verdict.BOTH or not both


@given(CENTS, promotions(most=2))
@settings(max_examples=300)
def test_the_one_said_to_go_first_wins_wherever_it_applies(rows: list[Any], given_promotions: list[Promotion]) -> None:
    if len(given_promotions) != 2:
        return
    said = between(*given_promotions, SINCE, UNTIL, Policy(places=PLACES))
    if said is None or said.verdict is not Verdict.ONE_OF_THEM:
        return
    bought = basket(rows, codes=("SAVE",))
    alone = evaluate(bought, Shelf([said.first])).applied
    if alone:
        assert evaluate(bought, Shelf(given_promotions)).applied == alone


def test_an_item_keeps_to_one_promotion_when_a_code_is_tried_before_a_higher_priority() -> None:
    """The code takes the cheapest, the bag; once the other has made the mouse cheaper still, the bag is its item all the same."""
    notebook = [{"type": "minimum_quantity", "quantity": 1, "targets": {"part_numbers": ["NB"]}}]
    half = [{"type": "buy_get", "targets": {}, "percent": "50", "take": "cheapest"}]
    by_code = promo(1, half, conditions=notebook, trigger=Trigger.PUBLIC_CODE, code="SAVE")
    other = promo(2, [{"type": "percent_off", "percent": "60", "targets": {"part_numbers": ["MOUSE"]}}], priority=5)
    bought = basket([("NB", 1, 1000), ("BAG", 1, 1200), ("MOUSE", 1, 1300)], codes=("SAVE",))
    found = evaluate(bought, Shelf([by_code, other]))
    assert {one.promotion.id: dict(one.lines) for one in found.applied} == {1: {"2": 600}, 2: {"3": 780}}


ORDER = {"level": Level.ORDER}
SHIP = {"level": Level.SHIPPING}
TEN = [{"type": "percent_off", "percent": "10"}]
FREE = [{"type": "shipping_percent_off", "percent": "100"}]


def off(**targets: Any) -> list[dict[str, Any]]:
    return [{"type": "percent_off", "percent": "10", "targets": targets}]


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (promo(1, TEN, priority=5), promo(2, TEN), (1, Verdict.ONE_PER_ITEM, Because.ONE_PER_ITEM, First.PRIORITY)),
        (promo(1, TEN), promo(2, TEN, exclusivity=Exclusivity.STACKS), (1, Verdict.BOTH, Because.NOTHING, First.STACKS)),
        (promo(1, TEN, **ORDER), promo(2, TEN, **ORDER), (1, Verdict.ONE_OF_THEM, Because.ONE_PER_ORDER, First.AGE)),
        (promo(1, FREE, **SHIP), promo(2, FREE, **SHIP), (1, Verdict.ONE_OF_THEM, Because.ONE_PER_SHIPPING, First.AGE)),
        (promo(1, TEN, **ORDER), promo(2, TEN), (2, Verdict.BOTH, Because.NOTHING, First.LEVEL)),
        (promo(1, TEN), promo(2, FREE, **SHIP), None),
        (
            promo(1, off(part_numbers=["NB"])),
            promo(2, off(part_numbers=["BAG"]), exclusivity=Exclusivity.ALONE),
            (1, Verdict.ONE_OF_THEM, Because.ALONE, First.AGE),
        ),
        (
            promo(1, TEN, exclusivity=Exclusivity.NOT_WITH_PRODUCT, **ORDER),
            promo(2, TEN),
            (2, Verdict.ONE_OF_THEM, Because.NOT_WITH_PRODUCT, First.LEVEL),
        ),
        (
            promo(1, off(part_numbers=["NB"]), exclusivity=Exclusivity.ALONE_IN_LEVEL),
            promo(2, off(part_numbers=["BAG"])),
            (1, Verdict.ONE_OF_THEM, Because.ALONE_IN_LEVEL, First.AGE),
        ),
        (promo(1, off(part_numbers=["NB"])), promo(2, off(part_numbers=["BAG"])), None),
        (promo(1, off(part_numbers=["NB"])), promo(2, off(groups=["small"])), None),
        (
            promo(1, off(part_numbers=["MOUSE"])),
            promo(2, off(groups=["small"])),
            (1, Verdict.ONE_PER_ITEM, Because.ONE_PER_ITEM, First.AGE),
        ),
        (promo(1, off(part_numbers=["MOUSE"])), promo(2, off(groups=["small"], excluded=["MOUSE"])), None),
        (promo(1, off(groups=["small"])), promo(2, off(excluded_groups=["small"])), None),
        (
            promo(1, TEN, trigger=Trigger.PUBLIC_CODE, code="SAVE", **ORDER),
            promo(2, TEN, priority=50, **ORDER),
            (1, Verdict.ONE_OF_THEM, Because.ONE_PER_ORDER, First.CODE),
        ),
        (
            promo(1, TEN, settings={"lane": "default"}),
            promo(2, TEN, settings={"lane": "default"}, priority=9),
            (2, Verdict.BETTER_PER_ITEM, Because.LANE, First.PRIORITY),
        ),
        (
            promo(1, TEN, settings={"closes": True}),
            promo(2, TEN, exclusivity=Exclusivity.STACKS),
            (1, Verdict.ONE_PER_ITEM, Because.CLOSES, First.STACKS),
        ),
        (
            promo(1, TEN, conditions=[{"type": "ships_to", "countries": ["US"]}], **ORDER),
            promo(2, TEN, conditions=[{"type": "ships_to", "countries": ["DE", "AT"]}], **ORDER),
            None,
        ),
        (
            promo(1, TEN, conditions=[{"type": "buyer_in_segment", "segments": ["guests"]}], **ORDER),
            promo(2, TEN, conditions=[{"type": "buyer_in_segment", "segments": ["registered"]}], **ORDER),
            None,
        ),
        (replace(promo(1, TEN), ends_at=SINCE), promo(2, TEN), None),
    ],
)
def test_two_promotions(one: Promotion, other: Promotion, told: tuple[int, Verdict, Because, First] | None) -> None:
    for pair in ((one, other), (other, one)):
        found = between(*pair, SINCE, UNTIL, Policy(places=PLACES))
        said = None if found is None else (found.first.id, found.verdict, found.because, found.goes_first)
        assert said == told


def test_of_equals_the_better_deal_goes_first_where_the_store_says_so() -> None:
    found = between(promo(1, TEN, **ORDER), promo(2, TEN, **ORDER), SINCE, UNTIL, Policy(best_deal=True))
    assert found is not None and found.goes_first is First.DEAL and not found.tied


def test_what_an_order_loses_is_told_before_what_adds_up() -> None:
    found = conflicts([promo(1, TEN), promo(2, TEN, **ORDER), promo(3, TEN, **ORDER)], SINCE, UNTIL)
    assert [one.verdict for one in found] == [Verdict.ONE_OF_THEM, Verdict.BOTH, Verdict.BOTH]
    assert found[0].tied
    about = promo(1, TEN)
    assert len(conflicts([about, promo(2, TEN, **ORDER), promo(3, TEN, **ORDER)], SINCE, UNTIL, about=about)) == 2


def test_promotions_far_apart_do_not_meet() -> None:
    early = replace(promo(1, TEN), ends_at=SINCE + timedelta(days=3))
    late = replace(promo(2, TEN), starts_at=SINCE + timedelta(days=3))
    assert not conflicts([early, late], SINCE, UNTIL)


def test_what_keeps_others_off_its_items_keeps_off_theirs_when_it_moves() -> None:
    """The code takes the cheapest, the bag, for itself; the other makes the mouses the cheapest, and the bag it stays."""
    cheapest = [{"type": "percent_off_each", "percent": "5", "set_size": 1, "take": "cheapest"}]
    by_code = promo(
        1,
        cheapest,
        exclusivity=Exclusivity.STACKS,
        trigger=Trigger.PUBLIC_CODE,
        code="SAVE",
        limits=Limits(order=1),
        settings={"closes": True},
    )
    other = promo(2, [{"type": "percent_off", "percent": "5", "targets": {}}])
    bought = basket([("BAG", 1, 1000), ("MOUSE", 2, 1000)], codes=("SAVE",))
    found = evaluate(bought, Shelf([by_code, other]))
    assert {one.promotion.id: dict(one.lines) for one in found.applied} == {1: {"1": 50}, 2: {"2": 100}}
