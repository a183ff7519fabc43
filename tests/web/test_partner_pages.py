"""The pages of partners: taken up, given a key that is shown once, changed, paused, and what was done told."""

from __future__ import annotations

import re

import pytest

from entrepot.configurator import shops
from tests.web.staff_suite import CLOCK, Person, demo_suite, text_of

NEW = {"role": "shop", "code": "suedwind", "name": "Südwind", "origins": "https://suedwind.example\nhttps://www.suedwind.example"}
HERE = "/operations/partners/shop/suedwind"


def test_a_shop_is_taken_up_and_gets_a_key_that_is_shown_once() -> None:
    operator = Person("operator")
    assert "Nordlicht Audio" in text_of(operator.get("/operations/partners").text)
    page = operator.does("/operations/new-partner", NEW | {"stores": "tannwerk"})
    assert "No key yet" in page and "Without a key nothing of it is accepted" in page
    answer = operator.post(f"{HERE}/keys", {})
    shown = re.search(r"<dd[^>]*>([\w-]{43})</dd>", answer.text)
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store" and shown, text_of(answer.text)
    page = operator.get(HERE).text
    assert shown.group(1) not in page and "In use" in page
    with demo_suite().house.configurator.database.read() as conn:
        key = shops.keys(conn, "suedwind")[0]
        found = shops.trusted(conn, demo_suite().house.settings.secret, key.id, CLOCK.now())
    assert found is not None and found.key == shown.group(1)
    assert "stays good for a day" in page, "the next key lets this one live for a while"
    assert "This key is not in use" in text_of(operator.post(f"{HERE}/keys/nobody/end", {}).text)
    page = operator.does(f"{HERE}/keys/{key.id}/end", {})
    assert "No key yet" in page
    page = operator.does(f"{HERE}/active", {"active": "no"})
    assert "Paused" in page and "Let it go on" in page
    page = operator.does(HERE, {"name": "Südwind GmbH", "origins": "https://suedwind.example", "stores": "tannwerk"})
    for told in ("Taken up", "New key", "Key ended", "Name: Südwind GmbH; Addresses: https://suedwind.example"):
        assert told in text_of(page)
    assert "Paused" in page, "a change does not let it go on"


def test_a_key_the_other_side_made_is_entered_and_never_shown() -> None:
    operator, there = Person("operator"), "/operations/partners/shop/westwind"
    added = NEW | {"code": "westwind", "origins": "https://westwind.example", "stores": "tannwerk"}
    operator.does("/operations/new-partner", added)
    given = {"key": "their-key", "secret": "what-the-other-side-made-and-told-us-once"}
    page = operator.does(f"{there}/entered-keys", given)
    assert given["secret"] not in page and "their-key theirs" in text_of(page) and "Key entered" in page
    short = operator.post(f"{there}/entered-keys", given | {"secret": "too-short", "key": "next-key"})
    assert short.status_code == 422 and "Copy all of it" in text_of(short.text)
    assert "too-short" not in short.text and 'value="next-key"' in short.text, "its name is kept, its secret is not"
    again = given | {"key": "next-key", "earlier": "24"}
    assert text_of(operator.does(f"{there}/entered-keys", again)).count("End it") == 2, "the one before stays good for a day"
    taken = operator.post("/operations/partners/shop/nordlicht/entered-keys", given)
    assert taken.status_code == 409 and "Ask the other side for a new key" in text_of(taken.text)
    assert operator.post("/operations/partners/shop/nobody/entered-keys", given).status_code == 404
    assert Person("agent").post(f"{there}/entered-keys", given).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"code": "Süd Wind"}, "small letters"),
        ({"code": "nordlicht"}, "is there already"),
        ({"name": ""}, "Give it a name"),
        ({"stores": ""}, "at least one store"),
        ({"origins": ""}, "at least one address"),
        ({"origins": "http://suedwind.example"}, "Only https"),
        ({"origins": "https://suedwind.example/shop"}, "without a path"),
        ({"origins": "https://nordlicht.example"}, "belongs to Nordlicht Audio already"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(wrong: dict[str, str], told: str) -> None:
    operator = Person("operator")
    answer = operator.post(
        "/operations/new-partner", NEW | {"code": "other", "origins": "https://o.example", "stores": "tannwerk"} | wrong
    )
    assert answer.status_code in (409, 422) and told in text_of(answer.text), text_of(answer.text)
    assert 'aria-invalid="true"' in answer.text and ("Südwind" in answer.text or "name" in wrong)


def test_only_who_may_changes_partners() -> None:
    clerk = Person("agent")
    for path in ("/operations/partners", "/operations/new-partner"):
        assert clerk.get(path).status_code == 403
    assert clerk.post("/operations/partners/shop/nordlicht/keys", {}).status_code == 403
    assert Person("operator").get("/operations/partners/shop/nobody").status_code == 404
    assert Person("operator").get("/operations/partners/butcher/nordlicht").status_code == 404
    german = text_of(Person("operator", "de-DE").get("/operations/partners/shop/nordlicht").text)
    assert "Ohne Schlüssel wird nichts von ihm angenommen" in german and "Aufgenommen" in german
