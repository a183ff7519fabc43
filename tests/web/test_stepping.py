"""The page's own step is answered by what it changes: the pieces that differ, and never a page that is not the present one."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

import httpx
import pytest

from tests.web.shopper import Shopper
from tests.web.test_comparing import KIT, WORKPLACE, launched

PIECE = re.compile(r'(?s)<fieldset class="question" id="q-([^"]+)"(?: hx-swap-oob="true")?(.*?</fieldset>)')
WAY = re.compile(r'<li id="n-([^"]+)"(?: hx-swap-oob="true")? (data-state="\w+")')


def held_in(page: str) -> str:
    return re.findall(r'name="held" value="([^"]+)"', page)[0]


def questions(page: str) -> dict[str, str]:
    """The questions of a page or of an answer, by name."""
    return dict(PIECE.findall(page))


def ways(page: str) -> dict[str, str]:
    return dict(WAY.findall(page))


def press(shopper: Shopper, session: str, held: str, fields: Mapping[str, str]) -> httpx.Response:
    return shopper.send(f"/configurator/s/{session}", {"held": held, **fields}, fragment=True)


def whole(shopper: Shopper, session: str, query: str = "") -> str:
    page = shopper.client.get(f"/configurator/s/{session}{query}").text
    assert "<form" in page
    return str(page)


def test_a_step_sends_what_it_changes_and_leaves_the_rest(guest: Shopper) -> None:
    session = launched(guest)
    page = whole(guest, session)
    answer = press(guest, session, held_in(page), {"choose": "memory.so-32"})
    assert answer.headers["hx-reswap"] == "none" and "<form" not in answer.text
    changed = questions(answer.text)
    assert "memory" in changed and len(changed) < len(questions(page)) / 2
    assert len(answer.text) < len(page) / 2
    for place in ("held", "total", "announced", "doing", "bar", "rows"):
        assert f'id="{place}"' in answer.text, place


@pytest.mark.parametrize(("kit", "seed"), [(KIT, 1), (KIT, 2), (WORKPLACE, 3), ("TW-WORKSTATION", 4)])
def test_pieces_put_in_their_places_give_the_page_drawn_anew(guest: Shopper, kit: str, seed: int) -> None:
    chance, session = random.Random(seed), launched(guest, kit)
    page = whole(guest, session)
    shown, marks, held = questions(page), ways(page), held_in(page)
    for _ in range(8):
        possible = re.findall(r'name="choose" value="([^"]+)" aria-pressed="false"', "".join(shown.values()))
        pressed = chance.choice(
            [{"choose": chance.choice(possible)}] * 3 + [{"do": "undo"}, {"do": "cheapest"}, {"do": "popular"}]
        )
        answer = press(guest, session, held, pressed)
        assert answer.status_code == 200
        held = held_in(answer.text)
        fresh = "<form" in answer.text
        shown = questions(answer.text) if fresh else shown | questions(answer.text)
        marks = ways(answer.text) if fresh else marks | ways(answer.text)
        if 'id="why"' in answer.text:
            answer = guest.client.get(f"/configurator/s/{session}", params={"held": held}, headers={"hx-request": "true"})
            held, shown = held_in(answer.text), shown | questions(answer.text)
        page = whole(guest, session)
        assert shown == questions(page) and marks == ways(page), pressed


def test_a_reason_opens_and_closes_in_its_question_alone(guest: Shopper) -> None:
    session = launched(guest, chassis="graphite-14")
    held = held_in(whole(guest, session))
    where = f"/configurator/s/{session}"
    opened = guest.client.get(where, params={"why": "panel.qhd-16", "held": held}, headers={"hx-request": "true"})
    assert list(questions(opened.text)) == ["panel"] and 'id="why"' in opened.text
    assert opened.headers["hx-reswap"] == "none show:#why:bottom"
    closed = guest.client.get(where, params={"held": held_in(opened.text)}, headers={"hx-request": "true"})
    assert list(questions(closed.text)) == ["panel"] and 'id="why"' not in closed.text


def test_where_it_is_not_known_what_the_page_shows_the_form_is_sent_whole(guest: Shopper) -> None:
    session, other = launched(guest), launched(guest)
    for held in ("", "long-forgotten", held_in(whole(guest, other))):
        answer = press(guest, session, held, {"choose": "memory.so-32"})
        assert answer.text.lstrip().startswith("<form") and "hx-reswap" not in answer.headers


def test_a_ceiling_draws_the_page_anew_because_every_link_names_it(guest: Shopper) -> None:
    session = launched(guest)
    answer = press(guest, session, held_in(whole(guest, session)), {"do": "ceiling", "ceiling": "1500"})
    assert answer.text.lstrip().startswith("<form")
    again = press(guest, session, held_in(answer.text), {"choose": "memory.so-32", "ceiling": "1500"})
    assert "<form" not in again.text, "under the same ceiling a step is a step"


def test_what_changed_in_a_kit_inside_reaches_the_outer_page(guest: Shopper) -> None:
    outer = launched(guest, WORKPLACE)
    held = held_in(whole(guest, outer))
    inner = guest.send(f"/configurator/s/{outer}", open="computer.notebook").headers["location"]
    guest.send(inner, choose="chassis.sand-14")
    answer = press(guest, outer, held, {"do": "ceiling"})
    assert list(questions(answer.text)) == ["computer"] and "Chassis 14, sand" in answer.text
