"""One database per system: engines, transactions and the few column types both dialects share.

SQLite runs in WAL mode and every writing transaction starts with ``BEGIN IMMEDIATE``: its default, deferred
transactions fail by the thousand under concurrent writers. PostgreSQL runs at READ COMMITTED; rules that span
rows use conditional updates or row locks. Only an edge opens a transaction, and a neighbor is never called
while a writing one is open (`in_write` lets the bus check that).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from entrepot.kernel.clock import instant_of, micros_of
from entrepot.kernel.errors import Unavailable
from entrepot.kernel.statement import Statement
from entrepot.kernel.wal import Log

T = TypeVar("T")


@dataclass(slots=True)
class _Open:
    """A writing transaction under way: what waits for its commit, and whether it changes what caches keep."""

    callbacks: list[Callable[[], None]]
    changing: bool = False


_open_write: ContextVar[_Open | None] = ContextVar("open_write", default=None)

#: Autoincrementing 64-bit key (SQLite autoincrements only what it calls INTEGER).
BigKey = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware UTC datetime, stored as whole microseconds since 1970."""

    impl = sa.BigInteger
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], int | None]:
        return _to_micros

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[int | None], datetime | None]:
        return _to_instant


def _to_micros(at: datetime | None) -> int | None:
    return None if at is None else micros_of(at)


def _to_instant(micros: int | None) -> datetime | None:
    return None if micros is None else instant_of(micros)


class Json(sa.types.TypeDecorator[Any]):
    """Any JSON value as text, encoded by msgspec."""

    impl = sa.Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:
        return _text_of

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], Any]:
        return _value_of


