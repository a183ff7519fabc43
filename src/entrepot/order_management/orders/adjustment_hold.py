"""What a change of an order means for what was given on it by hand.

A line that goes takes its adjustments along. An approval was for the order as it was: when it comes to more, it is asked
again. The order is held as long as anything waits for approval, and an order that is given up ends what waited.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.engine import Connection

from entrepot.kernel.ids import new_id
from entrepot.order_management.orders.adjustment import Action, Fact, Level, State, standing, worth
from entrepot.order_management.orders.adjustment_facts import add_facts, facts_of
from entrepot.order_management.orders.holds import ACTIVE, RESOLVED
from entrepot.order_management.orders.order import Hold, Order
from entrepot.order_management.orders.totals import totals

HOLD = "APPROVAL_PENDING"
WAITS = "an adjustment by hand waits for approval"


def follow(conn: Connection, before: Order, after: Order, user: str, at: datetime) -> Order:
    """The changed order, held or not as its adjustments want it; what happened to them is written down."""
    if not _adjusted(before):
        return after
    known = standing(facts_of(conn, after.key))
    said = []
    there = {line.key for line in after.lines}
    for fact in list(known.values()):
        if not after.alive and fact.state is State.PENDING:
            said.append(replace(fact, action=Action.EXPIRE, state=State.EXPIRED, worth=0, user=user, at=at))
        elif fact.line_key and fact.line_key not in there:
            said.append(replace(fact, action=Action.REMOVE, before=fact.after, after=0, worth=0, user=user, at=at, note=""))
    for fact in said:
        known.pop(fact.adjustment)
    again = reopened(after, known, user, at) if after.alive and after.priced else []
    add_facts(conn, [*said, *again])
    return held(after, known | {fact.adjustment: fact for fact in again})


def reopened(order: Order, known: Mapping[str, Fact], user: str, at: datetime) -> list[Fact]:
    """The approvals that have to be given again, because the order comes to more than when they were given."""
    grand = totals(order).grand
    return [
        replace(fact, action=Action.REOPEN, state=State.PENDING, order_total=grand, worth=_worth(order, fact), user=user, at=at)
        for fact in known.values()
        if fact.state is State.APPROVED and grand > fact.order_total
    ]


def held(order: Order, known: Mapping[str, Fact]) -> Order:
    """The order with the hold on it while anything waits, and without it when nothing does."""
    waits = any(fact.state is State.PENDING for fact in known.values())
    active = [hold for hold in order.holds if hold.hold_type == HOLD and hold.status == ACTIVE]
    if waits and not active:
        return replace(order, holds=(*order.holds, Hold(new_id(), HOLD, ACTIVE, WAITS)))
    if active and not waits:
        return replace(order, holds=tuple(replace(h, status=RESOLVED) if h in active else h for h in order.holds))
    return order


def _worth(order: Order, fact: Fact) -> int:
    return worth(order, fact.level, fact.line_key, fact.before, fact.after) if fact.level is Level.PRICE else fact.worth


def _adjusted(order: Order) -> bool:
    """Whether anything on the order can have been given by hand."""
    return (
        any(charge.manual for charge in order.charges)
        or any(hold.hold_type == HOLD and hold.status == ACTIVE for hold in order.holds)
        or (order.draft and any(line.price_locked for line in order.lines))
    )
