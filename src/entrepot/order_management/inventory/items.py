"""What can be stocked and where: items with their step and kit code, ship nodes, and loading both in bulk.

Loads are absolute and may be repeated: an item loaded again replaces itself and its parts. Explosion into parts happens
when an order is created, so changing a kit here never touches an order that exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.kernel.db import any_of, upsert
from entrepot.kernel.errors import Invalid
from entrepot.kernel.quantity import Step, read_step
from entrepot.kernel.statement import Row, Statement
from entrepot.kernel.words import mark
from entrepot.order_management.inventory import tables
from entrepot.order_management.inventory.kits import MAX_DEPTH, Component, Mode, flatten
from entrepot.order_management.wire import decimal_text

CHUNK = 1000


class KitCode(StrEnum):
    """How an item relates to parts: PK is a package stocked as one thing, BUNDLE is stocked as its parts only."""

    NONE = ""
    PREBUILT = "PK"
    BUNDLE = "BUNDLE"


class Backorder(StrEnum):
    NONE = "NO_BACKORDER"
    BACKORDER = "BACKORDER"
    PREORDER = "PREORDER"


@dataclass(frozen=True, slots=True)
class Item:
    organization: str
    item_id: str
    description: str = ""
    step: Step = field(default_factory=Step)
    kit_code: KitCode = KitCode.NONE
    fulfillment_mode: Mode = Mode.TOGETHER
    backorder: Backorder = Backorder.NONE
    tracked: bool = True
    sellable: bool = True
    safety_stock: int = 0
    low: int = 5
    medium: int = 20
    components: tuple[Component, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A place that ships; rank 1 is the most preferred, days are to leave the house and to reach the customer."""

    node: str
    name: str
    kind: str = "WAREHOUSE"
    rank: int = 1
    active: bool = True
    infinite: bool = False
    ship_days: int = 1
    transit_days: int = 2


class ItemUnknown(Invalid):
    code = "ENT_INVALID"
    message = mark("{path}: there is no item {item_id} of {organization} here. Load it before it is ordered or stocked.")


class NodeUnknown(Invalid):
    code = "ENT_INVALID"
    message = mark("{path}: there is no ship node {node}.")


_k = tables.kit_component.c
_organization: sa.BindParameter[str] = sa.bindparam("organization")
_NODES = Statement(sa.select(tables.node).order_by(tables.node.c.node))
_ITEMS = Statement(
    sa.select(tables.item).where(tables.item.c.organization == _organization, any_of(tables.item.c.item_id, "items"))
)
_PARENTS = Statement(sa.select(_k.parent).where(_k.organization == _organization, any_of(_k.component, "parts")).distinct())
_parts = (
    sa.select(_k.parent, _k.component, _k.quantity, _k.required)
    .where(_k.organization == _organization, any_of(_k.parent, "parents"))
    .order_by(_k.parent, _k.place)
)
_PARTS = Statement(_parts)
_PARTS_OF_BUNDLES = Statement(
    _parts.join(tables.item, sa.and_(tables.item.c.organization == _k.organization, tables.item.c.item_id == _k.parent)).where(
        tables.item.c.kit_code == KitCode.BUNDLE.value
    )
)


def load_nodes(conn: Connection, nodes: Sequence[Node]) -> int:
    """Create the nodes or replace what is known of them."""
    names = ("node", "name", "kind", "rank", "active", "infinite", "ship_days", "transit_days")
    upsert(conn, tables.node, [{name: getattr(node, name) for name in names} for node in nodes], ["node"])
    return len(nodes)


def load_items(conn: Connection, items: Sequence[Item]) -> int:
    """Create the items or replace what is known of them, parts included; a kit that cannot be built is refused."""
    for start in range(0, len(items), CHUNK):
        chunk = items[start : start + CHUNK]
        upsert(conn, tables.item, [_item_row(item) for item in chunk], ["organization", "item_id"])
        _replace_components(conn, chunk)
    for organization in {item.organization for item in items if item.components}:
        kits = {item.item_id: item.components for item in items if item.components and item.organization == organization}
        known = kits_of(conn, organization, kits)
        for parent in kits:
            flatten(parent, known)
    return len(items)


def nodes_by_name(conn: Connection) -> dict[str, Node]:
    """All ship nodes, active or not."""
    rows = _NODES.all(conn)
    return {row["node"]: Node(**row) for row in rows}


