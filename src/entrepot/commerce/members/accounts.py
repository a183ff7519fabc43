"""Accounts: find, register, log on, and who somebody is as a buyer.

A log-on name is one account however it is capitalized. A wrong password and an unknown account cost the same
time and read the same. Whoever is unknown, blank or disabled is a guest when prices are asked for, silently:
order management sends log-on names that were never synchronized.
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
    GUEST,
    Buyer,
    LogonIdMalformed,
    LogonIdTaken,
    LogonRefused,
    PasswordTooWeak,
    Profile,
    User,
    UserNotFound,
)
from entrepot.commerce.members.tables import member_group, member_group_member, organization, user_account, user_role
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
_groups = (
    sa.select(member_group.c.identifier)
    .join(member_group_member, member_group_member.c.group_id == member_group.c.id)
    .where(member_group_member.c.user_id == sa.bindparam("id"))
)


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
    """The enabled account both belong to; otherwise `LogonRefused`, at the same cost whatever was wrong."""
    rows = conn.execute(_by_logon, {"key": logon_key(logon_id)}).mappings().all()
    stored = rows[0]["password_hash"] if rows else None
    fits = _verify(stored or _nobody(), password)
    user = _user(rows)
    if not (fits and stored and user and user.enabled):
        raise LogonRefused()
    if _hasher().check_needs_rehash(stored):
        conn.execute(user_account.update().where(user_account.c.id == user.id).values(password_hash=_hasher().hash(password)))
    return user


def register(
    conn: Connection, store_id: int, logon_id: str, password: str, profile: Profile = Profile(), *, at: datetime
) -> User:
    """Open a buyer's account; raises `LogonIdTaken` when the name is in use in any capitals. `set_roles` makes it staff."""
    logon_id = logon_id.strip()
    if not 3 <= len(logon_id) <= 254:
        raise LogonIdMalformed(path="logonId")
    _check_password(logon_id, password)
    row: dict[str, Any] = {
        **asdict(profile),
        "logon_id": logon_id,
        "logon_key": logon_key(logon_id),
        "kind": "buyer",
        "enabled": True,
        "password_hash": _hasher().hash(password),
        "password_set_at": at,
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
    """Make the account a staff member's with exactly these roles; none makes it a buyer's again."""
    wanted = sorted(set(roles))
    conn.execute(user_role.delete().where(user_role.c.user_id == user_id))
    if wanted:
        conn.execute(user_role.insert(), [{"user_id": user_id, "role": role} for role in wanted])
    kind = "staff" if wanted else "buyer"
    conn.execute(user_account.update().where(user_account.c.id == user_id).values(kind=kind))


def enable(conn: Connection, user_id: int, enabled: bool) -> None:
    """Let the account log on, or no longer."""
    conn.execute(user_account.update().where(user_account.c.id == user_id).values(enabled=enabled))


def put_in_group(conn: Connection, user_id: int, group: str) -> None:
    """Make the account a member of the group, creating the group when it is new."""
    insert_or_ignore(conn, member_group, {"identifier": group})
    group_id = conn.execute(sa.select(member_group.c.id).where(member_group.c.identifier == group)).scalar_one()
    insert_or_ignore(conn, member_group_member, {"group_id": group_id, "user_id": user_id})


def groups_of(conn: Connection, user_id: int) -> frozenset[str]:
    """Identifiers of the groups this account is a member of."""
    return frozenset(conn.execute(_groups, {"id": user_id}).scalars())


def group_names(conn: Connection) -> frozenset[str]:
    """The identifiers of all member groups."""
    return frozenset(conn.execute(sa.select(member_group.c.identifier)).scalars())


def buyer(conn: Connection, logon_id: str | None) -> Buyer:
    """Who this is as a buyer; unknown, blank or disabled is a guest."""
    user = find_user(conn, logon_id) if logon_id and logon_id.strip() else None
    if user is None or not user.enabled:
        return GUEST
    return Buyer(
        user_id=user.id,
        logon_id=user.logon_id,
        kind="registered",
        groups=groups_of(conn, user.id),
        organization_ids=_with_ancestors(conn, user.organization_id),
        preferred_currency=user.preferred_currency,
        preferred_language=user.preferred_language,
    )


def _with_ancestors(conn: Connection, organization_id: int | None) -> tuple[int, ...]:
    if organization_id is None:
        return ()
    own = sa.select(organization.c.id, organization.c.parent_id, sa.literal(0).label("depth")).where(
        organization.c.id == organization_id
    )
    line = own.cte("line", recursive=True)
    parent = sa.select(organization.c.id, organization.c.parent_id, line.c.depth + 1)
    line = line.union_all(parent.join(line, organization.c.id == line.c.parent_id).where(line.c.depth < 32))
    return tuple(conn.execute(sa.select(line.c.id).order_by(line.c.depth)).scalars())


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
