"""Questions about the attribute dictionary that span many entries: which value is called so, who uses it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.catalog.entry_tables import (
    attribute,
    attribute_value,
    attribute_value_description,
    catalog_entry,
    catalog_entry_attribute,
)
from entrepot.kernel.db import any_of
from entrepot.kernel.statement import Statement


def values_called(conn: Connection, wanted: Iterable[tuple[int, str, str]]) -> dict[tuple[int, str, str], int]:
    """Value ids by (attribute, text, language); of two values with one text the earlier counts."""
    asked = set(wanted)
    if not asked:
        return {}
    rows = conn.execute(
        sa.select(
            attribute_value.c.attribute_id,
            attribute_value_description.c.value,
            attribute_value_description.c.language,
            attribute_value.c.id,
        )
        .join(attribute_value_description, attribute_value_description.c.value_id == attribute_value.c.id)
        .where(any_of(attribute_value.c.attribute_id, "attributes"))
        .order_by(attribute_value.c.id.desc()),
        {"attributes": list({attribute_id for attribute_id, _, _ in asked})},
    )
    return {key: value_id for *parts, value_id in rows if (key := (parts[0], parts[1], parts[2])) in asked}


_WORDS = Statement(
    sa.select(
        catalog_entry_attribute.c.entry_id, attribute.c.identifier.label("name"), attribute_value.c.identifier.label("value")
    )
    .join(attribute, attribute.c.id == catalog_entry_attribute.c.attribute_id)
    .join(attribute_value, attribute_value.c.id == catalog_entry_attribute.c.value_id)
    .where(any_of(catalog_entry_attribute.c.entry_id, "entries"))
)


def attributes_of(conn: Connection, entry_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """What is said of each entry, as ``attribute=value`` by their identifiers."""
    found: dict[int, set[str]] = {}
    for row in _WORDS.all(conn, {"entries": sorted(set(entry_ids))}):
        found.setdefault(row["entry_id"], set()).add(f"{row['name']}={row['value']}")
    return {key: frozenset(words) for key, words in found.items()}


def attributes_in_use(conn: Connection, attribute_ids: Iterable[int]) -> dict[int, list[str]]:
    """For each attribute that entries have: some part numbers of them."""
    return _users(conn, catalog_entry_attribute.c.attribute_id, attribute_ids)


def values_in_use(conn: Connection, value_ids: Iterable[int]) -> dict[int, list[str]]:
    """For each value that entries have: some part numbers of them."""
    return _users(conn, catalog_entry_attribute.c.value_id, value_ids)


def _users(conn: Connection, column: sa.ColumnElement[Any], ids: Iterable[int]) -> dict[int, list[str]]:
    users: dict[int, list[str]] = {}
    statement = (
        sa.select(column, catalog_entry.c.part_number)
        .join(catalog_entry, catalog_entry.c.id == catalog_entry_attribute.c.entry_id)
        .where(any_of(column, "ids"))
        .order_by(catalog_entry.c.part_number)
        .limit(200)
    )
    for used, part_number in conn.execute(statement, {"ids": list(ids)}):
        users.setdefault(used, []).append(part_number)
    return users
