"""Who changed what, about whom, when and why: facts that are only ever added.

Every change that staff or a buyer administrator makes to members, segments, contracts, prices, charges and promotions leaves
one line here, written in the transaction of the change itself: there is no change without its line and no line without its
change. A line holds what differed, before and after, never the whole thing twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.bus import correlation
from entrepot.commerce.database import metadata
from entrepot.kernel.db import BigKey, Instant, Json
from entrepot.kernel.errors import Invalid
from entrepot.kernel.words import mark

LONGEST_REASON = 1000
#: After these, with nothing left, a thing is not there any more.
_ENDING = ("deleted", "undone")

change_history = sa.Table(
    "change_history",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by", sa.String(254), nullable=False),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("subject", sa.String(254), nullable=False),
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("before", Json),
    sa.Column("after", Json),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("correlation_id", sa.String(64)),
    sa.Index("change_history_subject", "kind", "subject", "id"),
    sa.Index("change_history_by", "by", "id"),
)


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something, at which instant, and why."""

    logon_id: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the history."""

    id: int
    at: datetime
    by: str
    kind: str
    subject: str
    action: str
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str

    @property
    def rows(self) -> list[tuple[str, Any, Any]]:
        """What changed, field by field: its name, before, after."""
        return [(name, self.before.get(name), self.after.get(name)) for name in dict.fromkeys((*self.before, *self.after))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What of the history somebody wants to see; empty texts narrow nothing."""

    kind: str = ""
    subject: str = ""
    by: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    offset: int = 0


class ReasonTooLong(Invalid):
    code = "REASON_TOO_LONG"
    message = mark("{path}: write at most {most} characters.")


class ReasonMissing(Invalid):
    code = "REASON_REQUIRED"
    message = mark("{path}: say why; it is kept in the history.")


def note_change(
    conn: Connection,
    author: Author,
    subject: tuple[str, str],
    action: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add a line: ``subject`` is its kind and name; of ``before`` and ``after`` only what differs is kept."""
    reason = author.reason.strip()
    if len(reason) > LONGEST_REASON:
        raise ReasonTooLong(path="reason", most=LONGEST_REASON)
    old, new = _plain(before or {}), _plain(after or {})
    differing = [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]
    row = {
        "at": author.at,
        "by": author.logon_id,
        "kind": subject[0],
        "subject": subject[1],
        "action": action,
        "before": {name: old[name] for name in differing if old.get(name) is not None},
        "after": {name: new[name] for name in differing if new.get(name) is not None},
        "reason": reason,
        "correlation_id": correlation(),
    }
    conn.execute(change_history.insert(), row)


def require_reason(author: Author) -> None:
    """Refuse a change that has to say why and does not."""
    if not author.reason.strip():
        raise ReasonMissing(path="reason")


def changes(conn: Connection, looked: Looked) -> tuple[list[Change], bool]:
    """The newest changes first, as far as they were asked for, and whether there are older ones."""
    t = change_history.c
    given = {t.kind: looked.kind, t.subject: looked.subject, t.by: looked.by}
    query = sa.select(change_history).where(*(column == value for column, value in given.items() if value))
    if looked.since is not None:
        query = query.where(t.at >= looked.since)
    if looked.until is not None:
        query = query.where(t.at < looked.until)
    rows = conn.execute(query.order_by(t.id.desc()).limit(looked.limit + 1).offset(looked.offset)).mappings().all()
    names = Change.__slots__
    found = [Change(**{name: row[name] for name in names}) for row in rows[: looked.limit]]
    return found, len(rows) > looked.limit


def changes_of(conn: Connection, subjects: Sequence[tuple[str, str]], limit: int = 10) -> list[Change]:
    """The newest changes of one thing, which may have several kinds of lines."""
    t = change_history.c
    same = [sa.and_(t.kind == kind, t.subject == name) for kind, name in subjects]
    rows = conn.execute(sa.select(change_history).where(sa.or_(*same)).order_by(t.id.desc()).limit(limit)).mappings()
    return [Change(**{name: row[name] for name in Change.__slots__}) for row in rows]


def gone(conn: Connection, found: Sequence[Change]) -> frozenset[tuple[str, str]]:
    """Which of the things these lines are about are not there any more: deleted, or their creation taken back."""
    subjects = {(one.kind, one.subject) for one in found}
    t = change_history.c
    same = [sa.and_(t.kind == kind, t.subject == name) for kind, name in subjects]
    newest = sa.select(sa.func.max(t.id)).where(sa.or_(sa.false(), *same)).group_by(t.kind, t.subject)
    rows = conn.execute(sa.select(t.kind, t.subject, t.action, t.after).where(t.id.in_(newest)))
    return frozenset((row.kind, row.subject) for row in rows if row.action in _ENDING and not row.after)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON has them, sets in order, so that what was read compares equal with what is about to be written."""
    ordered = {name: sorted(value) if isinstance(value, frozenset | set) else value for name, value in values.items()}
    encoded: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(ordered))
    return encoded
