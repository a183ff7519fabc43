"""Shipments: taking released goods into a parcel, and saying what really left.

When less leaves than was planned the node says what becomes of the rest: cancelled, or backordered and sourced anew; what
was not found is also taken off the node's stock, so it is not promised again. A kit leaves in whole units. Saying the
same thing twice about a shipment is harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.kernel.errors import Conflict, Invalid, NotFound, Refused
from entrepot.kernel.statement import Row as Found
from entrepot.kernel.statement import Statement
from entrepot.kernel.words import mark
from entrepot.order_management import inventory, orders
from entrepot.order_management.fulfillment import tables
from entrepot.order_management.fulfillment.content import content
from entrepot.order_management.fulfillment.documents import ConfirmShipment, CreateShipment, ShipmentLine
from entrepot.order_management.orders import Doing, Line, Order, Row
from entrepot.order_management.wire import digest, moment

CREATED, SHIPPED = "1100", "1400"


class ShipmentNotFound(NotFound):
    code = "ENT_NOT_FOUND"
    message = mark("There is no such shipment or release.")


class ShippedOtherwise(Conflict):
    code = "ENT_IDEMPOTENCY"
    message = mark("Shipment {shipment_no} was confirmed before with other quantities.")


class MoreThanReleased(Refused):
    code = "ENT_SHIP_OVER"
    message = mark("Only {has} of {item_id} are released for this shipment.")


class ShortageUnanswered(Invalid):
    code = "ENT_INVALID"
    message = mark(
        "{path}: less is shipped than planned. Say whether the rest is cancelled or backordered: exactly one of the two."
    )


class BundleWithoutComponents(Refused):
    code = "YDM80_0002"
    message = mark("Bundle components not present for the bundle item.")


class KitNotWhole(Refused):
    code = "KIT_NOT_WHOLE"
    message = mark("{item_id} leaves in whole kits. Give quantities of its parts that belong together.")


_s = tables.shipment.c
_ADD = Statement(tables.shipment.insert())
_BY_NUMBER = Statement(sa.select(tables.shipment).where(_s.shipment_no == sa.bindparam("number")))
_OF_ORDER = Statement(
    sa.select(tables.shipment).where(_s.order_key == sa.bindparam("order")).order_by(_s.created_at, _s.shipment_no)
)
_RELEASE = Statement(sa.select(tables.release).where(tables.release.c.release_key == sa.bindparam("release")))


def create_shipment(conn: Connection, sent: CreateShipment, at: datetime, user: str) -> dict[str, Any]:
    """Take a release, or the given quantities of it, into a shipment of its node."""
    release = _release(conn, sent.order_release_key)
    before = orders.load_order(conn, release["order_key"], lock=True)
    released = {
        line.key: sum(row.quantity for row in line.rows if row.status == "3200" and row.release == sent.order_release_key)
        for line in before.lines
        if line.kit_code != "BUNDLE"
    }
    wanted = _quantities(before, sent.shipment_lines.shipment_line) or released
    for key, quantity in wanted.items():
        if quantity > released.get(key, 0):
            raise MoreThanReleased(item_id=before.line(key).item_id, has=released.get(key, 0))
    _whole_kits(before, wanted)
    wanted = {key: quantity for key, quantity in wanted.items() if quantity}
    if not wanted:
        raise ShipmentNotFound(order_release_key=sent.order_release_key)
    number = sent.shipment_no or f"{before.order_no}-{orders.next_number(conn, f'shipment/{before.key}', 1)}"

    def packed(row: Row) -> Row:
        return replace(row, status="3350", shipment=number)

    lines = tuple(
        replace(line, rows=orders.move(line.rows, wanted[line.key], _standing(sent.order_release_key), packed))
        if line.key in wanted
        else line
        for line in before.lines
    )
    saved = orders.save_order(conn, before, replace(before, lines=lines), Doing("CREATE_SHIPMENT", user, at))
    _ADD.run(
        conn,
        {
            "shipment_no": number,
            "order_key": saved.key,
            "order_no": saved.order_no,
            "enterprise": saved.enterprise,
            "release_key": sent.order_release_key,
            "node": release["node"],
            "status": CREATED,
            "ship_to": release["ship_to"],
            "scac": release["scac"],
            "carrier_service": release["carrier_service"],
            "tracking_no": "",
            "lines": content(saved, wanted, {}),
            "created_at": at,
            "shipped_at": None,
            "confirmed_by": "",
            "digest": "",
            "answer": None,
        },
    )
    orders.say_status(conn, saved, at)
    return {"ShipmentNo": number, "OrderNo": saved.order_no, "ShipNode": release["node"], "Status": CREATED}


def confirm_shipment(conn: Connection, sent: ConfirmShipment, at: datetime, user: str) -> dict[str, Any]:
    """The shipment has left with these quantities: stock goes down, the order moves on, an invoice follows."""
    found = _shipment(conn, sent.shipment_no)
    before = orders.load_order(conn, found["order_key"], lock=True)
    shipment = _shipment(conn, sent.shipment_no)
    fingerprint = digest(sent)
    if shipment["status"] == SHIPPED:
        if shipment["digest"] != fingerprint:
            raise ShippedOtherwise(shipment_no=sent.shipment_no)
        answer: dict[str, Any] = shipment["answer"]
        return answer
    planned = _in_shipment(before, sent.shipment_no)
    shipped = planned | (
        dict.fromkeys(planned, 0) | _quantities(before, sent.shipment_lines.shipment_line) if _said(sent) else {}
    )
    after = _after_shipping(before, sent, planned, shipped)
    saved = orders.save_order(conn, before, after, Doing("CONFIRM_SHIPMENT", user, at))
    short = {key: planned[key] - shipped[key] for key in planned if planned[key] > shipped[key]}
    _not_found_on_shelf(conn, saved, short, shipment["node"], at)
    tracking = sent.tracking_no or next((c.tracking_no for c in sent.containers.container if c.tracking_no), "")
    answer = {"ShipmentNo": sent.shipment_no, "OrderNo": saved.order_no, "Status": SHIPPED, "TrackingNo": tracking}
    t = tables.shipment
    conn.execute(
        t.update()
        .where(t.c.shipment_no == sent.shipment_no)
        .values(
            status=SHIPPED,
            tracking_no=tracking,
            scac=sent.scac or shipment["scac"],
            lines=content(saved, planned, shipped),
            shipped_at=at,
            confirmed_by=user,
            digest=fingerprint,
            answer=answer,
        )
    )
    orders.wake(conn, saved.key, orders.INVOICE, at)
    _follow_up(conn, before, saved, at)
    return answer


def _follow_up(conn: Connection, before: Order, saved: Order, at: datetime) -> None:
    """What a confirmed shipment sets going: scheduling what is left, payment and promotions for what was cancelled."""
    if any(row.status == "1400" for line in saved.lines for row in line.rows):
        orders.wake(conn, saved.key, orders.SCHEDULE, at)
    if [line.ordered for line in before.lines] == [line.ordered for line in saved.lines]:
        orders.say_status(conn, saved, at)
        return
    orders.wake(conn, saved.key, orders.PAYMENT, at)
    orders.say(conn, "order.changed" if saved.alive else "order.cancelled", saved, at)


def get_shipment_list(
    conn: Connection, *, node: str = "", status: str = "", order_key: str = "", since: datetime | None = None, limit: int = 200
) -> list[dict[str, Any]]:
    """Shipments of a node or an order, oldest first; status 1100 are those still to be packed and confirmed.

    ``since`` leaves only those that left at that instant or later.
    """
    t = tables.shipment
    conditions = [
        column == value for column, value in ((t.c.node, node), (t.c.status, status), (t.c.order_key, order_key)) if value
    ]
    if since is not None:
        conditions.append(t.c.shipped_at >= since)
    rows = conn.execute(sa.select(t).where(*conditions).order_by(t.c.created_at, t.c.shipment_no).limit(limit)).mappings()
    return [_listed(row) for row in rows]


def get_shipment_details(conn: Connection, shipment_no: str) -> dict[str, Any]:
    """One shipment by its number; raises `ShipmentNotFound`."""
    return _listed(_shipment(conn, shipment_no))


def shipments_of(conn: Connection, order_key: str) -> list[dict[str, Any]]:
    """What the status event and the order page say about an order's shipments."""
    return [_listed(row) for row in _OF_ORDER.all(conn, {"order": order_key})]


