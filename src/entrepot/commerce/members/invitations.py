"""Invitations: how somebody who was registered by another person sets their own password.

Nobody ever chooses a password for somebody else. Whoever registers a colleague gets an address to hand on; it works
once, for a week, and a newer one makes the older useless. Only a hash of its secret is stored.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.database import metadata
from entrepot.commerce.members.accounts import get_user, set_password
from entrepot.commerce.members.member import User
from entrepot.kernel.db import Instant
from entrepot.kernel.errors import NotFound
from entrepot.kernel.ids import new_secret
from entrepot.kernel.words import mark

LIFE = timedelta(days=7)

invitation = sa.Table(
    "invitation",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Index("invitation_user", "user_id"),
)


class InvitationNotFound(NotFound):
    code = "INVITATION_NOT_FOUND"
    message = mark("This invitation was used already or is older than a week. Ask for a new one.")


def invite(conn: Connection, user_id: int, at: datetime) -> str:
    """A new secret with which this person may set a password; older ones of theirs open nothing any more."""
    secret = new_secret(256)
    conn.execute(invitation.delete().where(invitation.c.user_id == user_id))
    conn.execute(invitation.insert(), {"name": _hashed(secret), "user_id": user_id, "expires_at": at + LIFE})
    return secret


def invited(conn: Connection, secret: str, at: datetime) -> User:
    """Whom this secret invites; raises `InvitationNotFound` for one that was used, is too old or never was."""
    t = invitation.c
    key = conn.execute(sa.select(t.user_id).where(t.name == _hashed(secret), t.expires_at > at)).scalar_one_or_none()
    if key is None:
        raise InvitationNotFound()
    user = get_user(conn, key)
    if not user.enabled:
        raise InvitationNotFound()
    return user


def accept_invitation(conn: Connection, secret: str, password: str, at: datetime) -> User:
    """Set the invited person's password and use the invitation up."""
    user = invited(conn, secret, at)
    set_password(conn, user.id, password, at)
    used = conn.execute(invitation.delete().where(invitation.c.name == _hashed(secret)))
    if used.rowcount != 1:
        raise InvitationNotFound()
    return user


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
