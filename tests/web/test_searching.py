"""A kit whose rules take too long to decide: the page and the program say what is still being checked, and nothing hangs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from litestar.testing import TestClient

from entrepot import configurator
from entrepot.app import build
from entrepot.configurator import Launch, sign_launch
from entrepot.configurator.search import searching
from entrepot.settings import Settings
from entrepot.web.application import web_application
from entrepot.web.configurator import answers
from tests.configurator.test_search import crowded

LAUNCH = Launch(
    model="evening", organization="shop", item="EVENING", return_url="/cart/configured", currency="EUR", locale="de-DE"
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Any]]:
    folder: Path = tmp_path_factory.mktemp("evening")
    suite = build(Settings(data=folder, secret="a secret of the tests"))
    now = suite.house.clock.now()
    with searching(0.3):
        prepared = configurator.prepare(crowded(12), "evening.yaml", now, {}, 0.0)
    with suite.house.configurator.database.write() as conn:
        configurator.publish_prepared(conn, prepared, now)
    with TestClient(web_application(suite.house)) as opened:
        opened.follow_redirects = True
        opened.app.state.launch = lambda: sign_launch(suite.house.settings.secret, LAUNCH, suite.house.clock.now())
        yield opened
    suite.stop()


@pytest.fixture
def place(client: TestClient[Any]) -> str:
    return str(client.get("/configurator", params={"token": client.app.state.launch()}).url.path)


def test_the_page_marks_what_is_still_being_checked(client: TestClient[Any], place: str) -> None:
    page = client.get(place).text
    assert 'data-state="checking"' in page
    assert "Wird noch geprüft" in page and "Einige Optionen werden noch geprüft." in page
    assert 'value="event.party"' in page


def test_a_choice_that_is_not_decided_in_time_changes_nothing(client: TestClient[Any], place: str) -> None:
    secret = client.cookies.get("csrftoken") or ""
    answer = client.post(place, data={"_csrf_token": secret, "choose": "event.party"})
    assert answer.status_code == 200
    assert "noch nicht heraus" in answer.text
    assert client.get(f"{place}?why=event.party").status_code == 200
    answer = client.post(place, data={"_csrf_token": secret, "choose": "event.talk"})
    assert 'data-state="chosen"' in answer.text and "noch nicht heraus" not in answer.text


def test_what_was_decided_since_at_the_same_revision_is_told() -> None:
    """The next look at a revision goes on with the search; it is compared with what was handed out, not with itself."""
    compiled, known = object(), SimpleNamespace(items=object(), prices=object())
    session: Any = SimpleNamespace(configuration=SimpleNamespace(id="evening-1", revision=4), compiled=compiled)
    first, second = (answers._Held(cast(Any, SimpleNamespace(compiled=compiled)), None, cast(Any, known)) for _ in range(2))
    assert answers._exchange(session, first, 4) is None
    assert answers._exchange(session, second, 4) is first


def test_a_program_is_told(client: TestClient[Any]) -> None:
    started = client.post("/api/configurator/sessions", json={"token": client.app.state.launch()})
    assert started.status_code == 201, started.text
    state = started.json()
    [event] = [one for one in state["classes"] if one["name"] == "event"]
    assert state["checking"] and {one["name"]: one["state"] for one in event["values"]}["party"] == "checking"
    chosen = client.post(
        f"/api/configurator/sessions/{state['session']}/choices", json={"option_class": "event", "option": "party"}
    )
    assert (chosen.status_code, chosen.json()["code"]) == (409, "SEARCH_UNFINISHED")


def test_a_change_that_may_not_be_the_smallest_says_so(
    client: TestClient[Any], place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = client.cookies.get("csrftoken") or ""
    client.post(place, data={"_csrf_token": secret, "choose": "dress.jeans"})
    told, asked = "Vielleicht genügt eine kleinere Änderung", {"option_class": "event", "option": "dinner"}
    why = f"/api/configurator/sessions/{place.rpartition('/')[2]}/why"
    assert client.get(why, params=asked).json()["smallest"] and told not in client.get(f"{place}?why=event.dinner").text
    real = configurator.repairs
    monkeypatch.setattr(configurator, "repairs", lambda *some: [replace(one, smallest=False) for one in real(*some)])
    assert client.get(why, params=asked).json()["smallest"] is False
    page = client.get(f"{place}?why=event.dinner").text
    assert told in page and "Trotzdem nehmen" in page
