"""Each of the published types is written in the form, activated, and worth in a simulated cart what it says."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from entrepot.commerce import catalog, promotions
from entrepot.commerce.promotions.matrix import PUBLISHED, type_of
from tests.web.staff_suite import Person, demo_suite, text_of
from tests.web.test_simulation import token

NEW = "/management/new-promotion"
#: Two of the dock, three of the pad: one in DOCKS-POWER, one in MICE. Shipping is standard, to the United States.
CART = [("TW-DOCK", 2), ("TW-PAD", 3)]
#: What the cloth costs that some of them give.
CLOTH = 690
DOCK, PAD, DOCKS, MICE = (
    {"part_numbers": "TW-DOCK"},
    {"part_numbers": "TW-PAD"},
    {"groups": "DOCKS-POWER"},
    {"groups": "MICE"},
)
Part = dict[str, Any]
Worth = Callable[[int, int, int], int]


def quantity(number: int, targets: Part) -> Part:
    return {"type": "minimum_quantity", "quantity": str(number), "targets": targets}


def half_up(amount: int, percent: str) -> int:
    return int((amount * Decimal(percent) / 100 + Decimal("0.5")) // 1)


def _both(word: str, rewards: Part, asked: int, worth: Worth) -> list[tuple[str, str, list[Part], Part, Worth]]:
    """The same on an item and on its category."""
    return [(f"{level}{word}", "product", [quantity(asked, of)], rewards, worth) for level, of in _LEVELS]


_LEVELS = (("ProductLevel", DOCK), ("CategoryLevel", DOCKS))
TOGETHER = [
    {"type": "bought_together", "parts": {"0": {"quantity": "1", "targets": DOCK}, "1": {"quantity": "1", "targets": PAD}}}
]
SPEND = [{"type": "minimum_spend", "amount": {"USD": "50"}}]
#: type, level, conditions, reward, what it takes off by the prices of a dock and a pad and by shipping, in cents
TYPES = [
    *_both("PercentDiscount", {"type": "percent_off", "percent": "7.5"}, 2, lambda dock, pad, ship: half_up(2 * dock, "7.5")),
    *_both("ValueDiscount", {"type": "amount_off", "amount": {"USD": "9.99"}}, 1, lambda dock, pad, ship: 999),
    *_both(
        "PerItemPercentDiscount",
        {"type": "percent_off_each", "percent": "15"},
        1,
        lambda dock, pad, ship: half_up(2 * dock, "15"),
    ),
    *_both("PerItemValueDiscount", {"type": "amount_off_each", "amount": {"USD": "4"}}, 1, lambda dock, pad, ship: 800),
    *_both(
        "FixedCostDiscount",
        {"type": "fixed_price_set", "price": {"USD": "30"}, "size": "2"},
        2,
        lambda dock, pad, ship: 2 * dock - 3000,
    ),
    *_both(
        "PerItemFixedCostDiscount",
        {"type": "fixed_price_each", "price": {"USD": "20"}},
        1,
        lambda dock, pad, ship: 2 * (dock - 2000),
    ),
    *_both(
        "SameItemPercentDiscount",
        {"type": "buy_some_get_some", "buy": "1", "get": "1", "percent": "50"},
        2,
        lambda dock, pad, ship: half_up(dock, "50"),
    ),
    *_both("BuyXGetYFree", {"type": "free_gift", "choices": "TW-CLOTH"}, 2, lambda dock, pad, ship: CLOTH),
    *_both(
        "FixedShippingDiscount", {"type": "shipping_fixed_price", "amount": {"USD": "1"}}, 1, lambda dock, pad, ship: ship - 100
    ),
    (
        "ProductLevelPWPPercentDiscount",
        "product",
        [quantity(2, DOCK)],
        {"type": "buy_get", "targets": PAD, "percent": "40"},
        lambda dock, pad, ship: half_up(pad, "40"),
    ),
    (
        "CategoryLevelBuyXGetYPercentDiscount",
        "product",
        [quantity(2, DOCKS)],
        {"type": "buy_get", "targets": MICE, "percent": "40"},
        lambda dock, pad, ship: half_up(pad, "40"),
    ),
    (
        "OrderLevelPercentDiscount",
        "order",
        SPEND,
        {"type": "percent_off", "percent": "10"},
        lambda dock, pad, ship: half_up(2 * dock + 3 * pad, "10"),
    ),
    ("OrderLevelValueDiscount", "order", SPEND, {"type": "amount_off", "amount": {"USD": "12.34"}}, lambda dock, pad, ship: 1234),
    ("OrderLevelFreeGift", "order", SPEND, {"type": "free_gift", "choices": "TW-CLOTH"}, lambda dock, pad, ship: CLOTH),
    (
        "OrderLevelFixedShippingDiscount",
        "shipping",
        SPEND,
        {"type": "shipping_fixed_price", "amount": {"USD": "0"}},
        lambda dock, pad, ship: ship,
    ),
    (
        "OrderLevelFixedAmountOffShippingDiscount",
        "shipping",
        SPEND,
        {"type": "shipping_amount_off", "amount": {"USD": "2.50"}},
        lambda dock, pad, ship: 250,
    ),
    (
        "MultipleItemsPercentDiscount",
        "product",
        TOGETHER,
        {"type": "percent_off", "percent": "10"},
        lambda dock, pad, ship: half_up(2 * dock + 3 * pad, "10"),
    ),
    (
        "MultipleItemsGetYPercentDiscount",
        "product",
        TOGETHER,
        {"type": "buy_get", "targets": {"part_numbers": "TW-CLOTH"}, "percent": "50"},
        lambda dock, pad, ship: 0,
    ),
    (
        "MultipleItemsGetYFixedAmountOffDiscount",
        "product",
        TOGETHER,
        {"type": "buy_get", "targets": MICE, "amount": {"USD": "1.50"}},
        lambda dock, pad, ship: 150,
    ),
]


def test_the_table_has_them_all() -> None:
    assert {row[0] for row in TYPES} == PUBLISHED and len(PUBLISHED) == 28


@pytest.fixture(scope="module")
def merch() -> Person:
    person = Person("merch")
    person.get("/management/promotions")
    return person


@pytest.mark.parametrize(("name", "level", "conditions", "reward", "worth"), TYPES, ids=[row[0] for row in TYPES])
def test_a_type_is_written_activated_and_worth_what_it_says(
    merch: Person, name: str, level: str, conditions: list[Part], reward: Part, worth: Worth
) -> None:
    code = name.upper()
    form = {
        "identifier": f"type-{name}",
        "level": level,
        "trigger": "public_code",
        "code": code,
        "exclusivity": "2",
        "do": "save",
    }
    parts = {"conditions": dict(enumerate(conditions)), "rewards": {0: reward}, "settings": {0: {"returns_use": "yes"}}}
    merch.does(NEW, form | dict(_flat(parts)))
    merch.does(f"/management/promotions/type-{name}/status", {"status": "active"})
    with demo_suite().house.commerce.database.read() as conn:
        one = promotions.find_promotion(conn, catalog.find_store(conn, "tannwerk").id, identifier=f"type-{name}")
    assert one is not None and type_of(one) == name
    plain, found = _simulated(merch), _simulated(merch, code)
    shipping = next((_cents(step["amount"]) for step in plain["steps"] if step["stage"] == "shipping"), 0)
    dock, pad = (_cents(price["price"]) for price in plain["prices"])
    assert shipping > 250 and pad > 500
    if name == "MultipleItemsGetYPercentDiscount":
        assert [row["reason"] for row in found["declined"] if row["promotion"] == f"type-{name}"] == ["NOTHING_TO_GIVE"]
        return
    applied = [row for row in found["promotions"] if row["promotion"] == f"type-{name}"]
    assert len(applied) == 1, found["declined"]
    assert _cents(applied[0]["amount"]) == worth(dock, pad, shipping)


def _flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    if not isinstance(value, dict):
        return [(path, value)]
    return [pair for key, inner in value.items() for pair in _flat(inner, f"{path}.{key}" if path else str(key))]


def _simulated(merch: Person, code: str = "") -> dict[str, Any]:
    body = {
        "items": [{"part_number": number, "quantity": str(many)} for number, many in CART],
        "codes": [code] if code else [],
        "country": "US",
        "region": "WA",
        "shipping_mode": "standard",
    }
    answer = merch.client.post("/api/stores/tannwerk/simulation", json=body, headers=token("merch"))
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def _cents(amount: str) -> int:
    return int(Decimal(amount) * 100)


UNREADY = [
    ({"rewards": {}}, "add a reward"),
    ({"conditions": {0: quantity(1, {"part_numbers": "TW-NOWHERE"})}}, "there is no item TW-NOWHERE"),
    ({"conditions": {0: quantity(1, {"groups": "NOWHERE"})}}, "there is no category NOWHERE"),
    ({"rewards": {0: {"type": "free_gift", "choices": "TW-HOME-OFFICE"}}}, "cannot be a gift"),
    (
        {
            "rewards": {
                0: {
                    "type": "percent_by_quantity",
                    "steps": {0: {"quantity": "2", "percent": "5"}, 1: {"quantity": "2", "percent": "9"}},
                }
            }
        },
        "begin at the same bound",
    ),
]


@pytest.mark.parametrize(("parts", "told"), UNREADY)
def test_what_no_order_could_meet_is_stored_but_not_activated(merch: Person, parts: dict[str, Any], told: str) -> None:
    whole = {"conditions": {0: quantity(1, DOCK)}, "rewards": {0: {"type": "percent_off", "percent": "5"}}, "settings": {0: {}}}
    identifier = "unready-" + "-".join(told.split()[-2:])
    form = {"identifier": identifier, "level": "product", "trigger": "automatic", "exclusivity": "0", "do": "save"}
    merch.does(NEW, form | dict(_flat(whole | parts)))
    answer = merch.post(f"/management/promotions/{identifier}/status", {"status": "active"})
    assert answer.status_code == 422 and told in text_of(answer.text) and "inactive" in text_of(answer.text)
    with demo_suite().house.commerce.database.read() as conn:
        stored = promotions.stored_promotions(conn, catalog.find_store(conn, "tannwerk").id)
    assert stored[identifier]["status"] == "inactive"


def test_the_promotions_of_the_demo_are_ready() -> None:
    with demo_suite().house.commerce.database.read() as conn:
        store = catalog.find_store(conn, "tannwerk")
        view = catalog.View(store, "en-US", demo_suite().house.clock.now())
        for one in promotions.find_promotions(conn, store.id, status="active"):
            promotions.require_ready(conn, view, one)
