"""Tables of stores and their catalogs: trees of groups, what hangs in them, and its texts.

A group's place in a catalog is one row, a top group's row has no parent; so the rule "one place only" of a
master catalog is a unique index, not a hope. Owners are organizations, whose table belongs to the members.
"""

from __future__ import annotations

import sqlalchemy as sa

from entrepot.commerce.database import metadata
from entrepot.kernel.db import BigKey, Instant, Json
from entrepot.kernel.sheet import Sheet


def texts() -> list[sa.Column[str]]:
    return [
        sa.Column("name", sa.String(254)),
        sa.Column("short_description", sa.Text),
        sa.Column("long_description", sa.Text),
        sa.Column("thumbnail", sa.String(254)),
        sa.Column("full_image", sa.String(254)),
    ]


def page_texts() -> list[sa.Column[str]]:
    return [
        sa.Column("keyword", sa.String(254)),
        sa.Column("url_keyword", sa.String(254)),
        sa.Column("page_title", sa.String(254)),
        sa.Column("meta_description", sa.String(512)),
        sa.Column("image_alt", sa.String(254)),
    ]


store = sa.Table(
    "store",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("identifier", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.String(254)),
    sa.Column("status", sa.Integer, nullable=False, default=1),
    sa.Column("owner_id", sa.BigInteger, nullable=False),
    sa.Column("asset_store_id", sa.BigInteger, sa.ForeignKey("store.id")),
    sa.Column("default_language", sa.String(16), nullable=False, default="en-US"),
    sa.Column("default_currency", sa.String(3), nullable=False, default="USD"),
    sa.Column("languages", Json, nullable=False),
    sa.Column("currencies", Json, nullable=False),
    sa.Column("time_zone", sa.String(64), nullable=False, default="UTC"),
    sa.Column("prices_include_tax", sa.Boolean, nullable=False, default=False),
    sa.Column("default_contract", sa.String(128)),
    sa.Column("default_catalog", sa.String(254)),
    sa.Column("bundle_members_locked", sa.Boolean, nullable=False, default=False),
    sa.Column("best_deal", sa.Boolean, nullable=False, default=False),
    sa.Column("default_contract_competes", sa.Boolean, nullable=False, default=False),
    sa.Column("quote_good_for", sa.Integer, nullable=False, default=43_200),
    sa.Column("allocation_good_for", sa.Integer, nullable=False, default=43_200),
    sa.CheckConstraint("status IN (-1, 0, 1)", name="store_status"),
)

