"""Groups of options and classes that many models share: read from their file, frozen into the published version."""

from __future__ import annotations

import json
from collections.abc import Callable

import jsonschema
import pytest
import sqlalchemy as sa

from entrepot import configurator
from entrepot.configurator import ModelInvalid, Pick, read_model
from entrepot.configurator.database import metadata
from entrepot.configurator.importers import read_model_file
from entrepot.configurator.publish import compiled_version
from entrepot.configurator.source import read_yaml
from entrepot.kernel.db import Database
from tests.configurator.models import AT, DEMO
from tests.configurator.test_read import SCHEMA, plain

GROUP = """
group: input
version: 2
properties: {keys: number}
items:
  keyboards:
    slim: {part: KB-S, title: {en-US: Slim, fr-FR: Fin}, properties: {keys: 78}}
    full: {part: KB-F, properties: {keys: 104}}
classes:
  desk:
    keyboard: {title: {fr-FR: Clavier}, items-from: keyboards}
    mouse: {choose: optional, items: {left: M-L, right: M-R}}
"""
MODEL = """
model: desk
organization: shop
languages: [en-US]
groups:
  - {file: input.yaml, version: 2}
classes-from: desk
classes:
  spare: {choose: optional, items-from: [keyboards], items: {none-yet: {title: Later}}}
rules:
  - {id: big, when: mouse.left, requires: keyboard.keys > 100, message: Left needs the full keyboard.}
"""
FILES = {"input.yaml": GROUP}
Open = Callable[[sa.MetaData, str], Database]


def test_a_model_has_the_options_and_classes_of_its_groups() -> None:
    model = read_model(MODEL, "desk.yaml", FILES)
    assert [(one.name, [item.name for item in one.items]) for one in model.classes] == [
        ("spare", ["none-yet", "slim", "full"]),
        ("keyboard", ["slim", "full"]),
        ("mouse", ["left", "right"]),
    ]
    slim = model.item(Pick("keyboard", "slim"))
    assert slim is not None and (slim.part, slim.words) == ("KB-S", {"en-US": "Slim"}), "languages the model lacks are left out"
    assert model.classes[1].words == {"en-US": "keyboard"}


@pytest.mark.parametrize(
    ("old", "new", "file", "line", "told", "remedy"),
    [
        ("version: 2}", "version: 1}", "desk.yaml", 6, "is at version 2", "write version: 2"),
        ("file: input.yaml", "file: other.yaml", "desk.yaml", 6, "no file other.yaml", "folder `groups`"),
        ("{file: input.yaml, version: 2}", "{file: input.yaml}", "desk.yaml", 6, "names its file and its version", "version: 1"),
        ("classes-from: desk", "classes-from: dask", "desk.yaml", 7, "no group of classes called dask", "desk"),
        ("[keyboards]", "[keyboards, keys]", "desk.yaml", 9, "no group of items called keys", "keyboards"),
        ("none-yet:", "slim:", "desk.yaml", 9, "slim of the group keyboards is there already", "Rename"),
        ("spare:", "mouse:", "desk.yaml", 7, "mouse of the group desk is there already", "Rename"),
        ("keyboard.keys > 100", "keyboard.key > 100", "desk.yaml", 11, "keyboard", "Did you mean keys?"),
        ("classes:\n", "properties: {keys: text}\nclasses:\n", "desk.yaml", 8, "another kind", "same kind"),
        ("group: input\n", "", "input.yaml", 2, "no `group`", "Add `group:`"),
        ("keys: 78", "keyz: 78", "input.yaml", 7, "keyz is not declared", "properties"),
        ("items:\n  keyboards:", "item:\n  keyboards:", "input.yaml", 6, "no field `item`", "items"),
        ("part: KB-F", "part: [1]", "input.yaml", 8, "part is expected to be a text", "Write a text"),
    ],
)
def test_what_is_wrong_names_the_file_it_is_in(old: str, new: str, file: str, line: int, told: str, remedy: str) -> None:
    assert old in MODEL or old in GROUP
    with pytest.raises(ModelInvalid) as refused:
        read_model(
            MODEL.replace(old, new, 1), "desk.yaml", {"input.yaml": GROUP.replace(old, new, 1) if old not in MODEL else GROUP}
        )
    error = refused.value
    assert (error.file, error.line) == (file, line), error.text
    assert told in error.problem and remedy in error.remedy, error.text


def test_a_published_version_keeps_the_group_it_was_made_with(open_database: Open) -> None:
    database = open_database(metadata, "configurator")
    with database.write() as conn:
        first = configurator.publish(conn, MODEL, "desk.yaml", AT, FILES | {"desk.yaml": "a model, no group", "note.yaml": ""})
        assert dict(first.files) == FILES
        assert configurator.publish(conn, MODEL, "desk.yaml", AT, FILES).version == 1
        newer = {"input.yaml": GROUP.replace("version: 2", "version: 3").replace("full:", "wide:")}
        with pytest.raises(ModelInvalid, match="write version: 3"):
            configurator.publish(conn, MODEL, "desk.yaml", AT, newer)
        second = configurator.publish(conn, MODEL.replace("version: 2}", "version: 3}"), "desk.yaml", AT, newer)
        assert second.version == 2
        assert compiled_version(conn, first, AT).model.item(Pick("keyboard", "full")) is not None
        assert compiled_version(conn, second, AT).model.item(Pick("keyboard", "full")) is None
        assert [name for name, _ in configurator.compare_versions(first, second)] == ["desk.yaml", "input.yaml"]


def test_the_demo_and_its_group_agree_with_the_schema() -> None:
    schema = json.loads(SCHEMA.read_text())
    model, group = DEMO / "workplace.yaml", DEMO / "groups" / "peripherals.yaml"
    jsonschema.validate(plain(read_yaml(model.read_text("utf-8"), "model")), schema)
    of_group = schema | {"$ref": "#/$defs/group"}
    for name in ("properties", "required", "additionalProperties", "type"):
        del of_group[name]
    jsonschema.validate(plain(read_yaml(group.read_text("utf-8"), "group")), of_group)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"group": "x", "version": 0}, of_group)
    assert read_model_file(model).find_class("pointer") is not None
