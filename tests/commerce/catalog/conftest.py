"""The demo store, loaded once per test: the catalog tests ask it what a shopper would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot import dataload
from entrepot.commerce import catalog
from entrepot.commerce.database import metadata
from entrepot.kernel.db import Database

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DEMO = Path(__file__).parents[3] / "demo"
ELSEWHERE = frozenset(name for name in dataload.KINDS if dataload.KINDS[name].system != "commerce")


@pytest.fixture
def commerce(open_database: Callable[[sa.MetaData, str], Database]) -> Database:
    """An empty commerce database."""
    return open_database(metadata, "commerce")


@pytest.fixture
def tannwerk(commerce: Database) -> Database:
    """The commerce database with the demo catalog in it."""
    report = dataload.load(DEMO, {"commerce": commerce}, "tannwerk", dataload.Options(at=NOW, skip=ELSEWHERE))
    assert [p for p in report.problems if p.code != "SYSTEM_NOT_HERE"] == []
    return commerce


@pytest.fixture
def conn(tannwerk: Database) -> Iterator[Connection]:
    with tannwerk.read() as conn:
        yield conn


@pytest.fixture
def view(conn: Connection) -> catalog.View:
    return catalog.View(catalog.find_store(conn, "tannwerk"), "en-US", NOW)
