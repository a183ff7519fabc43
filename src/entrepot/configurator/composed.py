"""A configuration with the kits inside it, as one thing: its parts, its lines, its quantities multiplied out.

Each kit has a model of its own and is compiled by itself; only here do they meet. A kit inside a kit stands once in
the bill with how many of it there are, and what it consists of stands below it in whole numbers of the outer kit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from entrepot.configurator.compile import Compiled, option_title
from entrepot.configurator.model import Item, OptionClass, Pick, say
from entrepot.configurator.settle import Picks
from entrepot.kernel.money import format_price

PRICE_SOURCE = "GetItemPrice"
Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Composed:
    """Everything taken in a configuration, and in the kits inside it by the class and option they stand for."""

    compiled: Compiled
    taken: Picks
    kits: Mapping[tuple[str, str], Composed] = field(default_factory=dict)
    configuration_id: str = ""


def parts_in(composed: Composed) -> list[tuple[str, int]]:
    """The parts with their pieces in one whole kit, the kits inside it taken apart."""
    lines, _ = lines_of(composed, {})
    return [(line["ItemID"], int(line["Quantity"])) for line in lines]


def lines_of(composed: Composed, prices: Mapping[str, int], language: str = "") -> tuple[list[Line], list[Line]]:
    """A line per part and a line per kit inside, each below the line of what it belongs to."""
    bill = _Bill(language)
    bill.add(composed, "", 1)
    for line in bill.lines:
        price = prices.get(line["ItemID"])
        line["UnitPrice"] = "" if price is None else format_price(price)
        line["PriceSource"] = "" if price is None else PRICE_SOURCE
    return bill.lines, bill.kits


def picks_of(compiled: Compiled, taken: Picks, language: str) -> list[dict[str, str]]:
    """What was taken, as a bill of material lists it."""
    return [pick_line(pick) | {"Value": option_title(compiled.model, pick.option_class, pick.option, language)} for pick in taken]


def pick_line(pick: Pick) -> dict[str, str]:
    """A pick as documents write it."""
    return {"OptionClass": pick.option_class, "OptionItem": pick.option, "Quantity": str(pick.quantity)}


class _Bill:
    """The lines while they are written."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.lines: list[Line] = []
        self.kits: list[Line] = []

    def add(self, composed: Composed, above: str, times: int) -> None:
        """The lines of a configuration below a line, of which there are so many."""
        compiled = composed.compiled
        of_class: dict[str, str] = {}
        of_option: dict[tuple[str, str], str] = {}
        chosen: dict[str, list[Pick]] = {}
        for pick in composed.taken:
            chosen.setdefault(pick.option_class, []).append(pick)
        for option_class in compiled.model.classes:
            parent = _parent(option_class, of_class, of_option, above)
            of_class[option_class.name] = parent
            pieces = compiled.model.multiplier(option_class) * times
            if option_class.part and _has_choice(compiled, option_class, chosen):
                line = self._line(parent, option_class.name, "", option_class.part)
                self.lines.append({**line, "UnitOfMeasure": option_class.unit, "Quantity": str(pieces), "Required": "Y"})
                of_class[option_class.name] = line["LineId"]
            for pick in chosen.get(option_class.name, ()):
                item = option_class.item(pick.option)
                of_option[pick.option_class, pick.option] = of_class[option_class.name]
                if item is not None and item.part:
                    of_option[pick.option_class, pick.option] = self._item(
                        composed, pick, item, of_class[option_class.name], pick.quantity * pieces
                    )

    def _item(self, composed: Composed, pick: Pick, item: Item, parent: str, pieces: int) -> str:
        """The line of an option, and what a kit inside consists of below it; the line's number."""
        line = self._line(parent, pick.option_class, item.name, item.part)
        line |= {"UnitOfMeasure": item.unit, "Quantity": str(pieces), "Required": "Y" if item.required else "N"}
        inner = composed.kits.get((pick.option_class, item.name)) if item.kit else None
        if inner is None:
            self.lines.append(line)
            return str(line["LineId"])
        line |= {
            "ModelName": inner.compiled.model.name,
            "ModelVersion": str(inner.compiled.version),
            "ConfigurationId": inner.configuration_id,
            "Value": say(inner.compiled.model.words, self.language, item.part),
            "Pick": picks_of(inner.compiled, inner.taken, self.language),
            "Property": [],
        }
        self.kits.append(line)
        self.add(inner, line["LineId"], pieces)
        return str(line["LineId"])

    def _line(self, parent: str, option_class: str, option: str, part: str) -> Line:
        number = str(len(self.lines) + len(self.kits) + 1)
        return {"LineId": number, "ParentLineId": parent, "OptionClass": option_class, "OptionItem": option, "ItemID": part}


def _parent(option_class: OptionClass, of_class: Mapping[str, str], of_option: Mapping[tuple[str, str], str], above: str) -> str:
    if option_class.owner is not None:
        return of_option.get((option_class.owner.option_class, option_class.owner.option), above)
    return of_class.get(option_class.parent, above)


def _has_choice(compiled: Compiled, option_class: OptionClass, chosen: Mapping[str, list[Pick]]) -> bool:
    """A class's own part is in the kit when anything in it or below it is chosen."""
    names = {option_class.name}
    for one in compiled.model.classes:
        if one.parent in names:
            names.add(one.name)
    return any(name in chosen for name in names)
