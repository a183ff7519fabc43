"""Work to do on an order later: authorize, schedule, release, invoice. One row per order and kind of work.

Whoever changes an order wakes the work that follows, which goes on under the same correlation id; the worker
leases a row, does the work and finishes it, or puts it off: 15 minutes, 1 hour, 4 hours, then every 12. A row
woken while being worked on is worked on again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.bus import correlation
from entrepot.kernel.db import upsert
from entrepot.order_management.orders import tables

PAYMENT, SCHEDULE, RELEASE, INVOICE = "PAYMENT", "SCHEDULE", "RELEASE", "INVOICE"
LEASE = timedelta(seconds=60)
PUT_OFF = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(hours=12))


@dataclass(frozen=True, slots=True)
class Task:
    order_key: str
    transaction: str
    available_at: datetime
    attempts: int
    correlation_id: str


def wake(conn: Connection, order_key: str, transaction: str, at: datetime) -> None:
    """Have the work done at ``at`` or soon after; the count of failed attempts starts again."""
    row = {
        "order_key": order_key,
        "transaction": transaction,
        "available_at": at,
        "attempts": 0,
        "lease_until": None,
        "error": "",
        "correlation_id": correlation(),
    }
    upsert(conn, tables.task, [row], ["order_key", "transaction"])


def due_work(conn: Connection, at: datetime, limit: int = 20) -> list[Task]:
    """Lease what is due; another worker gets other rows, and a dead worker's rows after a minute."""
    t = tables.task
    query = (
        sa.select(t)
        .where(t.c.available_at <= at, sa.or_(t.c.lease_until.is_(None), t.c.lease_until <= at))
        .order_by(t.c.available_at, t.c.order_key, t.c.transaction)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = [
        Task(row["order_key"], row["transaction"], row["available_at"], row["attempts"], row["correlation_id"])
        for row in conn.execute(query).mappings()
    ]
    for task in found:
        conn.execute(_same(task).values(lease_until=at + LEASE))
    return found


def open_work(conn: Connection, limit: int = 100) -> list[sa.RowMapping]:
    """The work there is, what is due first, each with its order's number; for looking at, nothing is leased."""
    t = tables.task
    query = (
        sa.select(t, tables.order.c.order_no, tables.order.c.enterprise)
        .join(tables.order, tables.order.c.key == t.c.order_key)
        .order_by(t.c.available_at, t.c.order_key, t.c.transaction)
        .limit(limit)
    )
    return list(conn.execute(query).mappings())


def finish(conn: Connection, task: Task) -> None:
    """The work is done; a row that was woken meanwhile stays."""
    t = tables.task
    conn.execute(
        t.delete().where(
            t.c.order_key == task.order_key,
            t.c.transaction == task.transaction,
            t.c.available_at == task.available_at,
            t.c.lease_until.is_not(None),
        )
    )


def put_off(conn: Connection, task: Task, reason: str, at: datetime) -> None:
    """Try again later, each time after a longer wait."""
    wait = PUT_OFF[min(task.attempts, len(PUT_OFF) - 1)]
    conn.execute(_same(task).values(available_at=at + wait, attempts=task.attempts + 1, lease_until=None, error=reason[:500]))


def _same(task: Task) -> sa.Update:
    t = tables.task
    return t.update().where(
        t.c.order_key == task.order_key, t.c.transaction == task.transaction, t.c.available_at == task.available_at
    )
