"""Logging on, for pages and programs alike: the brake on guessing, the new session, the guest's cart taken along."""

from __future__ import annotations

from typing import Any

from litestar import Request

from entrepot.commerce import members
from entrepot.web.edge import house_of


def log_on(
    request: Request[Any, Any, Any], logon_id: str, password: str, cart_secret: str | None = None
) -> tuple[str, members.User]:
    """Open a session for the account and tell its secret; failures are counted per account and per address."""
    house = house_of(request)
    at = house.clock.now()
    address = request.client.host if request.client else "unknown"
    keys = [f"account:{members.logon_key(logon_id)[:200]}", f"address:{address}"]
    database = house.commerce.database
    with database.read() as conn:
        members.check_attempts(conn, keys[:1], at)
    try:
        with database.read() as conn:
            user = members.authenticate(conn, logon_id, password, at)
    except members.LogonRefused:
        with database.write() as conn:
            members.note_failure(conn, keys, at)
        raise
    with database.write() as conn:
        members.forget_failures(conn, keys[:1])
        return members.open_session(conn, at, user, cart_secret), user
