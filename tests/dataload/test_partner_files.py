"""Files of partners: taken up, changed and paused, each with its line of history; never with a key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from entrepot import dataload
from entrepot.bus import Partner
from entrepot.configurator import shops
from entrepot.configurator.database import metadata
from entrepot.kernel.db import Database
from tests.dataload.conftest import NOW

HEAD = "ForeignShop\nCode,Name,Stores,Addresses,Active\n"
NORDLICHT = "nordlicht,Nordlicht Audio,shop;outlet,https://Nordlicht.example:443;https://test.nordlicht.example,1\n"


@pytest.fixture
def database(open_database: Callable[[sa.MetaData, str], Database]) -> Database:
    return open_database(metadata, "configurator")


@pytest.fixture
def load(database: Database, commerce: Database, tmp_path: Path) -> Callable[[str], dataload.Report]:
    def load_text(text: str) -> dataload.Report:
        path = tmp_path / "ForeignShop.csv"
        path.write_text(text)
        return dataload.load(path, {"configurator": database, "commerce": commerce}, "shop", dataload.Options(at=NOW))

    return load_text


Load = Callable[[str], dataload.Report]


def test_a_partner_is_taken_up_changed_and_paused(load: Load, database: Database) -> None:
    assert (load(HEAD + NORDLICHT).changes, load(HEAD + NORDLICHT).changes) == (1, 0)
    assert load("ForeignShop\nCode,Active\nnordlicht,0\n").changes == 1
    with database.read() as conn:
        origins = ("https://nordlicht.example", "https://test.nordlicht.example")
        assert shops.all(conn) == [Partner("nordlicht", "Nordlicht Audio", ("shop", "outlet"), origins, active=False)]
        assert [(one.action, one.by) for one in shops.history(conn, "nordlicht")] == [
            ("paused", "data load"),
            ("added", "data load"),
        ]
        assert shops.good_keys(conn, NOW) == {}


def test_an_address_may_change_hands_within_a_file(load: Load, database: Database) -> None:
    load(f"{HEAD}old,Old,,https://a.example,1\n")
    report = load(f"{HEAD}new,New,,https://a.example,1\nold,Old,,https://b.example,1\n")
    assert (report.problems, report.changes) == ([], 2)
    with database.read() as conn:
        assert {one.code: (one.origins, one.stores) for one in shops.all(conn)} == {
            "new": (("https://a.example",), ("shop",)),
            "old": (("https://b.example",), ("shop",)),
        }


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("Nord Licht,N,,https://n.example,1", "Code", "PARTNER_INVALID"),
        ("nord,N,,,1", "Addresses", "PARTNER_INVALID"),
        ("nord,N,,http://n.example,1", "Addresses", "PARTNER_INVALID"),
        ("nord,N,,https://nordlicht.example,1", "Addresses", "ORIGIN_TAKEN"),
    ],
)
def test_what_cannot_be_trusted_is_turned_down_with_its_column(load: Load, row: str, column: str, code: str) -> None:
    load(HEAD + NORDLICHT)
    problems = load(f"{HEAD}{row}\n").problems
    assert [(one.column, one.code, one.line) for one in problems] == [(column, code, 3)]


def test_a_file_has_no_column_for_a_key(load: Load) -> None:
    assert load("ForeignShop\nCode,Name,Addresses,Secret\nnord,N,https://n.example,abc\n").items[0].refused
