"""The rule of a customer segment, row by row: who is in, who is not, and what decided it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.commerce.members.segment import (
    ConditionsMalformed,
    Facts,
    Purchase,
    Why,
    in_words,
    is_member,
    judge,
    read_conditions,
    segment_condition_kinds,
)

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
MARA = Facts(
    registered_at=NOW - timedelta(days=400),
    profile={"preferred_language": "de-DE", "email_domain": "Example.com", "country": "DE"},
    organizations=("Nordhof Offices", "Nordhof Group"),
    purchases=(
        Purchase(NOW - timedelta(days=300), "EUR", 80_000),
        Purchase(NOW - timedelta(days=20), "EUR", 19_999),
        Purchase(NOW - timedelta(days=10), "USD", 50_000),
        Purchase(NOW, "EUR", 1_000_000),
    ),
)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"type": "registered_since", "day": "2025-10-23"}, True),
        ({"type": "registered_since", "day": "2025-10-24"}, False),
        ({"type": "registered_for", "days": 400}, True),
        ({"type": "registered_for", "days": 401}, False),
        ({"type": "spent", "amount": {"EUR": "999.99"}}, True),
        ({"type": "spent", "amount": {"EUR": "1000.00"}}, False),
        ({"type": "spent", "amount": {"EUR": "199.99"}, "days": 30}, True),
        ({"type": "spent", "amount": {"EUR": "200.00"}, "days": 30}, False),
        ({"type": "spent", "amount": {"EUR": "2000.00", "USD": "500.00"}}, True),
        ({"type": "spent", "amount": {"CHF": "0.01"}}, False),
        ({"type": "ordered", "least": 3}, True),
        ({"type": "ordered", "least": 4}, False),
        ({"type": "ordered", "most": 2}, False),
        ({"type": "ordered", "most": 0, "days": 9}, True),
        ({"type": "ordered", "most": 0, "days": 10}, False),
        ({"type": "profile_is", "attribute": "email_domain", "values": ["example.COM"]}, True),
        ({"type": "profile_is", "attribute": "country", "values": ["AT", "CH"]}, False),
        ({"type": "profile_is", "attribute": "title", "values": ["Dr."]}, False),
        ({"type": "in_organization", "organizations": ["Nordhof Group"]}, True),
        ({"type": "in_organization", "organizations": ["Nordhof Group"], "itself": True}, False),
        ({"type": "in_organization", "organizations": ["Nordhof Offices"], "itself": True}, True),
    ],
)
def test_each_condition_at_its_bounds(condition: dict[str, Any], holds: bool) -> None:
    (read,) = read_conditions([condition])
    assert read.holds(MARA, NOW) is holds
    assert read.found(MARA, NOW) and read.sentence()


@pytest.mark.parametrize("condition", [{"type": kind} for kind in ("spent", "ordered")])
def test_of_somebody_nothing_is_known_of_nothing_holds(condition: dict[str, Any]) -> None:
    more = {"amount": {"EUR": "0.01"}} if condition["type"] == "spent" else {"least": 1}
    (read,) = read_conditions([condition | more])
    assert not read.holds(Facts(), NOW)


@pytest.mark.parametrize(
    ("conditions", "named", "member", "why"),
    [
        ([], None, False, Why.NOT_NAMED),
        ([], True, True, Why.INCLUDED),
        ([], False, False, Why.EXCLUDED),
        ([{"type": "registered_for", "days": 1}], False, False, Why.EXCLUDED),
        ([{"type": "registered_for", "days": 4000}], True, True, Why.INCLUDED),
        ([{"type": "registered_for", "days": 1}], None, True, Why.CONDITIONS),
        ([{"type": "registered_for", "days": 1}, {"type": "ordered", "least": 9}], None, False, Why.CONDITIONS),
    ],
)
def test_exclusion_beats_inclusion_and_both_beat_conditions(
    conditions: list[dict[str, Any]], named: bool | None, member: bool, why: Why
) -> None:
    read = read_conditions(conditions)
    verdict = judge(read, named, MARA, NOW)
    assert (verdict.member, verdict.why) == (member, why)
    assert is_member(read, named, lambda _: MARA, NOW) is member


def test_facts_are_not_asked_for_where_a_name_decides() -> None:
    def nobody_asks(_: object) -> Facts:
        raise AssertionError

    conditions = read_conditions([{"type": "ordered", "least": 1}])
    assert is_member(conditions, True, nobody_asks, NOW)
    assert not is_member(conditions, False, nobody_asks, NOW)
    assert not is_member((), None, nobody_asks, NOW)


@given(st.permutations(MARA.purchases), st.integers(1, 500), st.integers(0, 200_000))
def test_the_order_of_purchases_decides_nothing(purchases: list[Purchase], days: int, cents: int) -> None:
    (read,) = read_conditions([{"type": "spent", "amount": {"EUR": f"{cents / 100:.2f}"}, "days": days}])
    assert read.holds(Facts(purchases=tuple(purchases)), NOW) == read.holds(MARA, NOW)


@given(st.integers(1, 36_500), st.integers(0, 36_500))
def test_who_has_been_a_customer_long_enough_stays_one(days: int, later: int) -> None:
    (read,) = read_conditions([{"type": "registered_for", "days": days}])
    if read.holds(MARA, NOW):
        assert read.holds(MARA, NOW + timedelta(days=later))


@pytest.mark.parametrize(
    "conditions",
    [
        [{"type": "unheard_of"}],
        [{"type": "registered_for", "days": 0}],
        [{"type": "registered_since", "day": "soon"}],
        [{"type": "spent", "amount": {}}],
        [{"type": "ordered"}],
        [{"type": "ordered", "least": 3, "most": 2}],
        [{"type": "profile_is", "attribute": "shoe_size", "values": ["42"]}],
        [{"type": "profile_is", "attribute": "country", "values": []}],
        [{"type": "in_organization", "organizations": ["A"], "more": 1}],
        {"type": "registered_for"},
    ],
)
def test_malformed_conditions_are_refused_with_their_place(conditions: Any) -> None:
    with pytest.raises(ConditionsMalformed) as refused:
        read_conditions(conditions)
    assert refused.value.path.startswith("conditions")


def test_a_rule_reads_as_one_sentence() -> None:
    stored = [
        {"type": "spent", "amount": {"USD": "1000.00", "EUR": "900.00"}, "days": 365},
        {"type": "profile_is", "attribute": "country", "values": ["DE", "AT"]},
    ]
    assert in_words(read_conditions(stored)) == (
        "spent at least 1000.00 USD or 900.00 EUR within the last 365 days and the country is DE or AT"
    )


def test_every_kind_has_a_form() -> None:
    kinds = segment_condition_kinds()
    assert set(kinds) == {"registered_since", "registered_for", "spent", "ordered", "profile_is", "in_organization"}
    assert [field.kind for field in kinds["spent"]] == ["amounts", "number"]
    assert kinds["registered_since"][0].kind == "date"
