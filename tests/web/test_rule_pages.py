"""A merchandiser changes a price rule: a draft, what would change, in force, compared."""

from __future__ import annotations

import pytest

from tests.web.staff_suite import Person, text_of

HERE = "/management/rules/Autumn%20price"


@pytest.fixture
def merch() -> Person:
    person = Person("merch")
    person.get("/management/rules")
    return person


def test_a_rule_is_changed_as_a_draft_tried_and_put_in_force(merch: Person) -> None:
    page = merch.get(HERE)
    assert "take the price from the price list Autumn" in text_of(page.text) and "Version 1" in text_of(page.text)
    draft = merch.does(f"{HERE}/edit", {"version": "1", "at": "", "kind": "percent", "value": "-50", "do": "add"})
    assert "lower it by 50 %" in text_of(draft) and "Draft" in text_of(draft).title()
    preview = text_of(merch.get(f"{HERE}/preview", version=2).text)
    assert "Cheaper" in preview and "-50.0 %" in preview
    compared = text_of(merch.get(f"{HERE}/compare", a=1, b=2).text)
    assert "lower it by 50 % new" in compared
    again = merch.does(f"{HERE}/edit", {"version": "2", "at": "1", "kind": "percent", "value": "0", "do": "change"})
    assert "raise it by 0 %" in text_of(again)
    done = merch.does(f"{HERE}/activate", {"version": "2", "from": ""})
    assert "until" in text_of(done), "the version before it has ended"
    assert merch.post(f"{HERE}/activate", {"version": "2", "from": ""}).status_code == 409


def test_a_rule_with_faults_cannot_be_activated_and_says_why(merch: Person) -> None:
    here = "/management/rules/Trade%20price"
    merch.does(f"{here}/edit", {"version": "1", "at": "0", "kind": "list", "value": "Nowhere", "do": "change"})
    page = text_of(merch.get(here, version=2).text)
    assert "There is no price list Nowhere." in page
    answer = merch.post(f"{here}/activate", {"version": "2"})
    assert answer.status_code == 422 and "this version still has 1 faults" in text_of(answer.text)
    assert "cannot price anything yet" in text_of(merch.get(f"{here}/preview", version=2).text)
    merch.does(f"{here}/discard", {"version": "2"})
    assert merch.get(here, version=2).status_code == 404


@pytest.mark.parametrize(
    "change", [{"kind": "percent", "value": "much"}, {"kind": "list", "value": ""}, {"kind": "nope"}, {"do": "remove", "at": "0"}]
)
def test_what_is_no_rule_is_refused(merch: Person, change: dict[str, str]) -> None:
    wish = {"version": "1", "at": "", "kind": "percent", "value": "1", "do": "add"} | change
    answer = merch.post("/management/rules/Trade%20price/edit", wish)
    assert answer.status_code in (400, 422), answer.text


def test_an_agent_does_not_see_price_rules() -> None:
    agent = Person("agent")
    assert agent.get(HERE).status_code == 403
