"""Many rows into one table at once, telling of each whether it was new, changed or already so.

A `Sheet` is the bulk port of a context: the loader and the editing screens hand it rows keyed the way people
key them (owner and part number), it reads the present rows with one statement, compares, and writes what
differs with two more. A column a row does not carry keeps its stored value, so a file may bring less than
everything, and loading the same file twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.kernel.db import any_of

Key = tuple[Any, ...]
Row = Mapping[str, Any]


class Outcome(IntEnum):
    """What became of a row; of several effects of one row the larger is told."""

    UNCHANGED = 0
    UPDATED = 1
    INSERTED = 2
    DELETED = 3


@dataclass(frozen=True)
class Sheet:
    """A table, the columns people know its rows by, and the one of them worth an index look-up."""

    table: sa.Table
    key: tuple[str, ...]
    lookup: str
    touched: str | None = None

    def key_of(self, row: Row) -> Key:
        return tuple(row[name] for name in self.key)

    def find(self, conn: Connection, keys: Iterable[Key]) -> dict[Key, Row]:
        """The stored rows with these keys, each whole."""
        wanted = set(keys)
        if not wanted:
            return {}
        position = self.key.index(self.lookup)
        rows = self.under(conn, {key[position] for key in wanted})
        return {key: row for row in rows if (key := self.key_of(row)) in wanted}

    def under(self, conn: Connection, values: Collection[Any]) -> list[Row]:
        """Every stored row whose look-up column has one of these values."""
        if not values:
            return []
        found = conn.execute(self._select, {"wanted": list(set(values))})
        names = tuple(found.keys())
        return [dict(zip(names, row, strict=True)) for row in found.all()]

    def write(self, conn: Connection, rows: Sequence[dict[str, Any]], *, at: Any = None) -> list[Outcome]:
        """Insert the new rows, update the differing ones, leave the rest; outcomes in the order of ``rows``."""
        stored: dict[Key, dict[str, Any]] = {k: dict(row) for k, row in self.find(conn, map(self.key_of, rows)).items()}
        fresh: dict[Key, dict[str, Any]] = {}
        changed: dict[Key, set[str]] = {}
        outcomes = []
        for row in rows:
            key = self.key_of(row)
            present = stored.get(key)
            if present is None:
                stored[key] = fresh[key] = {**self.defaults, **row}
                outcomes.append(Outcome.INSERTED)
                continue
            differing = {name for name, value in row.items() if present[name] != value}
            if differing:
                present.update({name: row[name] for name in differing})
                if key not in fresh:
                    changed.setdefault(key, set()).update(differing)
            outcomes.append(Outcome.UPDATED if differing else Outcome.UNCHANGED)
        self._insert(conn, list(fresh.values()), at)
        self._update(conn, [(stored[key], names) for key, names in changed.items()], at)
        return outcomes

    def delete(self, conn: Connection, keys: Sequence[Key]) -> int:
        """Remove the rows with these keys; tell how many there were."""
        if not keys:
            return 0
        parameters = [{f"k_{name}": value for name, value in zip(self.key, key, strict=True)} for key in keys]
        return conn.execute(self.table.delete().where(*self._same_key), parameters).rowcount

    @cached_property
    def _select(self) -> sa.Select[Any]:
        return sa.select(self.table).where(any_of(self.table.c[self.lookup], "wanted"))

    @cached_property
    def _same_key(self) -> list[sa.ColumnElement[bool]]:
        columns: list[tuple[sa.Column[Any], Any]] = [(self.table.c[name], sa.bindparam(f"k_{name}")) for name in self.key]
        return [column.is_not_distinct_from(value) if column.nullable else column == value for column, value in columns]

    @cached_property
    def defaults(self) -> dict[str, Any]:
        generated = {c.name for c in self.table.primary_key if c.name not in self.key}
        return {
            c.name: c.default.arg if isinstance(c.default, sa.ColumnDefault) and c.default.is_scalar else None
            for c in self.table.c
            if c.name not in generated and c.name != self.touched
        }

    def _insert(self, conn: Connection, rows: list[dict[str, Any]], at: Any) -> None:
        if rows:
            stamp = {self.touched: at} if self.touched else {}
            conn.execute(self.table.insert(), [{**row, **stamp} for row in rows])

    def _update(self, conn: Connection, rows: list[tuple[dict[str, Any], set[str]]], at: Any) -> None:
        by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row, names in rows:
            columns = tuple(sorted(names))
            values = {f"v_{name}": row[name] for name in columns} | {f"k_{name}": row[name] for name in self.key}
            by_columns.setdefault(columns, []).append(values | ({"v_touched": at} if self.touched else {}))
        for columns, parameters in by_columns.items():
            values = {name: sa.bindparam(f"v_{name}") for name in columns}
            if self.touched:
                values[self.touched] = sa.bindparam("v_touched")
            conn.execute(self.table.update().where(*self._same_key).values(values), parameters)