catalog_version = sa.Table(
    "catalog_version",
    metadata,
    sa.Column("owner_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("version", sa.BigInteger, nullable=False),
)

catalog = sa.Table(
    "catalog",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("owner_id", sa.BigInteger, nullable=False),
    sa.Column("identifier", sa.String(254), nullable=False),
    sa.Column("is_master", sa.Boolean, nullable=False, default=False),
    sa.Column("description", sa.String(254)),
    sa.UniqueConstraint("owner_id", "identifier"),
)

catalog_description = sa.Table(
    "catalog_description",
    metadata,
    sa.Column("catalog_id", sa.BigInteger, sa.ForeignKey("catalog.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("language", sa.String(16), primary_key=True),
    *texts(),
)

store_catalog = sa.Table(
    "store_catalog",
    metadata,
    sa.Column("store_id", sa.BigInteger, sa.ForeignKey("store.id"), primary_key=True),
    sa.Column("catalog_id", sa.BigInteger, sa.ForeignKey("catalog.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("is_master", sa.Boolean, nullable=False, default=False),
    sa.Index(
        "store_catalog_one_master",
        "store_id",
        unique=True,
        sqlite_where=sa.text("is_master"),
        postgresql_where=sa.text("is_master"),
    ),
)

catalog_group = sa.Table(
    "catalog_group",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("owner_id", sa.BigInteger, nullable=False),
    sa.Column("identifier", sa.String(254), nullable=False),
    sa.Column("marked_for_delete", sa.Boolean, nullable=False, default=False),
    sa.Column("note", sa.Text),
    sa.Column("field1", sa.String(254)),
    sa.Column("field2", sa.String(254)),
    sa.Column("updated_at", Instant),
    sa.UniqueConstraint("owner_id", "identifier"),
)

catalog_group_description = sa.Table(
    "catalog_group_description",
    metadata,
    sa.Column("group_id", sa.BigInteger, sa.ForeignKey("catalog_group.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("language", sa.String(16), primary_key=True),
    sa.Column("published", sa.Boolean, nullable=False, default=True),
    *texts(),
    *page_texts(),
)

store_catalog_group = sa.Table(
    "store_catalog_group",
    metadata,
    sa.Column("store_id", sa.BigInteger, sa.ForeignKey("store.id"), primary_key=True),
    sa.Column("group_id", sa.BigInteger, sa.ForeignKey("catalog_group.id", ondelete="CASCADE"), primary_key=True),
)

catalog_group_relation = sa.Table(
    "catalog_group_relation",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("catalog_id", sa.BigInteger, sa.ForeignKey("catalog.id", ondelete="CASCADE"), nullable=False),
    sa.Column("parent_id", sa.BigInteger, sa.ForeignKey("catalog_group.id", ondelete="CASCADE")),
    sa.Column("child_id", sa.BigInteger, sa.ForeignKey("catalog_group.id", ondelete="CASCADE"), nullable=False),
    sa.Column("sequence", sa.Double, nullable=False, default=0.0),
    sa.Column("in_tree", sa.Boolean, nullable=False, default=False),
    sa.Index("catalog_group_relation_place", "catalog_id", "parent_id", "child_id", unique=True),
    sa.Index(
        "catalog_group_relation_one_parent",
        "catalog_id",
        "child_id",
        unique=True,
        sqlite_where=sa.text("in_tree"),
        postgresql_where=sa.text("in_tree"),
    ),
    sa.Index(
        "catalog_group_relation_top",
        "catalog_id",
        "child_id",
        unique=True,
        sqlite_where=sa.text("parent_id IS NULL"),
        postgresql_where=sa.text("parent_id IS NULL"),
    ),
    sa.Index("catalog_group_relation_child", "child_id", "catalog_id"),
)

catalog_group_entry = sa.Table(
    "catalog_group_entry",
    metadata,
    sa.Column("catalog_id", sa.BigInteger, sa.ForeignKey("catalog.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("group_id", sa.BigInteger, sa.ForeignKey("catalog_group.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("entry_id", sa.BigInteger, sa.ForeignKey("catalog_entry.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("sequence", sa.Double, nullable=False, default=0.0),
    sa.Column("is_home", sa.Boolean, nullable=False, default=False),
    sa.Index(
        "catalog_group_entry_one_home",
        "catalog_id",
        "entry_id",
        unique=True,
        sqlite_where=sa.text("is_home"),
        postgresql_where=sa.text("is_home"),
    ),
    sa.Index("catalog_group_entry_entry", "entry_id", "is_home"),
)

STORES = Sheet(store, ("identifier",), "identifier")
CATALOGS = Sheet(catalog, ("owner_id", "identifier"), "identifier")
CATALOG_TEXTS = Sheet(catalog_description, ("catalog_id", "language"), "catalog_id")
STORE_CATALOGS = Sheet(store_catalog, ("store_id", "catalog_id"), "catalog_id")
GROUPS = Sheet(catalog_group, ("owner_id", "identifier"), "identifier", touched="updated_at")
GROUP_TEXTS = Sheet(catalog_group_description, ("group_id", "language"), "group_id")
STORE_GROUPS = Sheet(store_catalog_group, ("store_id", "group_id"), "group_id")
GROUP_PLACES = Sheet(catalog_group_relation, ("catalog_id", "parent_id", "child_id"), "child_id")
GROUP_ENTRIES = Sheet(catalog_group_entry, ("catalog_id", "group_id", "entry_id"), "entry_id")
