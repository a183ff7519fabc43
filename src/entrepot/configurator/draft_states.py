"""Drafts that are kept while a version is in the making, with every state they were in.

A state is never changed. Undo, redo and restoring only say which of them is the present one, so that nothing that was
saved is lost; the oldest are forgotten beyond a limit. Publishing ends the draft, its states stay to be gone back to.
A new model is a draft before it has a version; only such a one can be thrown away whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.configurator.database import metadata
from entrepot.configurator.draft import Draft, newest_and
from entrepot.configurator.problems import DraftMovedOn, ModelMovedOn, ModelNotFound
from entrepot.configurator.tables import find_lines, model_version
from entrepot.configurator.workbench import compare
from entrepot.kernel.db import Instant, Json

draft_state = sa.Table(
    "draft_state",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("based_on", sa.Integer, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("files", Json, nullable=False),
    sa.Column("changes", Json, nullable=False),
    sa.Column("author", sa.String(254), nullable=False),
    sa.Column("saved_at", Instant, nullable=False),
)
present_draft = sa.Table(
    "present_draft",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)
#: States of a draft that can be gone back to.
MAX_STATES = 100
#: The state of a published version, from which a draft begins.
BEGINNING = 0


@dataclass(frozen=True, slots=True)
class Changed:
    """What one saving did to a file: the lines that came and went."""

    file: str
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class State:
    """A state as a list shows it."""

    number: int
    based_on: int
    changes: tuple[Changed, ...]
    author: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Unpublished:
    """A new model in the making: the number of its present state, who saved that and when."""

    name: str
    number: int
    author: str
    saved_at: datetime


def open_draft(conn: Connection, name: str) -> tuple[Draft, int]:
    """What is in the making of a model and the state it is in; the newest version where nothing is."""
    present = present_state(conn, name)
    if present is not None:
        return present
    newest, _ = newest_and(conn, name)
    return Draft(name, newest.version, newest.source, dict(newest.files)), BEGINNING


def list_unpublished(conn: Connection) -> list[Unpublished]:
    """The new models that have a draft and no version yet, by name."""
    column = draft_state.c
    present = sa.and_(present_draft.c.name == column.name, present_draft.c.number == column.number)
    query = (
        sa.select(column.name, column.number, column.author, column.saved_at)
        .join_from(present_draft, draft_state, present)
        .where(~sa.exists().where(model_version.c.name == column.name))
        .order_by(column.name)
    )
    return [Unpublished(*row) for row in conn.execute(query)]


def present_state(conn: Connection, name: str) -> tuple[Draft, int] | None:
    """The draft as it stands and the number of its state; None where nothing is in the making."""
    column = draft_state.c
    query = sa.select(column.number, column.based_on, column.source, column.files).join_from(
        present_draft,
        draft_state,
        sa.and_(present_draft.c.name == column.name, present_draft.c.number == column.number),
    )
    row = conn.execute(query.where(present_draft.c.name == name)).first()
    return None if row is None else (Draft(name, row.based_on, row.source, row.files), row.number)


def list_states(conn: Connection, name: str) -> list[State]:
    """Every state that can be gone back to, the latest first."""
    column = draft_state.c
    shown = (column.number, column.based_on, column.changes, column.author, column.saved_at)
    query = sa.select(*shown).where(column.name == name).order_by(column.number.desc())
    return [
        State(row.number, row.based_on, tuple(Changed(*one) for one in row.changes), row.author, row.saved_at)
        for row in conn.execute(query)
    ]


def save_draft(conn: Connection, draft: Draft, made_from: int, author: str, at: datetime) -> int:
    """Keep a draft as its present state; one that somebody else has moved on meanwhile is refused.

    ``made_from`` is the state that its writer had open (0: a published version, or nothing where the model is new). The
    number it has now; a draft that changes nothing keeps its number.
    """
    present = present_state(conn, draft.name)
    number = present[1] if present is not None else BEGINNING
    if number != made_from:
        raise DraftMovedOn(author=_author(conn, draft.name, number))
    if present is not None:
        before = present[0]
    elif not draft.based_on:
        newest = next(iter(find_lines(conn, draft.name)), None)
        if newest is not None:
            raise ModelMovedOn(name=draft.name, version=newest.version)
        before = Draft(draft.name, 0, "")
    else:
        known = newest_and(conn, draft.name, draft.based_on)[1]
        before = Draft(draft.name, known.version, known.source, known.files)
    if (before.source, dict(before.files)) == (draft.source, dict(draft.files)):
        return number
    latest = conn.execute(sa.select(sa.func.max(draft_state.c.number)).where(draft_state.c.name == draft.name)).scalar() or 0
    if present is None and before.source:
        latest += 1
        _record(conn, before, latest, (), author, at)
    _record(conn, draft, latest + 1, _changes(before, draft), author, at)
    column = draft_state.c
    conn.execute(sa.delete(draft_state).where(column.name == draft.name, column.number <= latest + 1 - MAX_STATES))
    _point(conn, draft.name, latest + 1)
    return latest + 1


def restore_state(conn: Connection, name: str, number: int) -> None:
    """Make an earlier (or later) state the present one; the one that was present stays in the list."""
    column = draft_state.c
    if conn.execute(sa.select(column.number).where(column.name == name, column.number == number)).first() is None:
        raise ModelNotFound(name=f"{name}, state {number}")
    _point(conn, name, number)


def neighbors(states: Sequence[State], present: int) -> tuple[int | None, int | None]:
    """The states that undo and redo lead to."""
    numbers = [one.number for one in states]
    before = max((one for one in numbers if one < present), default=None) if present else None
    return before, min((one for one in numbers if one > present), default=None) if present else None


def end_draft(conn: Connection, name: str) -> None:
    """Nothing is in the making any more; the states stay."""
    conn.execute(sa.delete(present_draft).where(present_draft.c.name == name))


def discard_draft(conn: Connection, name: str) -> None:
    """Throw a new model away with all its states; the draft of a published one is left, its states stay."""
    end_draft(conn, name)
    if not find_lines(conn, name):
        conn.execute(sa.delete(draft_state).where(draft_state.c.name == name))


def _point(conn: Connection, name: str, number: int) -> None:
    moved = conn.execute(sa.update(present_draft).where(present_draft.c.name == name).values(number=number))
    if not moved.rowcount:
        conn.execute(sa.insert(present_draft), {"name": name, "number": number})


def _record(conn: Connection, draft: Draft, number: int, changes: Sequence[Changed], author: str, at: datetime) -> None:
    conn.execute(
        sa.insert(draft_state),
        {
            "name": draft.name,
            "number": number,
            "based_on": draft.based_on,
            "source": draft.source,
            "files": dict(draft.files),
            "changes": [[one.file, one.added, one.removed] for one in changes],
            "author": author,
            "saved_at": at,
        },
    )


def _author(conn: Connection, name: str, number: int) -> str:
    column = draft_state.c
    query = sa.select(column.author).where(column.name == name, column.number == number)
    return str(conn.execute(query).scalar() or "Somebody")


def _changes(before: Draft, after: Draft) -> list[Changed]:
    pairs = [(after.file, before.source, after.source)]
    for name in sorted(before.files.keys() | after.files.keys()):
        pairs.append((name, before.files.get(name, ""), after.files.get(name, "")))
    found = []
    for name, old, new in pairs:
        if old != new:
            signs = [line.sign for line in compare(old, new, name)]
            found.append(Changed(name, signs.count("+"), signs.count("-")))
    return found
