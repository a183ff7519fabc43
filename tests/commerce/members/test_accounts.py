"""Accounts, roles, address books and who somebody is as a buyer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from entrepot.commerce import members
from entrepot.commerce.database import metadata
from entrepot.kernel.db import Database

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def nothing_bought(conn: sa.Connection, logon_id: str) -> list[members.Purchase]:
    return []


@pytest.fixture
def commerce(open_database: Callable[[sa.MetaData, str], Database]) -> Database:
    return open_database(metadata, "commerce")


def test_one_log_on_name_is_one_account_in_any_capitals(commerce: Database) -> None:
    with commerce.write() as conn:
        mara = members.register(
            conn, 1, "Mara", "a good password", members.Profile(first_name="Mara", email="m@example.com"), at=NOW
        )
        assert members.find_user(conn, " mARA ") == mara
        assert (mara.name, mara.logon_id) == ("Mara", "Mara")
        with pytest.raises(members.LogonIdTaken):
            members.register(conn, 1, "MARA", "another password", at=NOW)


@pytest.mark.parametrize(("logon_id", "password"), [("mara", "wrong password"), ("nobody", "a good password"), ("", "")])
def test_whatever_is_wrong_the_answer_is_the_same(commerce: Database, logon_id: str, password: str) -> None:
    with commerce.write() as conn:
        members.register(conn, 1, "mara", "a good password", at=NOW)
        assert members.authenticate(conn, "MARA", "a good password", NOW).logon_id == "mara"
        with pytest.raises(members.LogonRefused) as refused:
            members.authenticate(conn, logon_id, password, NOW)
    assert refused.value.text == members.LogonRefused.message


def test_disabled_accounts_and_accounts_without_password_cannot_log_on(commerce: Database) -> None:
    with commerce.write() as conn:
        mara = members.register(conn, 1, "mara", "a good password", at=NOW)
        members.enable(conn, mara.id, False)
        with pytest.raises(members.AccountDeactivated):
            members.authenticate(conn, "mara", "a good password", NOW)
        with pytest.raises(members.LogonRefused):
            members.authenticate(conn, "mara", "a guess", NOW)
        members.ACCOUNTS.write(conn, [{"logon_key": "loaded", "logon_id": "loaded"}])
        with pytest.raises(members.LogonRefused):
            members.authenticate(conn, "loaded", "the password of nobody", NOW)


@pytest.mark.parametrize("password", ["short", "mara.lindqvist", "x" * 201])
def test_weak_passwords_are_refused(commerce: Database, password: str) -> None:
    with commerce.write() as conn, pytest.raises(members.PasswordTooWeak):
        members.register(conn, 1, "Mara.Lindqvist", password, at=NOW)


def test_a_new_password_replaces_the_old(commerce: Database) -> None:
    with commerce.write() as conn:
        mara = members.register(conn, 1, "mara", "a good password", at=NOW)
        members.set_password(conn, mara.id, "a better password", NOW)
        with pytest.raises(members.LogonRefused):
            members.authenticate(conn, "mara", "a good password", NOW)
        assert members.authenticate(conn, "mara", "a better password", NOW) == mara


@pytest.mark.parametrize("logon_id", [None, "", "   ", "unknown", "gone"])
def test_whoever_is_not_an_enabled_account_is_a_guest(commerce: Database, logon_id: str | None) -> None:
    with commerce.write() as conn:
        gone = members.register(conn, 1, "gone", "a good password", at=NOW)
        members.enable(conn, gone.id, False)
        assert members.buyer(conn, logon_id, NOW, nothing_bought) is members.GUEST


def test_a_buyer_brings_groups_and_all_organizations_above(commerce: Database) -> None:
    with commerce.write() as conn:
        group = members.ensure_organization(conn, "Group").id
        members.ORGANIZATIONS.write(conn, [{"identifier": "Unit", "parent_id": group}])
        unit = members.ensure_organization(conn, "Unit").id
        user = members.register(conn, 1, "office", "a good password", members.Profile(organization_id=unit), at=NOW)
        members.put_in_group(conn, user.id, "gold")
        members.put_in_group(conn, user.id, "gold")
        buyer = members.buyer(conn, "OFFICE", NOW, nothing_bought)
    assert buyer.organization_ids == (unit, group)
    assert buyer.groups == {"gold"}
    assert not buyer.is_guest


def test_roles_add_up_and_make_staff(commerce: Database) -> None:
    with commerce.write() as conn:
        agent = members.register(conn, 1, "agent", "a good password", at=NOW)
        members.set_roles(conn, agent.id, ["csr"])
        agent = members.get_user(conn, agent.id)
        assert agent.kind == "staff"
        assert "order.capture" in agent.permissions
        assert "order.price.override" not in agent.permissions
        members.set_roles(conn, agent.id, [])
        assert members.get_user(conn, agent.id).permissions == frozenset()
        with pytest.raises(members.UserNotFound):
            members.get_user(conn, 10_000)


def test_the_administrator_may_do_what_anybody_may() -> None:
    assert all(granted <= members.PERMISSIONS["administrator"] for granted in members.PERMISSIONS.values())


def test_an_address_book_has_one_primary_address(commerce: Database) -> None:
    with commerce.write() as conn:
        user = members.register(conn, 1, "mara", "a good password", at=NOW)
        members.save_address(conn, user.id, members.Address(nickname="home", city="Seattle", primary=True))
        members.save_address(conn, user.id, members.Address(nickname="work", city="Tacoma", primary=True))
        members.save_address(conn, user.id, members.Address(nickname="home", city="Everett"))
        book = members.addresses_of(conn, user.id)
        assert [(entry.nickname, entry.city, entry.primary) for entry in book] == [
            ("work", "Tacoma", True),
            ("home", "Everett", False),
        ]
        members.delete_address(conn, user.id, "home")
        with pytest.raises(members.AddressNotFound):
            members.find_address(conn, user.id, "home")
