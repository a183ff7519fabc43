"""A merchandiser writes a promotion with the fields its parts describe themselves, reads it in a sentence, and changes it."""

from __future__ import annotations

import pytest

from entrepot.commerce import catalog, promotions
from tests.web.staff_suite import Person, demo_suite, text_of

NEW = "/management/new-promotion"
PADS = {
    "level": "product",
    "trigger": "automatic",
    "exclusivity": "0",
    "conditions.0.type": "minimum_quantity",
    "conditions.0.quantity": "2",
    "conditions.0.targets.part_numbers": "TW-PAD, TW-TRACKBALL",
    "rewards.0.type": "percent_off_each",
    "rewards.0.percent": "12.5",
    "settings.0.returns_use": "yes",
    "name.en-US": "Pads for two",
}


@pytest.fixture
def merch() -> Person:
    person = Person("merch")
    person.get("/management/promotions")
    return person


def _stored(identifier: str) -> dict[str, object] | None:
    with demo_suite().house.commerce.database.read() as conn:
        return promotions.stored_promotions(conn, catalog.find_store(conn, "tannwerk").id).get(identifier)


def test_a_promotion_is_put_together_previewed_and_stored_inactive(merch: Person) -> None:
    added = merch.post(NEW, PADS | {"do": "add:rewards", "add_rewards": "percent_by_spend"})
    assert 'name="rewards.1.steps.0.percent"' in added.text and 'value="12.5"' in added.text
    preview = text_of(merch.post(NEW, PADS | {"identifier": "pads", "do": "preview"}).text)
    assert "at least 2 of TW-PAD or TW-TRACKBALL: 12.5 % off" in preview
    assert _stored("pads") is None
    page = text_of(merch.does(NEW, PADS | {"identifier": "pads", "do": "save", "reason": "for desks"}))
    assert "Saved." in page and "Pads for two" in page and "for desks" in page
    row = _stored("pads")
    assert row is not None and (row["status"], row["version"], row["settings"]) == ("inactive", 1, {})
    assert row["rewards"] == [{"type": "percent_off_each", "percent": "12.5"}]


def test_what_the_form_shows_it_stores_again_unchanged(merch: Person) -> None:
    for identifier in ("two-notebooks-case", "welcome", "desk-set", "free-shipping", "cables-three-for-two"):
        before = _stored(identifier)
        page = merch.get(f"/management/promotions/{identifier}/edit").text
        form = _fields_of(page)
        merch.does(f"/management/promotions/{identifier}/edit", form | {"do": "save"})
        after = _stored(identifier)
        assert before is not None and after is not None
        with demo_suite().house.commerce.database.read() as conn:
            one = promotions.find_promotion(conn, catalog.find_store(conn, "tannwerk").id, identifier=identifier)
        assert one is not None
        for name, read in (("conditions", promotions.read_conditions), ("rewards", promotions.read_rewards)):
            assert read(before[name]) == read(after[name]), identifier
        assert before == after


def _fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the page's form."""
    from lxml import html as markup

    form = markup.fromstring(page).xpath("//form[contains(@class, 'split')]")[0]
    return {name: value for name, value in form.form_values() if name != "do"}


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"identifier": "two words"}, "letters, digits"),
        ({"identifier": "welcome"}, "already"),
        ({"rewards.0.percent": ""}, "Percent: please fill this in."),
        ({"rewards.0.percent": "120"}, "between 0 and 100"),
        ({"conditions.0.quantity": "two"}, "write a whole number"),
        ({"trigger": "public_code", "code": ""}, "Write the code"),
        ({"trigger": "public_code", "code": "welcome10"}, "belongs to welcome"),
        ({"limit_total": "-5"}, "Write a whole number"),
        ({"ends_on": "tomorrow"}, "Write a day"),
    ],
)
def test_a_faulty_promotion_says_what_is_wrong_and_keeps_the_rest(merch: Person, form: dict[str, str], told: str) -> None:
    answer = merch.post(NEW, PADS | {"identifier": "faulty", "do": "save"} | form)
    assert answer.status_code == 422
    assert told in text_of(answer.text) and 'value="Pads for two"' in answer.text
    assert _stored("faulty") is None


def test_every_kind_of_part_has_its_fields_and_a_name(merch: Person) -> None:
    for prefix, kinds in (("conditions", promotions.condition_kinds()), ("rewards", promotions.reward_kinds())):
        for kind in kinds:
            page = merch.post(NEW, {"do": f"add:{prefix}", f"add_{prefix}": kind})
            assert page.status_code == 200 and f'value="{kind}"' in page.text
            assert f"<legend>{kind}</legend>" not in page.text, f"{kind} has no name for people"


def test_blank_inputs_that_come_back_neither_multiply_nor_unfold(merch: Person) -> None:
    """Two blank rows more than were filled, however often the form is sent; a group without a word in it is folded."""
    blank = {"conditions.0.type": "bought_together", "conditions.1.type": "maximum_quantity", "do": "preview"}
    blank |= {f"conditions.0.parts.{row}.targets.price_most.USD": "" for row in range(4)}
    page = merch.post(NEW, blank | {"conditions.0.parts.1.quantity": "2", "conditions.1.targets.price_most.USD": ""}).text
    assert 'name="conditions.0.parts.3.quantity"' in page and 'name="conditions.0.parts.4.quantity"' not in page
    folded = page[: page.index('name="conditions.1.targets.part_numbers"')].rpartition("<details")[2]
    assert folded.startswith(' class="part-group"><summary>')


def test_who_may_only_look_gets_no_form() -> None:
    assert Person("agent").get(NEW).status_code == 403
