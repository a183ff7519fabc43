"""The bill of material: what a configuration consists of, signed, and readable back into its picks.

A kit's parts with their quantity per kit, ratios multiplied out. The digest covers the whole document, so that
what is ordered is exactly what was configured here; prices in it are for comparison and are never charged.
A document of an older model version is not guessed at: the answer says which picks no longer hold.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from entrepot.configurator.compile import Compiled
from entrepot.configurator.composed import Composed, lines_of, parts_in, pick_line, picks_of
from entrepot.configurator.model import Pick
from entrepot.configurator.problems import BomInvalid, BomTampered
from entrepot.configurator.session import look, still_holding
from entrepot.configurator.settle import Picks
from entrepot.kernel.seal import sign

Document = dict[str, Any]


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
class ExtractedKit:
    """A kit inside, checked against its own model of today."""

    read: ReadKit
    current_version: int
    picks: Picks
    lost: Picks
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extracted:
    """The picks in a document; ``lost`` are those that the current model does not allow, ``missing`` what it asks besides."""

    configuration_id: str
    model: str
    version: int
    current_version: int
    picks: Picks
    lost: Picks
    missing: tuple[str, ...] = ()
    kits: tuple[ExtractedKit, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether what was configured can still be had."""
        return not self.no_longer

    @property
    def valid(self) -> bool:
        """Whether it holds and nothing was published since."""
        return self.holds and (self.version, *(kit.read.version for kit in self.kits)) == (
            self.current_version,
            *(kit.current_version for kit in self.kits),
        )

    @property
    def no_longer(self) -> tuple[str, ...]:
        """What no longer holds, and what would have to be chosen besides; of a kit inside with its part number."""
        found = [*map(str, self.lost), *self.missing]
        for kit in self.kits:
            found += [f"{kit.read.item}: {one}" for one in (*map(str, kit.lost), *kit.missing)]
        return tuple(found)


def bill_of(composed: Composed, setting: Setting, key: bytes | str, prices: Mapping[str, int] | None = None) -> Document:
    """The signed bill of material of a configuration known to be complete."""
    compiled = composed.compiled
    lines, kits = lines_of(composed, prices or {}, setting.language)
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
        "BOMLine": lines,
        "Pick": picks_of(compiled, composed.taken, setting.language),
        "Property": [],
    }
    if kits:
        document["NestedKit"] = kits
    if setting.origin:
        document["Origin"] = setting.origin
    return {**document, "Digest": digest(document, key)}


def digest(document: Mapping[str, Any], key: bytes | str) -> str:
    """The signature over everything in the document except the signature itself."""
    body = msgspec.json.encode({name: value for name, value in document.items() if name != "Digest"}, order="deterministic")
    return sign(key, "bom", body).hex()


