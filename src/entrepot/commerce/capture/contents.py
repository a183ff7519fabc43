"""What a kit in the cart or in an order consists of, as the tree it is.

A line's components are flat, in pieces of the whole kit: that is what is priced, reserved and taken from stock. Which of
them belong to a kit inside the kit stands in the bill of material beside them; here the two are put together again.
"""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.commerce.capture.order import Component, OrderLine
from entrepot.kernel.quantity import Step


@dataclass(frozen=True, slots=True)
class Content:
    """A component, or a kit inside with what is in it; ``quantity`` is in one whole kit, in steps."""

    part_number: str
    name: str
    quantity: int
    step: Step
    required: bool
    component: Component | None = None
    parts: tuple[Content, ...] = ()


def contents(line: OrderLine) -> tuple[Content, ...]:
    """What a line consists of, in the order of its bill of material; without one, its components side by side.

    A kit inside that has no component, because nothing in it is a part, is not told.
    """
    document = line.configuration or {}
    kits = {kit["LineId"]: kit for kit in document.get("NestedKit", ())}
    rows = [row for row in document.get("BOMLine", ()) if row.get("ItemID")]
    if not kits or len(rows) != len(line.components):
        return tuple(map(_leaf, line.components))
    above = {row["LineId"]: row["ParentLineId"] for row in (*document["BOMLine"], *kits.values())}
    inside: dict[str, list[tuple[int, Content]]] = {}
    for row, component in zip(rows, line.components, strict=True):
        inside.setdefault(_kit_of(row["LineId"], above, kits), []).append((int(row["LineId"]), _leaf(component)))
    for number in sorted(kits, key=int, reverse=True):  # A kit stands before what is in it: innermost first.
        kit, own = kits[number], inside.pop(number, [])
        if own:
            name = str(kit.get("Value") or kit["ItemID"])
            step = Step(unit=str(kit.get("UnitOfMeasure") or Step().unit))
            required = kit.get("Required", "Y") != "N"
            made = Content(kit["ItemID"], name, int(kit["Quantity"]), step, required, None, _in_order(own))
            inside.setdefault(_kit_of(number, above, kits), []).append((int(number), made))
    return _in_order(inside.get("", []))


def _leaf(component: Component) -> Content:
    return Content(component.part_number, component.name, component.quantity, component.step, component.required, component)


def _kit_of(number: str, above: dict[str, str], kits: dict[str, dict[str, object]]) -> str:
    """The kit inside that a line stands in, however many lines lie between; nothing for the kit itself."""
    number = above[number]
    while number and number not in kits:
        number = above[number]
    return number


def _in_order(numbered: list[tuple[int, Content]]) -> tuple[Content, ...]:
    return tuple(content for _, content in sorted(numbered, key=lambda pair: pair[0]))
