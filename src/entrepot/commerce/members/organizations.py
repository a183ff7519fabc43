"""Organizations: a tree of companies and units. Only an active one may order.

A company registers itself with its first administrator and waits; staff approves it, below another organization if it
belongs to one, or rejects it and says why. An organization is active when it and all those above it are: locking a
group locks its units.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.history import Author, note_change, require_reason
from entrepot.commerce.members.tables import organization
from entrepot.kernel.db import insert_or_ignore
from entrepot.kernel.errors import Conflict, NotFound, Refused
from entrepot.kernel.statement import Statement
from entrepot.kernel.words import mark

ACTIVE, PENDING, REJECTED, LOCKED = "active", "pending", "rejected", "locked"
DEEPEST = 32
_t = organization.c


class OrganizationNotFound(NotFound):
    code = "ORGANIZATION_NOT_FOUND"
    message = mark("There is no such organization.")


class OrganizationTaken(Refused):
    code = "ORGANIZATION_TAKEN"
    message = mark("An organization {organization} is registered already. Ask its administrator for an account.")


class OrganizationMoved(Conflict):
    code = "ORGANIZATION_STATE"
    message = mark("{organization} is {status}; this is done from {expected}. Look at it again.")


class OrganizationInCircle(Refused):
    code = "ORGANIZATION_CYCLE"
    message = mark("{organization} cannot belong to {parent}, which belongs to it.")


@dataclass(frozen=True, slots=True)
class Organization:
    """A company or a unit of one; ``claimed_parent`` is what it said it belongs to when it registered."""

    id: int
    identifier: str
    parent_id: int | None
    type: str
    status: str
    administrator: str | None = None
    line1: str | None = None
    line2: str | None = None
    line3: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    postal_code: str | None = None
    claimed_parent: str | None = None
    registered_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class Above:
    """An organization and those above it, the nearest first."""

    ids: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """Active when all of them are, otherwise what the nearest is that is not."""
        return next((one for one in self.statuses if one != ACTIVE), ACTIVE)


_NAMES = tuple(field.name for field in fields(Organization))
_columns = [_t[name] for name in _NAMES]


def _line() -> Statement:
    own = sa.select(_t.id, _t.parent_id, _t.identifier, _t.status, sa.literal_column("0").label("depth"))
    line = own.where(_t.id == sa.bindparam("id")).cte("line", recursive=True)
    above = sa.select(_t.id, _t.parent_id, _t.identifier, _t.status, line.c.depth + sa.literal_column("1"))
    joined = above.select_from(organization.join(line, _t.id == line.c.parent_id))
    line = line.union_all(joined.where(line.c.depth < sa.literal_column(str(DEEPEST))))
    return Statement(sa.select(line.c.id, line.c.identifier, line.c.status).order_by(line.c.depth))


_LINE = _line()


def organizations_above(conn: Connection, organization_id: int | None) -> Above:
    """The line of organizations from this one up to its root."""
    if organization_id is None:
        return Above()
    rows = _LINE.all(conn, {"id": organization_id})
    return Above(*(tuple(row[name] for row in rows) for name in ("id", "identifier", "status")))


def organizations_below(conn: Connection, organization_id: int) -> list[Organization]:
    """This organization and all its units, by name."""
    below = sa.select(_t.id, sa.literal_column("0").label("depth")).where(_t.id == organization_id).cte("below", recursive=True)
    units = sa.select(_t.id, below.c.depth + 1).select_from(organization.join(below, _t.parent_id == below.c.id))
    below = below.union_all(units.where(below.c.depth < DEEPEST))
    return _all(conn, _t.id.in_(sa.select(below.c.id)))


def find_organization(conn: Connection, identifier: str) -> Organization | None:
    """The organization of this name, or None."""
    found = _all(conn, _t.identifier == identifier)
    return found[0] if found else None


def get_organization(conn: Connection, organization_id: int) -> Organization | None:
    """The organization with this id, or None."""
    found = _all(conn, _t.id == organization_id)
    return found[0] if found else None


def require_organization(conn: Connection, organization_id: int) -> Organization:
    """The organization with this id; raises `OrganizationNotFound`."""
    found = get_organization(conn, organization_id)
    if found is None:
        raise OrganizationNotFound()
    return found


def find_organizations(conn: Connection, status: str = "", text: str = "") -> list[Organization]:
    """The organizations of a status (all without), whose name contains ``text``; first those that wait, the longest ahead."""
    conditions = [_t.status == status] if status else []
    if text.strip():
        conditions.append(_t.identifier.icontains(text.strip(), autoescape=True))

    def place(one: Organization) -> tuple[bool, float, str]:
        since = one.registered_at.timestamp() if one.status == PENDING and one.registered_at else 0.0
        return (one.status != PENDING, since, one.identifier.casefold())

    return sorted(_all(conn, *conditions), key=place)


def ensure_organization(conn: Connection, identifier: str) -> Organization:
    """The organization of this name, created active when there is none."""
    insert_or_ignore(conn, organization, {"identifier": identifier, "type": "Organization", "status": ACTIVE})
    found = find_organization(conn, identifier)
    assert found is not None
    return found


def apply_for(conn: Connection, identifier: str, values: dict[str, Any], author: Author) -> Organization:
    """Write down an organization that wants to buy here; it waits until staff decides."""
    row = {"identifier": identifier, "type": "Organization", "status": PENDING, "registered_at": author.at, **values}
    if not insert_or_ignore(conn, organization, row):
        raise OrganizationTaken(organization=identifier)
    note_change(conn, author, ("organization", identifier), "registered", None, {"status": PENDING} | values)
    found = find_organization(conn, identifier)
    assert found is not None
    return found


def approve_organization(conn: Connection, organization_id: int, parent: str, author: Author) -> None:
    """Let a registered organization buy from now on, below ``parent`` when that is named."""
    one = _in_status(conn, organization_id, PENDING, REJECTED)
    above = _parent(conn, one, parent)
    decided = {"status": ACTIVE, "parent_id": above.id if above else one.parent_id}
    if above is not None:
        decided["type"] = "OrganizationUnit"
    _decide(conn, one, decided, author)
    told = {"status": ACTIVE} | ({"parent": above.identifier} if above else {})
    note_change(conn, author, ("organization", one.identifier), "approved", {"status": one.status}, told)


def reject_organization(conn: Connection, organization_id: int, author: Author) -> None:
    """Turn a registration down; the reason is told to whoever registered."""
    require_reason(author)
    one = _in_status(conn, organization_id, PENDING)
    _decide(conn, one, {"status": REJECTED}, author)
    note_change(conn, author, ("organization", one.identifier), "rejected", {"status": one.status}, {"status": REJECTED})


def lock_organization(conn: Connection, organization_id: int, locked: bool, author: Author) -> None:
    """Keep an organization and its units from buying, or let them again; both say why."""
    require_reason(author)
    one = _in_status(conn, organization_id, ACTIVE if locked else LOCKED)
    status, action = (LOCKED, "locked") if locked else (ACTIVE, "unlocked")
    _decide(conn, one, {"status": status}, author)
    note_change(conn, author, ("organization", one.identifier), action, {"status": one.status}, {"status": status})


def _in_status(conn: Connection, organization_id: int, *expected: str) -> Organization:
    one = require_organization(conn, organization_id)
    if one.status not in expected:
        raise OrganizationMoved(organization=one.identifier, status=one.status, expected=" or ".join(expected))
    return one


def _decide(conn: Connection, one: Organization, values: dict[str, Any], author: Author) -> None:
    """Write a decision down; of two people who decide at the same time one is told to look again."""
    stamp = {"decided_at": author.at, "decided_by": author.logon_id, "decision": author.reason.strip() or None}
    moved = conn.execute(organization.update().where(_t.id == one.id, _t.status == one.status).values(values | stamp))
    if moved.rowcount != 1:
        raise OrganizationMoved(organization=one.identifier, status=mark("decided already"), expected=one.status)


def _parent(conn: Connection, one: Organization, parent: str) -> Organization | None:
    if not parent:
        return None
    found = find_organization(conn, parent)
    if found is None:
        raise OrganizationNotFound("There is no organization of this name to belong to.", path="parent")
    if one.id in organizations_above(conn, found.id).ids:
        raise OrganizationInCircle(organization=one.identifier, parent=parent, path="parent")
    return found


def _all(conn: Connection, *conditions: sa.ColumnElement[bool]) -> list[Organization]:
    rows = conn.execute(sa.select(*_columns).where(*conditions).order_by(_t.identifier)).mappings()
    return [Organization(**row) for row in rows]
