"""What can be had, where and when, for pieces and for kits: reading only, nothing is locked or taken.

The answer may be a second old; a promise never rests on it, because taking stock checks again in its own statement.
An item nobody knows is an error on its line, not a zero, and does not keep the other lines from being answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.kernel.db import any_of
from entrepot.kernel.quantity import parse_whole
from entrepot.kernel.statement import Statement
from entrepot.order_management.inventory import atp, tables
from entrepot.order_management.inventory.documents import (
    Assignment,
    Assignments,
    Availability,
    FindInventory,
    Option,
    Promised,
    PromisedLines,
    PromiseLine,
    SuggestedOption,
    Suggestion,
)
from entrepot.order_management.inventory.items import Item, KitCode, Node, NodeUnknown, items_by_id, kits_of, nodes_by_name
from entrepot.order_management.inventory.kits import Component, flatten, kits_available
from entrepot.order_management.inventory.positions import UNLIMITED, Position, positions_of
from entrepot.order_management.inventory.sourcing import Aim, Given, Need, plan
from entrepot.order_management.wire import flag, moment

OVERDUE_SUPPLY = timedelta(days=30)
HOW_MUCH_IS_THERE = "999999999"


_s = tables.future_supply.c
_COMING = Statement(
    sa.select(_s.item_id, _s.node, _s.due, _s.quantity)
    .where(_s.organization == sa.bindparam("organization"), any_of(_s.item_id, "items"), _s.quantity > 0)
    .order_by(_s.due)
)


@dataclass(frozen=True, slots=True)
class Picture:
    """All that a promise is decided on: nodes, items, what is free and what is coming."""

    organization: str
    nodes: Mapping[str, Node]
    items: Mapping[str, Item]
    kits: Mapping[str, tuple[Component, ...]]
    free: Mapping[str, Mapping[str, int]]
    coming: Mapping[str, Sequence[tuple[datetime, str, int]]]
    positions: Mapping[tuple[str, str], Position] = field(default_factory=dict)

    def parts(self, item_id: str, given: Sequence[Component] = ()) -> tuple[Component, ...]:
        """The leaves of one unit that need stock; a piece is its own only leaf, services have none."""
        kits = dict(self.kits) | ({item_id: tuple(given)} if given else {})
        leaves = flatten(item_id, kits).values()
        return tuple(leaf for leaf in leaves if leaf.item_id not in self.items or self.items[leaf.item_id].tracked)

    def ways(self, only: str = "") -> list[tuple[str, int, int]]:
        """The nodes a plan may use: name, rank, days until delivery."""
        return [(n.node, n.rank, n.ship_days + n.transit_days) for n in self.nodes.values() if n.active and only in ("", n.node)]


def picture(conn: Connection, organization: str, item_ids: Sequence[str], *, promised: bool = False) -> Picture:
    """Read what is free and what is coming of the items and of all their parts; ``promised`` includes safety stock."""
    kits = kits_of(conn, organization, item_ids)
    every = {*item_ids, *(part.item_id for parts in kits.values() for part in parts)}
    items = items_by_id(conn, organization, every)
    nodes = nodes_by_name(conn)
    free: dict[str, dict[str, int]] = {item_id: {} for item_id in every}
    positions = positions_of(conn, organization, every)
    for (item_id, node), position in positions.items():
        if node in nodes and nodes[node].active:
            free[item_id][node] = max(0, position.to_keep_promises) if promised else position.to_sell
    for item_id in every:
        for place in nodes.values():
            if place.infinite and place.active:
                free[item_id][place.node] = UNLIMITED
    return Picture(organization, nodes, items, kits, free, _coming(conn, organization, every, nodes), positions)


def monitor_item_availability(conn: Connection, asked: FindInventory, at: datetime) -> Availability:
    """Per line: how much the network has, whether it is Available, Backorderable or Unavailable, and from when."""
    seen = picture(conn, asked.organization_code, _asked_items(asked))
    lines = [_status(seen, line, at) for line in asked.promise_lines.promise_line]
    return Availability(promise_lines=PromisedLines(promise_line=lines))


def find_inventory(conn: Connection, asked: FindInventory, at: datetime) -> Suggestion:
    """The plan that would serve these lines together now: which node gives how many, and when they arrive."""
    seen = picture(conn, asked.organization_code, _asked_items(asked))
    known = [(str(i), line) for i, line in enumerate(asked.promise_lines.promise_line) if line.item_id in seen.items]
    needs = []
    for key, line in known:
        if line.ship_node and line.ship_node not in seen.nodes:
            raise NodeUnknown(path="PromiseLine.ShipNode", node=line.ship_node)
        needs.append(Need(key, seen.parts(line.item_id, given_parts(line)), wanted(seen, line), line.ship_node))
    made = plan(needs, seen.ways(), seen.free, Aim(asked.optimization_type))
    lines, dates = [], []
    for index, line in enumerate(asked.promise_lines.promise_line):
        assigned = [] if line.item_id not in seen.items else assignments(seen, line, made.given.get(str(index), ()), at)
        dates += [assignment.delivery_date for assignment in assigned]
        status = _status(seen, line, at)
        lines.append(_with(status, assigned))
    option = Option(
        total_shipments=str(len({a.ship_node for line in lines for a in line.assignments.assignment})),
        first_date=min(dates, default=""),
        last_date=max(dates, default=""),
        has_any_unavailable_qty=flag(bool(made.short) or len(known) < len(asked.promise_lines.promise_line)),
        promise_lines=PromisedLines(promise_line=lines),
    )
    return Suggestion(suggested_option=SuggestedOption(option=option))


def network_quantity(seen: Picture, item_id: str, given: Sequence[Component] = ()) -> int:
    """How many units the active nodes can give together; what is not tracked is unlimited."""
    item = seen.items[item_id]
    leaves = seen.parts(item_id, given)
    if not leaves:
        return UNLIMITED
    return min(UNLIMITED, kits_available(leaves, seen.free, item.fulfillment_mode))


def promise_over_time(seen: Picture, item_id: str, at: datetime, given: Sequence[Component] = ()) -> list[atp.Promisable]:
    """What can be promised from when on, supply to come included; long overdue supply is not believed in."""
    rows = []
    for leaf in seen.parts(item_id, given):
        if not leaf.required:
            continue
        supply = [(at, sum(seen.free.get(leaf.item_id, {}).values()))]
        supply += [(max(at, due), q) for due, _, q in seen.coming.get(leaf.item_id, ()) if due > at - OVERDUE_SUPPLY]
        rows.append((leaf.quantity, atp.available_to_promise(supply, [])))
    return atp.kits_over_time(rows) if rows else [atp.Promisable(at, UNLIMITED, UNLIMITED)]


def given_parts(line: PromiseLine) -> tuple[Component, ...]:
    return tuple(Component(p.item_id, parse_whole(p.kit_qty, "KitQty"), p.is_required == "Y") for p in line.components.component)


def wanted(seen: Picture, line: PromiseLine) -> int:
    """The quantity asked for in steps of the item; a very large number asks how much there is."""
    text = line.fill_quantity or line.required_qty
    return UNLIMITED if text == HOW_MUCH_IS_THERE else seen.items[line.item_id].step.parse(text, "PromiseLine.RequiredQty")


def assignments(seen: Picture, line: PromiseLine, given: Sequence[Given], at: datetime) -> list[Assignment]:
    """The nodes of a plan as the document names them."""
    step = seen.items[line.item_id].step
    written = []
    for gift in given:
        node, units = seen.nodes[gift.node], gift.units
        ships = at + timedelta(days=node.ship_days)
        written.append(
            Assignment(
                ship_node=node.node,
                quantity=step.format(units),
                ship_date=moment(ships),
                delivery_date=moment(ships + timedelta(days=node.transit_days)),
                node_priority=str(node.rank),
            )
        )
    return written


def _asked_items(asked: FindInventory) -> list[str]:
    lines = asked.promise_lines.promise_line
    return sorted({line.item_id for line in lines} | {part.item_id for line in lines for part in line.components.component})


def _status(seen: Picture, line: PromiseLine, at: datetime) -> Promised:
    item = seen.items.get(line.item_id)
    if item is None:
        return Promised(line_id=line.line_id, item_id=line.item_id, inventory_status="Unknown", error_code="ENT_INVALID")
    given = given_parts(line)
    if item.kit_code is KitCode.BUNDLE and not given and item.item_id not in seen.kits:
        return Promised(line_id=line.line_id, item_id=line.item_id, inventory_status="NotConfigured")
    if line.ship_node:
        only = {part: {n: q for n, q in nodes.items() if n == line.ship_node} for part, nodes in seen.free.items()}
        seen = Picture(seen.organization, seen.nodes, seen.items, seen.kits, only, seen.coming)
    now = network_quantity(seen, line.item_id, given)
    later = next((row for row in promise_over_time(seen, line.item_id, at, given) if row.when > at and row.atp > now), None)
    status = "Available" if now > 0 else "Backorderable" if later or item.backorder != "NO_BACKORDER" else "Unavailable"
    return Promised(
        line_id=line.line_id,
        item_id=line.item_id,
        required_qty=line.required_qty,
        available_qty=item.step.format(now),
        inventory_status=status,
        first_future_available_date=moment(later.when) if later else "",
        future_available_quantity=item.step.format(later.atp) if later else "",
        backorder_policy=item.backorder.value,
        unit_of_measure=item.step.unit,
    )


def _with(status: Promised, assigned: list[Assignment]) -> Promised:
    return msgspec.structs.replace(status, assignments=Assignments(assignment=assigned))


def _coming(
    conn: Connection, organization: str, item_ids: set[str], nodes: Mapping[str, Node]
) -> dict[str, list[tuple[datetime, str, int]]]:
    coming: dict[str, list[tuple[datetime, str, int]]] = {}
    for row in _COMING.all(conn, {"organization": organization, "items": sorted(item_ids)}):
        if row["node"] in nodes and nodes[row["node"]].active:
            coming.setdefault(row["item_id"], []).append((row["due"], row["node"], row["quantity"]))
    return coming
