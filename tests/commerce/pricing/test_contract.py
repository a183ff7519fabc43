"""Contracts as rules: who may use one, which rule is in effect when, what it grants, what it demands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from entrepot.commerce.pricing.contract import (
    MOVES,
    Allowed,
    ContractInCircle,
    ContractMoved,
    ContractRow,
    ContractTerms,
    ContractTooDeep,
    Participants,
    PriceTermsOverlap,
    State,
    TermsMalformed,
    actions,
    check_lineage,
    may_use,
    moved,
    obligations_of,
    read_terms,
)
from entrepot.commerce.pricing.entitled import ContractNotActive, ContractNotEntitled, ContractNotFound, eligible
from entrepot.commerce.pricing.price import Customer, Occasion, Wanted
from entrepot.commerce.pricing.reading import read_rule
from entrepot.commerce.pricing.terms import Terms

NOW = datetime(2026, 6, 15, tzinfo=UTC)
JULY, AUGUST = "2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z"


def _contract(identifier: str = "c", **values: Any) -> ContractRow:
    known: dict[str, Any] = {
        "name": identifier,
        "state": "active",
        "is_default": False,
        "organization_id": None,
        "segments": frozenset(),
        "price_rule": None,
        "base_contract": None,
        "preferred": False,
        "starts_at": None,
        "ends_at": None,
    }
    return ContractRow(identifier, **(known | values))


BUYER = Customer(frozenset({"registered", "everybody", "gold"}), (11, 1), "mara")


@pytest.mark.parametrize(
    ("account", "segments", "organizations", "people", "usable"),
    [
        (1, [], (), (), True),
        (11, [], (), (), True),
        (2, [], (), (), False),
        (None, [], (), (), False),
        (None, ["gold"], (), (), True),
        (None, ["silver"], (), (), False),
        (None, [], (1,), (), True),
        (None, [], (), ("mara",), True),
        (None, [], (), ("jonas",), False),
        (1, ["gold"], (), (), True),
        (1, ["silver"], (), (), False),
        (2, ["gold"], (), ("mara",), False),
        (1, [], (11,), (), True),
        (1, [], (12,), (), False),
        (1, ["silver"], (12,), ("mara",), True),
    ],
)
def test_account_and_participants_decide_together(
    account: int | None, segments: list[str], organizations: tuple[int, ...], people: tuple[str, ...], usable: bool
) -> None:
    who = Participants(organizations, people)
    contract = _contract(organization_id=account, segments=frozenset(segments), participants=who)
    assert may_use(contract, BUYER) is usable
    assert not may_use(contract, Customer()) or not people


def test_a_guest_is_no_member_by_being_nobody() -> None:
    assert not may_use(_contract(participants=Participants(members=("mara",))), Customer())


ALL = [
    _contract("default", is_default=True),
    _contract("account", organization_id=1),
    _contract("gold", segments=frozenset({"gold"})),
    _contract("ended", organization_id=1, ends_at=NOW),
    _contract("coming", organization_id=1, starts_at=datetime(2026, 6, 15, 0, 0, 1, tzinfo=UTC)),
    _contract("draft", organization_id=1, state="draft"),
    _contract("strange", organization_id=9),
]
SHOPPER = Customer(frozenset({"registered", "everybody", "gold"}))


@pytest.mark.parametrize(
    ("customer", "names"),
    [
        (Customer(), ["default"]),
        (SHOPPER, ["gold", "default"]),
        (BUYER, ["account", "gold"]),
        (Customer(frozenset({"registered", "everybody", "gold"}), (5,)), ["gold"]),
        (Customer(frozenset({"registered", "everybody"}), (5,)), ["default"]),
    ],
)
def test_who_gets_which_contracts(customer: Customer, names: list[str]) -> None:
    assert [one.identifier for one in eligible(ALL, Occasion(1, "EUR", NOW, customer))] == names


def test_where_the_default_contract_competes_buyers_of_organizations_have_it_too() -> None:
    found = eligible(ALL, Occasion(1, "EUR", NOW, BUYER), default_competes=True)
    assert [one.identifier for one in found] == ["account", "gold", "default"]


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ("none", ContractNotFound),
        ("strange", ContractNotEntitled),
        ("ended", ContractNotActive),
        ("coming", ContractNotActive),
        ("draft", ContractNotActive),
    ],
)
def test_a_contract_asked_for_says_why_it_cannot_be_used(asked: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        eligible(ALL, Occasion(1, "EUR", NOW, BUYER, asked))


def test_unknown_and_foreign_contracts_read_the_same() -> None:
    assert ContractNotFound(contract="x").text == ContractNotEntitled(contract="x").text


def test_the_nearest_price_term_counts_and_replaces_the_inherited_ones() -> None:
    rules = {name: read_rule(name, [{"list": name}]) for name in ("a", "b", "summer")}
    base, middle = _contract("A", price_rule="a"), _contract("B", base_contract="A")
    own = _contract("C", base_contract="B")
    seasonal = _contract("D", base_contract="A", terms=read_terms({"prices": [{"rule": "summer", "start": JULY, "end": AUGUST}]}))
    listed = _contract("E", terms=read_terms({"prices": [{"price_list": "Trade"}]}))
    terms = Terms((base, middle, own, seasonal, listed), rules, dict.fromkeys(rules, 1), {})
    assert terms.rule_of(own, NOW) is rules["a"]
    other = Terms((base, _contract("B", base_contract="A", price_rule="b"), own), rules, dict.fromkeys(rules, 1), {})
    assert other.rule_of(own, NOW) is rules["b"]
    assert terms.rule_of(seasonal, NOW) is None
    assert terms.rule_of(seasonal, datetime(2026, 7, 1, tzinfo=UTC)) is rules["summer"]
    assert terms.rule_of(seasonal, datetime(2026, 8, 1, tzinfo=UTC)) is None
    found = terms.rule_of(listed, NOW)
    assert found is not None and terms.label(found) == "list Trade" and found.lists == {"Trade"}


@pytest.mark.parametrize(
    "prices",
    [
        [{"rule": "a"}, {"rule": "b"}],
        [{"rule": "a", "end": AUGUST}, {"rule": "b", "start": JULY}],
        [{"rule": "a", "start": JULY}, {"price_list": "b", "start": AUGUST}],
        [{"rule": "a", "start": JULY, "end": AUGUST}, {"rule": "a", "start": JULY, "end": AUGUST}],
    ],
)
def test_price_terms_that_overlap_are_refused(prices: list[dict[str, str]]) -> None:
    for order in (prices, prices[::-1]):
        with pytest.raises(PriceTermsOverlap):
            read_terms({"prices": order})


def test_price_terms_may_touch() -> None:
    assert len(read_terms({"prices": [{"rule": "a", "end": JULY}, {"rule": "b", "start": JULY}]}).prices) == 2


@pytest.mark.parametrize(
    "terms",
    [
        {"prices": [{}]},
        {"prices": [{"rule": "a", "price_list": "b"}]},
        {"prices": [{"rule": "a", "start": AUGUST, "end": JULY}]},
        {"prices": [{"rule": "a", "start": "2026-07-01T00:00:00"}]},
        {"discount": 5},
        {"entitlement": {"brands": ["x"]}},
    ],
)
def test_malformed_terms_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(TermsMalformed):
        read_terms(terms)


@pytest.mark.parametrize(
    ("allowed", "permitted"),
    [
        (Allowed(), True),
        (Allowed(groups=frozenset({7}), everything=False), True),
        (Allowed(groups=frozenset({8}), everything=False), False),
        (Allowed(entries=frozenset({100}), everything=False), True),
        (Allowed(entries=frozenset({10}), everything=False), True),
        (Allowed(excluded_groups=frozenset({7})), False),
        (Allowed(groups=frozenset({7}), excluded=frozenset({100}), everything=False), False),
        (Allowed(entries=frozenset({100}), excluded=frozenset({10}), everything=False), False),
    ],
)
def test_what_is_excluded_is_out_in_any_case(allowed: Allowed, permitted: bool) -> None:
    assert allowed.permits(Wanted(100, "SKU", parent_id=10, groups=frozenset({7, 70}))) is permitted


def test_what_one_contract_forbids_is_forbidden() -> None:
    base = _contract("base", terms=ContractTerms(payment_methods=("invoice",), purchase_order=True))
    own = _contract("own", base_contract="base", terms=ContractTerms(shipping_modes=("standard", "express")))
    free, strict = _contract("free"), _contract("strict", terms=ContractTerms(shipping_modes=("standard",)))
    demanded = obligations_of([[own, base], [free], [strict]])
    assert (demanded.payment_methods, demanded.shipping_modes, demanded.purchase_order) == ({"invoice"}, {"standard"}, True)
    assert demanded.permits_payment("invoice") and not demanded.permits_payment("card")
    assert obligations_of([[free]]).permits_shipping("anything")
    own_word = _contract("own", terms=ContractTerms(purchase_order=False))
    assert not obligations_of([[own_word, base]]).purchase_order


@pytest.mark.parametrize("bases", [{"A": "A"}, {"A": "B", "B": "A"}, {"A": "B", "B": "C", "C": "B"}])
def test_a_circle_is_refused(bases: dict[str, str | None]) -> None:
    with pytest.raises(ContractInCircle):
        check_lineage("A", bases)


def test_five_levels_are_enough() -> None:
    bases: dict[str, str | None] = {str(level): str(level + 1) for level in range(5)} | {"5": None}
    check_lineage("0", bases)
    with pytest.raises(ContractTooDeep):
        check_lineage("0", bases | {"5": "6", "6": None})


def test_every_move_and_nothing_else() -> None:
    for state in State:
        for action, (before, after) in MOVES.items():
            if state in before:
                assert moved("c", state, action) is after and action in actions(state)
            else:
                with pytest.raises(ContractMoved):
                    moved("c", state, action)
    assert actions("canceled") == actions("closed") == []
