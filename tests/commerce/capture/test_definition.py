"""A definition of a configured kit comes as fields, as a document, or both; a malformed one names the path."""

from __future__ import annotations

import pytest

from entrepot.commerce.capture import ComponentFields, DefinitionFields, read_definition
from entrepot.commerce.capture.definition import MAX_LEAVES
from entrepot.kernel.errors import Invalid

LIST = '<ComponentList Currency="CAD">{}</ComponentList>'
ROOT = '<Configuration ConfigurationId="250" DynamicKitId="15555">{}</Configuration>'
ONE = '<Component WCSItemId="1111" Quantity="5" UnitPrice="50"/>'
PUBLISHED = ROOT.format(
    LIST.format(
        ONE
        + '<Component WCSPartNumber="ABC-1112" MemberId="15" Quantity="6" UnitPrice="55"/>'
        + '<Component WCSItemId="1113" Quantity="7" UnitPrice="60" Required="N"/>'
    )
)


def nested(depth: int) -> str:
    inner = ONE.replace('UnitPrice="50"', "")
    for _ in range(depth - 1):
        inner = f'<Component WCSItemId="7" Quantity="1"><ComponentList>{inner}</ComponentList></Component>'
    return ROOT.format(f"<ComponentList>{inner}</ComponentList>")


def test_the_published_example_is_read() -> None:
    read = read_definition(DefinitionFields(xml_configuration=PUBLISHED), "CAD")
    assert (read.id, read.entry_id, read.currency) == ("250", 15555, "CAD")
    assert [(one.entry_id, one.part_number, one.quantity, one.required, one.unit_price) for one in read.components] == [
        (1111, "", "5", True, 5_000_000),
        (None, "ABC-1112", "6", True, 5_500_000),
        (1113, "", "7", False, 6_000_000),
    ]
    assert read.components[1].member_id == 15 and read.components[1].path == "/Configuration/ComponentList/Component[2]"


def test_the_document_wins_and_the_fields_say_what_it_leaves_open() -> None:
    fields = DefinitionFields(
        configuration_id="from-fields",
        part_number="KIT",
        components=(ComponentFields(part_number="FIELD"),),
        xml_configuration='<Configuration ConfigurationId="from-document"/>',
    )
    read = read_definition(fields, "EUR")
    assert (read.id, read.part_number, read.components[0].part_number) == ("from-document", "KIT", "FIELD")
    wins = read_definition(DefinitionFields("x", "KIT", components=fields.components, xml_configuration=PUBLISHED), "CAD")
    assert (wins.id, wins.entry_id, wins.part_number, len(wins.components)) == ("250", 15555, "", 3)


@pytest.mark.parametrize(
    ("document", "code", "path"),
    [
        ("", "CONFIGURATION_INVALID", "line 1"),
        ("<Configuration", "CONFIGURATION_INVALID", "line 1"),
        ("<Order/>", "CONFIGURATION_INVALID", "/Order"),
        ('<!DOCTYPE x [<!ENTITY e "1">]>' + PUBLISHED, "CONFIGURATION_INVALID", "document"),
        (PUBLISHED.replace("250", ""), "CONFIGURATION_ID_MISSING", "/Configuration/@ConfigurationId"),
        (PUBLISHED.replace("250", "9" * 129), "CONFIGURATION_ID_MISSING", "/Configuration/@ConfigurationId"),
        (PUBLISHED.replace('DynamicKitId="15555"', ""), "CONFIGURATION_INVALID", "/Configuration/@DynamicKitId"),
        (PUBLISHED.replace("15555", "kit"), "BAD_VALUE", "/Configuration/@DynamicKitId"),
        (PUBLISHED.replace("DynamicKitId", "KitId"), "CONFIGURATION_INVALID", "/Configuration/@KitId"),
        (ROOT.format(""), "NO_COMPONENT", "/Configuration/ComponentList"),
        (ROOT.format("<ComponentList/>"), "NO_COMPONENT", "/Configuration/ComponentList"),
        (ROOT.format("<Parts/>"), "CONFIGURATION_INVALID", "/Configuration/Parts"),
        (ROOT.format("<ComponentList/><ComponentList/>"), "CONFIGURATION_INVALID", "/Configuration/ComponentList[2]"),
        (PUBLISHED.replace('WCSItemId="1113"', ""), "COMPONENT_KEY", "/Configuration/ComponentList/Component[3]"),
        (PUBLISHED.replace('MemberId="15"', 'WCSItemId="1"'), "COMPONENT_KEY", "/Configuration/ComponentList/Component[2]"),
        (PUBLISHED.replace('Required="N"', 'Required="no"'), "BAD_VALUE", "/Configuration/ComponentList/Component[3]/@Required"),
        (PUBLISHED.replace('"55"', '"cheap"'), "BAD_VALUE", "/Configuration/ComponentList/Component[2]/@UnitPrice"),
        (PUBLISHED.replace('Currency="CAD"', ""), "CURRENCY_MISMATCH", "/Configuration/ComponentList/@Currency"),
        (PUBLISHED.replace("CAD", "USD"), "CURRENCY_MISMATCH", "/Configuration/ComponentList/@Currency"),
        (nested(9), "KIT_TOO_DEEP", ""),
        (ROOT.format(LIST.format(ONE * (MAX_LEAVES + 1))), "KIT_TOO_DEEP", "/Configuration/ComponentList"),
        (PUBLISHED + " " * 1_000_000, "CONFIGURATION_INVALID", "document"),
    ],
)
def test_a_malformed_document_is_refused_with_its_path(document: str, code: str, path: str) -> None:
    fields = DefinitionFields(xml_configuration=document)
    with pytest.raises(Invalid) as refused:
        read_definition(fields, "CAD")
    assert (refused.value.code, refused.value.path.startswith(path)) == (code, True), refused.value.text


def test_eight_levels_are_read_and_nine_of_fields_are_not() -> None:
    assert read_definition(DefinitionFields(xml_configuration=nested(8)), "CAD").components[0].entry_id == 7
    fields = ComponentFields(part_number="LEAF")
    for _ in range(8):
        fields = ComponentFields(part_number="KIT", components=(fields,))
    with pytest.raises(Invalid) as refused:
        read_definition(DefinitionFields("250", "KIT", components=(fields,)), "CAD")
    assert refused.value.code == "KIT_TOO_DEEP" and refused.value.path.startswith("components/0/components/0")
