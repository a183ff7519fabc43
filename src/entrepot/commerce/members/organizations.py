"""Organizations: a tree of companies and units. Only an active one may order."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.members.tables import organization
from entrepot.kernel.db import insert_or_ignore


@dataclass(frozen=True, slots=True)
class Organization:
    id: int
    identifier: str
    parent_id: int | None
    type: str
    status: str


_columns = [organization.c[name] for name in Organization.__slots__]


def find_organization(conn: Connection, identifier: str) -> Organization | None:
    """The organization of this name, or None."""
    row = conn.execute(sa.select(*_columns).where(organization.c.identifier == identifier)).mappings().first()
    return Organization(**row) if row else None


def get_organization(conn: Connection, organization_id: int) -> Organization | None:
    """The organization with this id, or None."""
    row = conn.execute(sa.select(*_columns).where(organization.c.id == organization_id)).mappings().first()
    return Organization(**row) if row else None


def ensure_organization(conn: Connection, identifier: str) -> Organization:
    """The organization of this name, created active when there is none."""
    insert_or_ignore(conn, organization, {"identifier": identifier, "type": "Organization", "status": "active"})
    found = find_organization(conn, identifier)
    assert found is not None
    return found
