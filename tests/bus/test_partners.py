"""Foreign systems that are trusted: an address has one owner, a key ends when it is said to, and every change leaves a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from entrepot.bus import Given, Partner, PartnerInvalid, PartnerNotFound, Partners, Trusted
from entrepot.bus.partners import KeyInvalid, KeyNotFound, KeyTaken, OriginTaken, PartnerExists, check_partner
from entrepot.kernel.db import Database

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "the installation's own secret"
METADATA = sa.MetaData()
PARTNERS = Partners(METADATA, "shop")
NORDLICHT = Partner("nordlicht", "Nordlicht Audio", ("tannwerk",), ("https://nordlicht.example",))


@pytest.fixture
def database(open_database: Callable[[sa.MetaData, str], Database]) -> Iterator[Database]:
    yield open_database(METADATA, "partners")


@pytest.mark.parametrize(
    ("origin", "plain"),
    [
        ("https://Shop.Example", "https://shop.example"),
        ("https://shop.example:443/", "https://shop.example"),
        ("https://shop.example:8443", "https://shop.example:8443"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("http://[::1]:9000", "http://[::1]:9000"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(origin: str, plain: str) -> None:
    assert check_partner(replace(NORDLICHT, origins=(origin, origin))).origins == (plain,)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "Nord Licht"}, "code"),
        ({"code": ""}, "code"),
        ({"name": ""}, "name"),
        ({"stores": ()}, "stores"),
        ({"origins": ()}, "origins"),
        ({"origins": ("http://shop.example",)}, "origins"),
        ({"origins": ("https://shop.example/cart",)}, "origins"),
        ({"origins": ("https://me@shop.example",)}, "origins"),
        ({"origins": ("javascript:alert(1)",)}, "origins"),
        ({"origins": ("https://shop.example:port",)}, "origins"),
        ({"origins": ("*",)}, "origins"),
    ],
)
def test_what_cannot_be_trusted_is_refused_with_its_field(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(PartnerInvalid) as refusal:
        check_partner(replace(NORDLICHT, **wrong))  # type: ignore[arg-type]
    assert refusal.value.path == field


def test_a_partner_is_taken_up_once_and_its_address_has_one_owner(database: Database) -> None:
    with database.write() as conn:
        assert PARTNERS.add(conn, NORDLICHT, "olga", AT) == NORDLICHT
        with pytest.raises(PartnerExists):
            PARTNERS.add(conn, replace(NORDLICHT, origins=("https://other.example",)), "olga", AT)
        with pytest.raises(OriginTaken):
            PARTNERS.add(conn, replace(NORDLICHT, code="other"), "olga", AT)
        assert PARTNERS.at_origin(conn, "https://nordlicht.example") == NORDLICHT
        assert PARTNERS.at_origin(conn, "https://nordlicht.example.evil.example") is None
        with pytest.raises(PartnerNotFound):
            PARTNERS.issue_key(conn, SECRET, "nobody", "olga", AT)


def test_a_new_key_lets_the_one_before_live_for_an_overlap(database: Database) -> None:
    with database.write() as conn:
        PARTNERS.add(conn, NORDLICHT, "olga", AT)
        assert PARTNERS.signing(conn, SECRET, "nordlicht", AT) is None, "no key yet"
        first = PARTNERS.issue_key(conn, SECRET, "nordlicht", "olga", AT)
        later = AT + timedelta(days=9)
        second = PARTNERS.issue_key(conn, SECRET, "nordlicht", "olga", later, overlap=timedelta(hours=1))
        assert first.key != second.key and len(second.key) >= 43

        def good(key: str, at: datetime) -> bool:
            return PARTNERS.trusted(conn, SECRET, key, at) is not None

        assert good(first.id, later + timedelta(minutes=59)) and good(second.id, later)
        assert not good(first.id, later + timedelta(hours=1)) and good(second.id, later + timedelta(hours=1))
        assert PARTNERS.signing(conn, SECRET, "nordlicht", later) == second, "what is sent is signed with the newest"
        third = PARTNERS.issue_key(conn, SECRET, "nordlicht", "olga", later, overlap=timedelta(days=400))
        ends = {key.id: key.ends_at for key in PARTNERS.keys(conn, "nordlicht")}
        assert ends == {third.id: None, second.id: later + timedelta(days=30), first.id: later + timedelta(hours=1)}


def test_a_revoked_key_and_a_paused_partner_are_trusted_no_more(database: Database) -> None:
    with database.write() as conn:
        PARTNERS.add(conn, NORDLICHT, "olga", AT)
        key = PARTNERS.issue_key(conn, SECRET, "nordlicht", "olga", AT)
        PARTNERS.update(conn, replace(NORDLICHT, active=False), "olga", AT)
        assert PARTNERS.trusted(conn, SECRET, key.id, AT) is None
        PARTNERS.update(conn, NORDLICHT, "olga", AT)
        assert PARTNERS.trusted(conn, SECRET, key.id, AT) == key
        PARTNERS.update(conn, NORDLICHT, "olga", AT)
        PARTNERS.revoke_key(conn, "nordlicht", key.id, "olga", AT)
        assert PARTNERS.trusted(conn, SECRET, key.id, AT) is None
        for wrong in (key.id, "unknown"):
            with pytest.raises(KeyNotFound):
                PARTNERS.revoke_key(conn, "nordlicht", wrong, "olga", AT)
        actions = [done.action for done in PARTNERS.history(conn, "nordlicht")]
        assert actions == ["key_revoked", "resumed", "paused", "key_issued", "added"], "what changes nothing leaves no line"


def test_the_database_alone_gives_nobody_a_key(database: Database) -> None:
    with database.write() as conn:
        PARTNERS.add(conn, NORDLICHT, "olga", AT)
        made = PARTNERS.issue_key(conn, SECRET, "nordlicht", "olga", AT)
        stored = [str(row) for table in METADATA.sorted_tables for row in conn.execute(sa.select(table))]
        elsewhere = PARTNERS.trusted(conn, "another secret", made.id, AT)
    assert not any(made.key in row for row in stored)
    assert elsewhere is not None and elsewhere.key != made.key
    other = Partners(sa.MetaData(), "configurator")
    assert other._derived(SECRET, made.id) != made.key, "a key of one registry is none of the other"


THEIRS = Given("nordlicht", "their-key.1", "what-the-other-side-made-and-told-us-once")


def test_a_key_the_other_side_made_is_as_good_as_one_of_ours_and_kept_locked_up(database: Database) -> None:
    with database.write() as conn:
        PARTNERS.add(conn, NORDLICHT, "olga", AT)
        own = PARTNERS.issue_key(conn, SECRET, "nordlicht", "olga", AT)
        PARTNERS.enter_key(conn, SECRET, THEIRS, "olga", AT, overlap=timedelta(hours=1))
        assert PARTNERS.signing(conn, SECRET, "nordlicht", AT) == Trusted(NORDLICHT, THEIRS.id, THEIRS.key)
        assert PARTNERS.trusted(conn, SECRET, own.id, AT) == own, "ours lives on for the overlap"
        assert PARTNERS.trusted(conn, SECRET, own.id, AT + timedelta(hours=1)) is None
        assert PARTNERS.good_keys(conn, AT) == {"nordlicht": 2}
        assert PARTNERS.good_keys(conn, AT + timedelta(hours=1)) == {"nordlicht": 1}
        stored = [str(row) for table in METADATA.sorted_tables for row in conn.execute(sa.select(table))]
        assert not any(THEIRS.key in row for row in stored)
        assert PARTNERS.trusted(conn, "another secret", THEIRS.id, AT) is None, "a copy of the database tells nothing"
        PARTNERS.update(conn, replace(NORDLICHT, active=False), "olga", AT)
        assert PARTNERS.trusted(conn, SECRET, THEIRS.id, AT) is None
        PARTNERS.update(conn, NORDLICHT, "olga", AT)
        PARTNERS.revoke_key(conn, "nordlicht", THEIRS.id, "olga", AT)
        assert PARTNERS.trusted(conn, SECRET, THEIRS.id, AT) is None
        actions = [done.action for done in PARTNERS.history(conn, "nordlicht")]
        assert actions == ["key_revoked", "resumed", "paused", "key_entered", "key_issued", "added"]


def test_a_key_is_entered_again_after_the_secret_was_changed(database: Database) -> None:
    with database.write() as conn:
        PARTNERS.add(conn, NORDLICHT, "olga", AT)
        PARTNERS.enter_key(conn, SECRET, THEIRS, "olga", AT)
        PARTNERS.enter_key(conn, "another secret", THEIRS, "olga", AT)
        assert PARTNERS.trusted(conn, SECRET, THEIRS.id, AT) is None
        found = PARTNERS.trusted(conn, "another secret", THEIRS.id, AT)
        assert found is not None and found.key == THEIRS.key and len(PARTNERS.keys(conn, "nordlicht")) == 1


def test_the_concealed_key_of_one_partner_is_none_of_another(database: Database) -> None:
    other = replace(NORDLICHT, code="other", origins=("https://other.example",))
    with database.write() as conn:
        PARTNERS.add(conn, NORDLICHT, "olga", AT)
        PARTNERS.add(conn, other, "olga", AT)
        PARTNERS.enter_key(conn, SECRET, THEIRS, "olga", AT)
        own = PARTNERS.issue_key(conn, SECRET, "nordlicht", "olga", AT)
        for taken in (replace(THEIRS, partner="other"), replace(THEIRS, id=own.id)):
            with pytest.raises(KeyTaken):
                PARTNERS.enter_key(conn, SECRET, taken, "olga", AT)
        conn.execute(PARTNERS.key.update().where(PARTNERS.key.c.id == THEIRS.id).values(partner="other", ends_at=None))
        assert PARTNERS.trusted(conn, SECRET, THEIRS.id, AT) is None, "moved by hand it opens nothing"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"id": ""}, "key"),
        ({"id": "a/b"}, "key"),
        ({"id": "x" * 65}, "key"),
        ({"key": ""}, "secret"),
        ({"key": "short"}, "secret"),
        ({"key": "with a blank " * 4}, "secret"),
        ({"key": "x" * 201}, "secret"),
    ],
)
def test_what_can_be_no_key_is_refused_with_its_field(database: Database, wrong: dict[str, str], field: str) -> None:
    with database.write() as conn:
        PARTNERS.add(conn, NORDLICHT, "olga", AT)
        with pytest.raises(KeyInvalid) as refused:
            PARTNERS.enter_key(conn, SECRET, replace(THEIRS, **wrong), "olga", AT)
        assert refused.value.path == field and not PARTNERS.keys(conn, "nordlicht")
