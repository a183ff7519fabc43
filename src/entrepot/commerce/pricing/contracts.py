"""Contracts as staff keeps them: drawn up, submitted, approved by somebody else, suspended, ended.

Terms are changed in a draft only, so that what was approved is what holds: to change a contract in force, take it back
to draft or draw up a copy that starts later. Every step says who took it and why; the history keeps it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce import members
from entrepot.commerce.history import Author, note_change, require_reason
from entrepot.commerce.pricing import tables
from entrepot.commerce.pricing.contract import (
    ContractRow,
    Participants,
    State,
    TermsMalformed,
    check_lineage,
    moved,
    read_terms,
)
from entrepot.commerce.pricing.entitled import ContractNotFound
from entrepot.kernel.errors import Invalid, Refused
from entrepot.kernel.words import mark, phrase

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}\Z")
#: Steps that end or stop something somebody relies on: they say why.
NEED_REASON = frozenset({"rejected", "suspended", "canceled", "closed"})
_t = tables.contract.c


class ContractTaken(Refused):
    code = "CONTRACT_TAKEN"
    message = mark("There is a contract {contract} already. Choose another identifier.")


class ContractMalformed(Invalid):
    code = "CONTRACT_MALFORMED"
    message = "{path}: {problem}"


class NotInDraft(Refused):
    code = "CONTRACT_NOT_A_DRAFT"
    message = mark("{contract} is {state}. Take it back to draft first, or draw up a copy that starts later.")


class ApproverIsRequester(Refused):
    code = "APPROVER_IS_REQUESTER"
    message = mark("You submitted this contract yourself. Somebody else has to approve it.")


class DefaultStays(Refused):
    code = "DEFAULT_CONTRACT"
    message = mark("{contract} is the store's default contract; without it guests have no prices. It stays active.")


@dataclass(frozen=True, slots=True)
class Who:
    """The people of a contract by the names staff knows them under."""

    account: str = ""
    segments: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


def get_contract(conn: Connection, store_id: int, identifier: str) -> ContractRow:
    """The contract of this identifier; raises `ContractNotFound`."""
    found = next((one for one in tables.find_contracts(conn, store_id) if one.identifier == identifier), None)
    if found is None:
        raise ContractNotFound(contract=identifier)
    return found


def who_of(conn: Connection, contract: ContractRow) -> Who:
    """The account and the participants by name."""
    account = members.get_organization(conn, contract.organization_id) if contract.organization_id is not None else None
    named = [members.get_organization(conn, key) for key in contract.participants.organizations]
    users = [members.find_user(conn, key) for key in contract.participants.members]
    return Who(
        account.identifier if account else "",
        tuple(sorted(contract.segments)),
        tuple(one.identifier for one in named if one),
        tuple(one.logon_id for one in users if one),
    )


def draw_up(conn: Connection, store_id: int, contract: ContractRow, who: Who, author: Author) -> None:
    """Write a new contract down as a draft; raises `ContractTaken` when its identifier is in use."""
    if not _IDENTIFIER.match(contract.identifier):
        problem = mark("1 to 128 letters, digits, dots, hyphens and underscores")
        raise ContractMalformed(path="identifier", problem=problem)
    if any(one.identifier == contract.identifier for one in tables.find_contracts(conn, store_id)):
        raise ContractTaken(contract=contract.identifier, path="identifier")
    drafted = replace(_with_people(conn, contract, who), state=str(State.DRAFT), is_default=False)
    _store(conn, store_id, drafted)
    note_change(conn, author, ("contract", contract.identifier), "created", None, told(drafted, who))


def change_draft(conn: Connection, store_id: int, contract: ContractRow, who: Who, author: Author) -> None:
    """Give a draft other terms, dates or people."""
    before = get_contract(conn, store_id, contract.identifier)
    if before.state != State.DRAFT:
        raise NotInDraft(contract=before.identifier, state=before.state)
    after = replace(_with_people(conn, contract, who), state=before.state, is_default=before.is_default)
    if after == replace(before, submitted_by=after.submitted_by):
        return
    _store(conn, store_id, after)
    subject = ("contract", contract.identifier)
    note_change(conn, author, subject, "changed", told(before, who_of(conn, before)), told(after, who))


def move_contract(conn: Connection, store_id: int, identifier: str, action: str, author: Author) -> None:
    """Take a contract a step further; who submitted it does not approve it, and what stops it says why."""
    before = get_contract(conn, store_id, identifier)
    state = moved(identifier, before.state, action)
    if action in NEED_REASON:
        require_reason(author)
    if before.is_default and state is not State.ACTIVE:
        raise DefaultStays(contract=identifier)
    if action == "approved" and before.submitted_by == author.logon_id:
        raise ApproverIsRequester()
    if action == "submitted":
        _check_whole(before)
    values: dict[str, Any] = {"state": str(state)}
    if action == "submitted":
        values["submitted_by"] = author.logon_id
    same = sa.and_(_t.store_id == store_id, _t.identifier == identifier, _t.state == before.state)
    if conn.execute(tables.contract.update().where(same).values(values)).rowcount != 1:
        moved(identifier, "changed meanwhile", action)
    tables.touch(conn, store_id)
    note_change(conn, author, ("contract", identifier), action, {"state": before.state}, {"state": str(state)})


def told(contract: ContractRow, who: Who) -> dict[str, Any]:
    """What the history tells of a contract."""
    people = {"account": who.account, "segments": who.segments, "organizations": who.organizations, "members": who.members}
    return {
        "name": contract.name,
        "state": contract.state,
        "participants": {name: value for name, value in people.items() if value} or None,
        "price_rule": contract.price_rule,
        "base_contract": contract.base_contract,
        "preferred": contract.preferred or None,
        "starts_at": contract.starts_at,
        "ends_at": contract.ends_at,
        "terms": stored_terms(contract) or None,
    }


def stored_terms(contract: ContractRow) -> dict[str, Any]:
    """The terms as they are stored: what is not stated is left out."""
    plain: dict[str, Any] = msgspec.to_builtins(contract.terms)
    kept = {name: value for name, value in plain.items() if value not in (None, [], ())}
    if "entitlement" in kept:
        kept["entitlement"] = {name: value for name, value in kept["entitlement"].items() if value}
    return kept


def _check_whole(contract: ContractRow) -> None:
    """A contract that could never give a price, or is for nobody, is not submitted."""
    if not contract.price_terms and contract.base_contract is None:
        raise TermsMalformed(path="price_rule", problem=mark("it has no price term and no base contract to take one from"))
    if contract.organization_id is None and not contract.names_participants:
        raise TermsMalformed(path="account", problem=mark("it is for nobody: name an account or participants"))


def _with_people(conn: Connection, contract: ContractRow, who: Who) -> ContractRow:
    """The contract with the ids of the people it names; an unknown one is refused by name."""

    def organization(name: str, path: str) -> int:
        found = members.find_organization(conn, name)
        if found is None:
            raise ContractMalformed(path=path, problem=phrase(mark("there is no organization {name}"), name=name))
        return found.id

    for name in who.members:
        if members.find_user(conn, name) is None:
            raise ContractMalformed(path="members", problem=phrase(mark("there is no account {name}"), name=name))
    return replace(
        contract,
        organization_id=organization(who.account, "account") if who.account else None,
        segments=frozenset(who.segments),
        participants=Participants(
            tuple(organization(name, "organizations") for name in who.organizations),
            tuple(members.logon_key(name) for name in who.members),
        ),
    )


def _store(conn: Connection, store_id: int, contract: ContractRow) -> None:
    """Write the contract, provided that its terms and what it is based on hold together."""
    known = {one.identifier: one for one in tables.find_contracts(conn, store_id)} | {contract.identifier: contract}
    if contract.base_contract is not None and contract.base_contract not in known:
        raise ContractNotFound(contract=contract.base_contract, path="base_contract")
    bases = {name: one.base_contract for name, one in known.items()}
    for name in known:
        check_lineage(name, bases)
    if contract.price_rule and contract.terms.prices:
        raise ContractMalformed(
            path="price_rule", problem=mark("a rule for all the time leaves no room for price terms with dates")
        )
    if contract.starts_at and contract.ends_at and contract.ends_at <= contract.starts_at:
        raise ContractMalformed(path="ends_at", problem=mark("the contract ends before it starts"))
    _check_named(conn, store_id, contract)
    row = {name: getattr(contract, name) for name in ("identifier", "name", "state", "is_default", "organization_id")}
    row |= {name: getattr(contract, name) for name in ("price_rule", "base_contract", "preferred", "starts_at", "ends_at")}
    row |= {
        "store_id": store_id,
        "segments": sorted(contract.segments) or None,
        "terms": stored_terms(contract) or None,
        "participants": msgspec.to_builtins(contract.participants) if contract.participants != Participants() else None,
        "submitted_by": None,
    }
    read_terms(row["terms"])
    tables.CONTRACTS.write(conn, [row])
    tables.touch(conn, store_id)


def _check_named(conn: Connection, store_id: int, contract: ContractRow) -> None:
    """Refuse price terms that name a rule or list the store does not have."""
    rules, lists = tables.find_rules(conn, store_id), tables.find_price_lists(conn, store_id)
    for place, term in enumerate(contract.price_terms):
        path = "price_rule" if contract.price_rule else f"prices.{place}"
        if term.rule and term.rule not in rules:
            raise ContractMalformed(path=path, problem=phrase(mark("there is no price rule {rule}"), rule=term.rule))
        if term.price_list and term.price_list not in lists:
            raise ContractMalformed(
                path=path, problem=phrase(mark("there is no price list {price_list}"), price_list=term.price_list)
            )
