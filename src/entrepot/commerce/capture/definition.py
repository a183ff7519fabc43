"""The definition of a configured kit as another system sends it: fields, an XML document, or both.

What the document says wins over the fields; where it is silent the fields count. A malformed definition is refused
whole, with the path of what is wrong. Prices in it are kept for comparison and never charged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from lxml import etree

from entrepot.kernel.errors import Error, Invalid
from entrepot.kernel.money import parse_price
from entrepot.kernel.xml import XmlInvalid, attributes, children, path_of, read_xml

MAX_ID = 128
MAX_DEPTH = 8
MAX_LEAVES = 200
#: The lines of a bill of material that are looked at: parts, classes with a part of their own, kits inside.
MOST_LINES = 2_000
_ROOT = ("ConfigurationId", "DynamicKitId", "DynamicKitPartNumber", "ReferenceId", "ConfiguratorURL", "WCSURL")
_COMPONENT = ("WCSItemId", "WCSPartNumber", "MemberId", "Quantity", "UnitPrice", "Required")


class ConfigurationInvalid(Invalid):
    code = "CONFIGURATION_INVALID"
    message = "{path}: {problem}"


class ConfigurationIdMissing(ConfigurationInvalid):
    code = "CONFIGURATION_ID_MISSING"


class NoComponent(ConfigurationInvalid):
    code = "NO_COMPONENT"


class ComponentKey(ConfigurationInvalid):
    code = "COMPONENT_KEY"


class KitTooDeep(ConfigurationInvalid):
    code = "KIT_TOO_DEEP"


class CurrencyMismatch(ConfigurationInvalid):
    code = "CURRENCY_MISMATCH"


class BadValue(ConfigurationInvalid):
    code = "BAD_VALUE"


class ComponentFields(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A component as fields: an item by its number or its id; ``components`` where it is a kit of its own."""

    part_number: str = ""
    entry_id: int | None = None
    member_id: int | None = None
    quantity: str = "1"
    unit_price: str = ""
    required: bool = True
    components: tuple[ComponentFields, ...] = ()


