"""The bill of material: what a configuration consists of, signed, and readable back into its picks.

A kit's parts with their quantity per kit, ratios multiplied out. The digest covers the whole document, so that
what is ordered is exactly what was configured here; prices in it are for comparison and are never charged.
A document of an older model version is not guessed at: the answer says which picks no longer hold.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from entrepot.configurator.compile import Compiled, option_title
from entrepot.configurator.model import OptionClass, Pick, say
from entrepot.configurator.problems import BomInvalid, BomTampered, ConfigurationIncomplete
from entrepot.configurator.session import look, still_holding
from entrepot.configurator.settle import Picks
from entrepot.kernel.money import format_price

Document = dict[str, Any]
PRICE_SOURCE = "GetItemPrice"


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a configuration was made: the kit and its buyer's language and currency."""

    configuration_id: str
    item: str
    organization: str
    language: str
    country: str
    currency: str
    quantity: str = "1"
    base: Picks = ()
    #: Where the choices come from when not from a session here.
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Extracted:
    """The picks in a document; ``lost`` are those that the current model version no longer allows."""

    configuration_id: str
    model: str
    version: int
    current_version: int
    picks: Picks
    lost: Picks

    @property
    def valid(self) -> bool:
        return not self.lost and self.version == self.current_version


def write_bom(
    compiled: Compiled, setting: Setting, picks: Picks, key: bytes | str, prices: Mapping[str, int] | None = None
) -> Document:
    """The signed bill of material of a complete configuration; an incomplete one is refused."""
    view = look(compiled, picks, setting.base)
    if not view.complete:
        names = [compiled.model.find_class(name) for name in view.missing]
        raise ConfigurationIncomplete(
            classes=", ".join(say(one.words, setting.language, one.name) for one in names if one is not None),
            missing=list(view.missing),
        )
    return bill_of(compiled, setting, view.taken, key, prices)


def bill_of(
    compiled: Compiled, setting: Setting, taken: Picks, key: bytes | str, prices: Mapping[str, int] | None = None
) -> Document:
    """The signed bill of material of everything that is taken in a configuration known to be complete."""
    document: Document = {
        "ModelName": compiled.model.name,
        "ModelVersion": str(compiled.version),
        "OrganizationCode": setting.organization,
        "ConfigurationId": setting.configuration_id,
        "ItemID": setting.item,
        "Quantity": setting.quantity,
        "Language": setting.language,
        "Country": setting.country,
        "Currency": setting.currency,
        "IsValid": "Y",
        "BOMLine": _lines(compiled, taken, prices or {}),
        "Pick": [
            {
                "OptionClass": pick.option_class,
                "OptionItem": pick.option,
                "Quantity": str(pick.quantity),
                "Value": option_title(compiled.model, pick.option_class, pick.option, setting.language),
            }
            for pick in taken
        ],
        "Property": [],
    }
    if setting.origin:
        document["Origin"] = setting.origin
    return {**document, "Digest": digest(document, key)}


def digest(document: Mapping[str, Any], key: bytes | str) -> str:
    """The signature over everything in the document except the signature itself."""
    body = msgspec.json.encode({name: value for name, value in document.items() if name != "Digest"}, order="deterministic")
    return hmac.new(key.encode() if isinstance(key, str) else key, b"bom:" + body, hashlib.sha256).hexdigest()


def read_bom(document: Mapping[str, Any], key: bytes | str) -> tuple[str, int, Picks]:
    """Model, version and picks of a document that this configurator wrote; refuses any other."""
    signature = document.get("Digest")
    if not isinstance(signature, str) or not hmac.compare_digest(signature.encode(), digest(document, key).encode()):
        raise BomTampered()
    picks = []
    for place, pick in enumerate(document.get("Pick", ())):
        try:
            picks.append(Pick(str(pick["OptionClass"]), str(pick["OptionItem"]), int(pick["Quantity"])))
        except (KeyError, TypeError, ValueError):
            raise BomInvalid(path=f"Pick/{place}", problem="a pick names a class, an option and a quantity") from None
    try:
        return str(document["ModelName"]), int(document["ModelVersion"]), tuple(picks)
    except (KeyError, ValueError):
        raise BomInvalid(path="ModelVersion", problem="the document names a model and its version") from None


def extract(compiled: Compiled, document: Mapping[str, Any], key: bytes | str) -> Extracted:
    """The picks of a document checked against a model version: which still hold and which do not."""
    model, version, picks = read_bom(document, key)
    if model != compiled.model.name:
        raise BomInvalid(path="ModelName", problem=f"the kit is configured with {compiled.model.name} now, not with {model}")
    kept, lost = still_holding(compiled, picks)
    return Extracted(str(document.get("ConfigurationId", "")), model, version, compiled.version, kept, lost)


