"""A merchandiser defines a segment by conditions, names people in and out, and asks who is in it; prices follow at once."""

from __future__ import annotations

import pytest

from tests.web.shopper import Shopper
from tests.web.staff_suite import Person, application, text_of

NEW = "/management/new-segment"
ORDERED = {"conditions.0.type": "ordered", "conditions.0.least": "1", "conditions.0.days": "365"}


@pytest.fixture
def merch() -> Person:
    person = Person("merch")
    person.get("/management/segments")
    return person


def test_the_list_tells_each_rule_as_a_sentence(merch: Person) -> None:
    page = text_of(merch.get("/management/segments").text)
    assert "registered for at least 730 days" in page
    assert "spent at least 3000.00 USD or 2800.00 EUR within the last 365 days" in page
    assert "only whom it names" in page


def test_a_segment_is_put_together_without_scripts(merch: Person) -> None:
    added = merch.post(NEW, {"identifier": "buyers", "do": "add:conditions", "add_conditions": "ordered"})
    assert added.status_code == 200 and 'name="conditions.0.least"' in added.text and 'value="buyers"' in added.text
    both = merch.post(NEW, ORDERED | {"identifier": "buyers", "do": "add:conditions", "add_conditions": "spent"}).text
    assert 'name="conditions.1.amount.EUR"' in both and 'value="365"' in both
    gone = merch.post(NEW, ORDERED | {"conditions.1.type": "spent", "do": "remove:conditions:1"}).text
    assert "conditions.1" not in gone and 'value="365"' in gone
    preview = merch.post(NEW, ORDERED | {"identifier": "buyers", "do": "preview"})
    assert "placed 1 or more orders within the last 365 days" in text_of(preview.text)
    assert merch.get("/management/segments/buyers").status_code == 404
    page = text_of(
        merch.does(NEW, ORDERED | {"identifier": "buyers", "description": "Who bought", "do": "save", "reason": "try"})
    )
    assert "Saved." in page and "placed 1 or more orders" in page and "Created" in page and "try" in page


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"identifier": "guests"}, "already"),
        ({"identifier": "two words"}, "letters, digits"),
        ({"identifier": "gold"}, "already"),
        ({"identifier": "x", "conditions.0.type": "registered_for"}, "At least days: please fill this in."),
        ({"identifier": "x", "conditions.0.type": "registered_for", "conditions.0.days": "long"}, "write a whole number"),
        ({"identifier": "x", "conditions.0.type": "spent", "conditions.0.amount.EUR": "a lot"}, "Write an amount"),
        ({"identifier": "x", "conditions.0.type": "ordered"}, "at least one order"),
    ],
)
def test_a_faulty_form_says_what_to_write_and_keeps_the_rest(merch: Person, form: dict[str, str], told: str) -> None:
    answer = merch.post(NEW, form | {"description": "kept as typed", "do": "save"})
    assert answer.status_code == 422
    assert told in text_of(answer.text) and 'value="kept as typed"' in answer.text


def test_whether_somebody_is_in_it_and_why(merch: Person) -> None:
    here = "/management/segments/regulars"
    assert "every condition holds" in text_of(merch.get(here, who="MARA").text)
    page = text_of(merch.get(here, who="jonas").text)
    assert "a condition does not hold" in page and "registered on 2026-02-17" in page
    assert "In the segment on" in text_of(merch.get(here, who="jonas", on="2030-01-01").text)
    assert "Not in the segment on" in text_of(merch.get(here, who="mara", on="2022-01-01").text)
    nobody = merch.get(here, who="nobody")
    assert nobody.status_code == 404 and "There is no such account." in text_of(nobody.text)


def test_a_rule_decides_a_price_and_a_name_overrules_it_at_the_next_call(merch: Person) -> None:
    jonas = Shopper(application())
    jonas.log_in("jonas")
    jonas.follow(jonas.add("TW-CLOTH"))
    assert "Regulars: 25 % off care" not in jonas.text
    here = "/management/segments/regulars"
    page = text_of(merch.does(f"{here}/members", {"logon_id": "Jonas", "how": "include", "reason": "an old friend"}))
    assert "an old friend" in page
    jonas.follow(jonas.add("TW-BRUSH"))
    assert "Regulars: 25 % off care" in jonas.text
    merch.does(f"{here}/members", {"logon_id": "jonas", "how": "forget"})
    jonas.follow(jonas.add("TW-BRUSH"))
    assert "Regulars: 25 % off care" not in jonas.text
    assert merch.post(f"{here}/members", {"logon_id": "nobody", "how": "include"}).status_code == 404


def test_what_is_used_is_not_deleted(merch: Person) -> None:
    page = merch.get("/management/segments/gold").text
    assert "gold-workstations" in page and "Delete" not in text_of(page)
    refused = merch.post("/management/segments/gold/delete", {})
    assert refused.status_code == 422 and "gold-workstations" in text_of(refused.text)
    merch.does(NEW, {"identifier": "short-lived", "do": "save"})
    merch.does("/management/segments/short-lived/delete", {})
    assert merch.get("/management/segments/short-lived").status_code == 404


def test_the_history_tells_who_changed_what(merch: Person) -> None:
    merch.does(NEW, ORDERED | {"identifier": "told", "do": "save", "reason": "for the history"})
    edited = {"conditions.0.type": "registered_for", "conditions.0.days": "30", "do": "save"}
    merch.does("/management/segments/told/edit", edited)
    page = text_of(merch.get("/management/history", kind="segment", subject="told").text)
    assert "for the history" in page and "merch" in page
    assert "placed 1 or more orders within the last 365 days → registered for at least 30 days" in page
    assert "No changes found" in text_of(merch.get("/management/history", kind="segment", by="nobody").text)


def test_who_may_look_and_who_may_change() -> None:
    for path in ("/management/segments", "/management/history", NEW):
        assert Person("agent").get(path).status_code == 403
        assert Person("mara").get(path).status_code == 403
