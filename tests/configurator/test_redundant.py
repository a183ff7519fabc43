"""A rule that the others imply is found, with what implies it; checked against every configuration of small models."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from entrepot.configurator import read_model, redundant_rules
from entrepot.configurator.census import count
from entrepot.configurator.encode import encode
from entrepot.configurator.importers import read_model_file
from entrepot.configurator.knowledge import compile_formula
from entrepot.configurator.model import Model, Rule
from tests.configurator.models import AT, DEMO

pytestmark = pytest.mark.slow

MODEL = """
model: m
organization: shop
languages: [en-US]
properties: {kg: number}
classes:
  a: {items: {one: {properties: {kg: 1}}, two: {properties: {kg: 2}}}}
  b: {items: {one: {properties: {kg: 1}}, two: {properties: {kg: 2}}}}
  c: {choose: any, items: {x: {properties: {kg: 5}}, y: {quantity: {min: 1, max: 3}, properties: {kg: 1}}}}
rules:
RULES
"""


def model(*rules: str) -> Model:
    lines = "".join(f"  - {{id: r{place}, {rule}, message: No.}}\n" for place, rule in enumerate(rules))
    return read_model(MODEL.replace("RULES\n", lines))


@pytest.mark.parametrize(
    ("rules", "implied"),
    [
        (["holds: a.one", "holds: b.one"], {}),
        (["holds: a.one", "holds: a.one or b.two"], {"r1": ("r0",)}),
        (["when: a.one, requires: b.one", "when: b.one, requires: c.x", "when: a.one, requires: c.x"], {"r2": ("r0", "r1")}),
        (["holds: a.one", "holds: not a.two"], {"r0": ("r1",), "r1": ("r0",)}),
        (["holds: a.one or a.two"], {"r0": ()}),
        (["holds: sum(kg) <= 4", "holds: sum(kg) <= 6"], {"r1": ("r0",)}),
        (["holds: sum(kg) <= 8", "holds: not c.x or a.one"], {}),
        (["holds: sum(kg) <= 6", "holds: not c.x or a.one"], {"r1": ("r0",)}),
        (["table: {classes: [a, b], allowed: [[one, one]]}", "excludes: [a.two, b.two]"], {"r1": ("r0",)}),
        (["table: {classes: [a, b], forbidden: [[two, two]]}", "excludes: [a.two, b.two]"], {"r0": ("r1",), "r1": ("r0",)}),
    ],
)
def test_what_the_others_imply_is_redundant(rules: list[str], implied: dict[str, tuple[str, ...]]) -> None:
    found = redundant_rules(model(*rules), AT)
    assert ({one.rule: one.by for one in found.found}, found.undecided) == (implied, 0)


@pytest.mark.parametrize("name", ["notebook-cto", "workplace"])
def test_exactly_the_redundant_rules_can_go_without_a_configuration_more(name: str) -> None:
    whole = read_model_file(DEMO / f"{name}.yaml")
    redundant = {one.rule for one in redundant_rules(whole, AT, 20.0).found}
    configurations = _count(whole)
    for rule in whole.rules:
        without = _with_rules(whole, [one for one in whole.rules if one is not rule])
        assert (_count(without) == configurations) == (rule.id in redundant), rule.id


def _count(model: Model) -> int:
    formula = encode(model, AT).formula
    found = count(formula, compile_formula(formula, 20.0))
    assert found is not None
    return found


def _with_rules(whole: Model, rules: list[Rule]) -> Model:
    return replace(whole, rules=tuple(rules), kits=[], _by_name={})


def test_nothing_that_implies_a_rule_can_be_spared() -> None:
    whole = model("when: a.one, requires: b.one", "when: b.one, requires: c.x", "when: a.one, requires: c.x", "holds: c.y or c.x")
    (found,) = redundant_rules(whole, AT).found
    for fewer in combinations(found.by, len(found.by) - 1):
        kept = [one for one in whole.rules if one.id in (*fewer, found.rule)]
        assert found.rule not in [one.rule for one in redundant_rules(_with_rules(whole, kept), AT).found]


def test_what_time_does_not_allow_is_said() -> None:
    assert redundant_rules(model("holds: a.one", "holds: a.one"), AT, seconds=0.0).undecided == 2