def answer_of(found: Extracted, document: Mapping[str, Any]) -> Document:
    """What extractPicksFromConfigurationBOM answers: the picks to reopen the kit from, and what no longer holds."""
    carried = ("OrganizationCode", "ItemID", "Quantity", "Language", "Country", "Currency")
    answer: Document = {
        "ModelName": found.model,
        "ModelVersion": str(found.version),
        "CurrentModelVersion": str(found.current_version),
        "ConfigurationId": found.configuration_id,
        "IsValid": "N" if found.lost else "Y",
        **{name: str(document.get(name, "")) for name in carried},
        "Pick": [pick_document(pick) for pick in found.picks],
    }
    return answer | ({"NoLongerHolds": [str(one) for one in found.lost]} if found.lost else {})


def pick_document(pick: Pick) -> dict[str, str]:
    return {"OptionClass": pick.option_class, "OptionItem": pick.option, "Quantity": str(pick.quantity)}


def components(compiled: Compiled, taken: Picks) -> list[tuple[str, int]]:
    """The parts of what is taken with their quantity per kit, for asking a price before there is a document."""
    parts = compiled.kept.get("parts", None, lambda: _parts(compiled))
    if parts is None:
        return [(line["ItemID"], int(line["Quantity"])) for line in _lines(compiled, taken, {})]
    return [part for part in map(parts.get, taken) if part is not None]


def _parts(compiled: Compiled) -> dict[Pick, tuple[str, int]] | None:
    """The part and the quantity that each pick brings; None where classes have parts of their own."""
    if any(one.part for one in compiled.model.classes):
        return None
    multiplier = {one.name: compiled.model.multiplier(one) for one in compiled.model.classes}
    return {
        Pick(row.option_class.name, row.name, quantity): (row.item.part, quantity * multiplier[row.option_class.name])
        for row in compiled.columns.options
        if row.item is not None and row.item.part
        for quantity in row.quantities
    }


def _lines(compiled: Compiled, taken: Picks, prices: Mapping[str, int]) -> list[dict[str, str]]:
    """A line per part, below the line of the class or option it belongs to."""
    lines: list[dict[str, str]] = []
    of_class: dict[str, str] = {}
    of_option: dict[tuple[str, str], str] = {}
    chosen: dict[str, list[Pick]] = {}
    for pick in taken:
        chosen.setdefault(pick.option_class, []).append(pick)
    for option_class in compiled.model.classes:
        parent = _parent(option_class, of_class, of_option)
        of_class[option_class.name] = parent
        multiplier = compiled.model.multiplier(option_class)
        if option_class.part and _has_choice(compiled, option_class, chosen):
            line = _line(len(lines) + 1, parent, option_class.name, "", option_class.part)
            lines.append({**line, "UnitOfMeasure": option_class.unit, "Quantity": str(multiplier), "Required": "Y"})
            of_class[option_class.name] = lines[-1]["LineId"]
        for pick in chosen.get(option_class.name, ()):
            item = option_class.item(pick.option)
            of_option[pick.option_class, pick.option] = of_class[option_class.name]
            if item is None or not item.part:
                continue
            line = _line(len(lines) + 1, of_class[option_class.name], option_class.name, item.name, item.part)
            line |= {
                "UnitOfMeasure": item.unit,
                "Quantity": str(pick.quantity * multiplier),
                "Required": "Y" if item.required else "N",
            }
            lines.append(line)
            of_option[pick.option_class, pick.option] = line["LineId"]
    for line in lines:
        price = prices.get(line["ItemID"])
        line["UnitPrice"] = "" if price is None else format_price(price)
        line["PriceSource"] = "" if price is None else PRICE_SOURCE
    return lines


def _line(number: int, parent: str, option_class: str, option: str, part: str) -> dict[str, str]:
    return {"LineId": str(number), "ParentLineId": parent, "OptionClass": option_class, "OptionItem": option, "ItemID": part}


def _parent(option_class: OptionClass, of_class: Mapping[str, str], of_option: Mapping[tuple[str, str], str]) -> str:
    if option_class.owner is not None:
        return of_option.get((option_class.owner.option_class, option_class.owner.option), "")
    return of_class.get(option_class.parent, "")


def _has_choice(compiled: Compiled, option_class: OptionClass, chosen: Mapping[str, list[Pick]]) -> bool:
    """A class's own part is in the kit when anything in it or below it is chosen."""
    names = {option_class.name}
    for one in compiled.model.classes:
        if one.parent in names:
            names.add(one.name)
    return any(name in chosen for name in names)
