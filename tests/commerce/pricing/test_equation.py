"""Equations and the conditions of branches: exact, and silent where something is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from entrepot.commerce.pricing import Customer, Offer, Wanted, converted, in_words, read_rule
from entrepot.commerce.pricing.equation import read_equation
from entrepot.commerce.pricing.faults import PriceRuleMalformed
from entrepot.commerce.pricing.question import Question
from entrepot.commerce.pricing.rule import final_price
from entrepot.kernel.money import format_price, parse_price

AT = datetime(2026, 6, 15, 8, tzinfo=UTC)  # a Monday; ten o'clock in Berlin
LISTS = {"Cost": "40.00", "Sale": "45.00", "Zero": "0.00"}
CONSTANTS = {"freight": (Fraction(2_50000), True), "factor": (Fraction(3), False)}


def price_of(path: list[dict[str, Any]], quantity: int = 1, at: datetime = AT, list_price: str | None = "50.00") -> str | None:
    def offer(name: str, _: Wanted) -> Offer | None:
        return Offer(1, parse_price(LISTS[name]), 1, 10**6, 0, 0) if name in LISTS else None

    question = Question(
        wanted=Wanted(1, "IT", quantity, groups=frozenset({7})),
        customer=Customer(frozenset({"gold"})),
        at=at,
        offer=offer,
        list_price=lambda _: parse_price(list_price) if list_price else None,
        rules={},
        component_price=lambda *_: None,
        currency="EUR",
        constant=CONSTANTS.get,
    )
    found = read_rule("rule", path).price(question)
    return None if found is None else format_price(final_price(found, 2))


COST = {"list": "Cost"}
EQUATIONS: list[tuple[list[Any], str | None]] = [
    ([COST, "*", "(", 1, "+", {"percent": "25"}, ")"], "50.00"),
    ([COST, "+", COST, "*", 2], "120.00"),
    (["(", COST, "+", COST, ")", "*", "2"], "160.00"),
    ([COST, "-", "10", "-", "5"], "25.00"),
    ([COST, "/", 3], "13.33"),
    ([{"list_price": True}, "-", COST], "10.00"),
    ([COST, "+", {"constant": "freight"}], "42.50"),
    ([COST, "*", {"constant": "factor"}], "120.00"),
    ([COST, "+", {"amount": {"EUR": "1.25", "USD": "1.50"}}], "41.25"),
    ([COST, "+", {"amount": {"USD": "1.50"}}], None),
    ([COST, "+", {"constant": "unknown"}], None),
    ([{"list": "None"}, "+", 1], None),
    ([COST, "/", 0], None),
    ([COST, "-", 100], "0.00"),
    ([{"list": "Sale"}, "/", COST], "1.13"),
    (["price", "*", 2], None),
]


@pytest.mark.parametrize(("tokens", "expected"), EQUATIONS)
def test_equations(tokens: list[Any], expected: str | None) -> None:
    assert price_of([{"calculate": tokens}]) == expected


def test_p7_an_equation_works_on_the_price_so_far() -> None:
    path = [{"list": "Cost"}, {"calculate": ["price", "*", "1.25"]}, {"percent": "-5"}]
    assert price_of(path) == "47.50"
    assert read_equation(["price", "*", 2], "e").dependent
    assert in_words(read_rule("r", path))[1] == (0, "calculate the price so far * 1.25")


@pytest.mark.parametrize("tokens", [[], "1", ["+", 1], [1, "+"], [1, 2], ["(", 1], [1, ")"], [{"moon": 1}], [1, "%", 2]])
def test_a_malformed_equation_is_refused(tokens: Any) -> None:
    with pytest.raises(PriceRuleMalformed):
        read_rule("r", [{"calculate": tokens}])


#: condition; holds?
CONDITIONS: list[tuple[dict[str, Any], bool]] = [
    ({"quantity": 5}, True),
    ({"quantity": 6}, False),
    ({"quantity_most": 5}, True),
    ({"quantity_most": 4}, False),
    ({"not_part_numbers": ["IT"]}, False),
    ({"groups": [7]}, True),
    ({"not_groups": [7]}, False),
    ({"segments": ["gold"]}, True),
    ({"not_segments": ["gold"]}, False),
    ({"days": [1]}, True),
    ({"days": [6, 7]}, False),
    ({"from_time": "10:00", "to_time": "11:00", "zone": "Europe/Berlin"}, True),
    ({"from_time": "10:00", "to_time": "11:00"}, False),
    ({"days": [7], "from_time": "22:00", "to_time": "09:00"}, True),
    ({"compare": [[COST], "<", [{"list": "Sale"}]]}, True),
    ({"compare": [[COST], ">=", [{"list": "Sale"}]]}, False),
    ({"compare": [["price"], "=", [COST]]}, True),
    ({"compare": [[{"list": "None"}], "<", [COST]]}, False),
]


@pytest.mark.parametrize(("when", "holds"), CONDITIONS)
def test_conditions(when: dict[str, Any], holds: bool) -> None:
    path = [{"list": "Cost"}, {"branch": [{"when": when, "then": [{"list": "Sale"}]}], "otherwise": [{"list": "Cost"}]}]
    assert price_of(path, quantity=5) == ("45.00" if holds else "40.00")


@pytest.mark.parametrize("when", [{"days": [8]}, {"zone": "Moon/Base", "days": [1]}, {"compare": [[1], "~", [2]]}])
def test_a_malformed_condition_is_refused(when: dict[str, Any]) -> None:
    with pytest.raises(PriceRuleMalformed):
        read_rule("r", [{"branch": [{"when": when, "then": [{"list": "L"}]}]}])


def test_p9_conversion_comes_first() -> None:
    assert converted(parse_price("1000"), Fraction("0.009502")) == parse_price("9.502")
