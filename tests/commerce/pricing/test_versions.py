"""Price rules in versions: what is checked before one counts, which one counts at an instant, and editing the tree."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.app import Suite
from entrepot.commerce import catalog, pricing
from entrepot.commerce.pricing import Customer, Known, Offer, Wanted, faults_of, read_rule, tree
from entrepot.commerce.pricing.question import Question
from entrepot.commerce.pricing.rule import Rule
from entrepot.kernel.errors import Error

KNOWN = Known(
    rules={
        "Items": read_rule("Items", [{"list": "Standard"}]),
        "Less": read_rule("Less", [{"percent": "-5"}]),
        "Self": read_rule("Self", [{"rule": "Mine"}]),
    },
    lists=frozenset({"Standard", "Trade"}),
    constants=frozenset({"fee"}),
    segments=frozenset({"gold", "guests"}),
)

#: a rule → the faults it has
CHECKED = [
    ([{"list": "Standard"}, {"percent": "-5"}], []),
    ([{"percent": "-5"}], ["NEEDS_A_PRICE"]),
    ([{"round": "up"}], ["NEEDS_A_PRICE"]),
    ([{"calculate": ["price", "*", 2]}], ["NEEDS_A_PRICE"]),
    ([{"calculate": [{"list": "Trade"}, "*", {"constant": "fee"}]}], []),
    ([{"rule": "Less"}], ["NEEDS_A_PRICE"]),
    ([{"list": "Standard"}, {"rule": "Less"}], []),
    ([{"lowest": ["Items", "Less"]}], ["NEEDS_A_PRICE"]),
    ([{"items": "Items", "kits": [{"percent": "-3"}]}], []),
    ([{"items": "Less", "kits": [{"percent": "-3"}]}], ["NEEDS_A_PRICE"]),
    ([{"list": "Nope"}], ["LIST_UNKNOWN"]),
    ([{"list": "Standard"}, {"calculate": ["price", "+", {"constant": "nope"}]}], ["CONSTANT_UNKNOWN"]),
    ([{"rule": "Nope"}], ["RULE_UNKNOWN"]),
    ([{"rule": "Mine"}], ["CONTAINS_ITSELF"]),
    ([{"rule": "Self"}], ["CONTAINS_ITSELF"]),
    ([{"branch": [{"when": {"segments": ["gold"]}, "then": [{"amount": "1"}]}]}], ["NEEDS_A_PRICE"]),
    ([{"branch": [{"when": {"segments": ["silver"]}, "then": [{"list": "Trade"}]}]}], ["SEGMENT_UNKNOWN"]),
]


@pytest.mark.parametrize(("path", "codes"), CHECKED, ids=[json.dumps(path)[:60] for path, _ in CHECKED])
def test_a_rule_that_cannot_price_is_told_why(path: list[Any], codes: list[str]) -> None:
    assert [fault.code for fault in faults_of(read_rule("Mine", path), KNOWN)] == codes


def test_rules_that_lie_too_deep_are_found() -> None:
    chain = {f"r{i}": read_rule(f"r{i}", [{"rule": f"r{i + 1}"}]) for i in range(12)}
    deep = Known({**chain, "r12": read_rule("r12", [{"list": "Standard"}])}, KNOWN.lists, frozenset(), frozenset())
    assert [fault.code for fault in faults_of(chain["r0"], deep)] == ["TOO_DEEP"]


GOLD = {"when": {"segments": ["gold"]}, "then": [{"list": "Trade"}, {"percent": "-5"}]}
RULE: list[dict[str, Any]] = [
    {"branch": [GOLD], "otherwise": [{"list": "Standard"}]},
    {"round": "up", "step": "1", "offset": "0.99"},
]


def test_the_tree_is_edited_where_it_is_pointed_at() -> None:
    then = "0/branch/0/then/1"
    assert tree.replaced(RULE, then, {"percent": "-7"})[0]["branch"][0]["then"][1] == {"percent": "-7"}
    assert tree.inserted(RULE, then, {"amount": "1"})[0]["branch"][0]["then"][2] == {"amount": "1"}
    assert tree.removed(RULE, then)[0]["branch"][0]["then"] == [{"list": "Trade"}]
    assert tree.moved(RULE, then, -1)[0]["branch"][0]["then"][0] == {"percent": "-5"}
    assert RULE[0]["branch"][0]["then"][1] == {"percent": "-5"}, "the rule itself is never changed"
    places = [node.place for node in _all(tree.tree_of(read_rule("r", RULE)))]
    assert places == ["0", "0/branch/0", "0/branch/0/then/0", then, "0/otherwise", "0/otherwise/0", "1"]


@pytest.mark.parametrize("place", ["9", "0/branch/5", "0/nope", "1/x", "0/otherwise/0/0"])
def test_a_place_that_is_gone_is_told(place: str) -> None:
    with pytest.raises(Error):
        tree.replaced(RULE, place, {"list": "Trade"})


def test_the_last_element_of_a_path_stays() -> None:
    with pytest.raises(Error):
        tree.removed(RULE, "0/otherwise/0")


elements = st.one_of(
    st.builds(lambda number: {"percent": str(number)}, st.integers(-90, 90)),
    st.sampled_from([{"list": "Standard"}, {"list_price": True}, {"rule": "Items"}, {"lowest": ["Items", "Less"]}]),
    st.sampled_from(
        [{"round": "up", "step": "5", "offset": "0"}, {"calculate": ["price", "*", "(", 1, "+", {"percent": "9"}, ")"]}]
    ),
)


@given(elements)
def test_what_the_form_shows_of_an_element_reads_back_as_the_same(element: dict[str, Any]) -> None:
    assert tree.element_of(*tree.typed_of(element)) == element


def less(percent: str) -> list[Any]:
    return [{"list": "Standard"}, {"percent": percent}]


def test_a_version_counts_from_its_day_on_and_an_older_day_keeps_the_older_rule(suite: Suite) -> None:
    database, now = suite.house.commerce.database, suite.house.clock.now()
    later = now + timedelta(days=7)

    def price(at: datetime) -> int | None:
        with database.read() as conn:
            facts = catalog.entries_by_part_numbers(conn, catalog.View(store, "en-US", now), ["TW-MINI"])["TW-MINI"]
            (found,) = pricing.entitled_prices(conn, pricing.Occasion(store.id, "USD", at), [pricing.Wanted(facts.id, "TW-MINI")])
        return found.price if isinstance(found, pricing.Entitled) else None

    with database.write() as conn:
        store = catalog.find_store(conn, "tannwerk")
    full = price(now)
    with database.write() as conn:
        draft = pricing.save_draft(conn, store.id, "Standard price", [{"list": "Standard"}, {"percent": "-50"}], "merch", now)
        assert (
            pricing.save_draft(conn, store.id, "Standard price", [{"list": "Standard"}, {"percent": "-25"}], "merch", now)
            == draft
        )
    assert price(now) == full, "a draft prices nobody"
    with database.write() as conn:
        pricing.activate(conn, store.id, "Standard price", draft, later)
    assert full is not None
    assert (price(now), price(later - timedelta(microseconds=1)), price(later)) == (full, full, full * 3 // 4)
    with database.write() as conn, pytest.raises(Error):
        pricing.activate(conn, store.id, "Standard price", draft, later)
    with database.write() as conn:
        second = pricing.save_draft(conn, store.id, "Standard price", less("-10"), "merch", now)
        pricing.activate(conn, store.id, "Standard price", second, now + timedelta(days=3))
    assert price(later) == full * 9 // 10, "a version that was to begin later never does"
    with database.write() as conn:
        pricing.put_price_rule(conn, store.id, "Standard price", [{"list": "Standard"}])
        states = [one.state.value for one in pricing.versions_of(conn, store.id, "Standard price")]
    assert price(later) == full and states[0] == "active" and set(states[1:]) == {"inactive"}


def _all(nodes: tuple[tree.Node, ...]) -> list[tree.Node]:
    return [one for node in nodes for one in (node, *_all(node.below))]


def test_a_rule_inside_a_rule_that_is_not_in_force_yields_nothing() -> None:
    outer = read_rule("outer", [{"first": ["tomorrow", "Items"]}])
    found = outer.price(question({"Items": KNOWN.rules["Items"]}))
    assert found == 1_000_000
    assert read_rule("outer", [{"rule": "tomorrow"}]).price(question({})) is None


def question(rules: dict[str, Rule]) -> Question:
    """An item of ten dollars, asked about where only these rules are in force."""
    return Question(
        wanted=Wanted(1, "IT"),
        customer=Customer(),
        at=datetime.now(UTC),
        offer=lambda name, wanted: Offer(1, 1_000_000, 1, 9, 0, 0),
        list_price=lambda wanted: None,
        rules=rules,
        component_price=lambda rule, component: None,
    )
