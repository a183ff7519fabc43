"""The pieces every catalog statement is put together from: which description row, and may it be shown.

The same rule as `hidden_because`, in SQL, for lists of which only a page is read. A text falls back row by
row: the asked language's row if there is one, else the store's default language's, never a mixture.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from entrepot.commerce.catalog.entry_tables import (
    catalog_entry,
    catalog_entry_description,
    catalog_entry_relation,
    store_catalog_entry,
)
from entrepot.commerce.catalog.tables import (
    catalog_group,
    catalog_group_description,
    catalog_group_entry,
    store_catalog_group,
)
from entrepot.kernel.db import Instant

STORE: sa.BindParameter[int] = sa.bindparam("store", type_=sa.BigInteger)
ASSET: sa.BindParameter[int] = sa.bindparam("asset", type_=sa.BigInteger)
LANGUAGE: sa.BindParameter[str] = sa.bindparam("language", type_=sa.String)
FALLBACK: sa.BindParameter[str] = sa.bindparam("fallback", type_=sa.String)
AT: sa.BindParameter[Any] = sa.bindparam("at", type_=Instant)


def text_of(texts: Any, key: str, owner: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Join condition: the one description row of ``owner`` that is shown."""
    asked = texts.alias()
    exists = sa.exists().where(asked.c[key] == owner, asked.c.language == LANGUAGE)
    return sa.and_(texts.c[key] == owner, texts.c.language == sa.case((exists, LANGUAGE), else_=FALLBACK))


entry_text = catalog_entry_description.alias("entry_text")
group_text = catalog_group_description.alias("group_text")


def entry_in_store(entry_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return sa.exists().where(store_catalog_entry.c.entry_id == entry_id, store_catalog_entry.c.store_id.in_([STORE, ASSET]))


def entry_home(entry_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """The entry, or the product it belongs to, has its place in a master catalog."""
    own, of_product, relation = catalog_group_entry.alias(), catalog_group_entry.alias(), catalog_entry_relation.alias()
    return sa.or_(
        sa.exists().where(own.c.entry_id == entry_id, own.c.is_home),
        sa.exists().where(
            relation.c.child_id == entry_id,
            relation.c.type == "product_item",
            of_product.c.entry_id == relation.c.parent_id,
            of_product.c.is_home,
        ),
    )


def entry_shown(entry: Any = catalog_entry, text: Any = entry_text) -> sa.ColumnElement[bool]:
    """The entry joined with its text may be shown to a shopper of the store."""
    return sa.and_(
        sa.not_(entry.c.marked_for_delete),
        text.c.published,
        sa.or_(entry.c.start_at.is_(None), entry.c.start_at <= AT),
        sa.or_(entry.c.end_at.is_(None), entry.c.end_at > AT),
        entry_in_store(entry.c.id),
        entry_home(entry.c.id),
    )


def group_shown(group: Any = catalog_group, text: Any = group_text) -> sa.ColumnElement[bool]:
    """The group joined with its text may be shown, its ancestors apart."""
    in_store = sa.exists().where(store_catalog_group.c.group_id == group.c.id, store_catalog_group.c.store_id.in_([STORE, ASSET]))
    return sa.and_(sa.not_(group.c.marked_for_delete), text.c.published, in_store)
