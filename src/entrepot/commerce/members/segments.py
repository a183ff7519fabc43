"""Customer segments as staff keeps them: defined, changed, people named in or out, and checked for one person.

Every change says who made it and why; the history keeps it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.history import Author, note_change
from entrepot.commerce.members.accounts import find_user
from entrepot.commerce.members.member import User, UserNotFound
from entrepot.commerce.members.organizations import organizations_above
from entrepot.commerce.members.recognize import Person, Purchases
from entrepot.commerce.members.segment import BUILT_IN, Condition, Facts, Verdict, judge, read_conditions
from entrepot.commerce.members.tables import member_group, member_group_member, user_account
from entrepot.kernel.db import insert_or_ignore, upsert
from entrepot.kernel.errors import Invalid, NotFound, Refused
from entrepot.kernel.words import mark

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_g, _m = member_group.c, member_group_member.c


class SegmentNotFound(NotFound):
    code = "SEGMENT_NOT_FOUND"
    message = mark("There is no customer segment {segment}.")


class SegmentTaken(Refused):
    code = "SEGMENT_TAKEN"
    message = mark("There is a customer segment {segment} already. Choose another name.")


class SegmentMalformed(Invalid):
    code = "SEGMENT_MALFORMED"
    message = "{path}: {problem}"


@dataclass(frozen=True, slots=True)
class Segment:
    """A customer segment as it is kept; ``included`` and ``excluded`` count the people it names."""

    identifier: str
    usage: str = ""
    description: str = ""
    conditions: tuple[Condition, ...] = ()
    included: int = 0
    excluded: int = 0


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody a segment names, in or out."""

    logon_id: str
    name: str
    excluded: bool


def find_segments(conn: Connection) -> list[Segment]:
    """Every segment, by name."""
    return _read(conn, sa.true())


def get_segment(conn: Connection, identifier: str) -> Segment:
    """The segment of this name; raises `SegmentNotFound`."""
    found = _read(conn, _g.identifier == identifier)
    if not found:
        raise SegmentNotFound(segment=identifier)
    return found[0]


def create_segment(conn: Connection, segment: Segment, author: Author) -> None:
    """Define a new segment; raises `SegmentTaken` when there is one of the name."""
    if not _IDENTIFIER.match(segment.identifier):
        raise SegmentMalformed(path="identifier", problem=mark("1 to 64 letters, digits, dots, hyphens and underscores"))
    if segment.identifier in BUILT_IN:
        raise SegmentTaken(segment=segment.identifier)
    if not insert_or_ignore(conn, member_group, {"identifier": segment.identifier, **_terms(segment)}):
        raise SegmentTaken(segment=segment.identifier)
    note_change(conn, author, ("segment", segment.identifier), "created", None, _terms(segment))


def change_segment(conn: Connection, segment: Segment, author: Author) -> None:
    """Give an existing segment these terms; whoever is in it is decided anew at the next price."""
    before = get_segment(conn, segment.identifier)
    if _terms(before) == _terms(segment):
        return
    conn.execute(member_group.update().where(_g.identifier == segment.identifier).values(_terms(segment)))
    note_change(conn, author, ("segment", segment.identifier), "changed", _terms(before), _terms(segment))


def delete_segment(conn: Connection, identifier: str, author: Author) -> None:
    """Remove a segment and whom it names; whoever asks has made sure that no terms use it."""
    before = get_segment(conn, identifier)
    key = sa.select(_g.id).where(_g.identifier == identifier).scalar_subquery()
    conn.execute(member_group_member.delete().where(_m.group_id == key))
    conn.execute(member_group.delete().where(_g.identifier == identifier))
    note_change(conn, author, ("segment", identifier), "deleted", _terms(before), None)


def name_member(conn: Connection, identifier: str, logon_id: str, excluded: bool, author: Author) -> None:
    """Name a person as included in the segment, or as excluded from it."""
    key, user = _segment_id(conn, identifier), _account(conn, logon_id)
    before = _named(conn, key, user)
    row = {"group_id": key, "user_id": user.id, "excluded": excluded}
    upsert(conn, member_group_member, [row], ["group_id", "user_id"])
    after = {user.logon_id: _word(excluded)}
    if before != after:
        note_change(conn, author, ("segment", identifier), "named", before, after)


