"""Catalogs as staff sees them: nothing is left out, and what shoppers do not see says why.

Shoppers' pages are in `navigation` and `product`; here a hidden group is in the tree, an orphaned entry has its
page, and every text stands in every language beside the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.catalog.entry import EntryFacts
from entrepot.commerce.catalog.entry_tables import (
    attribute,
    attribute_description,
    attribute_value,
    attribute_value_description,
    catalog_entry_attribute,
    catalog_entry_description,
    catalog_entry_relation,
)
from entrepot.commerce.catalog.facts import entries_by_ids
from entrepot.commerce.catalog.shown import group_shown, group_text, text_of
from entrepot.commerce.catalog.store import Catalog, View
from entrepot.commerce.catalog.tables import catalog, catalog_group, catalog_group_entry, catalog_group_relation
from entrepot.kernel.db import any_of


@dataclass(frozen=True, slots=True)
class GroupPlace:
    """A group at its place in a catalog, with how many entries hang in it."""

    id: int
    identifier: str
    name: str
    parent_id: int | None
    sequence: float
    shown: bool
    entries: int


@dataclass(frozen=True, slots=True)
class EntryText:
    """The texts of an entry in one language, as they are stored."""

    language: str
    published: bool
    name: str | None
    short_description: str | None
    long_description: str | None
    keyword: str | None
    page_title: str | None
    meta_description: str | None
    full_image: str | None


@dataclass(frozen=True, slots=True)
class EntryPlace:
    """Where an entry hangs; its home is in the master catalog."""

    catalog: str
    group: str
    sequence: float
    is_home: bool


@dataclass(frozen=True, slots=True)
class AttributeUse:
    """An attribute an entry has, defining (1) or describing (2), in the reader's language."""

    identifier: str
    name: str
    value: str
    usage: int


@dataclass(frozen=True, slots=True)
class Member:
    """What an entry consists of: an item of a product, a part of a kit or bundle."""

    relation: str
    quantity: str
    sequence: float
    facts: EntryFacts


_ENTRY_TEXT = tuple(EntryText.__dataclass_fields__)
_place = catalog_group_relation
_group_places = (
    sa.select(
        catalog_group.c.id,
        catalog_group.c.identifier,
        sa.func.coalesce(group_text.c.name, catalog_group.c.identifier),
        _place.c.parent_id,
        _place.c.sequence,
        sa.func.coalesce(group_shown(), sa.false()).label("shown"),
        sa.select(sa.func.count())
        .where(catalog_group_entry.c.catalog_id == _place.c.catalog_id, catalog_group_entry.c.group_id == catalog_group.c.id)
        .scalar_subquery(),
    )
    .select_from(_place)
    .join(catalog_group, catalog_group.c.id == _place.c.child_id)
    .outerjoin(group_text, text_of(group_text, "group_id", catalog_group.c.id))
    .where(_place.c.catalog_id == sa.bindparam("catalog"))
    .order_by(_place.c.sequence, catalog_group.c.identifier)
)
_name, _value = attribute_description.alias("name"), attribute_value_description.alias("value")
_attributes = (
    sa.select(
        attribute.c.identifier,
        sa.func.coalesce(_name.c.name, attribute.c.identifier),
        sa.func.coalesce(_value.c.value, attribute_value.c.identifier),
        catalog_entry_attribute.c.usage,
    )
    .select_from(catalog_entry_attribute)
    .join(attribute, attribute.c.id == catalog_entry_attribute.c.attribute_id)
    .join(attribute_value, attribute_value.c.id == catalog_entry_attribute.c.value_id)
    .outerjoin(_name, text_of(_name, "attribute_id", attribute.c.id))
    .outerjoin(_value, text_of(_value, "value_id", attribute_value.c.id))
    .where(catalog_entry_attribute.c.entry_id == sa.bindparam("entry"))
    .order_by(
        catalog_entry_attribute.c.usage, catalog_entry_attribute.c.sequence, attribute.c.identifier, attribute_value.c.sequence
    )
)


def group_places(conn: Connection, view: View, of: Catalog) -> list[GroupPlace]:
    """Every group of the catalog at each of its places, hidden ones too, in their sequence."""
    rows = conn.execute(_group_places, {**view.binds, "catalog": of.id})
    return [
        GroupPlace(key, identifier, name, parent, sequence, bool(shown), entries)
        for key, identifier, name, parent, sequence, shown, entries in rows
    ]


def entries_in(conn: Connection, view: View, of: Catalog, group_id: int) -> list[tuple[float, EntryFacts]]:
    """What hangs in a group, hidden ones too, in its sequence."""
    t = catalog_group_entry
    query = sa.select(t.c.sequence, t.c.entry_id).where(t.c.catalog_id == of.id, t.c.group_id == group_id)
    rows = conn.execute(query).all()
    facts = entries_by_ids(conn, view, [entry for _, entry in rows])
    found = [(sequence, facts[entry]) for sequence, entry in rows if entry in facts]
    return sorted(found, key=lambda pair: (pair[0], pair[1].part_number))


def entry_texts(conn: Connection, entry_id: int) -> list[EntryText]:
    """The texts of an entry in all its languages."""
    t = catalog_entry_description
    query = sa.select(*(t.c[name] for name in _ENTRY_TEXT)).where(t.c.entry_id == entry_id).order_by(t.c.language)
    return [EntryText(*row) for row in conn.execute(query)]


def entry_places(conn: Connection, entry_id: int) -> list[EntryPlace]:
    """Everywhere an entry hangs, its home first."""
    t = catalog_group_entry
    query = (
        sa.select(catalog.c.identifier, catalog_group.c.identifier, t.c.sequence, t.c.is_home)
        .join(catalog, catalog.c.id == t.c.catalog_id)
        .join(catalog_group, catalog_group.c.id == t.c.group_id)
        .where(t.c.entry_id == entry_id)
        .order_by(t.c.is_home.desc(), catalog.c.identifier, catalog_group.c.identifier)
    )
    return [EntryPlace(*row) for row in conn.execute(query)]


def entry_attributes(conn: Connection, view: View, entry_id: int) -> list[AttributeUse]:
    """The attributes of an entry, the defining ones first."""
    return [AttributeUse(*row) for row in conn.execute(_attributes, {**view.binds, "entry": entry_id})]


def contents_of(conn: Connection, view: View, entry_ids: Sequence[int]) -> dict[int, list[Member]]:
    """What each entry consists of, hidden ones too, in its sequence."""
    t = catalog_entry_relation
    query = sa.select(t.c.parent_id, t.c.child_id, t.c.type, t.c.quantity, t.c.sequence)
    query = query.where(any_of(t.c.parent_id, "entries")).order_by(t.c.sequence, t.c.child_id)
    rows: list[Any] = list(conn.execute(query, {"entries": list(entry_ids)}))
    facts = entries_by_ids(conn, view, {row.child_id for row in rows})
    found: dict[int, list[Member]] = {}
    for row in rows:
        if row.child_id in facts:
            found.setdefault(row.parent_id, []).append(Member(row.type, row.quantity, row.sequence, facts[row.child_id]))
    return found
