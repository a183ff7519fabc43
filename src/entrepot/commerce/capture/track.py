"""Orders after submission, as their buyers may see them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce import catalog
from entrepot.commerce.capture import tables
from entrepot.commerce.capture.order import Order, OrderNotFound
from entrepot.commerce.capture.tables import orders


def placed_orders(conn: Connection, store: str, logon_id: str, limit: int = 50) -> list[Order]:
    """The placed orders of an account in this store, newest first."""
    store_id = catalog.find_store(conn, store).id
    mine = orders.c.logon_id == logon_id
    return tables.find_orders(conn, mine, orders.c.store_id == store_id, orders.c.placed_at.is_not(None), limit=limit)


def find_placed(
    conn: Connection, store: str, number: str, *, logon_id: str | None, secret: str | None = None, email: str = ""
) -> Order:
    """A placed order by its number, for its owner only: the account, the guest's secret, or the guest's e-mail address.

    Whoever is not the owner learns no more than of an order that does not exist.
    """
    store_id = catalog.find_store(conn, store).id
    claims: list[sa.ColumnElement[bool]] = []
    if logon_id:
        claims.append(orders.c.logon_id == logon_id)
    if secret:
        claims.append(orders.c.secret == secret)
    if email.strip():
        claims.append(sa.and_(orders.c.logon_id == "", orders.c.email == email.strip().casefold()))
    if not claims:
        raise OrderNotFound(number=number)
    found = tables.find_order(conn, orders.c.number == number.strip().upper(), orders.c.store_id == store_id, sa.or_(*claims))
    if found is None:
        raise OrderNotFound(number=number)
    return found


def order_by_number(conn: Connection, number: str) -> Order | None:
    """A placed order by its number, for staff."""
    return tables.find_order(conn, orders.c.number == number.strip().upper())


def captured_counts(conn: Connection) -> dict[str, int]:
    """How many placed orders stand in each state: captured is always the sum of waiting, transferred and failed."""
    query = sa.select(orders.c.state, sa.func.count()).where(orders.c.placed_at.is_not(None)).group_by(orders.c.state)
    return dict(conn.execute(query).all())


def recent_orders(conn: Connection, text: str = "", limit: int = 50) -> list[Order]:
    """Placed orders of every store, newest first; ``text`` narrows to a number or a logon id."""
    conditions: list[sa.ColumnElement[bool]] = [orders.c.placed_at.is_not(None)]
    if text.strip():
        wish = text.strip()
        conditions.append(sa.or_(orders.c.number == wish.upper(), orders.c.logon_id == wish, orders.c.email == wish.casefold()))
    return tables.find_orders(conn, *conditions, limit=limit)
