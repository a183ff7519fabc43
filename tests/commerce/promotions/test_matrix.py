"""Every published type of promotion gives what its name says, and is called by that name."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.commerce.promotions import Basket, Level, Line, Promotion, Shelf, Trigger, evaluate, give_gifts
from entrepot.commerce.promotions.matrix import PUBLISHED, charge_category, type_of
from entrepot.commerce.promotions.promotion import read_conditions, read_rewards
from tests.commerce.promotions.test_evaluate import AT

BASKET = Basket(
    (
        Line("1", "NB", 4, 40_000, frozenset({"notebooks"})),
        Line("2", "MOUSE", 2, 3_000, frozenset({"mice"})),
        Line("3", "BAG", 1, 5_000, frozenset({"bags"})),
    ),
    "EUR",
    AT,
    shipping=900,
)
PRODUCT, CATEGORY = {"part_numbers": ["NB"]}, {"groups": ["notebooks"]}
#: type; condition; reward; off goods, off shipping, gifts
ROWS = """
PercentDiscount          1   percent_off percent=10                       4000   0  0
ValueDiscount            1   amount_off amount=25                         2500   0  0
PerItemPercentDiscount   1   percent_off_each percent=10                  4000   0  0
PerItemValueDiscount     1   amount_off_each amount=5                     2000   0  0
FixedCostDiscount        1   fixed_price_set price=150 size=2             10000  0  0
PerItemFixedCostDiscount 1   fixed_price_each price=90                    4000   0  0
SameItemPercentDiscount  1   buy_some_get_some buy=1 get=1 percent=50     10000  0  0
BuyXGetYFree             2   free_gift choices=CASE                       0      0  2
"""


def reward(text: str) -> dict[str, Any]:
    kind, *pairs = text.split()
    found: dict[str, Any] = {"type": kind}
    for pair in pairs:
        name, _, value = pair.partition("=")
        found[name] = {"EUR": value} if name in ("amount", "price") else [value] if name == "choices" else value
    return found


def cases() -> list[tuple[str, Promotion, tuple[int, int, int]]]:
    found = []

    def case(name: str, level: str, conditions: list[Any], given: dict[str, Any], gives: tuple[int, int, int]) -> None:
        made = Promotion(len(found) + 1, name, 1, Level(level), read_conditions(conditions), read_rewards([given]))
        found.append((name, made, gives))

    for row in ROWS.strip().splitlines():
        word, quantity, *middle, goods, shipping, gifts = row.split()
        for prefix, targets in (("ProductLevel", PRODUCT), ("CategoryLevel", CATEGORY)):
            condition = {"type": "minimum_quantity", "quantity": quantity, "targets": targets}
            case(prefix + word, "product", [condition], reward(" ".join(middle)), (int(goods), int(shipping), int(gifts)))
    mouse = {"targets": {"part_numbers": ["MOUSE"]}}
    some = [{"type": "minimum_quantity", "quantity": 2, "targets": PRODUCT}]
    category = [{"type": "minimum_quantity", "quantity": 2, "targets": CATEGORY}]
    spend = [{"type": "minimum_spend", "amount": {"EUR": "100"}}]
    both = [{"type": "bought_together", "parts": [{"targets": PRODUCT, "quantity": 2}, {"targets": {"groups": ["bags"]}}]}]
    free = reward("shipping_fixed_price amount=4")
    case("ProductLevelPWPPercentDiscount", "product", some, reward("buy_get percent=50") | mouse, (1500, 0, 0))
    case("CategoryLevelBuyXGetYPercentDiscount", "product", category, reward("buy_get percent=50") | mouse, (1500, 0, 0))
    case("ProductLevelFixedShippingDiscount", "shipping", some, free, (0, 500, 0))
    case("CategoryLevelFixedShippingDiscount", "shipping", category, free, (0, 500, 0))
    case("OrderLevelPercentDiscount", "order", spend, reward("percent_off percent=10"), (4800, 0, 0))
    case("OrderLevelValueDiscount", "order", spend, reward("amount_off amount=25"), (2500, 0, 0))
    case("OrderLevelFreeGift", "order", spend, reward("free_gift choices=CASE"), (0, 0, 1))
    case("OrderLevelFixedShippingDiscount", "shipping", spend, free, (0, 500, 0))
    case("OrderLevelFixedAmountOffShippingDiscount", "shipping", spend, reward("shipping_amount_off amount=2"), (0, 200, 0))
    case("MultipleItemsPercentDiscount", "product", both, reward("percent_off percent=10"), (4500, 0, 0))
    case("MultipleItemsGetYPercentDiscount", "product", both, reward("buy_get percent=50") | mouse, (750, 0, 0))
    case("MultipleItemsGetYFixedAmountOffDiscount", "product", both, reward("buy_get amount=3") | mouse, (300, 0, 0))
    return found


@pytest.mark.parametrize(("name", "promotion", "gives"), cases(), ids=lambda one: one if isinstance(one, str) else "")
def test_the_matrix(name: str, promotion: Promotion, gives: tuple[int, int, int]) -> None:
    found = evaluate(BASKET, Shelf([promotion]))
    goods = sum(line.amount for line in BASKET.lines) - sum(found.left.values())
    gifts = sum(one.gift.quantity for one in give_gifts(found.applied, {"CASE"}))
    assert (goods, 900 - found.shipping_left, gifts) == gives
    assert type_of(promotion) == name
    assert promotion.sentence()


def test_all_twenty_eight_are_there() -> None:
    assert len(PUBLISHED) == 28
    assert {name for name, _, _ in cases()} == PUBLISHED


def test_the_charge_category_follows_what_brought_it_in() -> None:
    (_, one, _), *_ = cases()
    coded = Promotion(1, "c", 1, Level.ORDER, (), one.rewards, trigger=Trigger.PUBLIC_CODE, code="X")
    assert [charge_category(one), charge_category(coded), charge_category(coded, shipping=True)] == [
        "Discount",
        "Coupon",
        "ShippingDiscount",
    ]
