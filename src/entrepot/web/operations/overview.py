"""The state of everything between the systems at a glance.

Captured orders are always waiting, transferred, failed or cancelled, so the figures have to add up; the page says so
when they do not.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get

from entrepot.bus import Post
from entrepot.commerce import capture
from entrepot.commerce.database import journal
from entrepot.order_management import orders
from entrepot.web.edge import house_of
from entrepot.web.house import House
from entrepot.web.staff import Asked, show
from entrepot.web.trail import flush_journal

STATES = ("pending", "delivered", "dead", "closed")


def posts_of(house: House) -> dict[str, Post]:
    """The systems' ends of the bus by name."""
    return {one.name: one for one in (house.commerce, house.order_management, house.configurator)}


@get("/operations", permission="operations.view", sync_to_thread=False)
def overview_page(request: Asked) -> Response[str]:
    """Queues, captured orders, due work and recent errors."""
    house = house_of(request)
    queues: list[dict[str, Any]] = []
    troubled: list[dict[str, Any]] = []
    for name, post in posts_of(house).items():
        with post.database.read() as conn:
            counts, waiting = post.outbox.counts(conn), post.outbox.waiting(conn, "pending", 1)
            troubled += [dict(row) | {"system": name} for row in post.outbox.troubled(conn)]
        oldest: datetime | None = waiting[0]["created_at"] if waiting else None
        queues.append({"system": name, "oldest": oldest, "counts": {state: counts.get(state, 0) for state in STATES}})
    flush_journal(house)
    with house.commerce.database.read() as conn:
        captured, refused = capture.captured_counts(conn), journal.failed(conn, 10)
    with house.order_management.database.read() as conn:
        work = orders.open_work(conn, 50)
    troubled.sort(key=lambda row: row["created_at"], reverse=True)
    return show(
        request,
        "operations/overview.html",
        queues=queues,
        states=STATES,
        captured=_captured(captured),
        work=work,
        troubled=troubled[:15],
        refused=refused,
        dead=sum(queue["counts"]["dead"] for queue in queues),
        oldest=min((queue["oldest"] for queue in queues if queue["oldest"]), default=None),
    )


def _captured(counts: dict[str, int]) -> dict[str, Any]:
    """How many orders were captured and where each of them is."""
    waiting, transferred = counts.get("I", 0) + counts.get("F", 0), counts.get("G", 0)
    parts = {"waiting": waiting, "transferred": transferred, "failed": counts.get("H", 0), "cancelled": counts.get("X", 0)}
    total = sum(counts.values())
    return parts | {"total": total, "adds_up": total == sum(parts.values())}


routes: list[Any] = [overview_page]
