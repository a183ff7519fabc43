"""UVL says the same as the model: as many configurations either way, and what it cannot say is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from entrepot.configurator import Model, ModelInvalid, read_model
from entrepot.configurator.encode import encode
from entrepot.configurator.facts import check
from entrepot.configurator.importers import read_formula
from entrepot.configurator.knowledge import available
from entrepot.configurator.problems import CannotBeExpressed
from entrepot.configurator.starter import starter
from entrepot.configurator.uvl import export_uvl, import_uvl
from tests.configurator.models import AT, every_configuration
from tests.configurator.test_facts import REAL

SAYABLE = """
model: lamp
organization: shop
languages: [en]
properties: {volt: number, fits: list, socket: text}
classes:
  base: {items: {desk: {part: D, properties: {volt: 12}}, floor: {properties: {volt: 230}}}}
  bulb:
    choose: optional
    items:
      led: {properties: {volt: 12, socket: g4}}
      halogen:
        properties: {volt: 230, socket: e27}
        classes:
          glass: {choose: some, items: {clear: , milk: }}
  shade: {choose: any, items: {paper: {properties: {fits: [g4]}}, steel: {properties: {fits: [g4, e27]}}}}
  feet: {choose: some, items: {rubber: , felt: }}
rules:
  - {id: volt, holds: bulb.volt <= base.volt, message: Too much.}
  - {id: fits, holds: bulb.socket in shade.fits, message: Does not fit.}
  - {id: milk, when: glass.milk, requires: not feet.rubber, message: Slips.}
  - {id: table, table: {classes: [base, bulb], forbidden: [[floor, "-"]]}, message: Dark.}
  - {id: one, holds: 'bulb.volt in (12, 230)', message: Known.}
"""


def counted(model: Model) -> int:
    return sum(1 for _ in every_configuration(model))


@pytest.mark.skipif(not available(), reason="the circuit compiler (py_d4) is not installed")
def test_exported_and_imported_again_it_has_the_same_configurations(tmp_path: Path) -> None:
    model = read_model(SAYABLE)
    text = export_uvl(model)
    (tmp_path / "lamp.uvl").write_text(text)
    assert check(read_formula(tmp_path / "lamp.uvl", AT)).configurations == str(counted(model))
    again = read_model(yaml.safe_dump(import_uvl("lamp.uvl", text, "shop"), sort_keys=False))
    assert check(encode(again, AT).formula).configurations == str(counted(model))
    parts = [item.part for one in again.classes for item in one.items]
    assert parts.count("D") == 1


@pytest.mark.slow
@pytest.mark.skipif(not available() or not REAL.exists(), reason="the real models are not beside this repository")
@pytest.mark.parametrize("name", ["pc-richmond.uvl", "automotive01.uvl"])
def test_a_real_model_imported_has_its_configurations(name: str) -> None:
    text = (REAL / name).read_text()
    model = read_model(yaml.safe_dump(import_uvl(name, text, "shop"), sort_keys=False, allow_unicode=True))
    facts = check(encode(model, AT).formula)
    assert facts.configurations == check(read_formula(REAL / name, AT)).configurations


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("desk: {part: D,", "desk: {quantity: {min: 1, max: 2},", "the quantities of base.desk"),
        ("base: {items", "base: {ratio: 2, items", "the ratio or part of class base"),
        ("holds: bulb.volt <= base.volt", "holds: sum(volt) <= 300", "the sum or count in rule volt"),
        ("rules:", "defaults: [base.desk]\nrules:", "defaults"),
        ("message: Too much.", "message: Too much., from: 2030-01-01", "the dates of rule volt"),
    ],
)
def test_what_uvl_cannot_say_is_refused_and_named(old: str, new: str, what: str) -> None:
    assert old in SAYABLE
    with pytest.raises(CannotBeExpressed) as caught:
        export_uvl(read_model(SAYABLE.replace(old, new)))
    assert what in caught.value.text


@pytest.mark.parametrize(
    "text",
    [
        "features\n\tInteger A\n",
        "features\n\tA {price 3}\n\t\toptional\n\t\t\tB {price 1}\nconstraints\n\tsum(price) < 3\n",
        "nonsense",
    ],
)
def test_uvl_above_the_boolean_level_is_refused(text: str) -> None:
    with pytest.raises(ModelInvalid):
        import_uvl("x.uvl", text, "shop")


RANGES = """features
	Menu
		[2..3]
			Soup {constraint Soup => !Salad}
			Salad
			Fish
				[1..*]
					Rice
					Chips
					Peas
			Cake
		[1..2]
			Beer
			Wine
			Tea
constraints
	Cake => (Tea <=> !Beer)
	Fish & Rice => Wine | Tea
"""


def test_ranges_and_the_constraints_at_a_feature_are_imported(tmp_path: Path) -> None:
    """Counted once as UVL and once as the model made of it, value by value."""
    (tmp_path / "menu.uvl").write_text(RANGES)
    again = read_model(yaml.safe_dump(import_uvl("menu.uvl", RANGES, "shop"), sort_keys=False))
    assert check(read_formula(tmp_path / "menu.uvl", AT)).configurations == str(counted(again)) != "0"
    assert check(encode(again, AT).formula).configurations == str(counted(again))


def test_a_new_model_is_sound() -> None:
    assert counted(read_model(starter("my-kit", "shop"))) > 3
    with pytest.raises(ModelInvalid):
        starter("7 kits", "shop")
