"""What the systems refuse is told to German staff in German, with what stands inside it."""

from __future__ import annotations

import pytest

from tests.web.staff_suite import Person, open_draft, text_of, version_of

DRAFT = [
    ("items", {"item": "NO-SUCH", "quantity": "1"}, "NO-SUCH hat für diesen Kunden keinen Preis."),
    ("items", {"item": "TW-CLOTH", "quantity": "0"}, "Schreiben Sie eine Menge größer als 0"),
    ("confirm", {"total": "0.00"}, "lässt sich noch nicht bestätigen: er hat keine Zeilen"),
]


@pytest.mark.parametrize(("do", "form", "words"), DRAFT)
def test_on_a_draft(do: str, form: dict[str, str], words: str) -> None:
    agent = Person("agent", locale="de-DE")
    here = f"/call-center/orders/{open_draft(agent)}"
    answer = agent.post(f"{here}/{do}", {"version": version_of(agent.get(here).text)} | form)
    assert answer.status_code in (404, 409, 422) and words in text_of(answer.text), text_of(answer.text)


PAGES = [
    ("/management/new-segment", {"identifier": "no blanks here"}, "1 bis 64 Buchstaben, Ziffern"),
    ("/management/price-constants", {"name": "X", "kind": "number", "value": "much"}, "Schreiben Sie eine Dezimalzahl"),
]


@pytest.mark.parametrize(("page", "form", "words"), PAGES)
def test_in_management(page: str, form: dict[str, str], words: str) -> None:
    merch = Person("merch", locale="de-DE")
    answer = merch.post(page, form)
    assert answer.status_code == 422 and words in text_of(answer.text), text_of(answer.text)
