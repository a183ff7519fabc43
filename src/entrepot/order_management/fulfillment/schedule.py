"""Deciding where each order ships from, and handing it to the nodes.

Scheduling promises stock: what was reserved at a node stays there, the rest is planned over all nodes. The plan is made
without locks and taken conditionally; when somebody was faster nothing is taken and the plan is made again. A kit that
ships together is planned in whole kits, so no part is ever promised without the others; what cannot be promised waits as
backordered. Nothing is scheduled before the order is paid for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from entrepot.kernel.ids import new_id
from entrepot.kernel.statement import Statement, savepoint
from entrepot.order_management import inventory, orders
from entrepot.order_management.fulfillment import tables
from entrepot.order_management.inventory import Aim, Component, Need, Node, Picture
from entrepot.order_management.orders import Doing, Line, Order, Row

WAITING = ("1100", "1300", "1310", "1400")
PAID_ENOUGH = frozenset({"AUTHORIZED", "INVOICED", "PAID", "NOT_APPLICABLE"})
TRIES = 3
_ADD_RELEASE = Statement(tables.release.insert())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt: whether anything is left waiting, and why it was not done at all."""

    changed: bool = False
    waiting: bool = False
    reason: str = ""


def at_once(_: Order) -> timedelta:
    """Released as soon as it is scheduled."""
    return timedelta(0)


def schedule_order(
    conn: Connection, key: str, at: datetime, user: str = "schedule", release_after: Callable[[Order], timedelta] = at_once
) -> Outcome:
    """Promise what can be promised of an order, to be released after the while that is left for changing it.

    What cannot be promised is backordered.
    """
    before = orders.load_order(conn, key, lock=True)
    reason = _not_yet(before)
    if reason:
        return Outcome(reason=reason, waiting=before.alive and not before.draft)
    doing = Doing("SCHEDULE", user, at)
    for attempt in range(TRIES):
        seen = inventory.picture(conn, before.enterprise, sorted({line.item_id for line in before.lines}))
        after = scheduled(before, seen, at) if attempt < TRIES - 1 else backordered(before)
        if after == before:
            return Outcome(waiting=_waits(before))
        try:
            with savepoint(conn):
                saved = orders.save_order(conn, before, after, doing)
        except orders.StockGone:
            continue
        if any(row.status == "1500" for line in saved.lines for row in line.rows):
            orders.wake(conn, key, orders.RELEASE, at + release_after(saved))
        orders.say_status(conn, saved, at)
        return Outcome(changed=True, waiting=_waits(saved))
    return Outcome(waiting=True, reason="stock is being taken by others")


def release_order(conn: Connection, key: str, at: datetime, user: str = "release") -> Outcome:
    """Hand everything scheduled to its nodes, one release per node."""
    before = orders.load_order(conn, key, lock=True)
    held = orders.blocked_by(before, "RELEASE")
    if held:
        return Outcome(waiting=True, reason=f"hold {held[0]}")
    nodes = sorted({row.node for line in before.lines for row in line.rows if row.status == "1500" and line.kit_code != "BUNDLE"})
    if not nodes:
        return Outcome()
    releases = {node: new_id() for node in nodes}
    lines = tuple(line if line.kit_code == "BUNDLE" else _released(line, releases) for line in before.lines)
    saved = orders.save_order(conn, before, replace(before, lines=lines), Doing("RELEASE", user, at))
    for node, release in releases.items():
        number = orders.next_number(conn, f"release/{key}", 1)
        _ADD_RELEASE.run(
            conn,
            {
                "release_key": release,
                "order_key": key,
                "release_no": number,
                "node": node,
                "ship_to": saved.ship_to,
                "scac": saved.scac,
                "carrier_service": saved.carrier_service,
                "delivery_method": saved.delivery_method,
                "created_at": at,
            },
        )
    orders.say_status(conn, saved, at)
    return Outcome(changed=True)


def unschedule_order(conn: Connection, key: str, at: datetime, user: str) -> Outcome:
    """Give the promised stock back; the order waits to be scheduled anew."""
    before = orders.load_order(conn, key, lock=True)
    lines = tuple(_moved(line, "1500", Row("1310", 0)) for line in before.lines)
    if lines == before.lines:
        return Outcome()
    saved = orders.save_order(conn, before, replace(before, lines=lines), Doing("UNSCHEDULE", user, at))
    orders.say_status(conn, saved, at)
    return Outcome(changed=True, waiting=True)


def scheduled(order: Order, seen: Picture, at: datetime) -> Order:
    """The order with everything promised that can be: reserved first, then planned, the rest backordered."""
    original = order
    lines = {line.key: _keep_reserved(order, line, seen.nodes, at) for line in order.lines}
    order = replace(order, lines=tuple(lines.values()))
    units = _units(order)
    made = inventory.plan([_need(order, line, count) for line, count in units], seen.ways(), seen.free, Aim(order.optimization))
    if order.ship_complete and made.short:
        return backordered(original)
    for line, count in units:
        given = made.given[line.key]
        promised = sum(gift.units for gift in given)
        for each, per_unit in _moving(order, line):
            for gift in given:
                lines[each.key] = _take(lines[each.key], gift.units * per_unit, _promised_row(seen.nodes[gift.node], at))
            lines[each.key] = _take(lines[each.key], (count - promised) * per_unit, Row("1300", 0))
    return replace(order, lines=tuple(lines.values()))


