"""Stopping an order on purpose, and letting it go on.

A type of hold says which steps it stops; resolving one leaves others standing. Resolving a hold that is not there is
refused instead of quietly creating one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.kernel.errors import Invalid, NotFound
from entrepot.kernel.ids import new_id
from entrepot.kernel.words import mark
from entrepot.order_management.orders import tasks
from entrepot.order_management.orders.audit import Doing
from entrepot.order_management.orders.create import answered
from entrepot.order_management.orders.load import load_order
from entrepot.order_management.orders.modification import require
from entrepot.order_management.orders.order import Hold, Order
from entrepot.order_management.orders.save import save_order

ACTIVE, RESOLVED = "1100", "1300"

#: What each type of hold stops.
BLOCKS: dict[str, frozenset[str]] = {
    "CUSTOMER_REQUEST": frozenset({"SCHEDULE", "RELEASE"}),
    "ADDRESS_CHECK": frozenset({"RELEASE"}),
    "FRAUD_CHECK": frozenset({"CONFIRM_DRAFT_ORDER", "SCHEDULE", "RELEASE"}),
    "APPROVAL_PENDING": frozenset({"CONFIRM_DRAFT_ORDER", "SCHEDULE", "RELEASE"}),
    "PROMOTION_LIMIT": frozenset({"CONFIRM_DRAFT_ORDER", "SCHEDULE"}),
}


class HoldNotFound(NotFound):
    code = "ENT_HOLD_NOT_FOUND"
    message = mark("Order {order_no} has no active hold {hold_type}. Nothing was changed.")


class HoldTypeUnknown(Invalid):
    code = "ENT_INVALID"
    message = mark("{path}: {hold_type} is no type of hold here.")


def blocked_by(order: Order, transaction: str) -> list[str]:
    """The active holds that stop a step of the order."""
    return [hold.hold_type for hold in order.holds if hold.status == ACTIVE and transaction in BLOCKS[hold.hold_type]]


def apply_hold(conn: Connection, key: str, hold_type: str, reason: str, doing: tuple[datetime, str]) -> dict[str, Any]:
    """Put a hold on the order; one of the same type that is active already is left as it is."""
    at, user = doing
    if hold_type not in BLOCKS:
        raise HoldTypeUnknown(path="HoldType", hold_type=hold_type)
    order = load_order(conn, key, lock=True)
    if any(hold.hold_type == hold_type and hold.status == ACTIVE for hold in order.holds):
        return answered(order)
    require(order, "HOLD")
    held = replace(order, holds=(*order.holds, Hold(new_id(), hold_type, ACTIVE, reason)))
    return answered(save_order(conn, order, held, Doing("HOLD", user, at, f"hold {hold_type}: {reason}")))


def resolve_hold(conn: Connection, key: str, hold_type: str, reason: str, doing: tuple[datetime, str]) -> dict[str, Any]:
    """Resolve the order's active hold of that type and let the work go on that it stopped."""
    at, user = doing
    order = load_order(conn, key, lock=True)
    active = [hold for hold in order.holds if hold.hold_type == hold_type and hold.status == ACTIVE]
    if not active:
        raise HoldNotFound(order_no=order.order_no, hold_type=hold_type)
    holds = tuple(replace(hold, status=RESOLVED) if hold in active else hold for hold in order.holds)
    resolved = replace(order, holds=holds)
    saved = save_order(conn, order, resolved, Doing("HOLD", user, at, f"hold {hold_type} resolved: {reason}"))
    if not saved.draft:
        tasks.wake(conn, key, tasks.SCHEDULE, at)
        tasks.wake(conn, key, tasks.RELEASE, at)
    return answered(saved)
