"""The neutral scenarios hold: the shared ones where they are at hand, our own ones always."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.__main__ import main
from tests.scenarios.play import play

OWN = Path(__file__).parent / "own.json"


def shared() -> Path | None:
    """The shared file of a checkout that has one beside it, looked for upward."""
    found = (folder / "shared" / "data" / "scenarios.json" for folder in Path(__file__).resolve().parents)
    return next((path for path in found if path.is_file()), None)


def scenarios(path: Path | None) -> list[dict[str, Any]]:
    return json.loads(path.read_text("utf-8"))["scenarios"] if path is not None else []


def judge(scenario: dict[str, Any]) -> None:
    verdict = play(scenario)
    assert not verdict.stops, f"{verdict.status}: {'; '.join((*verdict.why, *verdict.broken))}"
    assert verdict.status != "fail", "; ".join(verdict.why)


@pytest.mark.parametrize("scenario", scenarios(OWN), ids=lambda one: one["id"])
def test_our_own(scenario: dict[str, Any]) -> None:
    judge(scenario)


@pytest.mark.skipif(shared() is None, reason="there is no shared/data/scenarios.json above this checkout")
@pytest.mark.parametrize("scenario", scenarios(shared()), ids=lambda one: one["id"])
def test_shared(scenario: dict[str, Any]) -> None:
    judge(scenario)


SIMPLE: dict[str, Any] = {
    "id": "simple",
    "tier": "must",
    "given": {
        "items": [{"sku": "a", "price": "20", "qty": 1}, {"sku": "b", "price": "30", "qty": 1}],
        "rules": [{"kind": "order_fixed", "text": "15 off", "value": "15"}],
    },
    "expect": {"line_discounts": ["-6.00", "-9.00"]},
}


def changed(*path: Any, to: Any) -> dict[str, Any]:
    scenario = copy.deepcopy(SIMPLE)
    inner: Any = scenario
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to
    return scenario


@pytest.mark.parametrize(
    ("scenario", "status", "told"),
    [
        (SIMPLE, "pass", ""),
        (changed("expect", "line_discounts", to=["-7.00", "-8.00"]), "fail", "line_discounts"),
        (changed("given", "rules", 0, "kind", to="order_wheel_of_fortune"), "unknown", "rule kind order_wheel_of_fortune"),
        (changed("given", "rules", 0, "moon_phase", to="full"), "unknown", "given-key given.rules[0].moon_phase"),
        (changed("given", "items", 1, "color", to="red"), "unknown", "given-key given.items[1].color"),
        (changed("given", "weather", to="rain"), "unknown", "given-key given.weather"),
        (changed("expect", "karma", to="1"), "unknown", "expectation karma"),
        (changed("given", "rules", 0, "condition", to={"moon_gte": "3"}), "unknown", "condition moon_gte"),
        (changed("given", "items", to=[{"sku": "a", "price": "dear"}]), "fail", "amount"),
        (changed("given", "items", to="three"), "unknown", "unknown form"),
        (changed("given", "then", to=[{"op": "pray"}]), "unknown", "operation pray"),
    ],
)
def test_nothing_is_passed_over(scenario: dict[str, Any], status: str, told: str) -> None:
    verdict = play(scenario)
    assert verdict.status == status
    assert told in " ".join(verdict.why)
    assert verdict.stops is (status != "pass")


def test_another_policy_is_named() -> None:
    scenario = changed("expect", "line_discounts", to=["-7.00", "-8.00"]) | {"policy": ["allocate:by_moon"], "tier": "convention"}
    verdict = play(scenario)
    assert (verdict.status, verdict.policies, verdict.stops) == ("differs", ("allocate:by_moon",), False)


def test_a_failing_must_makes_the_run_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "scenarios.json"
    file.write_text(json.dumps({"scenarios": [SIMPLE, changed("expect", "line_discounts", to=["-7.00", "-8.00"])]}))
    assert main([str(file), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["counts"] == {"must": {"pass": 1, "fail": 1}}
    file.write_text(json.dumps({"scenarios": [SIMPLE]}))
    assert main([str(file)]) == 0
    assert "must: 1 pass" in capsys.readouterr().out
