"""Accounts: find, register, log on.

A log-on name is one account however it is capitalized. A wrong password and an unknown account cost the same
time and read the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from entrepot.commerce.members.member import (
    AccountDeactivated,
    LogonIdMalformed,
    LogonIdTaken,
    LogonRefused,
    OrganizationLocked,
    OrganizationPending,
    OrganizationRejected,
    PasswordTooWeak,
    Profile,
    User,
    UserNotFound,
)
from entrepot.commerce.members.organizations import ACTIVE, PENDING, REJECTED, find_organization, organizations_above
from entrepot.commerce.members.permissions import BUYER_PERMISSIONS
from entrepot.commerce.members.tables import user_account, user_role
from entrepot.kernel.db import insert_or_ignore

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_account = (
    sa.select(user_account, user_role.c.role)
    .outerjoin(user_role, user_role.c.user_id == user_account.c.id)
    .order_by(user_role.c.role)
)
_by_logon = _account.where(user_account.c.logon_key == sa.bindparam("key"))
_by_id = _account.where(user_account.c.id == sa.bindparam("id"))


def logon_key(logon_id: str) -> str:
    """The form two log-on names are compared in."""
    return logon_id.strip().casefold()


def find_user(conn: Connection, logon_id: str) -> User | None:
    """The account of this log-on name, in whatever capitals it is written."""
    return _user(conn.execute(_by_logon, {"key": logon_key(logon_id)}).mappings().all())


def get_user(conn: Connection, user_id: int) -> User:
    """The account with this id; raises `UserNotFound`."""
    user = _user(conn.execute(_by_id, {"id": user_id}).mappings().all())
    if user is None:
        raise UserNotFound()
    return user


def authenticate(conn: Connection, logon_id: str, password: str, at: datetime) -> User:
    """The account both belong to; otherwise `LogonRefused`, at the same cost whatever was wrong.

    Whoever knows the password is told why an account is closed to them; nobody else learns that it exists.
    """
    rows = conn.execute(_by_logon, {"key": logon_key(logon_id)}).mappings().all()
    stored = rows[0]["password_hash"] if rows else None
    fits = _verify(stored or _nobody(), password)
    user = _user(rows)
    if not (fits and stored and user):
        raise LogonRefused()
    _require_open(conn, user)
    if _hasher().check_needs_rehash(stored):
        conn.execute(user_account.update().where(user_account.c.id == user.id).values(password_hash=_hasher().hash(password)))
    return user


def register(
    conn: Connection, store_id: int, logon_id: str, password: str, profile: Profile = Profile(), *, at: datetime
) -> User:
    """Open a buyer's account; raises `LogonIdTaken` when the name is in use in any capitals. `set_roles` makes it staff."""
    _check_password(logon_id.strip(), password)
    user = open_account(conn, store_id, logon_id, profile, at)
    set_password(conn, user.id, password, at)
    return user


def open_account(conn: Connection, store_id: int, logon_id: str, profile: Profile, at: datetime) -> User:
    """Open an account without a password: nobody can log on to it before one is set."""
    logon_id = logon_id.strip()
    if not 3 <= len(logon_id) <= 254:
        raise LogonIdMalformed(path="logonId")
    row: dict[str, Any] = {
        **asdict(profile),
        "logon_id": logon_id,
        "logon_key": logon_key(logon_id),
        "kind": "buyer",
        "enabled": True,
        "registered_store_id": store_id,
        "registered_at": at,
    }
    if not insert_or_ignore(conn, user_account, row):
        raise LogonIdTaken(logon_id=logon_id)
    user = find_user(conn, logon_id)
    assert user is not None
    return user


def set_password(conn: Connection, user_id: int, password: str, at: datetime) -> None:
    """Give the account this password, its first or a new one."""
    user = get_user(conn, user_id)
    _check_password(user.logon_id, password)
    conn.execute(
        user_account.update()
        .where(user_account.c.id == user_id)
        .values(password_hash=_hasher().hash(password), password_set_at=at)
    )


def set_roles(conn: Connection, user_id: int, roles: Iterable[str]) -> None:
    """Give the account exactly these roles; one of staff makes it a staff member's, otherwise it is a buyer's."""
    wanted = sorted(set(roles))
    conn.execute(user_role.delete().where(user_role.c.user_id == user_id))
    if wanted:
        conn.execute(user_role.insert(), [{"user_id": user_id, "role": role} for role in wanted])
    kind = "staff" if set(wanted) - BUYER_PERMISSIONS.keys() else "buyer"
    conn.execute(user_account.update().where(user_account.c.id == user_id).values(kind=kind))


def enable(conn: Connection, user_id: int, enabled: bool) -> None:
    """Let the account log on, or no longer."""
    conn.execute(user_account.update().where(user_account.c.id == user_id).values(enabled=enabled))


def _require_open(conn: Connection, user: User) -> None:
    """Refuse somebody whose account or organization is closed, saying why."""
    if not user.enabled:
        raise AccountDeactivated()
    above = organizations_above(conn, user.organization_id)
    if above.status == ACTIVE:
        return
    name = above.names[above.statuses.index(above.status)]
    own = find_organization(conn, name)
    reason = (own.decision if own else None) or ""
    if above.status == PENDING:
        raise OrganizationPending(organization=name)
    raise (OrganizationRejected if above.status == REJECTED else OrganizationLocked)(organization=name, reason=reason)


def _user(rows: Any) -> User | None:
    if not rows:
        return None
    row: RowMapping = rows[0]
    roles = frozenset(r["role"] for r in rows if r["role"])
    names = User.__slots__
    return User(**{name: row[name] for name in names if name != "roles"}, roles=roles)


def _check_password(logon_id: str, password: str) -> None:
    if not 8 <= len(password) <= 200 or logon_key(password) == logon_key(logon_id):
        raise PasswordTooWeak(path="password")


def _verify(stored: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash("the password of nobody")