def open_releases(conn: Connection, order_key: str) -> list[str]:
    """The releases of an order that still have quantity not taken into a shipment."""
    order = orders.load_order(conn, order_key)
    return sorted({row.release for line in order.lines if line.kit_code != "BUNDLE" for row in line.rows if row.status == "3200"})


def _after_shipping(before: Order, sent: ConfirmShipment, planned: Mapping[str, int], shipped: Mapping[str, int]) -> Order:
    for key, quantity in shipped.items():
        if quantity > planned.get(key, 0):
            raise MoreThanReleased(item_id=before.line(key).item_id, has=planned.get(key, 0))
    _whole_kits(before, shipped)
    short = sum(planned.values()) - sum(shipped.values())
    cancel = sent.cancel_non_shipped_quantity == "Y"
    if short and cancel == (sent.back_order_non_shipped_quantity == "Y"):
        raise ShortageUnanswered(path="CancelNonShippedQuantity")
    lines = []
    for line in before.lines:
        here, left = planned.get(line.key, 0), shipped.get(line.key, 0)
        rows = orders.move(line.rows, left, _inside(sent.shipment_no), _gone)
        rows = orders.move(rows, here - left, _inside(sent.shipment_no), _becomes("9000" if cancel else "1400"))
        lines.append(replace(line, rows=rows, ordered=line.ordered - (here - left if cancel else 0)))
    after = replace(before, lines=tuple(lines))
    if not short:
        return after
    fewer = tuple(_fewer_kits(after, before, line) for line in after.lines)
    return orders.settled(replace(after, lines=fewer))