def _text_of(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def _value_of(text: str | None) -> Any:
    return None if text is None else msgspec.json.decode(text)


class KeyList(sa.types.TypeDecorator[Any]):
    """A list of keys as one bind: a JSON text on SQLite, an array on PostgreSQL."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, of_text: bool = False) -> None:
        super().__init__()
        self.of_text = of_text

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.ARRAY(sa.Text() if self.of_text else sa.BigInteger()))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return msgspec.json.encode(list(value)).decode()


class _AnyOf(FunctionElement[bool]):
    inherit_cache = True
    type = sa.Boolean()
    name = "any_of"

    def self_group(self, against: Any = None) -> Any:
        # Otherwise SQLite gets "… IN (…) = 1", and a comparison of a comparison uses no index.
        return self


@compiles(_AnyOf)
def _any_of_json_each(element: _AnyOf, compiler: Any, **kw: Any) -> str:
    column, keys = element.clauses
    return f"{compiler.process(column, **kw)} IN (SELECT value FROM json_each({compiler.process(keys, **kw)}))"


@compiles(_AnyOf, "postgresql")
def _any_of_array(element: _AnyOf, compiler: Any, **kw: Any) -> str:
    column, keys = element.clauses
    return f"{compiler.process(column, **kw)} = ANY({compiler.process(keys, **kw)})"


def any_of(column: sa.ColumnElement[Any], parameter: str) -> sa.ColumnElement[bool]:
    """``column`` is among the list bound as ``parameter``: half the cost of an IN with a hundred binds."""
    of_text = isinstance(column.type, sa.String)
    return _AnyOf(column, sa.bindparam(parameter, type_=KeyList(of_text)))


class Database:
    """One system's database: a pool of connections and the two kinds of transaction.

    ``together`` says that other processes of this start write to it all the time, too.
    """

    def __init__(self, url: str, name: str, *, pool: int = 8, together: bool = False) -> None:
        self.name = name
        self.url = make_url(url)
        if self.url.get_backend_name() == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.engine = _engine(self.url, pool)
        self._writing = self.engine.execution_options(entrepot_write="safe")
        self._relaxed = self.engine.execution_options(entrepot_write="relaxed")
        self._log = Log(str(self.url.database), together=together) if self.dialect == "sqlite" else None
        # SQLite's own waiting sleeps in growing steps; threads, and processes that write ``together``, queue here instead.
        self._writer: AbstractContextManager[Any] = self._log.writer if self._log else nullcontext()
        self._kept: Connection | None = None

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @property
    def embedded(self) -> bool:
        """Whether the database is a file of this process, so that a row is read without waiting for anybody."""
        return self._log is not None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view; nothing is written."""
        with self.engine.connect() as conn:
            yield conn

    @contextmanager
    def write(self, *, relaxed: bool = False, flush: bool = True) -> Iterator[Connection]:
        """One transaction: commits at the end of the block, rolls back when it raises.

        A commit waits until the disk has it. A ``relaxed`` one does not: it outlives the process in any case, but a
        power cut may take the last second of such commits back, whole and in order. For steps somebody can repeat,
        never for orders, money or stock. Without ``flush`` the caller waits itself (`flushed`) before it answers.
        """
        assert _open_write.get() is None, "a transaction is already open here; pass its connection on"
        opened = _Open([])
        token = _open_write.set(opened)
        try:
            with self._writer:
                with self._begun(relaxed) as conn:
                    yield conn
                if self._log is not None:
                    self._log.note()
        finally:
            _open_write.reset(token)
        if flush and not relaxed:
            self.flush()
        for callback in opened.callbacks:
            callback()

    def flush(self) -> None:
        """Wait until everything committed so far is on the disk: before anybody outside is told of it.

        PostgreSQL shows nothing to others before that.
        """
        if self._log is not None and not self._log.flushed:
            self._log.wait()

    async def flushed(self) -> None:
        """The same for whoever serves others while it waits."""
        if self._log is not None and not self._log.flushed:
            await asyncio.get_running_loop().run_in_executor(None, self._log.wait)

    @contextmanager
    def _begun(self, relaxed: bool) -> Iterator[Connection]:
        """A connection inside its transaction. SQLite has one writer at a time, who keeps a connection."""
        if self._log is None:
            with (self._relaxed if relaxed else self._writing).begin() as conn:
                yield conn
            return
        if self._kept is None:
            self._kept = self._writing.connect()
        with self._kept.begin():
            yield self._kept

    def retrying(self, work: Callable[[Connection], T], attempts: int = 5, *, flush: bool = True) -> T:
        """Run ``work`` in a writing transaction, again after a deadlock or a lost race for the lock."""
        for attempt in range(attempts):
            try:
                with self.write(flush=flush) as conn:
                    return work(conn)
            except DBAPIError as error:
                if not _is_transient(error):
                    raise
                time.sleep(random.uniform(0, 0.01 * 2**attempt))
        raise Unavailable(service=self.name)

    def tidy(self) -> None:
        """SQLite: carry what was committed from its log into the file. Nobody waits for it, writers neither."""
        if self.dialect == "sqlite":
            conn = self.engine.raw_connection()
            try:
                conn.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            finally:
                conn.close()

    def close(self) -> None:
        with self._writer:
            if self._kept is not None:
                self._kept.close()
                self._kept = None
        self.engine.dispose()


def in_write() -> bool:
    """Whether this thread or task has a writing transaction open."""
    return _open_write.get() is not None


def after_commit(callback: Callable[[], None]) -> None:
    """Run ``callback`` once the open transaction has committed; not at all when it rolls back."""
    opened = _open_write.get()
    assert opened is not None, "there is no transaction to wait for"
    opened.callbacks.append(callback)


def mark_changing() -> bool:
    """Note that the open transaction changes what caches keep; tell whether that is news."""
    opened = _open_write.get()
    assert opened is not None, "only a writing transaction changes anything"
    news, opened.changing = not opened.changing, True
    return news


def is_changing() -> bool:
    """Whether the open transaction has changed what caches keep."""
    opened = _open_write.get()
    return opened is not None and opened.changing


def upsert(conn: Connection, table: sa.Table, rows: Sequence[dict[str, Any]], keys: Sequence[str]) -> None:
    """Insert rows, or overwrite the given columns of those whose ``keys`` exist already."""
    if rows:
        _upsert(conn.dialect.name, table, tuple(rows[0]), tuple(keys)).run_many(conn, rows)


def insert_or_ignore(conn: Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Insert one row unless a unique key forbids it; tell whether it was inserted."""
    return _insert_or_ignore(conn.dialect.name, table).first(conn, row) is not None


# Building a statement costs more than running it, so each is built once per table and set of columns.
@lru_cache(maxsize=1000)
def _upsert(dialect: str, table: sa.Table, columns: tuple[str, ...], keys: tuple[str, ...]) -> Statement:
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    changed = {name: insert.excluded[name] for name in columns if name not in keys}
    if not changed:
        return Statement(insert.on_conflict_do_nothing(index_elements=list(keys)))
    return Statement(insert.on_conflict_do_update(index_elements=list(keys), set_=changed))


@lru_cache(maxsize=1000)
def _insert_or_ignore(dialect: str, table: sa.Table) -> Statement:
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    return Statement(insert.on_conflict_do_nothing().returning(sa.literal_column("1")))


def _is_transient(error: DBAPIError) -> bool:
    if isinstance(error, OperationalError) and "locked" in str(error.orig):
        return True
    return getattr(error.orig, "sqlstate", None) in ("40001", "40P01", "55P03")


def _engine(url: sa.URL, pool: int) -> Engine:
    if url.get_backend_name() == "postgresql":
        engine = sa.create_engine(url, pool_size=pool, max_overflow=pool, pool_timeout=2, pool_pre_ping=False)
        event.listen(engine, "begin", _begin_postgresql)
        return engine
    engine = sa.create_engine(
        url,
        pool_size=pool,
        max_overflow=2 * pool,
        pool_timeout=5,
        connect_args={"check_same_thread": False, "cached_statements": 500},
    )
    event.listen(engine, "connect", _open_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "busy_timeout=5000",
        "journal_mode=WAL",
        # A commit reaches the log; whoever has to know it on the disk waits for that outside (`Database.flush`).
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "cache_size=-16000",
        "temp_store=MEMORY",
        # Left to `Database.tidy`: whoever's commit fills a thousand pages would wait for all of them to be written twice.
        "wal_autocheckpoint=20000",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(conn: Connection) -> None:
    writing = "entrepot_write" in conn.get_execution_options()
    conn.connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")


def _begin_postgresql(conn: Connection) -> None:
    if conn.get_execution_options().get("entrepot_write") == "relaxed":
        conn.exec_driver_sql("SET LOCAL synchronous_commit = off")
