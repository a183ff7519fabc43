"""Organizations, people and member groups. Passwords are never loaded: a loaded account has none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from entrepot.commerce import members
from entrepot.dataload.cells import BadCell, boolean, document, in_zone, instant, integer, text, word_for
from entrepot.dataload.kind import Batch, Kind, Row, columns, key_columns, values
from entrepot.kernel.errors import Invalid
from entrepot.kernel.sheet import Outcome

_ADDRESS = {
    "address1": "line1",
    "address2": "line2",
    "address3": "line3",
    "city": "city",
    "state": "state",
    "country": "country",
    "zipCode": "postal_code",
}
_ADDRESS_COLUMNS = columns(
    address1=text(), address2=text(), address3=text(), city=text(128), state=text(128), country=text(2), zipCode=text(40)
)
_NO_PASSWORDS = dict.fromkeys(("password", "Password", "logonPassword", "passwordHash"), "passwords are never loaded")


def _organization_name(cell: str) -> str:
    """A plain name, or the first name of a distinguished one (``o=Nordhof Offices,o=Root Organization``)."""
    first = text()(cell).split(",")[0]
    name = str(first.split("=", 1)[-1]).strip()
    if not name:
        raise BadCell("BAD_VALUE", "write the name of an organization")
    return name


def _logon_id(cell: str) -> str:
    cell = str(text()(cell))
    if len(cell) < 3:
        raise BadCell("BAD_VALUE", "a log-on name has at least 3 characters")
    return cell


def _put_organizations(batch: Batch) -> None:
    names = {row.get("orgEntityName") for row in batch.live} | {row.get("parentDN") for row in batch.live} - {None}
    known = {key[0]: found["id"] for key, found in members.ORGANIZATIONS.find(batch.conn, [(n,) for n in names]).items()}
    accepted = set(known)
    waiting = batch.live
    while waiting and (ready := [row for row in waiting if row.get("parentDN") in accepted | {None}]):
        accepted |= {row.get("orgEntityName") for row in ready}
        waiting = [row for row in waiting if row not in ready]
    for row in waiting:
        batch.unresolved(row, "parentDN")
    fields = {"orgEntityType": "type", "status": "status", **_ADDRESS}
    rows = []
    for row in batch.live:
        found = {"identifier": row.get("orgEntityName"), **values(row, fields, members.ORGANIZATIONS)}
        named = ("administratorFirstName", "administratorMiddleName", "administratorLastName")
        if any(row.has(column) for column in named):
            found["administrator"] = " ".join(row.get(column) for column in named if row.get(column)) or None
        rows.append((row, found))
    batch.write(members.ORGANIZATIONS, rows, primary=True)
    known = {key[0]: found["id"] for key, found in members.ORGANIZATIONS.find(batch.conn, [(n,) for n in names]).items()}
    below = [
        (row, {"identifier": row.get("orgEntityName"), "parent_id": known[row.get("parentDN")] if row.get("parentDN") else None})
        for row in batch.live
        if row.has("parentDN")
    ]
    batch.write(members.ORGANIZATIONS, below)


def _put_people(batch: Batch) -> None:
    known = _organizations(batch, (row.get("parentOrganization") for row in batch.live))
    fields = {
        "personTitle": "title",
        "lastName": "last_name",
        "firstName": "first_name",
        "middleName": "middle_name",
        "displayName": "display_name",
        "phone1": "phone",
        "email1": "email",
        "preferredLanguage": "preferred_language",
        "preferredCurrency": "preferred_currency",
    }
    stored = members.ACCOUNTS.find(batch.conn, [(members.logon_key(row.get("logonId")),) for row in batch.live])
    rows = []
    for row in batch.live:
        parent = row.get("parentOrganization")
        if parent is not None and parent not in known:
            batch.unresolved(row, "parentOrganization")
            continue
        key = members.logon_key(row.get("logonId"))
        found: dict[str, Any] = {"logon_key": key, **values(row, fields, members.ACCOUNTS)}
        if (key,) not in stored:
            found |= {"logon_id": row.get("logonId"), "registered_at": batch.at}
        if row.get("registrationDate") is not None:
            found["registered_at"] = in_zone(row.get("registrationDate"), "UTC")
        if row.has("parentOrganization"):
            found["organization_id"] = known[parent] if parent else None
        rows.append((row, found))
    batch.write(members.ACCOUNTS, rows, primary=True)
    _put_addresses(batch)


def _put_addresses(batch: Batch) -> None:
    """A person's own address is the entry of the address book called like the log-on name."""
    accounts = members.ACCOUNTS.find(batch.conn, [(members.logon_key(row.get("logonId")),) for row in batch.live])
    rows = []
    for row in batch.live:
        if any(row.get(column) for column in _ADDRESS):
            account = accounts[(members.logon_key(row.get("logonId")),)]
            fields = {**_ADDRESS, "firstName": "first_name", "lastName": "last_name", "phone1": "phone", "email1": "email"}
            key = {"user_id": account["id"], "nickname": account["logon_id"], "primary": True}
            rows.append((row, key | values(row, fields, members.ADDRESSES)))
    batch.write(members.ADDRESSES, rows)


