"""A modeler's program reads models, checks a text, publishes it, compares versions and converts them."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from litestar.testing import TestClient

from entrepot import configurator, demo
from entrepot.configurator.starter import starter
from tests.web.staff_suite import application, demo_suite

HERE = "/api/models"


@cache
def token(logon_id: str) -> str:
    answer = TestClient(application()).post("/api/sessions", json={"logon_id": logon_id, "password": demo.PASSWORD})
    return str(answer.json()["token"])


def ask(path: str, body: Any = None, who: str = "merch") -> Any:
    client = TestClient(application())
    headers = {"authorization": f"Bearer {token(who)}"} if who else {}
    return client.get(path, headers=headers) if body is None else client.post(path, json=body, headers=headers)


def published(name: str) -> list[int]:
    with demo_suite().house.configurator.database.read() as conn:
        return [line.version for line in configurator.find_lines(conn, name)]


def made(name: str) -> str:
    """A small model, published; its text."""
    text = starter(name, "tannwerk")
    if not published(name):
        answer = ask(HERE, {"source": text})
        assert answer.status_code == 201, answer.text
    return text


def test_the_list_tells_each_model_with_its_facts() -> None:
    listed = {one["name"]: one for one in ask(HERE).json()}
    assert {"workstation", "notebook-cto"} <= listed.keys()
    shown = listed["workstation"]["shown"]
    assert shown["in_force"] and shown["version"] == 1 and int(shown["facts"]["configurations"]) > 10**9


def test_a_version_tells_what_is_always_on_and_what_the_others_are() -> None:
    answer = ask(f"{HERE}/workstation").json()
    assert answer["model"] == "workstation" and answer["shown"]["version"] == 1 and answer["contradiction"] == []
    assert [one["version"] for one in ask(f"{HERE}/workstation/versions").json()] == [1]


def test_a_check_tells_the_facts_and_stores_nothing() -> None:
    answer = ask(f"{HERE}/check", {"source": starter("looked-at", "tannwerk")})
    assert answer.status_code == 200, answer.text
    facts = answer.json()["facts"]
    assert (facts["options"], facts["configurations"], facts["void"]) == (4, "11", False) and answer.json()["changes"] == []
    assert published("looked-at") == []


def test_what_is_wrong_comes_as_a_problem_with_file_line_and_remedy() -> None:
    text = starter("wrong", "tannwerk").replace("requires: inserts.tray", "requires: inserts.trey")
    line = next(number for number, one in enumerate(text.splitlines(), 1) if "id: tray-first" in one)
    for path in (f"{HERE}/check", HERE):
        answer = ask(path, {"source": text})
        problem = answer.json()
        assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
        assert problem["code"] == "MODEL_INVALID"
        assert (problem["attributes"]["file"], problem["attributes"]["line"]) == ("model.yaml", line)
        assert problem["attributes"]["remedy"] == "Did you mean tray?" and "inserts: trey" in problem["attributes"]["problem"]


def test_a_contradiction_names_its_rules() -> None:
    rules = "".join(f"  - {{id: only-{size}, holds: case.{size}, message: Only {size}.}}\n" for size in ("small", "large"))
    answer = ask(f"{HERE}/check", {"source": starter("torn", "tannwerk").replace("rules:\n", f"rules:\n{rules}")})
    assert answer.status_code == 422 and answer.json()["code"] == "MODEL_CONTRADICTORY"
    assert sorted(answer.json()["attributes"]["named"]) == ["only-large", "only-small"]


def test_versions_follow_each_other_and_nobody_overwrites_another() -> None:
    text = made("api-lamp")
    here = f"{HERE}/api-lamp"
    changed = text.replace("size: 20", "size: 30")
    checked = ask(f"{here}/check", {"source": changed, "based_on": 1}).json()
    assert any(one.startswith("+") and "size: 30" in one for one in checked["changes"][0]["lines"])
    again = ask(f"{here}/versions", {"source": text, "based_on": 1})
    assert (again.status_code, again.json()["unchanged"], again.json()["version"]) == (200, True, 1)
    second = ask(f"{here}/versions", {"source": changed, "based_on": 1})
    assert (second.status_code, second.json()["version"]) == (201, 2)
    late = ask(f"{here}/versions", {"source": text + "# late\n", "based_on": 1})
    assert (late.status_code, late.json()["code"]) == (409, "MODEL_MOVED_ON")
    other = ask(f"{here}/versions", {"source": starter("another", "tannwerk"), "based_on": 2})
    assert (other.status_code, other.json()["code"]) == (422, "OTHER_MODEL")
    compared = ask(f"{here}/diff").json()
    assert (compared["before"]["version"], compared["after"]["version"]) == (1, 2)
    assert compared["files"][0]["file"] == "api-lamp.yaml" and any("size: 20" in one for one in compared["files"][0]["lines"])
    assert ask(f"{here}/source").json()["source"] == changed and ask(f"{here}/source?version=1").json()["source"] == text
    assert ask(f"{here}/diff?before=7").status_code == 404 and published("api-lamp") == [2, 1]


def test_redundant_rules_are_told_with_what_implies_them() -> None:
    again = "  - {id: again, holds: not inserts.divider or inserts.tray, message: Said twice.}\n"
    ask(HERE, {"source": starter("said-twice", "tannwerk").replace("rules:\n", f"rules:\n{again}")})
    answer = ask(f"{HERE}/said-twice").json()
    assert answer["redundant"] == [
        {"rule": "again", "implied_by": ["tray-first"]},
        {"rule": "tray-first", "implied_by": ["again"]},
    ]
    assert answer["undecided"] == 0


def test_a_table_comes_beside_the_text() -> None:
    text = starter("tabled", "tannwerk").replace(
        "  - id: room\n", "  - id: fits\n    table: {allowed: csv, file: fits.csv}\n    message: It fits.\n  - id: room\n"
    )
    text = text.replace("    choose: any         # one (the default), optional, any, some, or {min: 1, max: 3}\n", "")
    files = {"fits.csv": "case,inserts\nsmall,tray\nlarge,*\n"}
    answer = ask(f"{HERE}/check", {"source": text, "files": files})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["facts"]["configurations"], answer.json()["dead"]) == ("5", ["inserts.divider"])
    missing = ask(f"{HERE}/check", {"source": text})
    assert missing.status_code == 422 and "fits.csv" in missing.json()["detail"]
    narrow = ask(f"{HERE}/check", {"source": text, "files": {"fits.csv": "case,inserts\nsmall,trey\n"}})
    assert narrow.status_code == 422 and narrow.json()["attributes"]["problem"] == "there is no option in inserts: trey."


def test_a_model_goes_out_as_yaml_or_uvl_and_uvl_comes_in() -> None:
    answer = ask(f"{HERE}/workstation/export")
    assert answer.text == (demo.folder() / "models/workstation.yaml").read_text("utf-8")
    assert "workstation-1.yaml" in answer.headers["content-disposition"]
    told = ask(f"{HERE}/workstation/export?form=uvl")
    assert (told.status_code, told.json()["code"]) == (422, "CANNOT_BE_EXPRESSED") and told.json()["attributes"]["line"] >= 1
    plain = ask(f"{HERE}/from-uvl", {"source": "features\n\tLamp\n\t\toptional\n\t\t\tDimmer\n", "organization": "tannwerk"})
    assert plain.status_code == 200 and configurator.read_model(plain.text).organization == "tannwerk"
    ask(HERE, {"source": plain.text})
    name = configurator.read_model(plain.text).name
    assert "Dimmer" in ask(f"{HERE}/{name}/export?form=uvl").text


@pytest.mark.parametrize(("who", "status"), [("", 401), ("agent", 403), ("mara", 403)])
def test_models_are_for_modelers(who: str, status: int) -> None:
    for path in (HERE, f"{HERE}/workstation", f"{HERE}/workstation/source", f"{HERE}/workstation/export"):
        assert ask(path, who=who).status_code == status, path
    for path in (HERE, f"{HERE}/check", f"{HERE}/workstation/versions"):
        assert ask(path, {"source": starter("mine", "tannwerk")}, who=who).status_code == status, path
    assert published("mine") == []


def test_unknown_models_are_not_found() -> None:
    for path in ("", "/versions", "/source", "/diff", "/export"):
        assert ask(f"{HERE}/nothing{path}").status_code == 404, path
    assert ask(f"{HERE}/nothing/versions", {"source": starter("nothing", "tannwerk")}).status_code == 404


def test_the_interface_describes_itself() -> None:
    paths = TestClient(application()).get("/schema/openapi.json").json()["paths"]
    assert {"/api/models", "/api/models/check", "/api/models/{name}/diff", "/api/models/{name}/versions"} <= paths.keys()
    refused = paths["/api/models/{name}/versions"]["post"]["responses"]
    assert "application/problem+json" in refused["422"]["content"] and {"404", "409"} <= refused.keys()
