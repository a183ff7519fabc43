"""A list of parts is told to be a configuration, or why it is none; its bill of material is the same in XML and JSON."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from entrepot import configurator
from entrepot.configurator import Composed, Pick, compile_model, components, from_xml, look, read_model, to_xml
from entrepot.configurator.bom import Setting, bill_of, digest, extract
from entrepot.configurator.complete import complete_with_defaults
from entrepot.configurator.recognize import recognize
from entrepot.configurator.session import choose
from tests.configurator.models import AT, BICYCLE, DEMO

pytestmark = pytest.mark.slow

KEY = b"a key"
SETTING = Setting("c-1", "KIT", "shop", "en-US", "US", "USD")


def compiled(name: str) -> configurator.Compiled:
    text = BICYCLE if name == "bicycle" else (DEMO / f"{name}.yaml").read_text("utf-8")
    return compile_model(read_model(text, f"{name}.yaml"), 1, AT)


def parts_of(model: configurator.Compiled, taken: configurator.Picks) -> Counter[str]:
    parts: Counter[str] = Counter()
    for part, quantity in components(model, taken):
        parts[part] += quantity
    return parts


@pytest.mark.parametrize("name", ["bicycle", "notebook-cto", "workstation"])
def test_whatever_was_configured_is_recognized_by_its_parts(name: str) -> None:
    model, dice = compiled(name), random.Random(5)
    for _ in range(12):
        picks: configurator.Picks = ()
        for _ in range(6):
            shown = [
                Pick(one.option_class.name, value.option)
                for one in look(model, picks).classes
                for value in one.values
                if str(value.state) == "possible" and value.option
            ]
            if shown:
                picks = choose(model, picks, dice.choice(shown))
        taken = look(model, complete_with_defaults(model, picks)).taken
        parts = parts_of(model, taken)
        found = recognize(model, parts, "en-US")
        assert parts_of(model, found) == parts
        assert model.engine.consistent(model.encoded.evidence(found))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"TW-GOLD": 1}, "it has no option TW-GOLD."),
        ({"TW-NM-U8": 0}, "still missing: Processor."),
        ({"TW-NP-14-QHD": 0, "TW-NP-16-QHD": 1}, "The display must have the size of the chassis."),
        ({"TW-SO-16": 7}, ""),
        ({"TW-NC-14-SAND": 1}, ""),
    ],
)
def test_parts_that_make_no_kit_are_refused_with_the_reason(change: dict[str, int], told: str) -> None:
    model = compiled("notebook-cto")
    parts = parts_of(model, look(model, complete_with_defaults(model, ())).taken)
    parts.update(Counter(change))
    for part, quantity in change.items():
        if not quantity:
            del parts[part]
    with pytest.raises(configurator.PartsDoNotFit) as refused:
        recognize(model, parts, "en-US")
    assert told in refused.value.text


def test_a_bill_of_material_is_one_document_in_two_forms() -> None:
    model = compiled("notebook-cto")
    bom = bill_of(Composed(model, look(model, complete_with_defaults(model, ())).taken), SETTING, KEY, {"TW-NM-U8": 12_345_000})
    text = to_xml(bom).decode()
    again = from_xml(text)
    assert again == bom and digest(again, KEY) == bom["Digest"]
    assert from_xml(text.replace("ConfiguratorBOM", "ExtractPicks")) == bom
    assert extract(lambda name: model, again, KEY).valid
    forged = from_xml(text.replace('Quantity="1"', 'Quantity="2"', 1))
    with pytest.raises(configurator.BomTampered):
        extract(lambda name: model, forged, KEY)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("<BOM/>", "/BOM"),
        ("<ConfiguratorBOM><Line/></ConfiguratorBOM>", "/ConfiguratorBOM/Line"),
        ("<ConfiguratorBOM><BOMLine><Pick/></BOMLine></ConfiguratorBOM>", "/ConfiguratorBOM/BOMLine/Pick"),
        ('<!DOCTYPE a [<!ENTITY e "x">]><ConfiguratorBOM/>', "document"),
    ],
)
def test_a_malformed_bill_names_the_path(text: str, path: str) -> None:
    with pytest.raises(configurator.BomInvalid) as refused:
        from_xml(text)
    assert refused.value.path == path
