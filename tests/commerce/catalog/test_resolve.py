"""SKU resolution as a table: the shirt of the specification, then the cases around it."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.commerce.catalog import (
    AttributeValue,
    Candidate,
    DefiningAttribute,
    IncorrectAttribute,
    MissingAttribute,
    ProductFacts,
    SkuAmbiguous,
    resolve_sku,
)

COLOR = DefiningAttribute("color", "Farbe", (AttributeValue("red", "Rot"), AttributeValue("blue", "Blau")))
SIZE = DefiningAttribute("size", "Größe", (AttributeValue("42", "42 EU"), AttributeValue("44", "44 EU")))


def shirt(*items: tuple[str, str]) -> ProductFacts:
    candidates = tuple(Candidate(n, f"{color}-{size}", {"color": color, "size": size}) for n, (color, size) in enumerate(items))
    return ProductFacts(100, "SHIRT", (COLOR, SIZE), candidates)


SHIRT = shirt(("red", "42"), ("red", "44"), ("blue", "42"))

RESOLVED: list[tuple[dict[str, str], str]] = [
    ({"color": "red", "size": "44"}, "red-44"),
    ({"color": "blue"}, "blue-42"),
    ({"size": "44"}, "red-44"),
    ({"Farbe": "Rot", "Größe": "44 EU"}, "red-44"),
    ({" color ": " red ", "size": " 42"}, "red-42"),
    ({"color": "blue", "size": ""}, "blue-42"),
]
REFUSED: list[tuple[dict[str, str], str, dict[str, Any]]] = [
    ({"color": "red"}, "MISSING_ATTRIBUTE", {"missing": {"size": ["42", "44"]}}),
    ({}, "MISSING_ATTRIBUTE", {"missing": {"color": ["red", "blue"], "size": ["42", "44"]}}),
    ({"size": "42"}, "MISSING_ATTRIBUTE", {"missing": {"color": ["red", "blue"]}}),
    ({"color": "blue", "size": "44"}, "INCORRECT_ATTRIBUTE", {"attribute": None}),
    ({"color": "red", "size": "99"}, "INCORRECT_ATTRIBUTE", {"attribute": "size", "value": "99"}),
    ({"size": "99"}, "INCORRECT_ATTRIBUTE", {"attribute": "size", "value": "99"}),
    ({"color": "RED", "size": "42"}, "INCORRECT_ATTRIBUTE", {"attribute": "color", "value": "RED"}),
    ({"collar": "wide"}, "INCORRECT_ATTRIBUTE", {"attribute": "collar", "value": "wide"}),
    ({"color": "red", "Farbe": "Blau", "size": "42"}, "INCORRECT_ATTRIBUTE", {"attribute": "color", "value": "Blau"}),
]


@pytest.mark.parametrize(("chosen", "item"), RESOLVED)
def test_a_choice_names_one_item(chosen: dict[str, str], item: str) -> None:
    assert resolve_sku(SHIRT, chosen).part_number == item


@pytest.mark.parametrize(("chosen", "code", "attributes"), REFUSED)
def test_a_choice_that_names_none_says_why(chosen: dict[str, str], code: str, attributes: dict[str, Any]) -> None:
    with pytest.raises((IncorrectAttribute, MissingAttribute)) as refused:
        resolve_sku(SHIRT, chosen)
    assert refused.value.code == code
    assert {name: refused.value.attributes[name] for name in attributes} == attributes


def test_an_unknown_combination_is_answered_with_the_nearest() -> None:
    with pytest.raises(IncorrectAttribute) as refused:
        resolve_sku(SHIRT, {"color": "blue", "size": "44"})
    assert refused.value.nearest == [{"color": "red", "size": "44"}, {"color": "blue", "size": "42"}]


def test_a_single_item_needs_no_choice() -> None:
    assert resolve_sku(shirt(("red", "42")), {}).part_number == "red-42"


def test_a_product_without_items_is_refused() -> None:
    with pytest.raises(IncorrectAttribute):
        resolve_sku(shirt(), {})


def test_two_items_with_the_same_values_are_a_data_error() -> None:
    with pytest.raises(SkuAmbiguous):
        resolve_sku(shirt(("red", "42"), ("red", "42")), {"color": "red", "size": "42"})
