"""An organization's people: registered with it, invited, changed and deactivated by its own administrators.

An administrator sees and changes the people of their organization and of its units, and nobody else: a stranger's
account does not exist for them. Staff may do the same for everybody.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.history import Author, note_change
from entrepot.commerce.members.accounts import get_user, open_account, set_password, set_roles
from entrepot.commerce.members.addresses import delete_address, save_address
from entrepot.commerce.members.invitations import invite
from entrepot.commerce.members.member import Address, Profile, User, UserNotFound
from entrepot.commerce.members.organizations import Organization, apply_for, organizations_below
from entrepot.commerce.members.permissions import ORGANIZATION_ADMINISTRATOR
from entrepot.commerce.members.sessions import close_sessions_of
from entrepot.commerce.members.tables import organization, user_account, user_role
from entrepot.kernel.errors import Refused
from entrepot.kernel.words import mark

_u = user_account.c


class NotYourself(Refused):
    code = "NOT_YOURSELF"
    message = mark("You cannot deactivate yourself or take your own administration away. Another administrator can.")


@dataclass(frozen=True, slots=True)
class Listed:
    """A person as a list shows them; without a password they have not accepted their invitation yet."""

    id: int
    logon_id: str
    name: str
    email: str
    organization: str
    enabled: bool
    joined: bool
    administers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Who registers an organization and becomes its first administrator."""

    logon_id: str
    password: str
    profile: Profile


def register_organization(
    conn: Connection, store_id: int, identifier: str, address: dict[str, Any], applicant: Applicant, author: Author
) -> tuple[Organization, User]:
    """Register an organization with its first administrator; both wait until staff approves."""
    name = " ".join(part for part in (applicant.profile.first_name, applicant.profile.last_name) if part)
    one = apply_for(conn, identifier, address | {"administrator": name or applicant.logon_id}, author)
    user = open_account(conn, store_id, applicant.logon_id, replace(applicant.profile, organization_id=one.id), author.at)
    set_password(conn, user.id, applicant.password, author.at)
    set_roles(conn, user.id, [ORGANIZATION_ADMINISTRATOR])
    told = {"organization": identifier, "roles": [ORGANIZATION_ADMINISTRATOR]}
    note_change(conn, author, ("account", user.logon_id), "registered", None, told)
    return one, get_user(conn, user.id)


def invite_person(
    conn: Connection, store_id: int, logon_id: str, profile: Profile, administers: bool, author: Author
) -> tuple[User, str]:
    """Register somebody with the organization of ``profile``; tells the secret that lets them set a password."""
    user = open_account(conn, store_id, logon_id, profile, author.at)
    if administers:
        set_roles(conn, user.id, [ORGANIZATION_ADMINISTRATOR])
    told = _told(profile) | {"roles": [ORGANIZATION_ADMINISTRATOR] if administers else []}
    note_change(conn, author, ("account", user.logon_id), "invited", None, told)
    return get_user(conn, user.id), invite(conn, user.id, author.at)


def renew_invitation(conn: Connection, user: User, author: Author) -> str:
    """A new secret for somebody who lost theirs or forgot the password."""
    note_change(conn, author, ("account", user.logon_id), "invited")
    return invite(conn, user.id, author.at)


def change_person(conn: Connection, user: User, profile: Profile, administers: bool, author: Author) -> None:
    """Change what is known of a person, and whether they administer their organization."""
    before_roles = sorted(user.roles)
    others = set(before_roles) - {ORGANIZATION_ADMINISTRATOR}
    roles = sorted(others | ({ORGANIZATION_ADMINISTRATOR} if administers else set()))
    if user.logon_id == author.logon_id and not administers and ORGANIZATION_ADMINISTRATOR in user.roles:
        raise NotYourself()
    names = ("first_name", "last_name", "email", "phone", "organization_id")
    before = {name: getattr(user, name) for name in names}
    after = {name: getattr(profile, name) for name in names}
    if before != after:
        conn.execute(user_account.update().where(_u.id == user.id).values(after))
    if roles != before_roles:
        set_roles(conn, user.id, roles)
        close_sessions_of(conn, user.id)
    if before != after or roles != before_roles:
        subject = ("account", user.logon_id)
        note_change(conn, author, subject, "changed", before | {"roles": before_roles}, after | {"roles": roles})


