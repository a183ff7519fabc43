"""The history of changes: what differed is kept, and nothing is ever changed in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

import entrepot
from entrepot.commerce import history
from entrepot.commerce.database import metadata
from entrepot.commerce.history import Author, Looked
from entrepot.kernel.db import Database

NOW = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.fixture
def commerce(open_database: Callable[[sa.MetaData, str], Database]) -> Database:
    return open_database(metadata, "commerce")


def test_a_line_keeps_what_differed_and_nothing_else(commerce: Database) -> None:
    before = {"state": "draft", "name": "Framework", "ends_at": None, "segments": frozenset({"b", "a"})}
    after = {"state": "active", "name": "Framework", "ends_at": NOW, "segments": frozenset({"a", "b"})}
    with commerce.write() as conn:
        history.note_change(conn, Author("merch", NOW, " because "), ("contract", "c1"), "changed", before, after)
        (line,) = history.changes_of(conn, [("contract", "c1")])
    assert (line.by, line.at, line.reason, line.action) == ("merch", NOW, "because", "changed")
    assert line.rows == [("state", "draft", "active"), ("ends_at", None, "2026-11-27T00:00:00Z")]


def test_the_history_is_narrowed_and_turned_page_by_page(commerce: Database) -> None:
    with commerce.write() as conn:
        for number in range(5):
            author = Author("merch" if number % 2 else "admin", NOW + timedelta(days=number))
            history.note_change(conn, author, ("segment", f"s{number}"), "created", None, {"number": number})
        newest, more = history.changes(conn, Looked(limit=2))
        assert ([one.subject for one in newest], more) == (["s4", "s3"], True)
        oldest, more = history.changes(conn, Looked(limit=2, offset=4))
        assert ([one.subject for one in oldest], more) == (["s0"], False)
        assert [one.subject for one in history.changes(conn, Looked(by="merch"))[0]] == ["s3", "s1"]
        assert [one.subject for one in history.changes(conn, Looked(kind="segment", subject="s2"))[0]] == ["s2"]
        between = Looked(since=NOW + timedelta(days=1), until=NOW + timedelta(days=3))
        assert [one.subject for one in history.changes(conn, between)[0]] == ["s2", "s1"]


def test_a_reason_is_short_and_where_it_has_to_be_is_there(commerce: Database) -> None:
    with commerce.write() as conn, pytest.raises(history.ReasonTooLong):
        history.note_change(conn, Author("merch", NOW, "x" * 1001), ("segment", "s"), "created")
    with pytest.raises(history.ReasonMissing):
        history.require_reason(Author("merch", NOW, "  "))


def test_nothing_in_the_sources_changes_or_removes_a_line() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in Path(entrepot.__file__).parent.rglob("*.py"))
    assert re.findall(r"change_history\.(?:update|delete)\(", sources) == []


def test_what_is_not_there_any_more_is_known_by_its_newest_line(commerce: Database) -> None:
    author, made = Author("merch", NOW), {"amount": "4.00"}
    lines = [
        ("wrap", "created", None, made),
        ("wrap", "deleted", made, None),
        ("engrave", "created", None, made),
        ("engrave", "undone", made, None),
        ("insure", "created", None, made),
        ("insure", "deleted", made, None),
        ("insure", "created", None, made),
        ("lift", "changed", made, {"amount": "5.00"}),
        ("lift", "undone", {"amount": "5.00"}, made),
    ]
    with commerce.write() as conn:
        for name, action, before, after in lines:
            history.note_change(conn, author, ("surcharge", name), action, before, after)
        found, _ = history.changes(conn, Looked())
        assert history.gone(conn, found) == {("surcharge", "wrap"), ("surcharge", "engrave")}
        assert history.gone(conn, []) == frozenset()
