"""What kits consist of, down to what lies on a shelf.

A static kit and a configured kit are taken apart, a prebuilt kit and an item are not: their own stock counts.
Quantities are whole steps of the component and multiply on the way down; the same component reached twice adds
up. Eight levels and two hundred leaves are the most; a kit that contains itself is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.catalog.entry import EntryType, KitInventory
from entrepot.commerce.catalog.entry_tables import catalog_entry, catalog_entry_relation
from entrepot.commerce.catalog.facts import step_of
from entrepot.kernel.db import any_of
from entrepot.kernel.errors import Refused

DEEPEST = 8
MOST_LEAVES = 200
#: Relation types that make a kit's content. A product's items and a bundle's suggestions are not content.
CONTENT = ("package_component", "dynamic_kit_component", "pdk_component")


@dataclass(frozen=True, slots=True)
class Component:
    """A direct component: so many whole steps of it in one of its kit."""

    entry_id: int
    part_number: str
    type: EntryType
    kit_inventory: KitInventory | None
    quantity: int
    sequence: float = 0.0


@dataclass(frozen=True, slots=True)
class Leaf:
    """Something with stock of its own that one kit needs so many steps of."""

    entry_id: int
    part_number: str
    quantity: int


class KitCycle(Refused):
    code = "KIT_CYCLE"
    message = "The kit contains itself: {loop}."


class KitTooDeep(Refused):
    code = "KIT_TOO_DEEP"
    message = "A kit may be nested 8 levels deep and consist of 200 components at most."


def _parts(types: tuple[str, ...]) -> sa.Select[Any]:
    return (
        sa.select(
            catalog_entry_relation.c.parent_id,
            catalog_entry_relation.c.quantity,
            catalog_entry_relation.c.sequence,
            *(
                catalog_entry.c[name]
                for name in ("id", "part_number", "type", "kit_inventory", "quantity_multiple", "quantity_unit")
            ),
        )
        .join(catalog_entry, catalog_entry.c.id == catalog_entry_relation.c.child_id)
        .where(any_of(catalog_entry_relation.c.parent_id, "parents"), catalog_entry_relation.c.type.in_(types))
        .order_by(catalog_entry_relation.c.sequence, catalog_entry.c.part_number)
    )


_content, _members = _parts(CONTENT), _parts(("bundle_component",))


def content_of(conn: Connection, entry_ids: Iterable[int]) -> dict[int, tuple[Component, ...]]:
    """The direct components of each kit, as the catalog defines them."""
    found: dict[int, list[Component]] = {}
    for found_row in conn.execute(_content, {"parents": list(entry_ids)}).mappings():
        row = dict(found_row)
        found.setdefault(row["parent_id"], []).append(_component(row))
    return {kit: tuple(components) for kit, components in found.items()}


def members_of(conn: Connection, bundle_id: int) -> tuple[Component, ...]:
    """What a bundle suggests, in its sequence: items, and products that still need their attributes."""
    return tuple(_component(dict(row)) for row in conn.execute(_members, {"parents": [bundle_id]}).mappings())


def components_of(conn: Connection, entry_ids: Iterable[int]) -> dict[int, tuple[Leaf, ...]]:
    """For each kit all it needs from the shelves, per one kit; what has no components is left out.

    Raises `KitCycle` or `KitTooDeep`. One statement per level of nesting.
    """
    roots = list(dict.fromkeys(entry_ids))
    content: dict[int, tuple[Component, ...]] = {}
    level = roots
    for _ in range(DEEPEST + 1):
        if not level:
            break
        found = content_of(conn, level)
        content |= {kit: found.get(kit, ()) for kit in level}
        nested = {c.entry_id for components in found.values() for c in components if is_taken_apart(c)}
        level = sorted(nested - content.keys())
    return {root: explode(content, root) for root in roots if content.get(root)}


def explode(content: Mapping[int, Sequence[Component]], root: int, quantity: int = 1) -> tuple[Leaf, ...]:
    """Take ``quantity`` of the kit ``root`` apart; leaves in the order they are first met. Pure."""
    leaves: dict[int, Leaf] = {}

    def descend(kit: int, times: int, way: tuple[str, ...]) -> None:
        if len(way) > DEEPEST:
            raise KitTooDeep()
        for part in content.get(kit, ()):
            if part.part_number in way:
                raise KitCycle(loop=" → ".join((*way, part.part_number)))
            if is_taken_apart(part) and content.get(part.entry_id):
                descend(part.entry_id, times * part.quantity, (*way, part.part_number))
                continue
            before = leaves[part.entry_id].quantity if part.entry_id in leaves else 0
            leaves[part.entry_id] = Leaf(part.entry_id, part.part_number, before + times * part.quantity)
            if len(leaves) > MOST_LEAVES:
                raise KitTooDeep()

    descend(root, quantity, ("",))
    return tuple(leaves.values())


def is_taken_apart(part: Component) -> bool:
    """Its components count, not its own stock."""
    return part.kit_inventory is KitInventory.COMPONENT or part.type.configured


def _component(row: Mapping[str, Any]) -> Component:
    return Component(
        entry_id=row["id"],
        part_number=row["part_number"],
        type=EntryType(row["type"]),
        kit_inventory=KitInventory(row["kit_inventory"]) if row["kit_inventory"] else None,
        quantity=step_of(row).parse(row["quantity"], "Quantity"),
        sequence=row["sequence"],
    )


def content_closure(conn: Connection, entry_ids: Iterable[int]) -> dict[int, set[int]]:
    """For each entry and whatever is inside it, at any depth: its direct components."""
    inside: dict[int, set[int]] = {}
    level = set(entry_ids)
    while level:
        found = content_of(conn, level)
        inside |= {kit: {component.entry_id for component in found.get(kit, ())} for kit in level}
        level = {part for parts in inside.values() for part in parts} - inside.keys()
    return inside


def reaches(inside: Mapping[int, set[int]], start: int, target: int) -> bool:
    """Whether ``target`` is ``start`` itself or somewhere inside it."""
    waiting, seen = [start], set[int]()
    while waiting:
        entry_id = waiting.pop()
        if entry_id == target:
            return True
        if entry_id not in seen:
            seen.add(entry_id)
            waiting.extend(inside.get(entry_id, ()))
    return False


def decimal_of(text: str | None) -> Decimal:
    """The multiple an item is sold in; none means one."""
    return Decimal(text or 1)
