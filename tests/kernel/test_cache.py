"""What is kept is as good as its version, and nothing that may still be taken back is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from entrepot.kernel.cache import Versioned, changing, current_terms
from entrepot.kernel.db import Database

metadata = sa.MetaData()
number = sa.Table("number", metadata, sa.Column("value", sa.Integer, nullable=False))
Open = Callable[[sa.MetaData, str], Database]


@pytest.fixture
def database(open_database: Open) -> Database:
    opened = open_database(metadata, "cache")
    with opened.write() as conn:
        conn.execute(number.insert(), {"value": 1})
    return opened


def value(conn: sa.Connection, scope: Any = None) -> int:
    return int(conn.execute(sa.select(number.c.value)).scalar_one())


def read(cache: Versioned[int], database: Database) -> int:
    with database.read() as conn:
        return cache.get(conn, "all", "value", lambda: value(conn))


def test_another_process_s_change_is_seen_after_a_while_and_at_once_where_it_binds(database: Database) -> None:
    cache = Versioned[int](value, ttl=60)
    assert read(cache, database) == 1
    with database.write() as conn:
        conn.execute(number.update().values(value=2))
    assert read(cache, database) == 1
    with current_terms():
        assert read(cache, database) == 2


def test_a_change_of_our_own_is_seen_at_once(database: Database) -> None:
    cache = Versioned[int](value, ttl=60)
    assert read(cache, database) == 1
    with database.write() as conn:
        changing()
        conn.execute(number.update().values(value=3))
        assert cache.get(conn, "all", "value", lambda: value(conn)) == 3
    assert read(cache, database) == 3


def test_what_is_taken_back_was_never_kept(database: Database) -> None:
    cache = Versioned[int](value, ttl=60)
    with pytest.raises(ValueError), database.write() as conn:
        changing()
        conn.execute(number.update().values(value=9))
        cache.get(conn, "all", "value", lambda: value(conn))
        raise ValueError
    assert read(cache, database) == 1


def test_reading_and_writing_connections_share_what_is_kept(database: Database) -> None:
    cache = Versioned[int](value, ttl=60)
    read(cache, database)
    with database.write() as conn:
        assert cache.get(conn, "all", "value", lambda: 99) == 1
