"""What rows name by identifier, found for a whole batch at once: entries, groups, catalogs, languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from entrepot.commerce import catalog
from entrepot.dataload.kind import Batch, Row
from entrepot.kernel.sheet import Sheet

Found = dict[str, Mapping[str, Any]]


def by_identifier(batch: Batch, sheet: Sheet, names: Iterable[str | None]) -> Found:
    """Rows of the store's owner, or where it has none of that name, of its asset store's owner."""
    wanted = {name for name in names if name is not None}
    owners = batch.store.owners
    found = sheet.find(batch.conn, [(owner, name) for owner in owners for name in wanted])
    answer: Found = {}
    for owner in reversed(owners):
        answer |= {key[1]: row for key, row in found.items() if key[0] == owner}
    return answer


def entries(batch: Batch, *columns: str) -> Found:
    """The entries that any of these columns names, by part number."""
    return by_identifier(batch, catalog.ENTRIES, (row.get(column) for row in batch.live for column in columns))


def groups(batch: Batch, *columns: str) -> Found:
    """The groups that any of these columns names, by identifier."""
    return by_identifier(batch, catalog.GROUPS, (row.get(column) for row in batch.live for column in columns))


def translate_ids(batch: Batch, sheet: Sheet, pairs: Mapping[str, str]) -> None:
    """Fill in the name for every ``…UniqueId`` column; contradicting ones are turned down as KEY_CONFLICT."""
    ids = {row.get(column) for row in batch.live for column in pairs.values() if row.get(column) is not None}
    if not ids:
        return
    name = sheet.key[-1]
    names = {
        found["id"]: found[name] for found in Sheet(sheet.table, ("id",), "id").find(batch.conn, [(i,) for i in ids]).values()
    }
    for row in batch.live:
        for column, id_column in pairs.items():
            unique_id = row.get(id_column)
            if unique_id is None:
                continue
            if unique_id not in names:
                batch.reject(row, "NOT_FOUND", id_column, f"there is nothing with the id {unique_id}")
            elif row.get(column) not in (None, names[unique_id]):
                batch.reject(row, "KEY_CONFLICT", id_column, f"the id {unique_id} is {names[unique_id]}, not {row.get(column)}")
            else:
                row.cells[column] = names[unique_id]


def require(batch: Batch, column: str) -> None:
    """Turn down rows in which this column is still empty."""
    for row in batch.live:
        if row.get(column) is None:
            batch.reject(row, "REQUIRED", column, f"{column} must be filled")


def languages(batch: Batch) -> dict[Row, str]:
    """The language of each row's texts: its tag, its numeric id, else the store's default."""
    answer = {}
    for row in batch.live:
        tag, number = row.get("Language"), row.get("LanguageId")
        mapped = batch.settings.language_ids.get(number) if number is not None else None
        if number is not None and mapped is None:
            batch.reject(row, "LANGUAGE_UNKNOWN", "LanguageId", f"the language id {number} is not known")
        elif tag is not None and mapped is not None and tag != mapped:
            batch.reject(row, "KEY_CONFLICT", "LanguageId", f"the language id {number} is {mapped}, not {tag}")
        else:
            answer[row] = tag or mapped or batch.store.default_language
    return answer


def master(batch: Batch) -> catalog.Catalog | None:
    """The store's master catalog."""
    return next((one for one in catalog.catalogs_of(batch.conn, batch.store) if one.is_master), None)


def catalogs(batch: Batch) -> dict[Row, catalog.Catalog]:
    """The catalog each row is about: its own column, the environment's, else the master."""
    known = {one.identifier: one for one in catalog.catalogs_of(batch.conn, batch.store)}
    default = known.get(batch.settings.catalog or "") or next((one for one in known.values() if one.is_master), None)
    answer = {}
    for row in batch.live:
        wanted = row.get("CatalogIdentifier")
        found = known.get(wanted) if wanted is not None else default
        if found is None:
            batch.unresolved(row, "CatalogIdentifier", "PARENT_NOT_FOUND", f"the store has no catalog {wanted or '(master)'}")
        else:
            answer[row] = found
    return answer