def backordered(order: Order) -> Order:
    """The order with everything that waits standing at backordered; what is reserved stays so."""
    lines = []
    for line in order.lines:
        for status in ("1100", "1310", "1400"):
            line = line if line.kit_code == "BUNDLE" else _moved(line, status, Row("1300", 0))
        lines.append(line)
    return replace(order, lines=tuple(lines))


def _not_yet(order: Order) -> str:
    if order.draft or not order.alive:
        return "nothing to schedule"
    held = orders.blocked_by(order, "SCHEDULE")
    if held:
        return f"hold {held[0]}"
    return "" if order.payment_status in PAID_ENOUGH else f"payment is {order.payment_status}"


def _waits(order: Order) -> bool:
    return any(row.status in (*WAITING, "1200") for line in order.lines if line.kit_code != "BUNDLE" for row in line.rows)


def _together(order: Order, line: Line) -> bool:
    """Whether the line is a kit planned in whole kits."""
    return line.kit_code == "BUNDLE" and not line.parent and line.mode != "00"


def _stocked(order: Order, line: Line) -> list[tuple[Line, int]]:
    """The lines with stock under a kit and their quantity per kit; a plain line is its own. Services go their own way."""
    return [(leaf, per_unit) for leaf, per_unit in order.leaves(line) if leaf.tracked or not leaf.parent]


def _under_together(order: Order, line: Line) -> bool:
    return _together(order, (line, *order.around(line))[-1])


def _waiting(line: Line) -> int:
    return sum(row.quantity for row in line.rows if row.status in WAITING)


def _units(order: Order) -> list[tuple[Line, int]]:
    """What is to be planned: (line, units), where a kit that ships together is planned as one thing."""
    found: list[tuple[Line, int]] = []
    for line in sorted(order.lines, key=lambda line: (line.prime, line.sub)):
        if _together(order, line):
            found.append((line, min((_waiting(leaf) // per for leaf, per in _stocked(order, line)), default=0)))
        elif line.kit_code != "BUNDLE" and not (line.parent and line.tracked and _under_together(order, line)):
            found.append((line, _waiting(line)))
    return [(line, count) for line, count in found if count]


def _moving(order: Order, line: Line) -> list[tuple[Line, int]]:
    """The lines that move when a unit of a line is promised: of a kit its parts."""
    return _stocked(order, line) if line.kit_code == "BUNDLE" else [(line, 1)]


def _need(order: Order, line: Line, units: int) -> Need:
    sums: dict[str, int] = {}
    for leaf, per_unit in _moving(order, line):
        if leaf.tracked:
            sums[leaf.item_id] = sums.get(leaf.item_id, 0) + per_unit
    return Need(line.key, tuple(Component(item, count) for item, count in sums.items()), units, line.ship_node)


def _keep_reserved(order: Order, line: Line, nodes: Mapping[str, Node], at: datetime) -> Line:
    """What the order holds at a node already is promised from there; parts of a kit only in whole kits, the rest anew."""
    if line.kit_code == "BUNDLE":
        return line
    held = {row.node for row in line.rows if row.status == "1200"}
    for node in sorted(held):
        here = _reserved_at(node)
        keep = sum(row.quantity for row in line.rows if here(row))
        if line.parent and _under_together(order, line):
            keep = min(keep, _whole_kits(order, line, node))
        line = replace(line, rows=orders.move(line.rows, keep, here, _becomes(_promised_row(nodes[node], at))))
    return _moved(line, "1200", Row("1100", 0))


def _whole_kits(order: Order, line: Line, node: str) -> int:
    top = (line, *order.around(line))[-1]
    leaves = [(leaf, per) for leaf, per in _stocked(order, top) if leaf.tracked]
    kits = min(sum(r.quantity for r in leaf.rows if r.status == "1200" and r.node == node) // per for leaf, per in leaves)
    return kits * next((per for leaf, per in leaves if leaf.key == line.key), 0)


def _reserved_at(node: str) -> Callable[[Row], bool]:
    return lambda row: row.status == "1200" and row.node == node


def _becomes(target: Row) -> Callable[[Row], Row]:
    return lambda row: target


def _promised_row(node: Node, at: datetime) -> Row:
    ships = at + timedelta(days=node.ship_days)
    return Row("1500", 0, node.node, ships_at=ships, arrives_at=ships + timedelta(days=node.transit_days))


def _take(line: Line, quantity: int, target: Row) -> Line:
    if not quantity:
        return line
    able = [row for row in line.rows if row.status in WAITING and row.status != target.status]
    quantity = min(quantity, sum(row.quantity for row in able))
    return replace(line, rows=orders.move(line.rows, quantity, lambda row: row in able, lambda row: target))


def _moved(line: Line, source: str, target: Row) -> Line:
    quantity = sum(row.quantity for row in line.rows if row.status == source)
    if not quantity or line.kit_code == "BUNDLE":
        return line
    return replace(line, rows=orders.move(line.rows, quantity, lambda row: row.status == source, lambda row: target))


def _released(line: Line, releases: Mapping[str, str]) -> Line:
    quantity = sum(row.quantity for row in line.rows if row.status == "1500")
    if not quantity:
        return line

    def target(row: Row) -> Row:
        return replace(row, status="3200", release=releases[row.node])

    return replace(line, rows=orders.move(line.rows, quantity, lambda row: row.status == "1500", target))
