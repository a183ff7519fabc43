"""Segments in a database: who they name, what a price asks of it, and what the history keeps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce import history, members
from entrepot.commerce.database import metadata
from entrepot.commerce.members import Segment, read_conditions
from entrepot.kernel.db import Database

NOW = datetime(2026, 11, 27, tzinfo=UTC)
MERCH = history.Author("merch", NOW, "a test")
LOYAL = read_conditions([{"type": "registered_for", "days": 30}])
SPENDERS = read_conditions([{"type": "spent", "amount": {"USD": "100.00"}}])


@pytest.fixture
def commerce(open_database: Callable[[sa.MetaData, str], Database]) -> Database:
    return open_database(metadata, "commerce")


class Books:
    """Somebody who knows what was bought, and how often they were asked."""

    def __init__(self, *amounts: int) -> None:
        self.amounts = amounts
        self.asked = 0

    def __call__(self, conn: Connection, logon_id: str) -> list[members.Purchase]:
        self.asked += 1
        return [members.Purchase(NOW - timedelta(days=1), "USD", amount) for amount in self.amounts]


def _register(conn: Connection, logon_id: str, days: int = 100) -> members.User:
    return members.register(conn, 1, logon_id, "a good password", at=NOW - timedelta(days=days))


def _groups(conn: Connection, logon_id: str, books: Books, at: datetime = NOW) -> set[str]:
    return set(members.buyer(conn, logon_id, at, books).groups)


def test_a_buyer_is_in_what_names_them_and_in_what_they_fulfill(commerce: Database) -> None:
    with commerce.write() as conn:
        _register(conn, "mara")
        members.create_segment(conn, Segment("gold"), MERCH)
        members.create_segment(conn, Segment("loyal", conditions=LOYAL), MERCH)
        members.create_segment(conn, Segment("spenders", conditions=SPENDERS), MERCH)
        members.name_member(conn, "gold", "MARA", False, MERCH)
        assert _groups(conn, "mara", Books(9_999)) == {"gold", "loyal"}
        assert _groups(conn, "mara", Books(9_999, 1)) == {"gold", "loyal", "spenders"}
        assert _groups(conn, "mara", Books(), NOW - timedelta(days=71)) == {"gold"}
        members.name_member(conn, "loyal", "mara", True, MERCH)
        assert _groups(conn, "mara", Books()) == {"gold"}
        members.forget_member(conn, "loyal", "mara", MERCH)
        assert _groups(conn, "mara", Books()) == {"gold", "loyal"}


def test_purchases_are_looked_up_only_when_a_rule_asks_for_them(commerce: Database) -> None:
    books = Books(50_000)
    with commerce.write() as conn:
        _register(conn, "mara")
        members.create_segment(conn, Segment("loyal", conditions=LOYAL), MERCH)
        assert _groups(conn, "mara", books) == {"loyal"}
        assert books.asked == 0
        members.create_segment(conn, Segment("spenders", conditions=SPENDERS), MERCH)
        assert _groups(conn, "mara", books) == {"loyal", "spenders"}
        assert books.asked == 1
        members.name_member(conn, "spenders", "mara", True, MERCH)
        assert _groups(conn, "mara", books) == {"loyal"}
        assert books.asked == 1


def test_a_guest_costs_no_look_and_a_buyer_two(tmp_path: Path) -> None:
    assert members.buyer(cast(Connection, None), "", NOW, Books()) is members.GUEST
    database = Database(f"sqlite:///{tmp_path / 'commerce.db'}", "commerce")
    with database.write() as conn:
        metadata.create_all(conn)
        _register(conn, "mara")
    seen: list[str] = []
    with database.read() as conn:
        raw = conn.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(seen.append)
        members.buyer(conn, "mara", NOW, Books())
        raw.set_trace_callback(None)
    database.close()
    assert len([text for text in seen if text.startswith("SELECT")]) == 2, seen


def test_a_segment_is_checked_for_one_person_with_all_it_saw(commerce: Database) -> None:
    with commerce.write() as conn:
        _register(conn, "mara", days=10)
        members.create_segment(conn, Segment("both", conditions=LOYAL + SPENDERS), MERCH)
        user, _, verdict = members.check_member(conn, "both", "Mara", NOW, Books(20_000))
        assert (user.logon_id, verdict.member, [one.holds for one in verdict.checks]) == ("mara", False, [False, True])
        *_, later = members.check_member(conn, "both", "mara", NOW + timedelta(days=20), Books(20_000))
        assert later.member
        with pytest.raises(members.UserNotFound):
            members.check_member(conn, "both", "nobody", NOW, Books())
        with pytest.raises(members.SegmentNotFound):
            members.check_member(conn, "none", "mara", NOW, Books())


def test_segments_are_changed_and_every_change_is_kept(commerce: Database) -> None:
    with commerce.write() as conn:
        _register(conn, "mara")
        members.create_segment(conn, Segment("loyal", "pricing", "Old friends", LOYAL), MERCH)
        members.change_segment(conn, Segment("loyal", "pricing", "Old friends", LOYAL), MERCH)
        members.change_segment(conn, Segment("loyal", "pricing", "Spenders", SPENDERS), MERCH)
        members.name_member(conn, "loyal", "mara", False, MERCH)
        members.name_member(conn, "loyal", "mara", False, MERCH)
        (kept,) = members.find_segments(conn)
        assert (kept.description, kept.conditions, kept.included, kept.excluded) == ("Spenders", SPENDERS, 1, 0)
        assert [one.logon_id for one in members.named_in(conn, "loyal")] == ["mara"]
        members.delete_segment(conn, "loyal", MERCH)
        assert members.find_segments(conn) == []
        told = [(one.action, one.before, one.after) for one in history.changes_of(conn, [("segment", "loyal")])]
    assert [action for action, _, _ in told] == ["deleted", "named", "changed", "created"]
    assert told[1] == ("named", {}, {"mara": "included"})
    assert told[2][1]["short_description"] == "Old friends" and told[2][2]["short_description"] == "Spenders"
    assert "usage" not in told[2][1]


@pytest.mark.parametrize("identifier", ["", "with blank", "guests", "x" * 65, "-hyphen"])
def test_names_that_would_confuse_are_refused(commerce: Database, identifier: str) -> None:
    with commerce.write() as conn, pytest.raises((members.SegmentTaken, members.SegmentMalformed)):
        members.create_segment(conn, Segment(identifier), MERCH)


def test_two_segments_of_one_name_are_refused(commerce: Database) -> None:
    with commerce.write() as conn:
        members.create_segment(conn, Segment("gold"), MERCH)
        with pytest.raises(members.SegmentTaken):
            members.create_segment(conn, Segment("gold"), MERCH)
