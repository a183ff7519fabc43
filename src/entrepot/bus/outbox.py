"""The outbox: messages written with the business change, and the queue they are delivered from.

One table is both. A row is pending until its receiver has answered; the head of each ordering key can be
leased, its followers wait, also behind a dead letter, which a person corrects and runs again or closes.
Delays between attempts grow with a random part so that a neighbor coming back is not trampled.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.bus.bell import Bell
from entrepot.bus.envelope import Envelope, Message, causation, correlation
from entrepot.kernel.db import BigKey, Instant, Json, after_commit, any_of
from entrepot.kernel.errors import Conflict, NotFound
from entrepot.kernel.ids import new_id
from entrepot.kernel.statement import Row, Statement

ATTEMPTS = 5
LEASE = timedelta(seconds=30)
# Written out rather than bound, so that a database can see that its partial indexes apply.
_PENDING: sa.ColumnClause[str] = sa.literal_column("'pending'")
_DEAD: sa.ColumnClause[str] = sa.literal_column("'dead'")


class DeadLetterNotFound(NotFound):
    code = "DEAD_LETTER_NOT_FOUND"
    message = "There is no such dead letter."


class DeadLetterMovedOn(Conflict):
    code = "DEAD_LETTER_MOVED_ON"
    message = "Somebody has already run this message again or closed it."


class Outbox:
    """The outgoing messages of one system, in that system's own database."""

    def __init__(self, metadata: sa.MetaData, sender: str) -> None:
        self.sender = sender
        self.bell: Bell = threading.Event()
        self.table = _table(metadata)
        t, earlier = self.table, self.table.alias("earlier")
        blocked = sa.exists().where(
            earlier.c.ordering_key == t.c.ordering_key,
            earlier.c.position < t.c.position,
            earlier.c.state.in_((_PENDING, _DEAD)),
        )
        self._heads = Statement(
            sa.select(t)
            .where(
                t.c.state == _PENDING,
                t.c.not_before <= sa.bindparam("now", type_=Instant),
                sa.or_(t.c.lease_until.is_(None), t.c.lease_until < sa.bindparam("now", type_=Instant)),
                ~blocked,
            )
            .order_by(t.c.position)
            .limit(sa.bindparam("limit"))
            .with_for_update(skip_locked=True)
        )
        self._insert = Statement(t.insert())
        of_message = t.update().where(t.c.id == sa.bindparam("message"))
        self._settle = Statement(
            of_message.values(
                state="delivered",
                settled_at=sa.bindparam("at", type_=Instant),
                lease_until=None,
                ms=sa.bindparam("took"),
                reply=sa.bindparam("answer", type_=Json),
                error=None,
            )
        )
        self._lease = Statement(
            t.update()
            .where(any_of(t.c.position, "positions"))
            .values(lease_until=sa.bindparam("until", type_=Instant), attempts=t.c.attempts + 1)
        )

    def put(self, conn: Connection, message: Message, at: datetime) -> str:
        """Say ``message`` if and when the open transaction commits; tell its id."""
        message_id = new_id()
        self._insert.run(
            conn,
            {
                "id": message_id,
                "kind": message.kind,
                "version": message.version,
                "business_key": message.business_key,
                "ordering_key": message.ordering_key,
                "sequence": message.sequence,
                "correlation_id": correlation(),
                "causation_id": causation(),
                "store": message.store,
                "principal": message.principal,
                "body": message.body,
                "state": "pending",
                "attempts": 0,
                "not_before": at,
                "created_at": at,
            },
        )
        after_commit(self.bell.set)
        return message_id

    def claim(self, conn: Connection, at: datetime, limit: int = 32) -> list[Envelope]:
        """Lease the deliverable heads, at most one per ordering key."""
        rows = self._heads.all(conn, {"now": at, "limit": limit})
        if rows:
            self._lease.run(conn, {"positions": [row["position"] for row in rows], "until": at + LEASE})
        return [_envelope(row, self.sender) for row in rows]

    def settle(self, conn: Connection, message_id: str, at: datetime, *, ms: float, reply: Any = None) -> None:
        """The receiver has it: its followers may go."""
        self._settle.run(conn, {"message": message_id, "at": at, "took": ms, "answer": reply})

    def fail(self, conn: Connection, envelope: Envelope, error: str, at: datetime, *, final: bool) -> None:
        """Not delivered: tried again later, or a dead letter when that is pointless or was done often enough."""
        dead = final or envelope.attempts >= ATTEMPTS
        delay = timedelta(seconds=random.uniform(0, min(60, 2**envelope.attempts)))
        conn.execute(
            self.table.update()
            .where(self.table.c.id == envelope.id)
            .values(
                state="dead" if dead else "pending",
                not_before=at + delay,
                lease_until=None,
                error=error[:2000],
                settled_at=at if dead else None,
            )
        )

    def rerun(self, conn: Connection, message_id: str, at: datetime, body: dict[str, Any] | None = None) -> None:
        """Put a dead letter back at its place in the queue, with a corrected body if one is given.

        The business key stays, so running it twice has its effect once; the first body is kept.
        """
        row = self._dead(conn, message_id)
        changed: dict[str, Any] = {"state": "pending", "attempts": 0, "not_before": at, "settled_at": None}
        if body is not None:
            changed |= {"body": body, "original_body": row["original_body"] or row["body"]}
        conn.execute(self.table.update().where(self.table.c.id == message_id).values(**changed))
        after_commit(self.bell.set)

    def close(self, conn: Connection, message_id: str, reason: str, at: datetime) -> None:
        """Give a dead letter up, for a reason; its followers may go."""
        row = self._dead(conn, message_id)
        conn.execute(
            self.table.update()
            .where(self.table.c.id == message_id)
            .values(state="closed", settled_at=at, error=f"{row['error']}\nclosed: {reason}")
        )
        after_commit(self.bell.set)

    def _dead(self, conn: Connection, message_id: str) -> sa.RowMapping:
        row = conn.execute(sa.select(self.table).where(self.table.c.id == message_id).with_for_update()).mappings().first()
        if row is None:
            raise DeadLetterNotFound(id=message_id)
        if row["state"] != "dead":
            raise DeadLetterMovedOn(id=message_id, state=row["state"])
        return row

    def trail(self, conn: Connection, *, correlation_ids: Sequence[str], ordering_keys: Sequence[str]) -> list[sa.RowMapping]:
        """Every message of those business processes or about those things, oldest first."""
        t = self.table
        found = sa.or_(any_of(t.c.correlation_id, "correlations"), any_of(t.c.ordering_key, "keys"))
        query = sa.select(t).where(found).order_by(t.c.position)
        return list(conn.execute(query, {"correlations": list(correlation_ids), "keys": list(ordering_keys)}).mappings())

    def waiting(self, conn: Connection, state: str = "dead", limit: int = 100) -> list[sa.RowMapping]:
        """The messages in one state, oldest first: dead letters by default."""
        query = sa.select(self.table).where(self.table.c.state == state).order_by(self.table.c.position).limit(limit)
        return list(conn.execute(query).mappings())

    def find(self, conn: Connection, message_id: str) -> sa.RowMapping | None:
        """One message by its id."""
        return conn.execute(sa.select(self.table).where(self.table.c.id == message_id)).mappings().first()

    def search(self, conn: Connection, text: str = "", state: str = "", limit: int = 100) -> list[sa.RowMapping]:
        """Messages, newest first: by a whole id, order or process, or a part of a kind or business key."""
        t = self.table
        query = sa.select(t).order_by(t.c.position.desc()).limit(limit)
        if state:
            query = query.where(t.c.state == state)
        if text:
            whole = (t.c.id == text, t.c.correlation_id == text, t.c.ordering_key == text)
            query = query.where(sa.or_(*whole, *(c.contains(text, autoescape=True) for c in (t.c.kind, t.c.business_key))))
        return list(conn.execute(query).mappings())

    def troubled(self, conn: Connection, limit: int = 20) -> list[sa.RowMapping]:
        """Messages whose last attempt failed, newest first: those tried again and those that wait for a person."""
        t = self.table
        query = sa.select(t).where(t.c.error.is_not(None), t.c.state.in_(("pending", "dead")))
        return list(conn.execute(query.order_by(t.c.position.desc()).limit(limit)).mappings())

    def counts(self, conn: Connection) -> dict[str, int]:
        """How many messages stand in each state."""
        rows = conn.execute(sa.select(self.table.c.state, sa.func.count()).group_by(self.table.c.state))
        return dict(rows.all())