class DefinitionFields(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A definition as fields, with the document beside it where there is one."""

    configuration_id: str = ""
    part_number: str = ""
    entry_id: int | None = None
    currency: str = ""
    components: tuple[ComponentFields, ...] = ()
    xml_configuration: str | None = None


@dataclass(frozen=True, slots=True)
class ComponentDefinition:
    """A component as it was defined, by entry id or part number, and where in the definition it stands."""

    path: str
    entry_id: int | None
    part_number: str
    member_id: int | None
    quantity: str
    required: bool
    unit_price: int | None
    components: tuple[ComponentDefinition, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """What a document, the fields or both say, not yet looked up in the catalog; empty where they are silent.

    ``addresses`` are those it names, to be allowed or not.
    """

    id: str = ""
    entry_id: int | None = None
    part_number: str = ""
    currency: str = ""
    components: tuple[ComponentDefinition, ...] = ()
    addresses: tuple[str, ...] = ()


def read_definition(fields: DefinitionFields, currency: str | None) -> Definition:
    """The definition in fields and document, for a cart in a currency; without one its prices may be in any."""
    said, told = _of_fields(fields), Definition()
    if fields.xml_configuration is not None:
        told = _of_document(fields.xml_configuration)
    identity = told.id or said.id
    if not 0 < len(identity) <= MAX_ID:
        raise ConfigurationIdMissing(
            path="/Configuration/@ConfigurationId", problem=f"a configuration has an id of 1 to {MAX_ID} characters."
        )
    components = told.components or said.components
    if not components:
        raise NoComponent(path="/Configuration/ComponentList", problem="a configuration has at least one component.")
    if _leaves(components) > MAX_LEAVES:
        raise KitTooDeep(path="/Configuration/ComponentList", problem=f"a kit consists of at most {MAX_LEAVES} components.")
    stated = told.currency or said.currency
    if _priced(components) and not stated:
        raise CurrencyMismatch(path="/Configuration/ComponentList/@Currency", problem="prices need their currency.")
    if stated and currency is not None and stated != currency:
        raise CurrencyMismatch(path="/Configuration/ComponentList/@Currency", problem=f"the cart is in {currency}.")
    named = told if told.entry_id is not None or told.part_number else said
    if named.entry_id is None and not named.part_number:
        raise ConfigurationInvalid(path="/Configuration/@DynamicKitId", problem="say which kit this is a configuration of.")
    return Definition(identity, named.entry_id, named.part_number, currency or stated, components, told.addresses)


def definition_of_bill(bill: Mapping[str, Any]) -> DefinitionFields:
    """The definition in a bill of material as a configurator like ours writes it: its parts, kits inside with theirs.

    Lines tell quantities in the whole kit, a definition those in one of the kit around; what is not a whole number of times
    in it, or below a line that is not there, is refused with its place.
    """
    kits = {str(one.get("LineId")): one for one in _rows(bill, "NestedKit")}
    above = {str(one.get("LineId")): str(one.get("ParentLineId", "")) for one in (*_rows(bill, "BOMLine"), *kits.values())}
    if len(above) > MOST_LINES:
        raise KitTooDeep(path="BOMLine", problem=f"a bill of material has at most {MOST_LINES} lines.")
    parts: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for name, rows in (("BOMLine", _rows(bill, "BOMLine")), ("NestedKit", list(kits.values()))):
        for place, line in enumerate(rows):
            if line.get("ItemID"):
                parts.setdefault(_kit_around(line, kits, above, f"{name}/{place}"), []).append((f"{name}/{place}", line))
    components = _billed(parts, "", 1, 1)
    if _size(components) != sum(map(len, parts.values())):
        raise BadValue(path="NestedKit", problem="every kit inside is expected to be below another line, none below itself.")
    identity, item, currency = (str(bill.get(name, "")) for name in ("ConfigurationId", "ItemID", "Currency"))
    return DefinitionFields(identity, item, currency=currency, components=components)


def _billed(
    parts: Mapping[str, Sequence[tuple[str, Mapping[str, Any]]]], kit: str, times: int, depth: int
) -> tuple[ComponentFields, ...]:
    _check_depth(depth, "NestedKit")
    found = []
    for place, line in parts.get(kit, ()):
        pieces = _whole(str(line.get("Quantity", "")), f"{place}/Quantity") or 0
        if pieces < 1 or pieces % times:
            raise BadValue(path=f"{place}/Quantity", problem=f"a whole number of times {times} is expected.")
        below = _billed(parts, str(line.get("LineId")), pieces, depth + 1) if place.startswith("NestedKit") else ()
        found.append(
            ComponentFields(
                part_number=str(line["ItemID"]),
                quantity=str(pieces // times),
                unit_price=str(line.get("UnitPrice", "")),
                required=line.get("Required", "Y") != "N",
                components=below,
            )
        )
    return tuple(found)


def _kit_around(line: Mapping[str, Any], kits: Mapping[str, Any], above: Mapping[str, str], path: str) -> str:
    """The line of the kit that a line is a part of; none for the outermost. Lines in a circle are below nothing."""
    parent = str(line.get("ParentLineId", ""))
    for _ in range(len(above) + 1):
        if parent in kits or not parent:
            return parent
        parent = above.get(parent, "?")
    raise BadValue(path=f"{path}/ParentLineId", problem="a line of the same bill of material is expected.")


def _rows(bill: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = bill.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        raise BadValue(path=name, problem="a list of lines is expected.")
    return rows


def _of_fields(fields: DefinitionFields) -> Definition:
    components = tuple(_component(one, f"components/{place}") for place, one in enumerate(fields.components))
    return Definition(fields.configuration_id.strip(), fields.entry_id, fields.part_number.strip(), fields.currency, components)


def _component(fields: ComponentFields, path: str, depth: int = 1) -> ComponentDefinition:
    _check_depth(depth, path)
    below = tuple(_component(one, f"{path}/components/{place}", depth + 1) for place, one in enumerate(fields.components))
    return _defined(path, fields, below)


def _of_document(text: str) -> Definition:
    try:
        root = read_xml(text)
        if root.tag != "Configuration":
            raise XmlInvalid(path=path_of(root), problem="the document is expected to be a Configuration.")
        values = attributes(root, *_ROOT)
        lists = children(root, "ComponentList")
        if len(lists) > 1:
            raise XmlInvalid(path=path_of(lists[1]), problem="there is one ComponentList.")
        currency = attributes(lists[0], "Currency").get("Currency", "") if lists else ""
        components = _listed(lists[0]) if lists else ()
    except XmlInvalid as error:
        raise ConfigurationInvalid(path=error.path, problem=str(error.problem)) from None
    return Definition(
        values.get("ConfigurationId", "").strip(),
        _whole(values.get("DynamicKitId"), "/Configuration/@DynamicKitId"),
        values.get("DynamicKitPartNumber", "").strip(),
        currency,
        components,
        tuple(values[name] for name in ("ConfiguratorURL", "WCSURL") if values.get(name)),
    )


def _listed(element: etree._Element, depth: int = 1) -> tuple[ComponentDefinition, ...]:
    _check_depth(depth, path_of(element))
    found = []
    for one in children(element, "Component"):
        path, values = path_of(one), attributes(one, *_COMPONENT)
        inner = children(one, "ComponentList")
        if values.get("Required", "Y") not in ("Y", "N"):
            raise BadValue(path=f"{path}/@Required", problem="write Y or N.")
        fields = ComponentFields(
            part_number=values.get("WCSPartNumber", ""),
            entry_id=_whole(values.get("WCSItemId"), f"{path}/@WCSItemId"),
            member_id=_whole(values.get("MemberId"), f"{path}/@MemberId"),
            quantity=values.get("Quantity", ""),
            unit_price=values.get("UnitPrice", ""),
            required=values.get("Required", "Y") == "Y",
        )
        found.append(_defined(path, fields, tuple(part for each in inner for part in _listed(each, depth + 1))))
    return tuple(found)


def _defined(path: str, fields: ComponentFields, below: tuple[ComponentDefinition, ...]) -> ComponentDefinition:
    part_number = fields.part_number.strip()
    if (fields.entry_id is None) == (not part_number):
        raise ComponentKey(path=path, problem="name the item by its id or by its part number, one of them.")
    try:
        unit_price = parse_price(fields.unit_price) if fields.unit_price else None
    except Error:
        raise BadValue(path=f"{path}/@UnitPrice", problem="write a price such as 55 or 55.90.") from None
    return ComponentDefinition(
        path, fields.entry_id, part_number, fields.member_id, fields.quantity, fields.required, unit_price, below
    )


def _whole(text: str | None, path: str) -> int | None:
    if text is None or text == "":
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise BadValue(path=path, problem="a whole number is expected.")
    return int(text)


def _check_depth(depth: int, path: str) -> None:
    if depth > MAX_DEPTH:
        raise KitTooDeep(path=path, problem=f"kits are nested at most {MAX_DEPTH} deep.")


def _leaves(components: Sequence[ComponentDefinition]) -> int:
    return sum(_leaves(one.components) if one.components else 1 for one in components)


def _size(components: Sequence[ComponentFields]) -> int:
    return sum(1 + _size(one.components) for one in components)


def _priced(components: Sequence[ComponentDefinition]) -> bool:
    return any(one.unit_price is not None or _priced(one.components) for one in components)
