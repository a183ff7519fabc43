"""Price rules against the published numbers; every price says how it came about."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from entrepot.commerce.pricing.book import select_offer
from entrepot.commerce.pricing.price import Customer, Offer, Step, Wanted
from entrepot.commerce.pricing.question import Question
from entrepot.commerce.pricing.reading import check_rules, read_rule
from entrepot.commerce.pricing.rule import PriceRuleMalformed, Rule, final_price
from entrepot.kernel.money import format_price, parse_price

AT = datetime(2026, 6, 15, tzinfo=UTC)


def price_of(
    path: list[dict[str, Any]],
    lists: dict[str, str] | None = None,
    *,
    list_price: str | None = None,
    rules: dict[str, list[dict[str, Any]]] | None = None,
    customer: Customer = Customer(),
    kit: list[tuple[str, int]] | None = None,
    steps: list[Step] | None = None,
) -> str | None:
    """The price a rule yields for one entry, with offers given as price by list name (a component's as list/part)."""
    known = {name: read_rule(name, one) for name, one in (rules or {}).items()}
    components = tuple(Wanted(i + 2, part, quantity) for i, (part, quantity) in enumerate(kit)) if kit else None

    def offer(name: str, wanted: Wanted) -> Offer | None:
        key = f"{name}/{wanted.part_number}" if wanted.part_number != "IT" else name
        text = (lists or {}).get(key)
        return None if text is None else Offer(1, parse_price(text), 1, 10**6, 0, 0)

    def question(wanted: Wanted) -> Question:
        return Question(
            wanted=wanted,
            customer=customer,
            at=AT,
            offer=offer,
            list_price=lambda _: None if list_price is None else parse_price(list_price),
            rules=known,
            component_price=component,
            steps=steps,
        )

    def component(rule: Rule, wanted: Wanted) -> int | None:
        found = rule.price(question(wanted))
        return None if found is None else final_price(found, 2)

    found = read_rule("rule", path).price(question(Wanted(1, "IT", components=components)))
    return None if found is None else format_price(final_price(found, 2))


def test_p1_mark_down_then_end_in_99() -> None:
    path = [{"list_price": True}, {"percent": "-10"}, {"round": "up", "step": "1", "offset": "0.99"}]
    assert price_of(path, list_price="50.00") == "45.99"


@pytest.mark.parametrize(
    ("mode", "given", "expected"),
    [
        ("up", "45.99", "45.99"),
        ("up", "46.00", "46.99"),
        ("nearest", "45.20", "44.99"),
        ("nearest", "45.49", "45.99"),
        ("nearest", "45.60", "45.99"),
        ("down", "45.60", "44.99"),
    ],
)
def test_p2_rounding_to_a_grid(mode: str, given: str, expected: str) -> None:
    assert price_of([{"list_price": True}, {"round": mode, "step": "1", "offset": "0.99"}], list_price=given) == expected


def test_p3_dynamic_kit_components_by_the_items_rule_the_sum_by_the_kits_path() -> None:
    rules = {"half": [{"list": "L"}, {"percent": "-50"}]}
    lists = {"L/a": "100.00", "L/b": "60.00", "L/c": "40.00"}
    kit = [("a", 1), ("b", 1), ("c", 1)]
    assert price_of([{"items": "half", "kits": [{"percent": "-10"}]}], lists, rules=rules, kit=kit) == "90.00"


def test_a_component_without_a_price_makes_the_kit_unpriceable() -> None:
    rules = {"plain": [{"list": "L"}]}
    assert price_of([{"items": "plain", "kits": []}], {"L/a": "1.00"}, rules=rules, kit=[("a", 1), ("b", 1)]) is None


@pytest.mark.parametrize(("choice", "expected"), [("first", "89.00"), ("lowest", "84.50"), ("highest", "89.00")])
def test_p6_coordinators_ignore_paths_without_a_price(choice: str, expected: str) -> None:
    rules = {"none": [{"list": "N"}], "a": [{"list": "A"}], "b": [{"list": "B"}]}
    assert price_of([{choice: ["none", "a", "b"]}], {"A": "89.00", "B": "84.50"}, rules=rules) == expected


def test_p8_what_comes_after_rounding_stays_visible() -> None:
    path = [{"list": "L"}, {"percent": "20"}, {"round": "nearest", "step": "5"}, {"amount": "92"}]
    assert price_of(path, {"L": "1000.00"}) == "1292.00"


def test_p17_a_segment_has_its_own_path() -> None:
    path = [
        {"branch": [{"when": {"segments": ["gold"]}, "then": [{"list": "L"}, {"percent": "-15"}]}], "otherwise": [{"list": "L"}]}
    ]
    assert price_of(path, {"L": "80.00"}, customer=Customer(frozenset({"registered", "gold"}))) == "68.00"
    assert price_of(path, {"L": "80.00"}) == "80.00"


def test_zero_is_a_price() -> None:
    assert price_of([{"list": "L"}], {"L": "0.00"}) == "0.00"


def test_the_trace_says_each_step() -> None:
    steps: list[Step] = []
    price_of([{"list": "L"}, {"percent": "-10"}], {"L": "50.00"}, steps=steps)
    assert [(step.text, step.price) for step in steps] == [("price list L", Fraction(5_000_000)), ("-10 %", Fraction(4_500_000))]


P4 = [
    Offer(1, 1_000_000, 1, 9, 1, 0),
    Offer(2, 900_000, 5, 10**9, 1, 0),
    Offer(3, 1_200_000, 1, 10**9, 2, 0),
]


@pytest.mark.parametrize(("quantity", "expected"), [(4, 1_000_000), (6, 900_000), (12, 900_000)])
def test_p4_precedence_then_amount(quantity: int, expected: int) -> None:
    found = select_offer(P4[:2], quantity, Customer())
    assert found is not None and found.price == expected
    july = select_offer(P4, quantity, Customer())
    assert july is not None and july.price == 1_200_000


BAD = [
    ([], "at least one element"),
    ([{}], "name one of"),
    ([{"round": "sideways"}], "up, down or nearest"),
    ([{"round": "up", "step": "0"}], "greater than 0"),
    ([{"percent": "ten"}], "a decimal number"),
    ([{"branch": [{"when": {}}]}], "at least one element"),
    ("list", "a list of"),
]


@pytest.mark.parametrize(("path", "problem"), BAD)
def test_a_rule_that_could_not_price_is_refused_with_its_place(path: Any, problem: str) -> None:
    with pytest.raises(PriceRuleMalformed, match=problem):
        read_rule("r", path)


def test_a_rule_that_contains_itself_is_refused() -> None:
    rules = {"a": read_rule("a", [{"rule": "b"}]), "b": read_rule("b", [{"lowest": ["a"]}])}
    with pytest.raises(PriceRuleMalformed, match="contains itself"):
        check_rules(rules)
