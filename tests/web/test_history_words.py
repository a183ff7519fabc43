"""The history keeps facts and tells them in the reader's language; a sentence from before stays as it was written."""

from __future__ import annotations

import pytest

from entrepot.commerce.history import Author, change_history, note_change
from tests.web.staff_suite import CLOCK, Person, demo_suite, text_of

CONDITIONS = [{"type": "minimum_quantity", "quantity": 2, "targets": {"part_numbers": ["TW-PAD"]}}]
REWARDS = [{"type": "percent_off_each", "percent": 10, "targets": {"part_numbers": ["TW-PAD"]}}]
LINES = [
    ("rule", {"path": [{"list": "Standard"}, {"percent": "-5"}]}, "den Preis aus der Preisliste Standard nehmen"),
    ("rule", {"rule": ["take the price from the price list Standard"]}, "take the price from the price list Standard"),
    ("rule", {"path": [{"gone": "x"}]}, "gone: x"),
    ("promotion", {"conditions": CONDITIONS}, "mindestens 2 "),
    ("promotion", {"rewards": REWARDS}, "10 % "),
    ("organization", {"status": "pending"}, "wartend"),
    ("shipping", {"EUR · DE · weight": "≥ 0 kg: 5.90"}, "EUR · DE · nach Gewicht"),
]


@pytest.mark.parametrize(("kind", "facts", "words"), LINES)
def test_a_line_is_told_in_german(kind: str, facts: dict[str, object], words: str) -> None:
    author = Author("merch", CLOCK.now(), "")
    with demo_suite().house.commerce.database.write() as conn:
        note_change(conn, author, (kind, "told"), "changed", None, facts)
    page = text_of(Person("merch", locale="de-DE").get("/management/history", kind=kind, subject="told").text)
    with demo_suite().house.commerce.database.write() as conn:  # Lines about what never was lead nowhere.
        conn.execute(change_history.delete().where(change_history.c.subject == "told"))
    assert words in page, page
