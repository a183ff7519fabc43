"""What tests share: databases of both kinds, and a suite with the demo store in it.

Each SQL test runs on SQLite and, where a server is found, on PostgreSQL: ``ENTREPOT_TEST_POSTGRES`` holds the address of
one we may make schemas on (``make services`` sets it up). Each test gets a schema of its own, dropped afterward. What is
left out is said at the end of the run; in CI a left-out group is a failure. The suite is imported by whoever needs it whole:
the tests of the rules start without it.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import settings as hypothesis

from entrepot.kernel.db import Database

if TYPE_CHECKING:
    from entrepot.app import Suite

# A busy machine is no failure: how long an example takes is for the benchmarks to say.
hypothesis.register_profile("entrepot", deadline=None)
hypothesis.load_profile("entrepot")
POSTGRES = os.environ.get("ENTREPOT_TEST_POSTGRES", "")
CHROMIUM = os.environ.get("ENTREPOT_TEST_CHROMIUM", "") or shutil.which("chromium") or ""
IN_CI = os.environ.get("CI", "") == "true"
#: Whoever uses these works on a database, and so do all who use the faces.
STORED = {"open_database", "demo_data"}
LEFT_OUT = {
    "postgres": ("PostgreSQL", POSTGRES, "no server: run `make services`"),
    "browser": ("the browser journey", CHROMIUM, "no Chromium: run `make services`"),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "dialect" in metafunc.fixturenames:
        metafunc.parametrize("dialect", ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres])])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        used = item.fixturenames if isinstance(item, pytest.Function) else ()
        if STORED.intersection(used) or "web" in item.path.parts:
            item.add_marker("stored")
    for mark, (_, found, why) in LEFT_OUT.items():
        if found:
            continue
        for item in items:
            if item.get_closest_marker(mark):
                item.add_marker(pytest.mark.xfail(reason=why, run=False, strict=True) if IN_CI else pytest.mark.skip(reason=why))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name, found, why in LEFT_OUT.values():
        if not found:
            terminalreporter.write_line(f"left out: {name}: {why}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    if IN_CI and any(not found for _, found, _ in LEFT_OUT.values()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def open_database(dialect: str, tmp_path: Path) -> Iterator[Callable[[sa.MetaData, str], Database]]:
    """Open an empty database with the tables of ``metadata`` in it, on the dialect under test."""
    opened: list[tuple[Database, str]] = []

    def open_one(metadata: sa.MetaData, name: str = "test") -> Database:
        schema = f"t_{uuid.uuid4().hex[:16]}"
        if dialect == "sqlite":
            database = Database(f"sqlite:///{tmp_path / name}.db", name)
        else:
            database = Database(postgres_schema(schema), name)
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


def postgres_schema(schema: str) -> str:
    """The address of a new, empty schema on the test server."""
    admin = sa.create_engine(sa.make_url(POSTGRES).set(drivername="postgresql+psycopg"))
    with admin.begin() as conn:
        conn.exec_driver_sql(f"CREATE SCHEMA {schema}")
    admin.dispose()
    return sa.make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(False)


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo store loaded; copy it, never change it."""
    from entrepot import demo
    from entrepot.app import build
    from entrepot.serving import configure_logs
    from entrepot.settings import Settings

    configure_logs()
    folder = tmp_path_factory.mktemp("demo")
    suite = build(Settings(data=folder, secret="a secret of the tests"))
    report = demo.load(suite)
    assert not report.problems, report.problems
    suite.settle()
    suite.stop()
    return folder


@pytest.fixture
def data(demo_data: Path, tmp_path: Path) -> Path:
    """A copy of the demo's data folder that a test may change."""
    shutil.copytree(demo_data, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def suite(data: Path) -> Iterator[Suite]:
    """The whole suite over a fresh copy of the demo store; nothing runs in the background."""
    from entrepot.app import build
    from entrepot.settings import Settings

    made = build(Settings(data=data, secret="a secret of the tests"))
    yield made
    made.stop()