def forget_member(conn: Connection, identifier: str, logon_id: str, author: Author) -> None:
    """Name the person no longer; the conditions alone decide then."""
    key, user = _segment_id(conn, identifier), _account(conn, logon_id)
    before = _named(conn, key, user)
    conn.execute(member_group_member.delete().where(_m.group_id == key, _m.user_id == user.id))
    if before:
        note_change(conn, author, ("segment", identifier), "named", before, None)


def put_in_group(conn: Connection, user_id: int, group: str) -> None:
    """Make the account a member of the group, creating the group when it is new."""
    insert_or_ignore(conn, member_group, {"identifier": group})
    row = {"group_id": _segment_id(conn, group), "user_id": user_id, "excluded": False}
    upsert(conn, member_group_member, [row], ["group_id", "user_id"])


def named_in(conn: Connection, identifier: str, limit: int = 200) -> list[Named]:
    """Whom the segment names, by log-on name."""
    t = user_account.c
    query = (
        sa.select(t.logon_id, t.first_name, t.last_name, _m.excluded)
        .join_from(member_group_member, user_account, t.id == _m.user_id)
        .where(_m.group_id == sa.select(_g.id).where(_g.identifier == identifier).scalar_subquery())
        .order_by(t.logon_key)
        .limit(limit)
    )
    return [
        Named(row.logon_id, " ".join(part for part in (row.first_name, row.last_name) if part), row.excluded)
        for row in conn.execute(query)
    ]


def groups_of(conn: Connection, user_id: int) -> frozenset[str]:
    """The segments that name this account as included."""
    query = sa.select(_g.identifier).join_from(member_group, member_group_member, _m.group_id == _g.id)
    return frozenset(conn.execute(query.where(_m.user_id == user_id, ~_m.excluded)).scalars())


def check_member(
    conn: Connection, identifier: str, logon_id: str, at: datetime, purchases: Purchases
) -> tuple[User, Facts, Verdict]:
    """Whether somebody is in the segment at a date and why, with the facts the conditions saw."""
    segment, user = get_segment(conn, identifier), _account(conn, logon_id)
    person = Person(conn, user, organizations_above(conn, user.organization_id), purchases)
    named = conn.execute(
        sa.select(_m.excluded).where(_m.group_id == _segment_id(conn, identifier), _m.user_id == user.id)
    ).scalar_one_or_none()
    facts = person.facts(segment.conditions)
    return user, facts, judge(segment.conditions, None if named is None else not named, facts, at)


def _read(conn: Connection, condition: sa.ColumnElement[bool]) -> list[Segment]:
    counts = [
        sa.select(sa.func.count()).where(_m.group_id == _g.id, _m.excluded == out).scalar_subquery() for out in (False, True)
    ]
    columns = (
        _g.identifier,
        _g.usage,
        _g.short_description,
        _g.conditions,
        counts[0].label("included"),
        counts[1].label("excluded"),
    )
    rows = conn.execute(sa.select(*columns).where(condition).order_by(_g.identifier))
    return [
        Segment(
            row.identifier,
            row.usage or "",
            row.short_description or "",
            read_conditions(row.conditions),
            row.included,
            row.excluded,
        )
        for row in rows
    ]


def _terms(segment: Segment) -> dict[str, Any]:
    """What of a segment is written, and told in the history."""
    if len(segment.description) > 512:
        raise SegmentMalformed(path="description", problem=mark("at most 512 characters"))
    stored = stored_form(segment.conditions)
    return {"usage": segment.usage or None, "short_description": segment.description or None, "conditions": stored or None}


def stored_form(conditions: tuple[Condition, ...]) -> list[dict[str, Any]]:
    """Conditions as they are stored, and as a form is filled from."""
    stored: list[dict[str, Any]] = list(msgspec.to_builtins(conditions))
    return stored


def _segment_id(conn: Connection, identifier: str) -> int:
    found = conn.execute(sa.select(_g.id).where(_g.identifier == identifier)).scalar_one_or_none()
    if found is None:
        raise SegmentNotFound(segment=identifier)
    return int(found)


def _account(conn: Connection, logon_id: str) -> User:
    user = find_user(conn, logon_id)
    if user is None:
        raise UserNotFound(logon_id=logon_id)
    return user


def _named(conn: Connection, key: int, user: User) -> dict[str, str]:
    excluded = conn.execute(sa.select(_m.excluded).where(_m.group_id == key, _m.user_id == user.id)).scalar_one_or_none()
    return {} if excluded is None else {user.logon_id: _word(excluded)}


def _word(excluded: bool) -> str:
    return "excluded" if excluded else "included"
