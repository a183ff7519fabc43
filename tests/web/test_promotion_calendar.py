"""A merchandiser sees when promotions run and which of them get in each other's way."""

from __future__ import annotations

import re

import pytest

from tests.web.staff_suite import Person, text_of

CALENDAR, CONFLICTS = "/management/promotion-calendar", "/management/promotion-conflicts"


@pytest.fixture
def merch() -> Person:
    return Person("merch")


def test_a_month_has_a_lane_for_what_runs_in_it(merch: Person) -> None:
    december = merch.get(CALENDAR, month="2026-12").text
    assert "Winter at the workbench" in december and "December 2026" in text_of(december)
    assert december.count('class="calendar-piece" data-level="product" x=') >= 4 + 4, "every Friday evening is a piece of its own"
    assert "Winter at the workbench" not in merch.get(CALENDAR, month="2026-10").text
    quarter = merch.get(CALENDAR, month="2026-12", months="3").text
    assert "December 2026 – February 2027" in text_of(quarter) and "month=2027-03" in quarter


@pytest.mark.parametrize("asked", [{"month": "soon"}, {"months": "12"}, {"month": "9998-12", "months": "3"}])
def test_a_month_nobody_can_read_is_this_one(merch: Person, asked: dict[str, str]) -> None:
    assert merch.get(CALENDAR, **asked).status_code == 200


def test_conflicts_are_told_in_sentences_and_what_adds_up_only_when_asked(merch: Person) -> None:
    page = text_of(merch.get(CONFLICTS).text)
    assert "Winter at the workbench Combines with no other promotion" in page
    assert "An order gets one of them, never both: one promotion on the total applies to an order." in page
    assert "“The cable drawer” goes first, because a code that was entered" in page
    assert "An order can get both" not in page
    assert "An order can get both" in text_of(merch.get(CONFLICTS, show_only="both").text)


def test_a_promotion_tells_its_own_conflicts_in_the_language_of_the_reader(merch: Person) -> None:
    assert "Does not go together with" in text_of(merch.get("/management/promotions/autumn-1000").text)
    german = text_of(Person("merch", "de-DE").get(CONFLICTS, about="autumn-1000").text)
    assert "„Herbst an der Werkbank“ hat Vorrang: Ihre Priorität ist höher (20 gegen 5)." in german
    assert "Drei Kabel" not in german
    assert merch.get(CONFLICTS, about="nothing").status_code == 404


def test_who_may_not_look_at_promotions_sees_no_calendar() -> None:
    assert Person("store").get(CALENDAR).status_code == 403


@pytest.mark.parametrize("path", [CALENDAR, CONFLICTS, "/management/new-promotion", "/management/promotions"])
def test_the_way_around_marks_promotions_on_all_their_pages(path: str) -> None:
    page = Person("merch").get(path).text
    assert re.findall(r'<a href="([^"]+)" aria-current="page"><svg', page) == ["/management/promotions"]