def activate_person(conn: Connection, user: User, enabled: bool, author: Author) -> None:
    """Let an account log on again, or no longer and end its sessions; what it ordered stays."""
    if user.logon_id == author.logon_id:
        raise NotYourself()
    if user.enabled == enabled:
        return
    conn.execute(user_account.update().where(_u.id == user.id).values(enabled=enabled))
    if not enabled:
        close_sessions_of(conn, user.id)
    note_change(conn, author, ("account", user.logon_id), "activated" if enabled else "deactivated")


def save_person_address(conn: Connection, user: User, entry: Address, author: Author) -> None:
    """Put an address into a person's book in their stead."""
    save_address(conn, user.id, entry)
    note_change(conn, author, ("account", user.logon_id), "changed", None, {"address": entry.nickname})


def remove_person_address(conn: Connection, user: User, nickname: str, author: Author) -> None:
    """Take an address out of a person's book in their stead."""
    delete_address(conn, user.id, nickname)
    note_change(conn, author, ("account", user.logon_id), "changed", {"address": nickname}, None)


def close_sessions_below(conn: Connection, organization_id: int) -> None:
    """End the sessions of everybody in an organization and its units, when it is locked or turned down."""
    for person in people_of(conn, organization_id):
        close_sessions_of(conn, person.id)


def people_of(conn: Connection, organization_id: int, *, below: bool = True) -> list[Listed]:
    """The people of an organization, with those of its units, by name."""
    ids = [one.id for one in organizations_below(conn, organization_id)] if below else [organization_id]
    return _listed(conn, _u.organization_id.in_(ids))


def find_people(conn: Connection, text: str = "", limit: int = 100) -> list[Listed]:
    """Buyers whose log-on name, name or e-mail address contains ``text``."""
    wish = text.strip()
    found = [column.icontains(wish, autoescape=True) for column in (_u.logon_id, _u.first_name, _u.last_name, _u.email)]
    return _listed(conn, _u.kind == "buyer", *([sa.or_(*found)] if wish else []), limit=limit)


def require_person_below(conn: Connection, organization_id: int, user_id: int) -> User:
    """The account of somebody in this organization or a unit of it; anybody else is nobody here."""
    user = get_user(conn, user_id)
    ids = {one.id for one in organizations_below(conn, organization_id)}
    if user.kind != "buyer" or user.organization_id not in ids:
        raise UserNotFound()
    return user


def _listed(conn: Connection, *conditions: sa.ColumnElement[bool], limit: int = 1000) -> list[Listed]:
    administers = sa.exists().where(user_role.c.user_id == _u.id, user_role.c.role == ORGANIZATION_ADMINISTRATOR)
    query = (
        sa.select(
            _u.id,
            _u.logon_id,
            _u.first_name,
            _u.last_name,
            _u.email,
            organization.c.identifier,
            _u.enabled,
            _u.password_hash.is_not(None).label("joined"),
            administers.label("administers"),
        )
        .join_from(user_account, organization, organization.c.id == _u.organization_id, isouter=True)
        .where(*conditions)
        .order_by(_u.logon_key)
        .limit(limit)
    )
    return [
        Listed(
            row.id,
            row.logon_id,
            " ".join(part for part in (row.first_name, row.last_name) if part),
            row.email or "",
            row.identifier or "",
            row.enabled,
            bool(row.joined),
            bool(row.administers),
        )
        for row in conn.execute(query)
    ]


def _told(profile: Profile) -> dict[str, Any]:
    return {name: value for name, value in asdict(profile).items() if value is not None}
