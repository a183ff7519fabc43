"""A kit with more options than a page can show is shown a part at a time; every part, question and option can be reached."""

from __future__ import annotations

import html
import re

import pytest

from entrepot.configurator import State
from entrepot.web.configurator import parting
from entrepot.web.configurator.shown import Ceiling, Configuring, Option, Question, Section
from tests.web.shopper import Shopper
from tests.web.test_comparing import launched
from tests.web.test_stepping import held_in, press, questions, ways, whole

KIT = "TW-WORKSTATION"
WAY = re.compile(r'href="([^"?#]*)\?at=([^"#&]+)#([^"]+)"')


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parting, "MAX_SHOWN", 20)
    monkeypatch.setattr(parting, "A_PART", 8)


def options(page: str) -> set[str]:
    return set(re.findall(r'id="(o-[^"]+)"', page))


def open_part(page: str) -> str:
    return re.findall(r'name="at" value="([^"]+)"', page)[0]


def test_the_parts_together_are_the_whole_kit(guest: Shopper, monkeypatch: pytest.MonkeyPatch) -> None:
    session = launched(guest, KIT)
    parts = list(ways(whole(guest, session)))
    pages = {part: whole(guest, session, f"?at={part}") for part in parts}
    monkeypatch.setattr(parting, "MAX_SHOWN", 10_000)
    everything = whole(guest, session)
    assert len(parts) == len(ways(everything)) and "?at=" not in everything
    assert sorted(name for page in pages.values() for name in questions(page)) == sorted(questions(everything))
    assert set().union(*map(options, pages.values())) == options(everything)
    assert max(map(len, pages.values())) < len(everything)


def test_a_section_with_many_questions_becomes_several_parts() -> None:
    sizes = [5, 5, 1, 30, 2, 2]
    options = [
        tuple(Option("q", str(one), "", "", "", State.POSSIBLE, 1, (), None, "", False) for one in range(size)) for size in sizes
    ]
    asked = tuple(Question(f"q{number}", "", "", some, False, False, False, False) for number, some in enumerate(options))
    made = Configuring("", (Section("s", "S", asked),), (), None, None, False, False, False, (), (), "", False, False, Ceiling())
    parts = parting.parted(made, "s~3")
    assert [[len(one.options) for one in part.questions] for part in parts.sections] == [[5], [5, 1], [30], [2, 2]]
    assert [part.name for part in parts.sections] == ["s", "s~2", "s~3", "s~4"]
    assert [part.title for part in parts.opened] == ["S 3/4"]
    assert parting.parted(made, "s~3", near="q5").at == "s~4"


def test_every_way_leads_to_what_it_names(guest: Shopper) -> None:
    session = launched(guest, KIT)
    page = whole(guest, session)
    found = set(WAY.findall(page))
    assert len(found) > 4
    for _, part, anchor in found:
        assert f'id="{html.unescape(anchor)}"' in whole(guest, session, f"?at={part}"), (part, anchor)
    for anchor in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{anchor}"' in page, anchor


def test_a_step_keeps_the_part_and_sends_only_what_it_changes_there(guest: Shopper) -> None:
    session = launched(guest, KIT)
    part = list(ways(whole(guest, session)))[-1]
    page = whole(guest, session, f"?at={part}")
    pressed = re.findall(r'name="choose" value="([^"]+)" aria-pressed="false"', page)[0]
    answer = press(guest, session, held_in(page), {"choose": pressed, "at": part})
    assert answer.headers["hx-reswap"] == "none"
    assert set(questions(answer.text)) <= set(questions(page))
    again = whole(guest, session, f"?at={part}")
    assert questions(page) | questions(answer.text) == questions(again)
    assert ways(page) | ways(answer.text) == ways(again)
    without = guest.send(f"/configurator/s/{session}", {"do": "undo", "at": part})
    assert f"at={part}" in without.headers["location"]


def test_a_reason_is_told_in_the_part_of_its_question(guest: Shopper) -> None:
    session = launched(guest, KIT)
    press(guest, session, "", {"choose": "case.mini"})
    for part in ways(whole(guest, session)):
        page = whole(guest, session, f"?at={part}")
        asked = re.findall(r'why=([^"#]+)#why', page)
        if asked:
            told = whole(guest, session, f"?why={asked[0]}")
            assert 'id="why"' in told and open_part(told) == part
            return
    pytest.fail("a small case excludes large boards")


def test_a_part_that_is_not_there_opens_one_that_is(guest: Shopper) -> None:
    session = launched(guest, KIT)
    page = whole(guest, session, "?at=nothing~7")
    assert open_part(page) in ways(page)


def test_an_option_is_found_wherever_it_is(guest: Shopper) -> None:
    session = launched(guest, KIT)
    last = whole(guest, session, f"?at={list(ways(whole(guest, session)))[-1]}")
    option = re.findall(r'<span class="option-name">([^<]{5,})</span>', last)[0]
    page = guest.client.get(f"/configurator/s/{session}", params={"find": html.unescape(option).lower()}).text
    hits = re.findall(r'<li><a href="[^"]*\?at=([^"#]+)#([^"]+)"><small>', page)
    assert any(anchor in options(last) for _, anchor in hits)
    nothing = guest.client.get(f"/configurator/s/{session}", params={"find": "no such thing"}).text
    assert "configuring-hits" in nothing and "<li><a href" not in nothing.partition("configuring-hits")[2].partition("</div>")[0]
