"""A new model in the workbench and over HTTP: begun, kept, tried, gone back in, published, or thrown away."""

from __future__ import annotations

import re
from typing import Any

import pytest
from litestar.testing import TestClient

from entrepot import configurator
from entrepot.configurator.starter import starter
from tests.web.staff_suite import Person, application, demo_suite, text_of
from tests.web.test_models_api import token

NEW = "/management/new-model"
API = "/api/model-drafts"
UVL = """\
features
    Light
        mandatory
            Bulb
                alternative
                    Warm
                    Cold
"""


def text(name: str) -> str:
    return starter(name, "tannwerk")


def source_of(page: str) -> str:
    found = re.search(r'<textarea[^>]*name="source"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    assert found
    return found[1].replace("&gt;", ">").replace("&lt;", "<").replace("&#39;", "'").replace("&#34;", '"')


def versions(name: str) -> list[int]:
    with demo_suite().house.configurator.database.read() as conn:
        return [line.version for line in configurator.find_lines(conn, name)]


def ask(method: str, path: str, body: Any = None, who: str = "merch") -> Any:
    headers = {"authorization": f"Bearer {token(who)}"}
    return TestClient(application()).request(method, f"{API}{path}", json=body, headers=headers)


def test_a_new_model_is_kept_tried_gone_back_in_and_published() -> None:
    merch = Person("merch")
    page = merch.does(NEW, {"source": text("lamp"), "do": "save"})
    here = "/management/models/lamp/source"
    assert "Nothing is published yet." in text_of(page) and "Text of lamp" in page and versions("lamp") == []
    assert "In the making, not published yet" in merch.get("/management/models").text
    assert merch.get("/management/models/lamp").status_code == 303, "a model without a version is its draft"
    broken = text("lamp").replace("requires: inserts.tray", "requires: inserts.trey")
    page = merch.does(here, {"source": broken, "based_on": "0", "state": "1", "do": "save"})
    assert "inserts.trey" in source_of(page), "what is wrong is kept, too"
    refused = merch.get(f"{here}/try")
    assert refused.status_code == 422 and "Did you mean tray?" in refused.text and "line" in text_of(refused.text)
    page = merch.does(f"{here}/states", {"state": "1"})
    assert "inserts.trey" not in source_of(page)
    shown = merch.get(f"{here}/try", pick="inserts.divider").text
    assert re.search(r'data-state="chosen">\s*<strong>divider|data-state="chosen">\s*<strong>DIVIDER', shown)
    page = merch.does(here, {"source": text("lamp"), "based_on": "0", "state": "1", "do": "publish"})
    assert versions("lamp") == [1] and "Version 1" in page
    assert "In the making" not in merch.get("/management/models").text


def test_a_try_says_why_not_and_takes_it_anyway() -> None:
    merch = Person("merch")
    merch.does(NEW, {"source": text("shelf"), "do": "save"})
    here = "/management/models/shelf/source/try"
    full = ["case.small", "3 x inserts.tray"]
    told = merch.get(here, pick=full).text
    assert "That choice does not fit" in told and "The inserts do not fit into this case." in text_of(told)
    repair = re.findall(r'<a href="([^"]+)">Take it anyway', told)[0].replace("&amp;", "&")
    assert "3+x+inserts.tray" in repair, "as many as were asked for"
    fits = text_of(merch.get(repair).text)
    assert "That choice does not fit" not in fits and "× 3" in fits
    assert merch.get(here, pick=["none.such"]).status_code == 422


def test_files_begin_a_draft() -> None:
    merch = Person("merch")
    merch.get(NEW)
    answer = merch.client.post(
        f"{NEW}/files",
        data={"_csrf_token": merch.client.cookies["csrftoken"]},
        files=[("files", ("lamp.uvl", UVL, "text/plain"))],
        follow_redirects=True,
    )
    assert answer.status_code == 200 and "Warm" in source_of(answer.text) and "The draft is saved." in text_of(answer.text)
    for wrong, says in (({"a.txt": b"x"}, "Choose one file with a model"), ({"m.yaml": b"\xff\xfe"}, "is no text in UTF-8")):
        refused = merch.client.post(
            f"{NEW}/files",
            data={"_csrf_token": merch.client.cookies["csrftoken"]},
            files=[("files", (name, content, "text/plain")) for name, content in wrong.items()],
        )
        assert refused.status_code == 422 and says in text_of(refused.text)


def test_a_new_model_is_thrown_away_whole_a_published_one_is_not() -> None:
    merch = Person("merch")
    merch.does(NEW, {"source": text("bench"), "do": "save"})
    page = merch.does("/management/models/bench/source/states", {"do": "discard"})
    assert "The new model is thrown away." in text_of(page)
    assert merch.get("/management/models/bench/source").status_code == 404
    merch.does("/management/models/workstation/source/states", {"do": "discard"})
    assert versions("workstation") and merch.get("/management/models/workstation").status_code == 200


def test_a_name_that_is_taken_is_not_begun_again() -> None:
    merch = Person("merch")
    answer = merch.post(NEW, {"source": text("workstation"), "do": "save"})
    assert answer.status_code == 409 and "was published meanwhile" in text_of(answer.text)
    nameless = merch.post(NEW, {"source": "classes: {}", "do": "save"})
    assert nameless.status_code == 422 and "which model it is" in text_of(nameless.text)


def test_a_program_begins_keeps_tries_goes_back_and_publishes() -> None:
    first = ask("PUT", "/tray", {"source": text("tray")}).json()
    assert (first["state"], first["based_on"], first["undo"], first["redo"]) == (1, 0, None, None)
    changed = text("tray").replace("min: 1, max: 3}, prop", "min: 1, max: 2}, prop")
    second = ask("PUT", "/tray", {"source": changed, "state": 1}).json()
    assert second["state"] == 2 and second["undo"] == 1
    late = ask("PUT", "/tray", {"source": text("tray"), "state": 1})
    assert (late.status_code, late.json()["code"]) == (409, "DRAFT_MOVED_ON")
    assert "tray" in {one["model"] for one in ask("GET", "").json()}
    assert ask("POST", "/tray/undo").json()["source"] == text("tray")
    assert ask("POST", "/tray/undo").json()["code"] == "NO_FURTHER_STATE"
    assert ask("POST", "/tray/redo").json()["state"] == 2
    states = ask("GET", "/tray/states").json()
    assert [(one["state"], one["present"]) for one in states] == [(2, True), (1, False)]
    assert states[0]["changes"] == [{"file": "tray.yaml", "added": 1, "removed": 1}]
    assert ask("POST", "/tray/state", {"state": 1}).json()["state"] == 1
    tried = ask("POST", "/tray/try", {"choices": ["case.small"], "why": "3 x inserts.tray"}).json()
    assert not tried["why"]["possible"] and tried["why"]["rules"] == ["The inserts do not fit into this case."]
    assert ask("POST", "/tray/check").json()["facts"]["options"] == 4
    published = ask("POST", "/tray/publish")
    assert (published.status_code, published.json()["version"], versions("tray")) == (201, 1, [1])
    assert ask("GET", "/tray").json() | {"source": "", "files": {}} == {
        "model": "tray",
        "based_on": 1,
        "state": 0,
        "source": "",
        "files": {},
        "undo": None,
        "redo": None,
    }
    again = ask("PUT", "/tray", {"source": f"{text('tray')}# 2\n", "based_on": 1, "state": 0}).json()
    assert again["based_on"] == 1 and ask("DELETE", "/tray").status_code == 204 and versions("tray") == [1]


def test_a_draft_is_kept_under_its_own_name_only() -> None:
    answer = ask("PUT", "/other", {"source": text("lamp")})
    assert (answer.status_code, answer.json()["code"]) == (422, "OTHER_MODEL")
    assert ask("GET", "/none-such").status_code == 404 and ask("DELETE", "/none-such").status_code == 404


@pytest.mark.parametrize("who", ["agent", "mara"])
def test_drafts_are_the_modelers(who: str) -> None:
    assert ask("PUT", "/mine", {"source": text("mine")}, who).status_code == 403
    assert ask("POST", "/tray/publish", None, who).status_code == 403
    assert Person(who).get("/management/models/workstation/source/try").status_code == 403