def _disable_people(batch: Batch) -> None:
    stored = members.ACCOUNTS.find(batch.conn, [(members.logon_key(row.get("logonId")),) for row in batch.live])
    for row in batch.live:
        account = stored.get((members.logon_key(row.get("logonId")),))
        if account is None or not account["enabled"]:
            batch.reject(row, "NOT_FOUND", "logonId", "there is nothing to delete")
        else:
            members.enable(batch.conn, account["id"], False)
            batch.note(row, Outcome.DELETED)


def _put_groups(batch: Batch) -> None:
    fields = {
        "usage": "usage",
        "shortDescription": "short_description",
        "longDescription": "long_description",
        "conditions": "conditions",
    }
    for row in batch.live:
        try:
            members.read_conditions(row.get("conditions"))
        except Invalid as error:
            batch.reject(row, error.code, "conditions", str(error))
    rows = [(row, {"identifier": row.get("memberGroupName"), **values(row, fields, members.GROUPS)}) for row in batch.live]
    batch.write(members.GROUPS, rows, primary=True)


def _delete_groups(batch: Batch) -> None:
    batch.remove(members.GROUPS, [(row, (row.get("memberGroupName"),)) for row in batch.live])


def _memberships(batch: Batch) -> list[tuple[Row, dict[str, Any]]]:
    groups = members.GROUPS.find(batch.conn, [(row.get("memberGroupName"),) for row in batch.live])
    people = members.ACCOUNTS.find(batch.conn, [(members.logon_key(row.get("logonId")),) for row in batch.live])
    rows = []
    for row in batch.live:
        group, person = groups.get((row.get("memberGroupName"),)), people.get((members.logon_key(row.get("logonId")),))
        if group is None or person is None:
            batch.unresolved(row, "memberGroupName" if group is None else "logonId")
        else:
            rows.append((row, {"group_id": group["id"], "user_id": person["id"], "excluded": bool(row.get("excluded"))}))
    return rows


def _put_memberships(batch: Batch) -> None:
    batch.write(members.GROUP_MEMBERS, _memberships(batch), primary=True)


def _delete_memberships(batch: Batch) -> None:
    batch.remove(members.GROUP_MEMBERS, [(row, members.GROUP_MEMBERS.key_of(found)) for row, found in _memberships(batch)])


def _organizations(batch: Batch, names: Iterable[str | None]) -> dict[str, int]:
    found = members.ORGANIZATIONS.find(batch.conn, [(name,) for name in names if name])
    return {key[0]: row["id"] for key, row in found.items()}


_STATUS = {"active": "active", "approved": "active", "pending": "pending", "rejected": "rejected", "locked": "locked"}
KINDS = [
    Kind(
        keyword="Organization",
        sequence=0.2,
        identity=("orgEntityName",),
        columns={
            **key_columns(orgEntityName=_organization_name),
            **columns(
                parentDN=_organization_name,
                orgEntityType=word_for({"Organization": "Organization", "OrganizationUnit": "OrganizationUnit"}),
                status=word_for(_STATUS),
                administratorLastName=text(),
                administratorFirstName=text(),
                administratorMiddleName=text(),
            ),
            **_ADDRESS_COLUMNS,
        },
        put=_put_organizations,
        needs_store=False,
        changes_catalog=False,
    ),
    Kind(
        keyword="Person",
        sequence=6.0,
        identity=("logonId",),
        columns={
            **key_columns(logonId=_logon_id),
            **columns(
                personTitle=text(50),
                lastName=text(128),
                firstName=text(128),
                middleName=text(128),
                displayName=text(),
                phone1=text(32),
                bestCallingTime=word_for({"D": "D", "E": "E"}),
                email1=text(),
                gender=text(16),
                maritalStatus=text(16),
                children=integer,
                hobbies=text(),
                parentOrganization=_organization_name,
                preferredLanguage=text(16),
                preferredCurrency=text(3),
                registrationDate=instant,
            ),
            **_ADDRESS_COLUMNS,
        },
        put=_put_people,
        delete=_disable_people,
        forbidden=_NO_PASSWORDS,
        needs_store=False,
        changes_catalog=False,
    ),
    Kind(
        keyword="MemberGroup",
        sequence=6.1,
        identity=("memberGroupName",),
        columns={
            **key_columns(memberGroupName=text()),
            **columns(
                usage=text(32), shortDescription=text(512), longDescription=text(4000), langId=integer, conditions=document
            ),
        },
        put=_put_groups,
        delete=_delete_groups,
        needs_store=False,
        changes_catalog=False,
    ),
    Kind(
        keyword="MemberGroupMember",
        sequence=6.2,
        identity=("memberGroupName", "logonId"),
        columns=key_columns(memberGroupName=text(), logonId=_logon_id) | columns(excluded=boolean),
        put=_put_memberships,
        delete=_delete_memberships,
        needs_store=False,
        changes_catalog=False,
    ),
]
