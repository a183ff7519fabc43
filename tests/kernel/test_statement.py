"""A statement run straight on the driver answers as SQLAlchemy would, on both databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from entrepot.kernel.db import BigKey, Database, Instant, Json, any_of
from entrepot.kernel.statement import Statement, savepoint

metadata = sa.MetaData()
thing = sa.Table(
    "noted_thing",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("name", sa.String(40), unique=True, nullable=False),
    sa.Column("ms", sa.Float),
    sa.Column("fresh", sa.Boolean, nullable=False),
    sa.Column("at", Instant),
    sa.Column("body", Json),
)
AT = datetime(2026, 3, 14, 9, 26, 53, 589793, tzinfo=UTC)
A = {"name": "a", "ms": 1.5, "fresh": True, "at": AT, "body": {"n": [1, "ü", None]}}
B = {"name": "b", "ms": None, "fresh": False, "at": None, "body": None}
ADD = Statement(thing.insert())
BY_NAMES = Statement(sa.select(thing).where(any_of(thing.c.name, "names")).order_by(thing.c.name))
RENAME = Statement(thing.update().where(thing.c.name == sa.bindparam("of")).values(name=sa.bindparam("to")))
COUNT = Statement(sa.select(sa.func.count()).select_from(thing))


@pytest.fixture
def database(open_database: Callable[[sa.MetaData, str], Database]) -> Database:
    return open_database(metadata, "statement")


def test_every_type_comes_back_as_sqlalchemy_gives_it(database: Database) -> None:
    with database.write() as conn:
        ADD.run_many(conn, [A, B])
    with database.read() as conn:
        rows = BY_NAMES.all(conn, {"names": ["a", "b", "c"]})
        usual = conn.execute(BY_NAMES.clause, {"names": ["a", "b", "c"]}).mappings().all()
    assert rows == [dict(row) for row in usual]
    assert {name: rows[0][name] for name in A} == A


def test_it_tells_how_many_rows_it_touched(database: Database) -> None:
    with database.write() as conn:
        ADD.run(conn, A)
        assert RENAME.run(conn, {"of": "a", "to": "z"}) == 1
        assert RENAME.run(conn, {"of": "a", "to": "y"}) == 0
        assert BY_NAMES.first(conn, {"names": ["a"]}) is None
        assert COUNT.value(conn) == 1


def test_it_belongs_to_the_transaction_around_it(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as conn:
        ADD.run(conn, A)
        _ = 1 / 0
    with database.read() as conn:
        assert COUNT.value(conn) == 0


def test_reading_sees_one_state_however_many_statements_it_takes(database: Database) -> None:
    if database.dialect == "postgresql":
        pytest.skip("READ COMMITTED sees each statement's own state")
    with database.read() as conn:
        assert COUNT.value(conn) == 0
        with database.write() as other:
            ADD.run(other, A)
        assert COUNT.value(conn) == 0


def test_what_the_database_forbids_is_raised_as_usual(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as conn:
        ADD.run_many(conn, [A, A])


def test_lists_have_to_be_bound_as_such(database: Database) -> None:
    with database.read() as conn, pytest.raises(AssertionError, match="any_of"):
        Statement(sa.select(thing).where(thing.c.name.in_(["a", "b"]))).all(conn)


def test_a_relaxed_commit_is_a_commit(database: Database) -> None:
    with database.write(relaxed=True) as conn:
        ADD.run(conn, A)
    with database.write() as conn:
        ADD.run(conn, B)
    with pytest.raises(ZeroDivisionError), database.write(relaxed=True) as conn:
        RENAME.run(conn, {"of": "a", "to": "z"})
        _ = 1 / 0
    with database.read() as conn:
        assert [row["name"] for row in BY_NAMES.all(conn, {"names": ["a", "b", "z"]})] == ["a", "b"]


def test_what_was_committed_reaches_the_file_without_anybody_waiting(database: Database) -> None:
    with database.write(relaxed=True) as conn:
        ADD.run(conn, A)
    database.tidy()
    if database.dialect == "sqlite":
        assert database.url.database is not None
        alone = sqlite3.connect(f"file:{database.url.database}?immutable=1", uri=True)
        assert alone.execute("SELECT count(*) FROM noted_thing").fetchone() == (1,)
        alone.close()


def test_a_value_that_was_forgotten_is_a_bug_not_a_null(database: Database) -> None:
    with pytest.raises(KeyError), database.write() as conn:
        RENAME.run(conn, {"of": "a"})


def test_what_a_failed_part_wrote_is_undone_and_the_rest_stays(database: Database) -> None:
    with database.write() as conn:
        ADD.run(conn, A)
        with pytest.raises(IntegrityError), savepoint(conn):
            ADD.run(conn, B)
            with savepoint(conn):
                RENAME.run(conn, {"of": "b", "to": "c"})
            ADD.run(conn, A)
        with savepoint(conn):
            ADD.run(conn, B | {"name": "d"})
    with database.read() as conn:
        assert [row["name"] for row in BY_NAMES.all(conn, {"names": ["a", "b", "c", "d"]})] == ["a", "d"]
