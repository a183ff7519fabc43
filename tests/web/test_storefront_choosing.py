"""Choosing an item by its attributes: what goes with what, where each value leads, what a refusal says."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from entrepot.commerce import catalog
from entrepot.commerce.catalog import AttributeValue, Candidate, DefiningAttribute, ProductFacts
from entrepot.web.storefront import choosing

COLOR = DefiningAttribute("color", "Color", (AttributeValue("red", "Red"), AttributeValue("blue", "Blue")))
SIZE = DefiningAttribute("size", "Size", (AttributeValue("s", "Small"), AttributeValue("l", "Large")))
SHIRT = ProductFacts(
    1,
    "SHIRT",
    (COLOR, SIZE),
    (
        Candidate(2, "RED-S", {"color": "red", "size": "s"}),
        Candidate(3, "RED-L", {"color": "red", "size": "l"}),
        Candidate(4, "BLUE-S", {"color": "blue", "size": "s"}),
    ),
)


def link(chosen: Mapping[str, str]) -> str:
    return ",".join(f"{name}={value}" for name, value in sorted(chosen.items()))


# chosen                          value        leads to              not with
CASES = [
    ({}, ("color", "blue"), "color=blue", ""),
    ({"size": "l"}, ("color", "blue"), "color=blue,size=s", "Large"),
    ({"size": "l"}, ("color", "red"), "color=red,size=l", ""),
    ({"color": "blue"}, ("size", "l"), "color=red,size=l", "Blue"),
    ({"color": "blue", "size": "s"}, ("color", "red"), "color=red,size=s", ""),
]


@pytest.mark.parametrize(("chosen", "value", "leads_to", "without"), CASES)
def test_each_value_leads_to_the_nearest_item_that_is_made(
    chosen: dict[str, str], value: tuple[str, str], leads_to: str, without: str
) -> None:
    choices = {choice.field: choice for choice in choosing.choices_of(SHIRT, chosen, link)}
    option = next(one for one in choices[f"a.{value[0]}"].options if one.value == value[1])
    assert (option.href, option.without) == (leads_to, without)


def test_an_attribute_with_one_value_needs_no_choice() -> None:
    one = ProductFacts(1, "CAP", (DefiningAttribute("size", "Size", (AttributeValue("m", "Medium"),)), COLOR), SHIRT.candidates)
    assert choosing.settled(one, {"color": "nonsense"}) == {"size": "m"}


def refusal(chosen: dict[str, str]) -> tuple[choosing.Fault, ...]:
    with pytest.raises((catalog.MissingAttribute, catalog.IncorrectAttribute)) as caught:
        catalog.resolve_sku(SHIRT, chosen)
    return choosing.faults_of(caught.value, SHIRT, link)


def test_every_missing_attribute_has_its_field() -> None:
    assert [(one.field, one.code) for one in refusal({})] == [("a.color", "MISSING_ATTRIBUTE"), ("a.size", "MISSING_ATTRIBUTE")]


def test_a_combination_that_is_not_made_names_the_nearest() -> None:
    (fault,) = refusal({"color": "blue", "size": "l"})
    assert fault.code == "INCORRECT_ATTRIBUTE"
    assert [near.label for near in fault.near] == ["Red · Large", "Blue · Small"]


def test_an_unknown_value_is_a_fault_of_its_field() -> None:
    (fault,) = refusal({"size": "xxl"})
    assert (fault.field, fault.near) == ("a.size", ())
