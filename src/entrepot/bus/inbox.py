"""The inbox: what a system has already done, written in the transaction of doing it.

A message that comes again (a lost acknowledgement, a retry, a replay years later) finds its row and gets the
stored answer; nothing happens twice. The key is what the message is about, not the delivery.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.bus.envelope import Envelope, correlate
from entrepot.kernel.db import BigKey, Instant, Json, any_of, insert_or_ignore
from entrepot.kernel.statement import Statement

Handler = Callable[[Connection, dict[str, Any], datetime], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a delivery: the answer, and whether it had been given before."""

    reply: dict[str, Any] | None
    repeated: bool


class Inbox:
    """The messages one system has taken effect of, in that system's own database."""

    def __init__(self, metadata: sa.MetaData) -> None:
        self.table = sa.Table(
            "inbox",
            metadata,
            sa.Column("position", BigKey, primary_key=True, autoincrement=True),
            sa.Column("kind", sa.String(80), nullable=False),
            sa.Column("business_key", sa.String(200), nullable=False),
            sa.Column("message_id", sa.String(26), nullable=False),
            sa.Column("sender", sa.String(40), nullable=False),
            sa.Column("correlation_id", sa.String(64), nullable=False),
            sa.Column("ordering_key", sa.String(200), nullable=False),
            sa.Column("received_at", Instant, nullable=False),
            sa.Column("reply", Json),
            sa.UniqueConstraint("kind", "business_key"),
            sa.Index("inbox_correlation", "correlation_id"),
        )
        t = self.table
        self._reply = Statement(
            sa.select(t.c.reply).where(t.c.kind == sa.bindparam("kind"), t.c.business_key == sa.bindparam("business_key"))
        )
        self._answer = Statement(
            t.update()
            .where(t.c.kind == sa.bindparam("of_kind"), t.c.business_key == sa.bindparam("of_key"))
            .values(reply=sa.bindparam("answer", type_=Json))
        )

    def receive(self, conn: Connection, envelope: Envelope, body: dict[str, Any], handler: Handler, at: datetime) -> Received:
        """Let ``handler`` take effect once per business key; a repeat gets the stored answer."""
        key = {"kind": envelope.kind, "business_key": envelope.business_key}
        row = key | {
            "message_id": envelope.id,
            "sender": envelope.sender,
            "correlation_id": envelope.correlation_id,
            "ordering_key": envelope.ordering_key,
            "received_at": at,
        }
        if not insert_or_ignore(conn, self.table, row):
            return Received(self._reply.value(conn, key), True)
        with correlate(envelope.correlation_id, envelope.id):
            reply = handler(conn, body, at)
        if reply is not None:
            self._answer.run(conn, {"of_kind": envelope.kind, "of_key": envelope.business_key, "answer": reply})
        return Received(reply, False)

    def trail(self, conn: Connection, correlation_ids: Sequence[str]) -> list[sa.RowMapping]:
        """What was taken effect of in those business processes, oldest first."""
        query = sa.select(self.table).where(any_of(self.table.c.correlation_id, "correlations")).order_by(self.table.c.position)
        return list(conn.execute(query, {"correlations": list(correlation_ids)}).mappings())
