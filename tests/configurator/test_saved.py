"""Saved configurations and the states of drafts, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot import configurator
from entrepot.configurator import Draft, Pick
from entrepot.configurator.problems import DraftMovedOn, SavedFull
from entrepot.kernel.db import Database
from tests.configurator.models import AT, BICYCLE
from tests.configurator.test_configure import database, opened

__all__ = ["database"]
MINE, THEIRS = "user:mara", "guest:0123"


def drafted(text: str = BICYCLE) -> Draft:
    return Draft("bicycle", 1, text, {})


def test_what_is_saved_is_not_changed_by_later_steps(database: Database) -> None:
    with database.write() as conn:
        session = configurator.choose_option(conn, opened(conn), Pick("frame", "small"), AT)
        link = configurator.save(conn, session, MINE, "For the city", AT)
        session = configurator.choose_option(conn, session, Pick("extras", "rack"), AT)
        kept = configurator.find_shared(conn, link, AT)
    assert kept.configuration.picks == (Pick("frame", "small", 1),) and len(session.configuration.picks) == 2
    assert kept.configuration.session != session.configuration.session


def test_a_list_is_its_owners_and_nobody_elses(database: Database) -> None:
    with database.write() as conn:
        session = opened(conn)
        link = configurator.save(conn, session, MINE, "First", AT)
        later = configurator.save(conn, session, MINE, "", AT + timedelta(hours=1))
        configurator.save(conn, session, THEIRS, "Other", AT)
        assert [one.link for one in configurator.saved_by(conn, [MINE])] == [later, link]
        assert len(configurator.saved_by(conn, [MINE, THEIRS])) == 3
        configurator.rename_saved(conn, [THEIRS], link, "Stolen")
        configurator.forget_saved(conn, [THEIRS], link)
        assert [one.name for one in configurator.saved_by(conn, [MINE])] == ["", "First"]
        configurator.forget_saved(conn, [MINE], link)
        assert [one.link for one in configurator.saved_by(conn, [MINE])] == [later]
        assert configurator.find_shared(conn, link, AT), "the link still leads to it"


def test_a_list_has_an_end(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrepot.configurator.saved.MAX_SAVED", 1)
    with database.write() as conn:
        session = opened(conn)
        configurator.save(conn, session, MINE, "", AT)
        with pytest.raises(SavedFull):
            configurator.save(conn, session, MINE, "", AT)


def test_the_picks_of_an_earlier_revision_are_known_as_long_as_they_can_be_undone(database: Database) -> None:
    with database.write() as conn:
        session = opened(conn)
        before = session.configuration.revision
        session = configurator.choose_option(conn, session, Pick("frame", "small"), AT)
        assert configurator.picks_at(conn, session.configuration, before) == ()
        assert configurator.picks_at(conn, session.configuration, session.configuration.revision) is None


def test_a_draft_keeps_its_states_and_points_to_one_of_them(database: Database) -> None:
    with database.write() as conn:
        first = configurator.save_draft(conn, drafted(f"{BICYCLE}# one\n"), 0, "merch", AT)
        second = configurator.save_draft(conn, drafted(f"{BICYCLE}# two\n"), first, "merch", AT)
        assert configurator.save_draft(conn, drafted(f"{BICYCLE}# two\n"), second, "merch", AT) == second
        shown = configurator.list_states(conn, "bicycle")
        assert [(one.number, [(c.file, c.added, c.removed) for c in one.changes]) for one in shown] == [
            (3, [("bicycle.yaml", 1, 1)]),
            (2, [("bicycle.yaml", 1, 0)]),
            (1, []),
        ]
        assert configurator.neighbors(shown, second) == (first, None)
        configurator.restore_state(conn, "bicycle", 1)
        assert configurator.present_state(conn, "bicycle") == (drafted(), 1)
        third = configurator.save_draft(conn, drafted(f"{BICYCLE}# three\n"), 1, "merch", AT)
        assert third == 4 and len(configurator.list_states(conn, "bicycle")) == 4
        with pytest.raises(DraftMovedOn):
            configurator.save_draft(conn, drafted(f"{BICYCLE}# late\n"), second, "admin", AT)
        configurator.end_draft(conn, "bicycle")
        assert configurator.present_state(conn, "bicycle") is None


def test_the_oldest_states_are_forgotten(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrepot.configurator.draft_states.MAX_STATES", 3)
    with database.write() as conn:
        number = 0
        for word in "abcde":
            number = configurator.save_draft(conn, drafted(f"{BICYCLE}# {word}\n"), number, "merch", AT)
        assert [one.number for one in configurator.list_states(conn, "bicycle")] == [6, 5, 4]


def test_what_a_saved_one_has_is_held_against_the_model_of_today(database: Database) -> None:
    with database.write() as conn:
        session = configurator.choose_option(conn, opened(conn), Pick("frame", "small"), AT)
        kept = configurator.find_shared(conn, configurator.save(conn, session, MINE, "", AT), AT)
        gone = BICYCLE.replace(
            "\nrules:\n", "\nrules:\n  - id: gone\n    holds: not frame.small\n    message: {en-US: Gone.}\n", 1
        )
        assert gone != BICYCLE
        configurator.publish(conn, gone, "bicycle.yaml", AT)
        today = configurator.stand_today(lambda name: configurator.find_model(conn, name, at=AT), kept)
    assert (today.version, today.current, today.holds) == (1, 2, False)
    assert ((), Pick("frame", "small", 1)) in today.lost
