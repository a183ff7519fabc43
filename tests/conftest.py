"""Databases for tests: each SQL test runs on SQLite and, where a server is found, on PostgreSQL.

``ENTREPOT_TEST_POSTGRES`` holds the address of a server we may create databases on (``make services`` sets
one up). Each test gets a schema of its own, dropped afterward. In CI a missing server is a failure.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from entrepot.kernel.db import Database

POSTGRES = os.environ.get("ENTREPOT_TEST_POSTGRES", "")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "dialect" in metafunc.fixturenames:
        marks = [pytest.mark.postgres]
        metafunc.parametrize("dialect", ["sqlite", pytest.param("postgresql", marks=marks)])


@pytest.fixture
def open_database(dialect: str, tmp_path: Path) -> Iterator[Callable[[sa.MetaData, str], Database]]:
    """Open an empty database with the tables of ``metadata`` in it, on the dialect under test."""
    opened: list[tuple[Database, str]] = []

    def open_one(metadata: sa.MetaData, name: str = "test") -> Database:
        schema = f"t_{uuid.uuid4().hex[:16]}"
        if dialect == "sqlite":
            database = Database(f"sqlite:///{tmp_path / name}.db", name)
        else:
            if not POSTGRES:
                pytest.skip("no PostgreSQL server: run `make services`")
            admin = sa.create_engine(sa.make_url(POSTGRES).set(drivername="postgresql+psycopg"))
            with admin.begin() as conn:
                conn.exec_driver_sql(f"CREATE SCHEMA {schema}")
            admin.dispose()
            database = Database(
                sa.make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(False), name
            )
        with database.write() as conn:
            metadata.create_all(conn)
        opened.append((database, schema))
        return database

    yield open_one
    for database, schema in opened:
        if database.dialect == "postgresql":
            with database.write() as conn:
                conn.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
        database.close()
