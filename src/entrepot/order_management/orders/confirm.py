"""Turning a draft into an order.

Everything that stands in the way is found and told at once. A price that is no longer current is a conflict, not a
refusal: ask again and confirm again. What was reserved for the draft becomes the order's own in the same transaction.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.kernel.errors import Conflict, Refused
from entrepot.kernel.words import joined, mark, phrase
from entrepot.order_management.orders.audit import Doing
from entrepot.order_management.orders.build import all_at
from entrepot.order_management.orders.create import answered, claim_reservation, start_work
from entrepot.order_management.orders.events import say
from entrepot.order_management.orders.holds import blocked_by
from entrepot.order_management.orders.load import load_order
from entrepot.order_management.orders.order import Order
from entrepot.order_management.orders.save import OrderMovedOn, save_order
from entrepot.order_management.orders.statuses import CREATED
from entrepot.order_management.orders.totals import totals

STALE = mark("the price is not current; have it calculated again")


class PriceStale(Conflict):
    code = "ENT_PRICE_STALE"
    message = mark("The price of order {order_no} is not current. Have it calculated again, then confirm.")


class DraftNotReady(Refused):
    code = "YFS10137"
    message = mark("Order {order_no} cannot be confirmed yet: {what}.")


def confirm_draft_order(conn: Connection, key: str, version: int | None, at: datetime, user: str) -> dict[str, Any]:
    """Confirm the draft: it is an order from now on, is paid for, scheduled and shipped."""
    before = load_order(conn, key, lock=True)
    if version is not None and version != before.version:
        raise OrderMovedOn(order_no=before.order_no, version=before.version)
    failures = not_ready(before, at)
    if failures == [STALE]:
        raise PriceStale(order_no=before.order_no)
    if failures:
        raise DraftNotReady(order_no=before.order_no, what=joined(failures), failures=failures)
    lines = all_at(before.lines, CREATED)
    order, claimed = claim_reservation(conn, replace(before, draft=False, lines=lines), at)
    saved = save_order(conn, before, order, Doing("CONFIRM_DRAFT_ORDER", user, at), claimed)
    start_work(conn, saved, at)
    say(conn, "order.draft_confirmed", saved, at)
    return answered(saved)


def not_ready(order: Order, at: datetime) -> list[str]:
    """Everything that keeps a draft from being confirmed."""
    if not order.draft:
        return [mark("it is confirmed already") if order.alive else mark("it is cancelled")]
    failures = []
    if not order.alive:
        failures.append(mark("it has no lines"))
    if not _complete(order.bill_to):
        failures.append(mark("the billing address is incomplete"))
    if not _complete(order.ship_to) and any(line.delivery_method in ("SHP", "DEL") for line in order.lines):
        failures.append(mark("the shipping address is incomplete"))
    failures += [
        phrase(mark("{item} is not configured"), item=line.item_id)
        for line in order.lines
        if line.kit_code == "BUNDLE" and not order.components(line.key)
    ]
    failures += [phrase(mark("hold {hold}"), hold=hold) for hold in blocked_by(order, "CONFIRM_DRAFT_ORDER")]
    due = totals(order).payable
    covered = any(method.unlimited for method in order.payments) or sum(method.limit for method in order.payments) >= due
    if order.alive and due and not covered:
        failures.append(mark("the means of payment do not cover the total"))
    if order.alive and not (order.priced and order.price_valid_until and at < order.price_valid_until):
        failures.append(STALE)
    return failures


def _complete(person: dict[str, Any]) -> bool:
    return all(person.get(name) for name in ("LastName", "AddressLine1", "City", "Country"))
