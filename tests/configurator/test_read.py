"""A bad model is refused with file, line and what to write instead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from entrepot.configurator import ModelInvalid, read_model
from entrepot.configurator.source import Decimal5, Node, read_yaml
from tests.configurator.models import BICYCLE, DEMO

SCHEMA = Path(read_model.__code__.co_filename).with_name("model.schema.json")

BAD = [
    # what is replaced, by what, the line, a part of the message
    ("choose: any", "choose: {min: 3, max: 2}", 21, "Write {min: 2, max: 3}"),
    ("choose: any", "choose: lots", 21, "one, optional, any, some"),
    ("choose: any", "choose: {min: 4}", 20, "at least 4 of 3 options"),
    ("inch: 26, carries: 20", "inch: wide", 10, "is a number"),
    ("inch: 26, carries: 20", "inches: 26", 10, "is not declared"),
    ("holds: wheels.inch", "holds: wheel.inch", 38, "Did you mean wheels?"),
    ("requires: extras.rack", "requires: extras.rak", 41, "Did you mean rack?"),
    ("sum(kg) <= frame.carries", "sum(kg) <= ", 46, "the expression ends too early"),
    ("sum(kg) <= frame.carries", "sum(weight) <= 3", 45, "there is no number weight"),
    ("sum(kg) <= frame.carries", "sum(kg) * sum(kg) <= 3", 45, "two amounts are multiplied"),
    ("battery.b9, frame.small]", "battery.b9]", 48, "excludes too little"),
    ("id: rack", "id: size", 41, "appears twice"),
    ("title: Motor", "titel: Motor", 27, "has no field `titel`"),
    ("languages: [en-US, de-DE]", "languages: [en-US]", 8, "is not a language of this model"),
    ("  motor:", "  frame:", 26, "appears twice"),
    ("min: 1, max: 2", "min: 3, max: 2", 24, "Write {min: 2, max: 3}"),
    ("ratio: 2", "ratio: -2", 15, "whole number from 1"),
    ("[frame.large,", "[frame.huge,", 51, "no option in frame"),
    ("F-S", "*anchor", 10, "aliases"),
    ("model: bicycle", "model: [", 4, "not YAML"),
]


@pytest.mark.parametrize(("old", "new", "line", "says"), BAD)
def test_bad_models(old: str, new: str, line: int, says: str) -> None:
    from entrepot.configurator import compile_model
    from tests.configurator.models import AT

    assert old in BICYCLE
    with pytest.raises(ModelInvalid) as caught:
        compile_model(read_model(BICYCLE.replace(old, new, 1), "bicycle.yaml"), 1, AT)
    assert says in caught.value.text
    assert (caught.value.line, caught.value.code) == (line, "MODEL_INVALID"), caught.value.text


@pytest.mark.parametrize("text", ["[" * 200_000, "a: " * 100, "- " * 300, "{a: " * 5000, "&a [*a, *a]", "", "x", "model: 5"])
def test_hostile_files_are_refused_and_hurt_nobody(text: str) -> None:
    with pytest.raises(ModelInvalid):
        read_model(text)


@pytest.mark.parametrize("condition", ["(" * 5000 + "1" + ")" * 5000 + " = 1", "not " * 5 + "(" * 70, "a <-> b <-> a", "frame ="])
def test_hostile_conditions_are_refused(condition: str) -> None:
    with pytest.raises(ModelInvalid):
        read_model(BICYCLE.replace("wheels.inch = frame.inch", condition))


def test_a_table_may_come_from_a_file_beside_the_model() -> None:
    text = BICYCLE.replace("holds: wheels.inch = frame.inch", "table: {allowed: csv, file: sizes.csv}")
    model = read_model(text, "bicycle.yaml", {"sizes.csv": "frame,wheels\nsmall,w26\nlarge,*\n"})
    assert model.rules[0].holds.rows == (("small", "w26"), ("large", "*"))  # type: ignore[union-attr]
    with pytest.raises(ModelInvalid) as caught:
        read_model(text, "bicycle.yaml", {"sizes.csv": "frame,wheels\nsmall\n"})
    assert caught.value.text.startswith("sizes.csv:2: this row has 1 cells.")


def test_no_is_a_word() -> None:
    assert read_yaml("country: no", "x").value["country"].value == "no"


@pytest.mark.parametrize("name", ["workstation", "notebook-cto"])
def test_demo_models_follow_the_published_schema(name: str) -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.validate(plain(read_yaml((DEMO / f"{name}.yaml").read_text(), name)), schema)
    jsonschema.validate(plain(read_yaml(BICYCLE, name)), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain(read_yaml(BICYCLE.replace("ratio: 2", "ration: 2"), name)), schema)


def plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: plain(value) for key, value in node.value.items()}
    if isinstance(node.value, list):
        return [plain(value) for value in node.value]
    return float(node.value) if isinstance(node.value, Decimal5) else node.value