def _table(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "outbox",
        metadata,
        sa.Column("position", BigKey, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(26), nullable=False, unique=True),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("business_key", sa.String(200), nullable=False),
        sa.Column("ordering_key", sa.String(200), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("correlation_id", sa.String(64), nullable=False),
        sa.Column("causation_id", sa.String(64)),
        sa.Column("store", sa.String(64), nullable=False),
        sa.Column("principal", sa.String(254), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("original_body", Json),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, default=0),
        sa.Column("not_before", Instant, nullable=False),
        sa.Column("lease_until", Instant),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("settled_at", Instant),
        sa.Column("ms", sa.Float),
        sa.Column("error", sa.Text),
        sa.Column("reply", Json),
        sa.Index("outbox_open", "ordering_key", "position", **_where("state IN ('pending', 'dead')")),
        sa.Index("outbox_due", "position", **_where("state = 'pending'")),
        sa.Index("outbox_correlation", "correlation_id"),
        sa.Index("outbox_ordering_key", "ordering_key"),
    )


def _envelope(row: Row, sender: str) -> Envelope:
    names = ("id", "kind", "version", "business_key", "ordering_key", "sequence", "correlation_id", "causation_id")
    return Envelope(
        **{name: row[name] for name in (*names, "store", "principal", "body")},
        sender=sender,
        sent_at=row["created_at"],
        attempts=row["attempts"] + 1,
    )


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def encode(envelope: Envelope) -> bytes:
    """The envelope as bytes for a transport that carries bytes."""
    return msgspec.json.encode(envelope)
