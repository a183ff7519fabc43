"""Following an order: every message and question that carried it, through all systems, with times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from entrepot.commerce.database import journal
from entrepot.web.house import House


@dataclass(frozen=True, slots=True)
class Hop:
    """One message or question: what it said, from whom to whom, when, how long it took, what became of it."""

    at: datetime
    form: str
    kind: str
    sender: str
    receiver: str
    ms: float | None
    outcome: str
    id: str
    business_key: str = ""
    error: str = ""
    body: Any = None
    reply: Any = None


def follow(house: House, number: str, correlation_id: str | None = None) -> list[Hop]:
    """Everything that was said about the order of this number, in any system, oldest first."""
    bare = number.removeprefix("WC_")
    keys = [f"order:{bare}", f"WC_{bare}", bare]
    posts = (house.commerce, house.order_management, house.configurator)
    rows: list[tuple[str, sa.RowMapping]] = []
    correlations = {correlation_id} if correlation_id else set()
    for post in posts:
        with post.database.read() as conn:
            found = post.outbox.trail(conn, correlation_ids=[], ordering_keys=keys)
        correlations |= {row["correlation_id"] for row in found}
    for post in posts:
        with post.database.read() as conn:
            rows += [
                (post.name, row) for row in post.outbox.trail(conn, correlation_ids=sorted(correlations), ordering_keys=keys)
            ]
    flush_journal(house)
    with house.commerce.database.read() as conn:
        asked = journal.trail(conn, sorted(correlations))
    hops = [_message(house, sender, row) for sender, row in rows] + [_question(row) for row in asked]
    return sorted(hops, key=lambda hop: hop.at)


def flush_journal(house: House) -> None:
    """Write down the questions asked so far, so that a page shows them too."""
    taken = house.requests.take_journal()
    if taken:
        with house.commerce.database.write() as conn:
            journal.store(conn, taken)


def _message(house: House, sender: str, row: sa.RowMapping) -> Hop:
    route = house.relay.routes.get(row["kind"])
    return Hop(
        at=row["created_at"],
        form="message",
        kind=row["body"].get("Event") or row["kind"],
        sender=sender,
        receiver=route.to if route else "",
        ms=row["ms"],
        outcome=row["state"],
        id=row["id"],
        business_key=row["business_key"],
        error=row["error"] or "",
        body=row["body"],
        reply=row["reply"],
    )


def _question(row: sa.RowMapping) -> Hop:
    return Hop(
        at=row["asked_at"],
        form="question",
        kind=row["kind"],
        sender=row["caller"],
        receiver=row["callee"],
        ms=row["ms"],
        outcome=row["outcome"],
        id=str(row["position"]),
    )
