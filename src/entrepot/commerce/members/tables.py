"""Tables of organizations, people, what they may do, where they live and which groups they are in."""

from __future__ import annotations

import sqlalchemy as sa

from entrepot.commerce.database import metadata
from entrepot.kernel.db import BigKey, Instant, Json
from entrepot.kernel.sheet import Sheet

organization = sa.Table(
    "organization",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("identifier", sa.String(254), nullable=False, unique=True),
    sa.Column("parent_id", sa.BigInteger, sa.ForeignKey("organization.id")),
    sa.Column("type", sa.String(24), nullable=False, default="Organization"),
    sa.Column("status", sa.String(16), nullable=False, default="active"),
    sa.Column("administrator", sa.String(254)),
    sa.Column("line1", sa.String(254)),
    sa.Column("line2", sa.String(254)),
    sa.Column("line3", sa.String(254)),
    sa.Column("city", sa.String(128)),
    sa.Column("state", sa.String(128)),
    sa.Column("country", sa.String(2)),
    sa.Column("postal_code", sa.String(40)),
    sa.Column("claimed_parent", sa.String(254)),
    sa.Column("registered_at", Instant),
    sa.Column("decided_at", Instant),
    sa.Column("decided_by", sa.String(254)),
    sa.Column("decision", sa.Text),
    sa.Index("organization_parent", "parent_id"),
)

user_account = sa.Table(
    "user_account",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("logon_id", sa.String(254), nullable=False),
    sa.Column("logon_key", sa.String(254), nullable=False, unique=True),
    sa.Column("kind", sa.String(8), nullable=False, default="buyer"),
    sa.Column("enabled", sa.Boolean, nullable=False, default=True),
    sa.Column("password_hash", sa.String(254)),
    sa.Column("password_set_at", Instant),
    sa.Column("title", sa.String(50)),
    sa.Column("first_name", sa.String(128)),
    sa.Column("middle_name", sa.String(128)),
    sa.Column("last_name", sa.String(128)),
    sa.Column("display_name", sa.String(254)),
    sa.Column("email", sa.String(254)),
    sa.Column("phone", sa.String(32)),
    sa.Column("organization_id", sa.BigInteger, sa.ForeignKey("organization.id")),
    sa.Column("preferred_language", sa.String(16)),
    sa.Column("preferred_currency", sa.String(3)),
    sa.Column("registered_store_id", sa.BigInteger),
    sa.Column("registered_at", Instant),
    sa.CheckConstraint("kind IN ('buyer', 'staff')", name="user_account_kind"),
    sa.Index("user_account_organization", "organization_id"),
)

user_role = sa.Table(
    "user_role",
    metadata,
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("user_account.id"), primary_key=True),
    sa.Column("role", sa.String(32), primary_key=True),
)

address = sa.Table(
    "address",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("user_account.id"), nullable=False),
    sa.Column("nickname", sa.String(254), nullable=False),
    sa.Column("first_name", sa.String(128)),
    sa.Column("last_name", sa.String(128)),
    sa.Column("company", sa.String(254)),
    sa.Column("line1", sa.String(254)),
    sa.Column("line2", sa.String(254)),
    sa.Column("line3", sa.String(254)),
    sa.Column("city", sa.String(128)),
    sa.Column("state", sa.String(128)),
    sa.Column("postal_code", sa.String(40)),
    sa.Column("country", sa.String(2)),
    sa.Column("phone", sa.String(32)),
    sa.Column("email", sa.String(254)),
    sa.Column("primary", sa.Boolean, nullable=False, default=False),
    sa.UniqueConstraint("user_id", "nickname"),
)

member_group = sa.Table(
    "member_group",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("identifier", sa.String(254), nullable=False, unique=True),
    sa.Column("usage", sa.String(32)),
    sa.Column("short_description", sa.String(512)),
    sa.Column("long_description", sa.Text),
    sa.Column("conditions", Json),
)

member_group_member = sa.Table(
    "member_group_member",
    metadata,
    sa.Column("group_id", sa.BigInteger, sa.ForeignKey("member_group.id"), primary_key=True),
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("user_account.id"), primary_key=True),
    sa.Column("excluded", sa.Boolean, nullable=False, default=False),
    sa.Index("member_group_member_user", "user_id"),
)

#: The segments that state conditions, found without reading those that only name people.
sa.Index(
    "member_group_rules",
    member_group.c.id,
    sqlite_where=member_group.c.conditions.is_not(None),
    postgresql_where=member_group.c.conditions.is_not(None),
)

ORGANIZATIONS = Sheet(organization, ("identifier",), "identifier")
ACCOUNTS = Sheet(user_account, ("logon_key",), "logon_key")
ADDRESSES = Sheet(address, ("user_id", "nickname"), "user_id")
GROUPS = Sheet(member_group, ("identifier",), "identifier")
GROUP_MEMBERS = Sheet(member_group_member, ("group_id", "user_id"), "user_id")
