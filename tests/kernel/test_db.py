"""Both databases behave alike where it matters: transactions, instants, upserts, look-ups of many keys."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from entrepot.kernel.db import BigKey, Database, Instant, Json, after_commit, any_of, in_write, insert_or_ignore, upsert

metadata = sa.MetaData()
thing = sa.Table(
    "thing",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("name", sa.String(40), unique=True, nullable=False),
    sa.Column("count", sa.BigInteger, nullable=False, default=0),
    sa.Column("at", Instant),
    sa.Column("body", Json),
)
Open = Callable[[sa.MetaData, str], Database]
AT = datetime(2026, 3, 14, 9, 26, 53, 589793, tzinfo=UTC)


@pytest.fixture
def database(open_database: Open) -> Database:
    return open_database(metadata, "kernel")


def test_instants_and_documents_come_back_as_they_were(database: Database) -> None:
    with database.write() as conn:
        conn.execute(thing.insert(), {"name": "a", "at": AT, "body": {"n": [1, "ü", None]}})
    with database.read() as conn:
        row = conn.execute(sa.select(thing)).one()
    assert row.at == AT
    assert row.body == {"n": [1, "ü", None]}


def test_an_error_rolls_everything_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as conn:
        conn.execute(thing.insert(), {"name": "a"})
        _ = 1 / 0
    with database.read() as conn:
        assert conn.execute(sa.select(sa.func.count()).select_from(thing)).scalar() == 0


def test_what_waits_for_the_commit_runs_after_it_or_never(database: Database) -> None:
    told: list[bool] = []
    with database.write():
        after_commit(lambda: told.append(in_write()))
        assert told == []
    assert told == [False]
    with pytest.raises(ValueError), database.write():
        after_commit(lambda: told.append(True))
        raise ValueError
    assert told == [False]


def test_many_keys_are_one_parameter(database: Database) -> None:
    with database.write() as conn:
        conn.execute(thing.insert(), [{"name": f"n{i}"} for i in range(10)])
    with database.read() as conn:
        by_name = conn.execute(sa.select(thing.c.name).where(any_of(thing.c.name, "names")), {"names": ["n1", "n7", "no"]})
        by_id = conn.execute(sa.select(thing.c.id).where(any_of(thing.c.id, "ids")), {"ids": []})
        assert sorted(by_name.scalars()) == ["n1", "n7"]
        assert by_id.all() == []


def test_an_ignored_insert_is_told_from_a_made_one(database: Database) -> None:
    with database.write() as conn:
        assert insert_or_ignore(conn, thing, {"name": "a", "count": 0})
        assert not insert_or_ignore(conn, thing, {"name": "a", "count": 0})
        upsert(conn, thing, [{"name": "a", "count": 5}, {"name": "b", "count": 6}], ["name"])
        found = dict(conn.execute(sa.select(thing.c.name, thing.c.count)).all())
    assert found == {"a": 5, "b": 6}


def test_parallel_counting_loses_nothing(database: Database) -> None:
    with database.write() as conn:
        conn.execute(thing.insert(), {"name": "counter", "count": 0})

    def count() -> None:
        for _ in range(25):
            database.retrying(lambda conn: conn.execute(thing.update().values(count=thing.c.count + 1)))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    with database.read() as conn:
        assert conn.execute(sa.select(thing.c.count)).scalar() == 200


def test_a_transaction_inside_a_transaction_is_a_bug(database: Database) -> None:
    with database.write(), pytest.raises(AssertionError), database.write():
        pass


def test_time_moves_only_by_hand() -> None:
    from entrepot.kernel.clock import FixedClock

    clock = FixedClock(AT)
    assert clock.advance(minutes=15) - AT == timedelta(minutes=15)
