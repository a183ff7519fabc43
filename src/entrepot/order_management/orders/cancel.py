"""Cancelling an order, a line or some units of it, with everything that hangs on them, in one change.

What was recorded for the cancelled units is subtracted, never computed anew; a gift whose reason is gone goes with it.
Kits are cancelled whole, their parts with them. Cancelling what is cancelled already changes nothing and says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.kernel.errors import Invalid, Refused
from entrepot.kernel.words import mark
from entrepot.order_management.orders import tasks
from entrepot.order_management.orders.adjustment_hold import follow
from entrepot.order_management.orders.audit import Doing, write_note
from entrepot.order_management.orders.create import answered
from entrepot.order_management.orders.documents import ChangeOrder
from entrepot.order_management.orders.events import say
from entrepot.order_management.orders.gifts import promotions_left, revoked
from entrepot.order_management.orders.load import load_order
from entrepot.order_management.orders.modification import may
from entrepot.order_management.orders.order import Line, Order
from entrepot.order_management.orders.save import save_order
from entrepot.order_management.orders.statuses import CANCELLED, NotThatMuch, base, cancel, total


class ComponentsGoWithTheirKit(Refused):
    code = "YFS10137"
    message = mark("{item_id} is part of a kit. Cancel the kit, or configure it differently.")


class ReasonMissing(Invalid):
    code = "ENT_INVALID"
    message = mark("{path}: a cancellation needs a reason code.")


def cancel_units(order: Order, key: str, units: int, *, override: bool = False) -> Order:
    """The order without that many units of a line; refused as a whole when too few may still be cancelled."""
    line = order.line(key)
    if line.parent:
        raise ComponentsGoWithTheirKit(item_id=line.item_id)
    if units > line.ordered:
        raise NotThatMuch(wanted=units, has=line.ordered)
    changed = _cancelled(order, line, units, lambda status: order.draft or may("CANCEL", status, override=override))
    return replace(order, lines=tuple(changed.get(each.key, each) for each in order.lines))


def settled(order: Order, *, override: bool = False) -> Order:
    """The order after losing the gifts nothing earns any more, and with the promotions it still uses."""
    for key, units in revoked(order).items():
        line = order.line(key)
        able = total(line.rows, lambda row: may("CANCEL", row.status, override=override) and row.status != CANCELLED)
        order = cancel_units(order, key, min(units, able), override=override)
    return replace(order, promotions=promotions_left(order))


def all_cancelled(order: Order, *, override: bool, remaining: bool) -> Order:
    """The order with everything on it cancelled; with ``remaining`` only what still may be."""
    for line in order.top_lines:
        units = line.ordered
        if remaining:
            units = min(units, cancellable(order, line, override=override))
        order = cancel_units(order, line.key, units, override=override)
    return settled(order, override=override)


def cancellable(order: Order, line: Line, *, override: bool = False) -> int:
    """How many units of a line may still be cancelled."""

    def able(of: Line) -> int:
        return total(
            of.rows,
            lambda row: row.status != CANCELLED and base(row.status) < 3700 and may("CANCEL", row.status, override=override),
        )

    parts = [part for part in order.components(line.key) if part.kit_qty]
    return min((cancellable(order, part, override=override) // part.kit_qty for part in parts), default=able(line))


def cancel_order(conn: Connection, sent: ChangeOrder, order: Order, at: datetime, user: str) -> dict[str, Any]:
    """Cancel the whole (locked) order, or with ``CancelRemaining`` what may still be cancelled of it."""
    if not order.alive and not (order.draft and not order.lines):
        return answered(order) | {"Changed": "N"}
    if not sent.reason_code:
        raise ReasonMissing(path="ReasonCode")
    gone = all_cancelled(order, override=sent.override == "Y", remaining=sent.cancel_remaining == "Y")
    return record(conn, order, gone, sent, at, user)


def record(conn: Connection, before: Order, after: Order, sent: ChangeOrder, at: datetime, user: str) -> dict[str, Any]:
    """Write a change that took units away, and what follows from it: money, stock, events."""
    if after == before:
        return answered(before) | {"Changed": "N"}
    words = " ".join(word for word in (sent.reason_code, sent.reason_text) if word)
    after = follow(conn, before, after, user, at)
    saved = save_order(conn, before, after, Doing("CHANGE_ORDER", user, at, ""))
    if words:
        write_note(conn, saved, Doing("CHANGE_ORDER", user, at, f"reason: {words}"))
    if not saved.draft:
        tasks.wake(conn, saved.key, tasks.PAYMENT, at)
    say(conn, "order.changed" if saved.alive else "order.cancelled", saved, at)
    return answered(saved) | {"Changed": "Y"}


def cancel_by_key(conn: Connection, key: str, reason: str, at: datetime, user: str) -> dict[str, Any]:
    """Cancel a whole order by its key: for work that runs by itself, such as expiring drafts."""
    return cancel_order(conn, ChangeOrder(reason_code=reason), load_order(conn, key, lock=True), at, user)


def _cancelled(order: Order, line: Line, units: int, allowed: Callable[[str], bool]) -> dict[str, Line]:
    parts = [part for part in order.components(line.key) if part.kit_qty]
    rows = cancel(line.rows, units, (lambda status: True) if parts else allowed)
    changed = {line.key: replace(line, ordered=line.ordered - units, rows=rows)}
    for part in parts:
        changed |= _cancelled(order, part, units * part.kit_qty, allowed)
    return changed
