"""A merchandiser changes a price rule: a draft, what would change, in force, compared."""

from __future__ import annotations

import re

import pytest

from entrepot.commerce import catalog, pricing
from tests.web.staff_suite import Person, demo_suite, text_of

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
    assert "Cheaper" in preview and "-50%" in preview
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
    assert answer.status_code == 422 and "This version still has 1 faults" in text_of(answer.text)
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


ITEMS = "/management/rules/Trade%20price"


def _draft(page: str) -> str:
    """The version the forms of the page are about."""
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found.group(1)


def test_a_branch_is_added_by_form_its_condition_changed_and_the_change_taken_back(merch: Person) -> None:
    branch = {"if_kind": "segments", "if_value": "gold", "then": "list:Standard", "otherwise": "list:Autumn"}
    page = merch.does(f"{ITEMS}/edit", {"version": "1", "at": "", "do": "branch"} | branch)
    version = _draft(page)
    told = text_of(page)
    assert "if the buyer is in gold" in told and "otherwise" in told and "price list Autumn" in told
    place = "1/branch/0"
    opened = merch.get(ITEMS, version=version, at=place).text
    assert "Change the condition" in text_of(opened) and 'value="gold"' in opened
    change = {"version": version, "at": place, "do": "condition", "if_kind": "quantity", "if_value": "10-49"}
    assert "10" in text_of(merch.does(f"{ITEMS}/edit", change))
    path = {"version": version, "at": place, "do": "path", "if_kind": "hours", "if_value": "5 16:00-22:00", "then": "list_price:"}
    grown = merch.does(f"{ITEMS}/edit", path)
    assert f"at={place[:-1]}1" in grown
    undone = merch.does(f"{ITEMS}/undo", {"version": version})
    assert "taken back" in text_of(undone) and f"at={place[:-1]}1" not in undone
    assert f"at={place[:-1]}1" in merch.does(f"{ITEMS}/undo", {"version": version}), "undone once more it is there again"
    for wrong in ({"if_kind": "quantity", "if_value": "many"}, {"if_kind": "groups", "if_value": "NOWHERE"}, {"if_kind": "x"}):
        answer = merch.post(f"{ITEMS}/edit", change | wrong)
        assert answer.status_code == 422
    assert merch.post(f"{ITEMS}/edit", {"version": version, "at": "1/otherwise", "do": "up"}).status_code == 422
    history = text_of(merch.get("/management/history", kind="rule").text)
    assert "Draft changed" in history and "if the buyer is in gold" in history and "Change taken back" in history
    german = text_of(Person("merch", locale="de-DE").get("/management/history", kind="rule").text)
    assert "Entwurf geändert" in german and "if the buyer is in gold" not in german and "gold" in german
    merch.does(f"{ITEMS}/discard", {"version": version})


def test_a_rule_is_deactivated_once_nobody_prices_by_it(merch: Person) -> None:
    page = text_of(merch.get(ITEMS).text)
    assert "They price by this rule." in page
    answer = merch.post(f"{ITEMS}/deactivate", {})
    assert answer.status_code == 422 and "use this rule. Give them another one first." in text_of(answer.text)
    with demo_suite().house.commerce.database.write() as conn:
        store = catalog.find_store(conn, "tannwerk")
        pricing.put_price_rule(conn, store.id, "Left over", [{"list": "Standard"}])
    here = "/management/rules/Left%20over"
    assert "No contract and no other rule prices by it." in text_of(merch.get(here).text)
    gone = text_of(merch.does(f"{here}/deactivate", {"reason": "nobody needs it"}))
    assert "until" in gone and "Deactivate" not in gone
    assert merch.post(f"{here}/deactivate", {}).status_code == 409
    assert "nobody needs it" in text_of(merch.get("/management/history", kind="rule").text)


def test_constants_and_prices_leave_their_lines_in_the_history(merch: Person) -> None:
    constant = {"name": "tried-once", "kind": "percent", "value": "7"}
    merch.does("/management/price-constants", constant)
    merch.does("/management/price-constants", constant | {"value": "8"})
    merch.does("/management/price-constants/tried-once/remove", {})
    told = text_of(merch.get("/management/history", kind="constant", subject="tried-once").text)
    assert "7 % → 8 %" in told and "Created" in told and "Deleted" in told
    rows = "TW-BRUSH;USD;3.50\nTW-CLOTH;USD;4.10"
    merch.does("/management/offers/paste", {"price_list": "Autumn", "rows": rows})
    merch.does("/management/offers/paste", {"price_list": "Autumn", "rows": rows.replace("3.50", "3.75")})
    told = text_of(merch.get("/management/history", kind="offer", subject="TW-BRUSH").text)
    assert "3.50 → 3.75" in told
    cloth = text_of(merch.get("/management/history", kind="offer", subject="TW-CLOTH").text)
    assert cloth.count("4.10") == 1, "a row that changes nothing leaves no line"


def test_a_refusal_is_told_in_the_language_of_the_reader() -> None:
    mirko = Person("merch", "de-DE")
    mirko.get(ITEMS)
    told = text_of(mirko.post(f"{ITEMS}/deactivate", {}).text)
    assert "bilden Preise nach dieser Regel. Geben Sie ihnen zuerst eine andere." in told
    gone = text_of(mirko.get("/management/promotions/nothing").text)
    assert "In diesem Shop gibt es keine Aktion nothing." in gone


def test_a_rule_is_told_in_the_readers_language() -> None:
    german = Person("merch", locale="de-DE")
    told = text_of(german.get("/management/rules").text)
    assert "den Preis aus der Preisliste Standard nehmen" in told and "take the price from" not in told
    english = text_of(Person("merch").get("/management/rules").text)
    assert "take the price from the price list Standard" in english


def test_a_trace_is_told_in_the_readers_language() -> None:
    german = Person("merch", locale="de-DE")
    told = text_of(german.get("/management/price-check", item="TW-DOCK", buyer="mara", currency="USD").text)
    assert "Preisliste" in told and "price list" not in told
    told = text_of(german.get("/products/TW-DOCK").text)
    assert "price list" not in told
