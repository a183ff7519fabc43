"""Statements that run often: compiled once, then handed to the driver as they are.

SQLAlchemy builds, keys and wraps a statement anew each time it runs, which costs several times what the database
needs for a row found by its key. A `Statement` keeps the text, the order of its binds and the few conversions its
types need, and runs on the connection's own transaction; what the database says against it is raised as
SQLAlchemy's errors, so that nobody has to know which way a statement went.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Row = dict[str, Any]
_Convert = Callable[[Any], Any]
#: In the place of a value that has to be given: leaving it out is a bug, not NULL.
_REQUIRED = object()


class Statement:
    """One statement with named binds; rows come back as dictionaries by column name.

    Binds must be scalars (use `any_of` for lists), and an insert has to be given every column it writes: defaults
    that live in Python are not filled in.
    """

    __slots__ = ("_compiled", "clause")

    def __init__(self, clause: sa.Executable) -> None:
        self.clause = clause
        self._compiled: dict[tuple[str, tuple[str, ...]], _Compiled] = {}

    def all(self, conn: Connection, binds: Mapping[str, Any] | None = None) -> list[Row]:
        """Every row."""
        compiled, cursor = self._run(conn, binds or {})
        rows = compiled.decode(cursor)
        cursor.close()
        return rows

    def rows(self, conn: Connection, binds: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Every row as the driver gives it, in the order of the columns, nothing converted: for reading very many."""
        _, cursor = self._run(conn, binds or {})
        found: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.close()
        return found

    def first(self, conn: Connection, binds: Mapping[str, Any] | None = None) -> Row | None:
        """The first row, if there is one."""
        rows = self.all(conn, binds)
        return rows[0] if rows else None

    def value(self, conn: Connection, binds: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row, or None."""
        row = self.first(conn, binds)
        return None if row is None else next(iter(row.values()))

    def run(self, conn: Connection, binds: Mapping[str, Any] | None = None) -> int:
        """Write; tells how many rows that touched."""
        _, cursor = self._run(conn, binds or {})
        touched: int = cursor.rowcount
        cursor.close()
        return touched

    def run_many(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write once per row of binds, all of the same names; nothing for none."""
        if not rows:
            return
        compiled = self._for(conn, rows[0])
        cursor = _transaction(conn).cursor()
        values = [compiled.encode(row) for row in rows]
        try:
            cursor.executemany(compiled.text, values)
        except conn.dialect.loaded_dbapi.Error as error:
            raise _told(conn, compiled.text, error) from error
        cursor.close()

    def _run(self, conn: Connection, binds: Mapping[str, Any]) -> tuple[_Compiled, Any]:
        compiled = self._for(conn, binds)
        values = compiled.encode(binds)
        cursor = _transaction(conn).cursor()
        try:
            cursor.execute(compiled.text, values)
        except conn.dialect.loaded_dbapi.Error as error:
            raise _told(conn, compiled.text, error) from error
        return compiled, cursor

    def _for(self, conn: Connection, binds: Mapping[str, Any]) -> _Compiled:
        names = tuple(binds) if isinstance(self.clause, sa.Insert) else ()
        key = (conn.dialect.name, names)
        found = self._compiled.get(key)
        if found is None:
            found = self._compiled[key] = _compile(self.clause, conn.dialect, names)
        return found


@dataclass(slots=True)
class _Compiled:
    """The text a driver takes, and what becomes of values on their way in and out."""

    text: str
    dialect: Dialect
    placeholders: tuple[str, ...] | None
    binds: tuple[tuple[str, Any, _Convert | None], ...]
    names: tuple[str, ...]
    types: tuple[TypeEngine[Any], ...]
    converted: tuple[tuple[str, _Convert], ...] | None = None

    def encode(self, given: Mapping[str, Any]) -> Any:
        values = []
        for name, default, convert in self.binds:
            value = given[name] if default is _REQUIRED else given.get(name, default)
            values.append(value if convert is None else convert(value))
        return values if self.placeholders is None else dict(zip(self.placeholders, values, strict=True))

    def decode(self, cursor: Any) -> list[Row]:
        if self.converted is None:
            self.converted = self._conversions(cursor.description)
        rows = [dict(zip(self.names, row, strict=True)) for row in cursor.fetchall()]
        for row in rows:
            for name, convert in self.converted:
                row[name] = convert(row[name])
        return rows

    def _conversions(self, description: Sequence[Sequence[Any]]) -> tuple[tuple[str, _Convert], ...]:
        """What the types of the columns make of the driver's values; some depend on what the driver calls its type."""
        found = []
        for name, kind, (_, code, *_) in zip(self.names, self.types, description, strict=True):
            convert = kind.dialect_impl(self.dialect).result_processor(self.dialect, code)
            if convert is not None:
                found.append((name, convert))
        return tuple(found)


def _compile(clause: Any, dialect: Dialect, names: tuple[str, ...]) -> _Compiled:
    compiled = clause.compile(dialect=dialect, **({"column_keys": list(names)} if names else {}))
    assert not compiled.post_compile_params, "lists are bound with any_of"
    assert not (compiled.insert_prefetch or compiled.update_prefetch), "every column has to be given"
    placeholders = compiled.positiontup if compiled.positional else list(compiled.binds)
    binds = [compiled.binds[placeholder] for placeholder in placeholders]
    columns = list(clause.exported_columns) if clause.is_select else list(compiled.effective_returning or ())
    return _Compiled(
        text=str(compiled),
        dialect=dialect,
        placeholders=None if compiled.positional else tuple(compiled.escaped_bind_names.get(p, p) for p in placeholders),
        binds=tuple(
            (b.key, _REQUIRED if b.required else b.value, b.type.dialect_impl(dialect).bind_processor(dialect)) for b in binds
        ),
        names=tuple(str(column.key) for column in columns),
        types=tuple(column.type for column in columns),
    )


@contextmanager
def savepoint(conn: Connection) -> Iterator[None]:
    """When the block raises, only what it wrote is undone, and the transaction goes on."""
    _say(conn, "SAVEPOINT part")
    try:
        yield
    except BaseException:
        _say(conn, "ROLLBACK TO SAVEPOINT part")
        _say(conn, "RELEASE SAVEPOINT part")
        raise
    _say(conn, "RELEASE SAVEPOINT part")


def _say(conn: Connection, text: str) -> None:
    cursor = _transaction(conn).cursor()
    try:
        cursor.execute(text)
    except conn.dialect.loaded_dbapi.Error as error:
        raise _told(conn, text, error) from error
    cursor.close()


def _transaction(conn: Connection) -> Any:
    """The driver's connection, inside the transaction of ours; begins one where reading has not yet."""
    if not conn.in_transaction():
        conn.begin()
    return conn.connection


def _told(conn: Connection, text: str, error: Exception) -> BaseException:
    """The driver's error as SQLAlchemy would have raised it."""
    errors = conn.dialect.loaded_dbapi.Error
    return DBAPIError.instance(text, None, error, errors, dialect=conn.dialect)
