"""Who is at the other end: sessions of people who logged on or hold a cart, and the brake on guessing passwords.

A session is named by 256 random bits of which only the hash is stored. Logging on starts a new one, so a name
somebody planted beforehand opens nothing; logging off, disabling the account or changing its password ends it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.database import metadata
from entrepot.commerce.members.accounts import get_user
from entrepot.commerce.members.member import User, UserNotFound
from entrepot.kernel.db import Instant, upsert
from entrepot.kernel.errors import Refused
from entrepot.kernel.ids import new_secret
from entrepot.kernel.words import mark

BUYER_LIFE = timedelta(days=30)
STAFF_LIFE = timedelta(hours=12)
STAFF_IDLE = timedelta(minutes=30)
TOUCH = timedelta(minutes=1)
FREE_FAILURES = 5
WINDOW = timedelta(minutes=15)

session = sa.Table(
    "session",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.BigInteger),
    sa.Column("cart_secret", sa.String(64)),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Index("session_user", "user_id"),
    sa.Index("session_expiry", "expires_at"),
)
logon_failure = sa.Table(
    "logon_failure",
    metadata,
    sa.Column("key", sa.String(300), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("last_at", Instant, nullable=False),
)


class TooManyAttempts(Refused):
    code = "TOO_MANY_ATTEMPTS"
    message = mark("Too many attempts. Wait {seconds} seconds, then try again.")


@dataclass(frozen=True, slots=True)
class Session:
    """An open session: the account behind it, if any, and the hashed secret of a guest's cart."""

    name: str
    user: User | None
    cart_secret: str | None
    seen_at: datetime
    expires_at: datetime


def open_session(conn: Connection, at: datetime, user: User | None = None, cart_secret: str | None = None) -> str:
    """Start a session and tell the secret that names it; it is not stored and cannot be told again."""
    secret = new_secret(256)
    life = STAFF_LIFE if user is not None and user.kind == "staff" else BUYER_LIFE
    row = {"name": _hashed(secret), "user_id": user.id if user else None, "cart_secret": cart_secret}
    conn.execute(session.insert(), row | {"created_at": at, "seen_at": at, "expires_at": at + life})
    return secret


def find_session(conn: Connection, secret: str, at: datetime) -> Session | None:
    """The open session of that secret; an expired or idle one, or one of a disabled account, is none."""
    row = conn.execute(_FIND, {"name": _hashed(secret)}).mappings().first()
    if row is None or row["expires_at"] <= at:
        return None
    user = None
    if row["user_id"] is not None:
        try:
            user = get_user(conn, row["user_id"])
        except UserNotFound:
            return None
        if not user.enabled or (user.kind == "staff" and row["seen_at"] + STAFF_IDLE <= at):
            return None
    return Session(row["name"], user, row["cart_secret"], row["seen_at"], row["expires_at"])


_FIND = sa.select(session).where(session.c.name == sa.bindparam("name"))


def touch_session(conn: Connection, name: str, at: datetime) -> None:
    """Note that the session is in use."""
    conn.execute(session.update().where(session.c.name == name).values(seen_at=at))


def close_session(conn: Connection, secret: str) -> None:
    """End a session; its secret opens nothing any more."""
    conn.execute(session.delete().where(session.c.name == _hashed(secret)))


def close_sessions_of(conn: Connection, user_id: int) -> None:
    """End every session of an account, after a new password or when it is disabled."""
    conn.execute(session.delete().where(session.c.user_id == user_id))


def sweep_sessions(conn: Connection, at: datetime) -> int:
    """Forget expired sessions and old failures; tell how many sessions that were."""
    conn.execute(logon_failure.delete().where(logon_failure.c.last_at < at - WINDOW))
    return conn.execute(session.delete().where(session.c.expires_at <= at)).rowcount


def check_attempts(conn: Connection, keys: list[str], at: datetime) -> None:
    """Refuse a log-on attempt while one of its keys (account, address) has failed too often lately."""
    t = logon_failure
    for row in conn.execute(sa.select(t).where(t.c.key.in_(keys))).mappings():
        wait = timedelta(seconds=2 ** min(row["count"] - FREE_FAILURES, 9)) if row["count"] >= FREE_FAILURES else timedelta()
        left = row["last_at"] + wait - at
        if left > timedelta():
            raise TooManyAttempts(seconds=int(left.total_seconds()) + 1)


def note_failure(conn: Connection, keys: list[str], at: datetime) -> None:
    """Count a failed attempt against each key; the wait before the next one doubles each time."""
    t = logon_failure
    known = {row["key"]: row for row in conn.execute(sa.select(t).where(t.c.key.in_(keys))).mappings()}
    rows = []
    for key in keys:
        row = known.get(key)
        count = row["count"] + 1 if row is not None and row["last_at"] > at - WINDOW else 1
        rows.append({"key": key, "count": count, "last_at": at})
    upsert(conn, t, rows, ["key"])


def forget_failures(conn: Connection, keys: list[str]) -> None:
    """A success clears what was counted."""
    conn.execute(logon_failure.delete().where(logon_failure.c.key.in_(keys)))


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