def items_by_id(conn: Connection, organization: str, item_ids: Iterable[str]) -> dict[str, Item]:
    """Those of the items that are known, with the parts of their first level."""
    wanted = sorted(set(item_ids))
    rows = _ITEMS.all(conn, {"organization": organization, "items": wanted})
    bundles = [row["item_id"] for row in rows if row["kit_code"]]
    parts = _components(conn, organization, bundles) if bundles else {}
    return {row["item_id"]: _item(row, parts.get(row["item_id"], ())) for row in rows}


def require_items(conn: Connection, organization: str, item_ids: Sequence[str], path: str = "ItemID") -> dict[str, Item]:
    """All of the items, or a refusal naming the first unknown one."""
    known = items_by_id(conn, organization, item_ids)
    refuse_unknown(known, organization, item_ids, path)
    return known


def refuse_unknown(known: Mapping[str, Item], organization: str, item_ids: Sequence[str], path: str) -> None:
    """A refusal naming the first of the items that is not known."""
    for item_id in item_ids:
        if item_id not in known:
            raise ItemUnknown(path=path, item_id=item_id, organization=organization)


def kits_of(conn: Connection, organization: str, parents: Iterable[str]) -> dict[str, tuple[Component, ...]]:
    """The parts of bundles, level by level down to the leaves; packages have none, they are stocked as one thing."""
    found: dict[str, tuple[Component, ...]] = {}
    wanted = set(parents)
    for _ in range(MAX_DEPTH + 1):
        missing = sorted(wanted - found.keys())
        if not missing:
            break
        parts = _components(conn, organization, missing, bundles_only=True)
        found |= {parent: parts.get(parent, ()) for parent in missing}
        wanted |= {part.item_id for inner in parts.values() for part in inner}
    return {parent: parts for parent, parts in found.items() if parts}


def kits_with(conn: Connection, organization: str, components: Iterable[str]) -> set[str]:
    """Every bundle that contains one of the items, on any level."""
    found: set[str] = set()
    level = set(components)
    while level:
        rows = _PARENTS.all(conn, {"organization": organization, "parts": sorted(level)})
        level = {row["parent"] for row in rows} - found
        found |= level
    return found


def _components(
    conn: Connection, organization: str, parents: Sequence[str], *, bundles_only: bool = False
) -> Mapping[str, tuple[Component, ...]]:
    statement = _PARTS_OF_BUNDLES if bundles_only else _PARTS
    parts: dict[str, list[Component]] = {}
    for row in statement.all(conn, {"organization": organization, "parents": list(parents)}):
        parts.setdefault(row["parent"], []).append(Component(row["component"], row["quantity"], row["required"]))
    return {parent: tuple(found) for parent, found in parts.items()}


def _replace_components(conn: Connection, items: Sequence[Item]) -> None:
    t = tables.kit_component
    kits = [item for item in items if item.kit_code is not KitCode.NONE]
    for item in kits:
        conn.execute(t.delete().where(t.c.organization == item.organization, t.c.parent == item.item_id))
    rows = [
        {
            "organization": item.organization,
            "parent": item.item_id,
            "component": part.item_id,
            "quantity": part.quantity,
            "required": part.required,
            "place": place,
        }
        for item in kits
        for place, part in enumerate(item.components)
    ]
    if rows:
        conn.execute(t.insert(), rows)


def _item_row(item: Item) -> dict[str, object]:
    return {
        "organization": item.organization,
        "item_id": item.item_id,
        "description": item.description,
        "unit": item.step.unit,
        "multiple": decimal_text(item.step.multiple),
        "kit_code": item.kit_code.value,
        "fulfillment_mode": item.fulfillment_mode.value,
        "backorder": item.backorder.value,
        "tracked": item.tracked,
        "sellable": item.sellable,
        "safety_stock": item.safety_stock,
        "low": item.low,
        "medium": item.medium,
    }


def _item(row: Row, components: tuple[Component, ...]) -> Item:
    return Item(
        organization=row["organization"],
        item_id=row["item_id"],
        description=row["description"],
        step=read_step(row["multiple"], row["unit"]),
        kit_code=KitCode(row["kit_code"]),
        fulfillment_mode=Mode(row["fulfillment_mode"]),
        backorder=Backorder(row["backorder"]),
        tracked=row["tracked"],
        sellable=row["sellable"],
        safety_stock=row["safety_stock"],
        low=row["low"],
        medium=row["medium"],
        components=components,
    )
