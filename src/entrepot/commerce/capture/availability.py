"""What commerce knows of stock, for showing: a cache fed by order management's messages and by its answers.

It informs; only a reservation promises. A record older than its life, or a quantity question, is asked anew; when
order management does not answer, the page says that the availability is not confirmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce import catalog
from entrepot.commerce.capture.tables import availability
from entrepot.kernel.db import any_of, upsert

LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Available:
    """One item's picture: a status word, a quantity as a decimal text, the first date more comes."""

    part_number: str
    status: str
    quantity: str | None
    expected_at: str | None
    sequence: int
    updated_at: datetime

    def fresh(self, at: datetime) -> bool:
        return at < self.updated_at + LIFE


def find_availability(conn: Connection, store: str, part_numbers: Sequence[str]) -> dict[str, Available]:
    """What is known of these items, fresh or not."""
    store_id = catalog.find_store(conn, store).id
    query = sa.select(availability).where(availability.c.store_id == store_id, any_of(availability.c.part_number, "numbers"))
    rows = conn.execute(query, {"numbers": list(part_numbers)}).mappings()
    names = Available.__dataclass_fields__
    return {row["part_number"]: Available(**{name: row[name] for name in names}) for row in rows}


def take_availability(
    conn: Connection,
    store: str,
    part_number: str,
    picture: tuple[str, str | None, str | None],
    sequence: int | None,
    at: datetime,
) -> bool:
    """Keep a picture (status, quantity, date); one with an older sequence than the known changes nothing.

    An answer to a question has no sequence and never overwrites what a message brings later.
    """
    store_id = catalog.find_store(conn, store).id
    known = find_availability(conn, store, [part_number]).get(part_number)
    if known is not None and sequence is not None and sequence <= known.sequence:
        return False
    status, quantity, expected_at = picture
    row = {
        "store_id": store_id,
        "part_number": part_number,
        "status": status,
        "quantity": quantity,
        "expected_at": expected_at,
        "sequence": sequence if sequence is not None else known.sequence if known else 0,
        "updated_at": at,
    }
    upsert(conn, availability, [row], ["store_id", "part_number"])
    return True
