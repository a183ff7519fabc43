"""What a buyer has bought, and who a buyer is once that is known.

Members decide segments but know no orders; here both meet. Orders that were placed and not cancelled count, at what
they came to when they were placed; orders another system captured are not known here.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce import members
from entrepot.commerce.capture.order import OrderState
from entrepot.commerce.capture.tables import orders
from entrepot.commerce.members import Buyer, Purchase
from entrepot.kernel.statement import Statement

_PLACED = Statement(
    sa.select(orders.c.placed_at, orders.c.currency, orders.c.total).where(
        orders.c.logon_id == sa.bindparam("logon_id"),
        orders.c.placed_at.is_not(None),
        orders.c.state != sa.literal_column(f"'{OrderState.CANCELLED}'"),
    )
)


def purchases_of(conn: Connection, logon_id: str) -> list[Purchase]:
    """The orders of an account that stand, in every store."""
    rows = _PLACED.all(conn, {"logon_id": logon_id})
    return [Purchase(row["placed_at"], row["currency"], row["total"] or 0) for row in rows]


def buyer_at(conn: Connection, logon_id: str | None, at: datetime) -> Buyer:
    """Who this is as a buyer at a date, with the segments their orders have brought them into; nobody known is a guest."""
    return members.buyer(conn, logon_id, at, purchases_of)