@dataclass(frozen=True, slots=True)
class Read:
    """What a document of this configurator says: its model, the picks, and the kits inside by their line."""

    model: str
    version: int
    picks: Picks
    kits: tuple[ReadKit, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadKit:
    """A kit inside: its line, the kit it is in (none: the outermost), the class and option it stands for, what it is."""

    line: str
    parent: str
    within: str
    place: tuple[str, str]
    item: str
    model: str
    version: int
    picks: Picks


def read_bom(document: Mapping[str, Any], key: bytes | str) -> Read:
    """Model, version and picks of a document that this configurator wrote; refuses any other."""
    signature = document.get("Digest")
    if not isinstance(signature, str) or not hmac.compare_digest(signature.encode(), digest(document, key).encode()):
        raise BomTampered()
    inside = document.get("NestedKit", ())
    above = _above(document)
    lines = {kit["LineId"] for kit in inside}
    kits = []
    for place, kit in enumerate(inside):
        model, version, picks = _named(kit, f"NestedKit/{place}/")
        within = _nearest(above, lines, kit["LineId"])
        where = (kit["OptionClass"], kit["OptionItem"])
        kits.append(ReadKit(kit["LineId"], kit["ParentLineId"], within, where, kit["ItemID"], model, version, picks))
    return Read(*_named(document, ""), tuple(kits))


def _named(document: Mapping[str, Any], path: str) -> tuple[str, int, Picks]:
    picks = []
    for place, pick in enumerate(document.get("Pick", ())):
        try:
            picks.append(Pick(str(pick["OptionClass"]), str(pick["OptionItem"]), int(pick["Quantity"])))
        except (KeyError, TypeError, ValueError):
            raise BomInvalid(path=f"{path}Pick/{place}", problem="a pick names a class, an option and a quantity") from None
    try:
        return str(document["ModelName"]), int(document["ModelVersion"]), tuple(picks)
    except (KeyError, ValueError):
        raise BomInvalid(path=f"{path}ModelVersion", problem="the document names a model and its version") from None


def _above(document: Mapping[str, Any]) -> dict[str, str]:
    """The line that each line stands below."""
    lines = (*document.get("BOMLine", ()), *document.get("NestedKit", ()))
    return {line["LineId"]: line["ParentLineId"] for line in lines}


def _nearest(above: Mapping[str, str], kits: Container[str], line: str) -> str:
    """The kit inside that a line stands below, however many lines lie between; none for the kit itself."""
    within = above[line]
    while within and within not in kits:
        within = above[within]
    return within


def choices_in(document: Mapping[str, Any]) -> list[str]:
    """The choices of a document as a launch names them, those of a kit inside behind its place: ``notebook.cto > board.u8``."""
    ways = {"": ""}
    above = _above(document)
    found = [_choice(pick) for pick in document["Pick"]]
    for kit in document.get("NestedKit", ()):
        within = _nearest(above, ways, kit["LineId"])
        ways[kit["LineId"]] = f"{ways[within]}{kit['OptionClass']}.{kit['OptionItem']} > "
        found += [ways[kit["LineId"]] + _choice(pick) for pick in kit["Pick"]]
    return found


def _choice(pick: Mapping[str, str]) -> str:
    return f"{pick['Quantity']} x {pick['OptionClass']}.{pick['OptionItem']}"


Find = Callable[[str], Compiled]


def extract(find: Find, document: Mapping[str, Any], key: bytes | str, model: str = "") -> Extracted:
    """The picks of a document checked against the models of today, the kits inside it too: which hold, which do not.

    ``find`` finds a model; ``model`` is the one the kit has now, without it the one that the document names counts.
    """
    read = read_bom(document, key)
    if model and read.model != model:
        raise BomInvalid(path="ModelName", problem=f"the kit is configured with {model} now, not with {read.model}")
    compiled = find(read.model)
    kept, lost, missing = _checked(compiled, read, read.picks, "")
    kits = []
    for kit in read.kits:
        inner = find(kit.model)
        kits.append(ExtractedKit(kit, inner.version, *_checked(inner, read, kit.picks, kit.line)))
    identity = str(document.get("ConfigurationId", ""))
    return Extracted(identity, read.model, read.version, compiled.version, kept, lost, missing, tuple(kits))


def _checked(compiled: Compiled, read: Read, picks: Picks, line: str) -> tuple[Picks, Picks, tuple[str, ...]]:
    """The picks that hold, those that do not, and what the model of today asks besides; ``line`` is the kit they are of."""
    kept, lost = still_holding(compiled, picks)
    inside = {kit.place: kit.model for kit in read.kits if kit.within == line}
    for pick in kept:
        item = compiled.model.item(pick)
        model = item.kit.model if item is not None and item.kit is not None else None
        if inside.get((pick.option_class, pick.option)) != model:
            lost = (*lost, pick)
    return kept, lost, look(compiled, kept).missing


def answer_of(found: Extracted, document: Mapping[str, Any]) -> Document:
    """What extractPicksFromConfigurationBOM answers: the picks to reopen the kit from, and what no longer holds."""
    carried = ("OrganizationCode", "ItemID", "Quantity", "Language", "Country", "Currency")
    answer: Document = {
        "ModelName": found.model,
        "ModelVersion": str(found.version),
        "CurrentModelVersion": str(found.current_version),
        "ConfigurationId": found.configuration_id,
        "IsValid": "Y" if found.holds else "N",
        **{name: str(document.get(name, "")) for name in carried},
        "Pick": [pick_line(pick) for pick in found.picks],
    }
    if found.kits:
        answer["NestedKit"] = [
            {
                "LineId": kit.read.line,
                "ParentLineId": kit.read.parent,
                "OptionClass": kit.read.place[0],
                "OptionItem": kit.read.place[1],
                "ItemID": kit.read.item,
                "ModelName": kit.read.model,
                "ModelVersion": str(kit.read.version),
                "CurrentModelVersion": str(kit.current_version),
                "Pick": [pick_line(pick) for pick in kit.picks],
            }
            for kit in found.kits
        ]
    return answer | ({"NoLongerHolds": list(found.no_longer)} if found.no_longer else {})


def components(compiled: Compiled, taken: Picks) -> list[tuple[str, int]]:
    """The parts of what is taken with their quantity per kit, for asking a price before there is a document."""
    parts = compiled.kept.get("parts", None, lambda: _parts(compiled))
    if parts is None:
        return parts_in(Composed(compiled, taken))
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
