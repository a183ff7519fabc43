"""An organization registers, waits, is approved or not; its administrator registers its people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce import history, members
from entrepot.commerce.database import metadata
from entrepot.commerce.history import Author
from entrepot.commerce.members import ORGANIZATION_ADMINISTRATOR, Applicant, Organization, Profile, User
from entrepot.kernel.db import Database
from entrepot.kernel.errors import Conflict

NOW = datetime(2026, 11, 27, tzinfo=UTC)
PASSWORD = "a good password"
MERCH = Author("merch", NOW, "checked the register of companies")
VERA = Applicant(logon_id="vera", password=PASSWORD, profile=Profile(first_name="Vera", last_name="Hold"))


@pytest.fixture
def commerce(open_database: Callable[[sa.MetaData, str], Database]) -> Database:
    return open_database(metadata, "commerce")


def _register(conn: Connection, name: str = "Holdwerk", applicant: Applicant = VERA) -> tuple[Organization, User]:
    author = Author(applicant.logon_id, NOW)
    return members.register_organization(conn, 1, name, {"city": "Ulm", "country": "DE"}, applicant, author)


def nothing_bought(conn: Connection, logon_id: str) -> list[members.Purchase]:
    return []


def test_a_registered_organization_waits_and_its_administrator_is_told_so(commerce: Database) -> None:
    with commerce.write() as conn:
        one, vera = _register(conn)
        assert (one.status, one.city, one.administrator, one.registered_at) == ("pending", "Ulm", "Vera Hold", NOW)
        assert (vera.kind, vera.organization_id, vera.roles) == ("buyer", one.id, {ORGANIZATION_ADMINISTRATOR})
        with pytest.raises(members.OrganizationPending) as told:
            members.authenticate(conn, "vera", PASSWORD, NOW)
        assert "Holdwerk" in told.value.text
        with pytest.raises(members.LogonRefused):
            members.authenticate(conn, "vera", "a guess", NOW)
        assert members.buyer(conn, "vera", NOW, nothing_bought).is_guest
        members.approve_organization(conn, one.id, "", MERCH)
        assert members.authenticate(conn, "vera", PASSWORD, NOW).permissions == {"organization.administer"}
        assert members.buyer(conn, "vera", NOW, nothing_bought).organization_ids == (one.id,)
        approved = members.require_organization(conn, one.id)
        assert (approved.status, approved.decided_by, approved.decided_at) == ("active", "merch", NOW)
        lines = history.changes_of(conn, [("organization", "Holdwerk")])
    assert [(line.action, line.by, line.reason) for line in lines] == [
        ("approved", "merch", "checked the register of companies"),
        ("registered", "vera", ""),
    ]


def test_who_is_rejected_is_told_why_and_can_be_approved_later(commerce: Database) -> None:
    with commerce.write() as conn:
        one, _ = _register(conn)
        with pytest.raises(history.ReasonMissing):
            members.reject_organization(conn, one.id, Author("merch", NOW))
        members.reject_organization(conn, one.id, Author("merch", NOW, "No such company in Ulm."))
        with pytest.raises(members.OrganizationRejected) as told:
            members.authenticate(conn, "vera", PASSWORD, NOW)
        assert "No such company in Ulm." in told.value.text
        with pytest.raises(Conflict):
            members.reject_organization(conn, one.id, MERCH)
        members.approve_organization(conn, one.id, "", MERCH)
        assert members.authenticate(conn, "vera", PASSWORD, NOW)
        with pytest.raises(Conflict):
            members.approve_organization(conn, one.id, "", MERCH)


def test_approved_below_a_group_it_is_locked_with_the_group(commerce: Database) -> None:
    with commerce.write() as conn:
        group = members.ensure_organization(conn, "Group")
        one, vera = _register(conn)
        with pytest.raises(members.OrganizationNotFound):
            members.approve_organization(conn, one.id, "Nobody", MERCH)
        members.approve_organization(conn, one.id, "Group", MERCH)
        assert members.buyer(conn, "vera", NOW, nothing_bought).organization_ids == (one.id, group.id)
        secret = members.open_session(conn, NOW, vera)
        members.lock_organization(conn, group.id, True, MERCH)
        members.close_sessions_below(conn, group.id)
        assert members.find_session(conn, secret, NOW) is None
        with pytest.raises(members.OrganizationLocked) as told:
            members.authenticate(conn, "vera", PASSWORD, NOW)
        assert "Group" in told.value.text
        assert members.buyer(conn, "vera", NOW, nothing_bought).is_guest
        members.lock_organization(conn, group.id, False, MERCH)
        assert members.authenticate(conn, "vera", PASSWORD, NOW)
        assert [unit.identifier for unit in members.organizations_below(conn, group.id)] == ["Group", "Holdwerk"]


def test_nothing_belongs_to_itself(commerce: Database) -> None:
    with commerce.write() as conn:
        one, _ = _register(conn)
        unit, _ = _register(conn, "Unit", replace(VERA, logon_id="unit"))
        members.approve_organization(conn, unit.id, "Holdwerk", MERCH)
        with pytest.raises(members.organizations.OrganizationInCircle):
            members.approve_organization(conn, one.id, "Unit", MERCH)


def test_a_name_is_registered_once(commerce: Database) -> None:
    with commerce.write() as conn:
        _register(conn)
        with pytest.raises(members.organizations.OrganizationTaken):
            _register(conn, applicant=replace(VERA, logon_id="another"))


def test_an_invited_person_sets_their_own_password_once_and_in_time(commerce: Database) -> None:
    with commerce.write() as conn:
        one, _ = _register(conn)
        members.approve_organization(conn, one.id, "", MERCH)
        profile = Profile(first_name="Ilse", last_name="Roth", organization_id=one.id)
        ilse, old = members.invite_person(conn, 1, "ilse", profile, False, Author("vera", NOW))
        with pytest.raises(members.LogonRefused):
            members.authenticate(conn, "ilse", "", NOW)
        secret = members.renew_invitation(conn, ilse, Author("vera", NOW))
        for useless, at in ((old, NOW), (secret, NOW + timedelta(days=7)), ("", NOW)):
            with pytest.raises(members.InvitationNotFound):
                members.invited(conn, useless, at)
        with pytest.raises(members.PasswordTooWeak):
            members.accept_invitation(conn, secret, "short", NOW)
        assert members.accept_invitation(conn, secret, PASSWORD, NOW) == ilse
        assert members.authenticate(conn, "ilse", PASSWORD, NOW) == ilse
        with pytest.raises(members.InvitationNotFound):
            members.accept_invitation(conn, secret, "another password", NOW)


def test_an_administrator_reaches_their_own_people_and_nobody_else(commerce: Database) -> None:
    with commerce.write() as conn:
        one, vera = _register(conn)
        members.approve_organization(conn, one.id, "", MERCH)
        stranger = members.register(conn, 1, "stranger", PASSWORD, at=NOW)
        own, _ = members.invite_person(conn, 1, "own", Profile(organization_id=one.id), True, Author("vera", NOW))
        assert [(p.logon_id, p.joined, p.administers) for p in members.people_of(conn, one.id)] == [
            ("own", False, True),
            ("vera", True, True),
        ]
        assert members.require_person_below(conn, one.id, own.id) == own
        with pytest.raises(members.UserNotFound):
            members.require_person_below(conn, one.id, stranger.id)
        author = Author("vera", NOW, "left")
        members.activate_person(conn, own, False, author)
        assert not members.get_user(conn, own.id).enabled
        with pytest.raises(members.people.NotYourself):
            members.activate_person(conn, vera, False, author)
        with pytest.raises(members.people.NotYourself):
            members.change_person(conn, vera, Profile(organization_id=one.id), False, author)
        members.change_person(conn, own, Profile(first_name="Olga", organization_id=one.id), False, author)
        after = members.get_user(conn, own.id)
        assert (after.first_name, after.roles) == ("Olga", frozenset())
        lines = history.changes_of(conn, [("account", "own")])
    assert [line.action for line in lines] == ["changed", "deactivated", "invited"]
    assert lines[0].after == {"first_name": "Olga", "roles": []}
