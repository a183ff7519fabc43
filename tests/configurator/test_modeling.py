"""`entrepot model …`: facts, measures, trying, publishing and converting from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from entrepot.cli import app
from entrepot.configurator import Draft, compare, find_model, find_versions, try_draft, trying
from entrepot.configurator.database import metadata
from entrepot.configurator.encode import encode
from entrepot.configurator.engine import LayeredEngine
from entrepot.configurator.formula import Formula
from entrepot.configurator.knowledge import Knowledge, available, compile_formula
from entrepot.configurator.measure import bench
from entrepot.configurator.problems import ModelTooLarge
from entrepot.kernel.db import Database
from entrepot.kernel.recent import Recent
from entrepot.modeling import app as models
from tests.configurator.models import AT, BICYCLE, DEMO, bicycle, every_configuration

ROOT = Path(__file__).parents[2]
FIELDS = ["options", "clauses", "configurations", "always_on", "dead", "void", "compile_s", "engine", "size_bytes"]


def run(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, ["model", *arguments], catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done.output


@pytest.fixture
def bicycle_file(tmp_path: Path) -> str:
    (tmp_path / "bicycle.yaml").write_text(BICYCLE, encoding="utf-8")
    return str(tmp_path / "bicycle.yaml")


@pytest.mark.skipif(not available(), reason="the circuit compiler (py_d4) is not installed")
def test_check_tells_the_facts(bicycle_file: str) -> None:
    answer = json.loads(run("check", bicycle_file, "--json"))
    assert list(answer) == FIELDS
    every = sum(1 for _ in every_configuration(bicycle()))
    assert (answer["options"], answer["configurations"], answer["engine"]) == (10, str(every), "d-dnnf")
    assert not answer["void"]


def test_check_of_a_void_model_names_the_rules_that_contradict(tmp_path: Path) -> None:
    (tmp_path / "void.dimacs").write_text("p cnf 3 4\n1 2 0\n-1 2 0\n-2 0\n3 1 0\n")
    answer = json.loads(run("check", str(tmp_path / "void.dimacs"), "--json", status=1))
    assert (answer["void"], answer["configurations"], answer["dead"]) == (True, "0", 3)
    assert answer["contradiction"] == ["clause 1", "clause 2", "clause 3"]


def test_a_bad_model_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(BICYCLE.replace("requires: extras.rack", "requires: extras.rak"))
    answer = json.loads(run("check", str(tmp_path / "bad.yaml"), "--json", status=3))
    assert answer["code"] == "MODEL_INVALID"
    assert answer["message"].startswith("bad.yaml:41:")
    assert "Did you mean rack?" in run("check", str(tmp_path / "bad.yaml"), status=3)


def test_bench_measures_every_kind_of_question(bicycle_file: str) -> None:
    answer: dict[str, Any] = json.loads(run("bench", bicycle_file, "--sessions", "3", "--seed", "5", "--json"))
    for kind in ("step_ms", "explanation_ms", "repair_ms", "cheapest_ms"):
        assert answer[kind]["n"] > 0
        assert 0 < answer[kind]["median"] <= answer[kind]["p95"]
    assert answer["peak_memory_mb"] > 0
    assert answer["steps"] == json.loads(run("bench", bicycle_file, "--sessions", "3", "--seed", "5", "--json"))["steps"]


def test_bench_names_what_its_limit_leaves_out() -> None:
    formula = encode(bicycle(), AT).formula
    assert "left_out" not in bench(formula, sessions=2)
    cut = bench(formula, sessions=2, limit=0.0)
    assert cut["steps"] == 0
    assert cut["left_out"] == ["steps of 2 of 2 sessions: half of 0 s was over"]


def test_try_shows_what_is_possible_and_why_not(bicycle_file: str) -> None:
    tried = ("try", bicycle_file, "--choose", "frame.small", "--choose", "motor.hub", "--why", "battery.b9")
    answer = json.loads(run(*tried, "--json"))
    assert answer["why"] == {
        "value": "battery.b9",
        "possible": False,
        "choices": ["frame.small"],
        "rules": ["The large battery does not fit the small frame."],
        "minimal": True,
        "smallest": True,
        "repairs": [{"without": ["F-S"], "with": ["frame.large"], "drops": ["frame.small"], "adds": ["1 x frame.large"]}],
    }
    text = run(*tried)
    assert "× b9" in text
    assert "possible without F-S, with frame.large" in text
    assert "does not go together" in run("try", bicycle_file, "--choose", "frame.small", "--choose", "wheels.w28", status=3)


@pytest.mark.skipif(not available(), reason="the circuit compiler (py_d4) is not installed")
def test_publish_stores_the_version_with_its_circuit(tmp_path: Path) -> None:
    path = str(DEMO / "notebook-cto.yaml")
    first = json.loads(run("publish", path, "--data", str(tmp_path), "--json"))
    assert (first["model"], first["version"], first["engine"]) == ("notebook-cto", 1, "d-dnnf+sums")
    assert json.loads(run("publish", path, "--data", str(tmp_path), "--json"))["version"] == 1
    database = Database(f"sqlite:///{tmp_path / 'configurator.db'}", "configurator")
    assert metadata.tables
    with database.read() as conn:
        assert [one.facts["configurations"] for one in find_versions(conn, "notebook-cto")] == [first["configurations"]]
        assert isinstance(find_model(conn, "notebook-cto", at=AT).engine, LayeredEngine)
    database.close()


def test_new_import_and_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "Written: lamp.yaml" in run("new", "lamp")
    assert "exists already" in run("new", "lamp", status=3)
    assert "cannot express" in run("export", "lamp.yaml", status=3)
    Path("box.uvl").write_text("features\n\tBox\n\t\tmandatory\n\t\t\tLid\n\t\toptional\n\t\t\tLock\n\t\t\tHandle\n")
    run("import", "box.uvl", "--out", "box.yaml")
    assert json.loads(run("check", "box.yaml", "--json"))["options"] == 3
    assert "features" in run("export", "box.yaml")
    assert "Import it first" in run("export", "box.uvl", status=3)


def test_every_verb_is_documented() -> None:
    text = (ROOT / "docs/reference/commands.md").read_text("utf-8")
    names = [one.name or (one.callback.__name__ if one.callback else "") for one in models.registered_commands]
    assert len(names) == 7
    assert [name for name in names if f"`entrepot model {name}`" not in text] == []


@pytest.mark.skipif(not available(), reason="the circuit compiler (py_d4) is not installed")
def test_a_large_draft_is_compiled_for_its_try_and_answers_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    draft, choices = Draft("bicycle", 0, BICYCLE), ("frame.small", "motor.hub")
    small = try_draft(draft, choices, "battery.b9", "en-US", AT)
    asked: list[int] = []

    def compiled(formula: Formula, seconds: float) -> Knowledge:
        asked.append(formula.literals)
        return compile_formula(formula, seconds)

    monkeypatch.setattr(trying, "COMPILED_FROM", 1)
    monkeypatch.setattr(trying, "_kept", Recent(1))
    monkeypatch.setattr(trying, "compile_formula", compiled)
    assert try_draft(draft, choices, "battery.b9", "en-US", AT) == small
    assert try_draft(draft, (), "", "en-US", AT) and len(asked) == 1, "compiled once for all tries of a text"


def test_a_long_text_is_compared_where_little_of_it_changes() -> None:
    lines = [f"line {number}" for number in range(60_000)]
    before, after = "\n".join(lines), "\n".join([*lines[:40_000], "another", *lines[40_001:]])
    assert [f"{one.sign}{one.text}" for one in compare(before, after, "m")] == [
        "@39998 → 39998",
        *(f" line {number}" for number in (39_997, 39_998, 39_999)),
        "-line 40000",
        "+another",
        *(f" line {number}" for number in (40_001, 40_002, 40_003)),
    ]
    assert len(compare("", before, "m")) == 60_001
    with pytest.raises(ModelTooLarge):
        compare(before, "\n".join(reversed(lines)), "m")
