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
from entrepot.kernel.db import Instant, upsert
from entrepot.kernel.statement import Statement
from entrepot.order_management.orders import tables

PAYMENT, SCHEDULE, RELEASE, INVOICE = "PAYMENT", "SCHEDULE", "RELEASE", "INVOICE"
LEASE = timedelta(seconds=60)
PUT_OFF = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(hours=12))


_t = tables.task.c
_at = sa.bindparam("at", type_=Instant)
_DUE = Statement(
    sa.select(tables.task)
    .where(_t.available_at <= _at, sa.or_(_t.lease_until.is_(None), _t.lease_until <= _at))
    .order_by(_t.available_at, _t.order_key, _t.transaction)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)
# A row woken meanwhile has another time, so it is not the same any more.
_same = sa.and_(
    _t.order_key == sa.bindparam("order"),
    _t.transaction == sa.bindparam("work"),
    _t.available_at == sa.bindparam("since", type_=Instant),
)
_LEASE = Statement(tables.task.update().where(_same).values(lease_until=sa.bindparam("until", type_=Instant)))
_FINISH = Statement(tables.task.delete().where(_same, _t.lease_until.is_not(None)))
_PUT_OFF = Statement(
    tables.task.update()
    .where(_same)
    .values(
        available_at=sa.bindparam("again", type_=Instant),
        attempts=sa.bindparam("tried"),
        lease_until=None,
        error=sa.bindparam("why"),
    )
)


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
    found = [
        Task(row["order_key"], row["transaction"], row["available_at"], row["attempts"], row["correlation_id"])
        for row in _DUE.all(conn, {"at": at, "most": limit})
    ]
    _LEASE.run_many(conn, [_name(task) | {"until": at + LEASE} for task in found])
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
    _FINISH.run(conn, _name(task))


def put_off(conn: Connection, task: Task, reason: str, at: datetime) -> None:
    """Try again later, each time after a longer wait."""
    wait = PUT_OFF[min(task.attempts, len(PUT_OFF) - 1)]
    _PUT_OFF.run(conn, _name(task) | {"again": at + wait, "tried": task.attempts + 1, "why": reason[:500]})


def _name(task: Task) -> dict[str, object]:
    return {"order": task.order_key, "work": task.transaction, "since": task.available_at}