def _fewer_kits(after: Order, before: Order, line: Line) -> Line:
    """A kit loses the units its parts lost."""
    if line.kit_code != "BUNDLE":
        return line
    lost = _lost(after, before, line)
    return replace(line, ordered=line.ordered - lost)


def _lost(after: Order, before: Order, line: Line) -> int:
    if line.kit_code != "BUNDLE":
        return before.line(line.key).ordered - after.line(line.key).ordered
    return max((_lost(after, before, part) // part.kit_qty for part in before.components(line.key) if part.kit_qty), default=0)


def _not_found_on_shelf(conn: Connection, order: Order, short: Mapping[str, int], node: str, at: datetime) -> None:
    items = {order.line(key).item_id for key in short if order.line(key).tracked}
    positions = inventory.positions_of(conn, order.enterprise, items)
    pieces = [
        inventory.Piece(order.line(key).item_id, node, quantity) for key, quantity in short.items() if order.line(key).tracked
    ]
    for position, piece in inventory.in_lock_order(pieces, positions):
        inventory.change_on_hand(conn, position, -piece.quantity, inventory.Because("SHORT", order.order_no, at))


def _quantities(order: Order, sent: Sequence[ShipmentLine]) -> dict[str, int]:
    found: dict[str, int] = {}
    parents = set()
    for number, line in enumerate(sent):
        known = _find(order, line, f"ShipmentLines.ShipmentLine[{number}]")
        if known.kit_code == "BUNDLE":
            parents.add(known.key)
            continue
        found[known.key] = found.get(known.key, 0) + known.step.parse(line.quantity, "ShipmentLine.Quantity", zero=True)
    if parents - {kit.key for key in found for kit in order.around(order.line(key))}:
        raise BundleWithoutComponents()
    return found


def _find(order: Order, sent: ShipmentLine, path: str) -> Line:
    for line in order.lines:
        if line.key == sent.order_line_key:
            return line
        same = (str(line.prime), str(line.sub)) == (sent.prime_line_no, sent.sub_line_no)
        if not sent.order_line_key and (same or (not sent.prime_line_no and line.item_id == sent.item_id)):
            return line
    raise ShipmentNotFound(f"{path}: names no line of this shipment.")


def _whole_kits(order: Order, quantities: Mapping[str, int]) -> None:
    """Refuse quantities that are not those of whole kits; the outermost kit's mode rules all levels."""
    for kit in order.top_lines:
        if kit.kit_code != "BUNDLE" or kit.mode == "00":
            continue
        counts = {(quantities.get(leaf.key, 0), per_kit) for leaf, per_kit in order.leaves(kit) if leaf.tracked}
        if counts and not inventory.ratio(tuple(counts)).in_ratio:
            raise KitNotWhole(item_id=kit.item_id)


def _in_shipment(order: Order, shipment: str) -> dict[str, int]:
    inside = _inside(shipment)
    found = {line.key: sum(row.quantity for row in line.rows if inside(row)) for line in order.lines if line.kit_code != "BUNDLE"}
    return {key: quantity for key, quantity in found.items() if quantity}


def _said(sent: ConfirmShipment) -> bool:
    return bool(sent.shipment_lines.shipment_line)


def _standing(release: str) -> Callable[[Row], bool]:
    return lambda row: row.status == "3200" and row.release == release


def _inside(shipment: str) -> Callable[[Row], bool]:
    return lambda row: row.status.startswith("3350") and row.shipment == shipment


def _gone(row: Row) -> Row:
    return replace(row, status="3700")


def _becomes(status: str) -> Callable[[Row], Row]:
    return lambda row: Row(status, 0)


def _shipment(conn: Connection, shipment_no: str) -> Found:
    found = _BY_NUMBER.first(conn, {"number": shipment_no})
    if found is None:
        raise ShipmentNotFound(shipment_no=shipment_no)
    return found


def _release(conn: Connection, key: str) -> Found:
    found = _RELEASE.first(conn, {"release": key})
    if found is None:
        raise ShipmentNotFound(order_release_key=key)
    return found


def _listed(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "ShipmentNo": row["shipment_no"],
        "OrderNo": row["order_no"],
        "OrderHeaderKey": row["order_key"],
        "EnterpriseCode": row["enterprise"],
        "ShipNode": row["node"],
        "Status": row["status"],
        "StatusDescription": "Shipped" if row["status"] == SHIPPED else "To be packed",
        "ShipTo": row["ship_to"],
        "SCAC": row["scac"],
        "CarrierServiceCode": row["carrier_service"],
        "TrackingNo": row["tracking_no"],
        "CreatedAt": moment(row["created_at"]),
        "ShippedAt": moment(row["shipped_at"]),
        "ShipmentLines": row["lines"],
    }
