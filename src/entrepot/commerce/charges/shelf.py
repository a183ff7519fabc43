"""Things of a store that are stored whole and changed by hand: made, changed, undone, each with its line in the history.

Each remembers beside itself what it was before its last change: undoing swaps the two, so that undoing twice brings the
change again. What somebody else has changed since the form was opened is not overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from entrepot.commerce.charges.tables import Kept
from entrepot.commerce.history import Author, note_change
from entrepot.kernel.errors import Conflict, Error, Refused
from entrepot.kernel.words import mark

Stored = dict[str, Any]


class CodeTaken(Refused):
    code = "CHARGE_CODE_TAKEN"
    message = mark("The code {code} is taken. Choose another.")


class ChargesMovedOn(Conflict):
    code = "CHARGES_MOVED_ON"
    message = mark("Somebody has changed this in the meantime. Look at it as it is now, then change it again.")


class NothingToUndo(Refused):
    code = "NOTHING_TO_UNDO"
    message = mark("There is no change by hand to take back.")


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that somebody wants of the thing ``code`` as they saw it; without a ``revision`` they make a new one."""

    author: Author
    code: str
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A kind of thing that is stored whole: where it is kept, how told, what is raised where it is missing or there already."""

    kept: Kept
    missing: type[Error]
    told: Callable[[Mapping[str, Any]], Stored]
    taken: type[Error] = CodeTaken

    def seen(self, conn: Connection, store_id: int, edit: Edit) -> Stored:
        """The thing as it is stored, which has to be what was seen."""
        found = self.kept.stored(conn, store_id).get(edit.code)
        if found is None:
            raise self.missing(code=edit.code)
        if revision_of(found) != edit.revision:
            raise ChargesMovedOn()
        return found

    def save(self, conn: Connection, store_id: int, edit: Edit, fresh: Stored, terms: Stored) -> None:
        """Make a thing of its terms, or give one that was seen new terms."""
        if edit.revision:
            before = self.seen(conn, store_id, edit)
            return self.record(conn, store_id, edit, "changed", (before, before | terms))
        if edit.code in self.kept.stored(conn, store_id):
            raise self.taken(code=edit.code)
        return self.record(conn, store_id, edit, "created", (None, fresh | terms))

    def record(self, conn: Connection, store_id: int, edit: Edit, action: str, states: tuple[Stored | None, Stored]) -> None:
        """Write what became of a thing; one that stays as it was leaves no line and keeps what it can go back to."""
        before, after = states
        if before != after:
            self.kept.put(conn, store_id, [after | {"before": plain(before) if before else None}])
            note_change(conn, edit.author, (self.kept.kind, edit.code), action, self.told(before or {}), self.told(after))

    def undo(self, conn: Connection, store_id: int, edit: Edit) -> None:
        """Make a thing again what it was before its last change by hand."""
        now, before = self.seen(conn, store_id, edit), self.remembered(conn, store_id, edit.code)
        self.record(conn, store_id, edit, "undone", (now, before))

    def remembered(self, conn: Connection, store_id: int, code: str) -> Stored:
        """What a thing was before its last change by hand."""
        before = self.kept.before(conn, store_id, code)
        if before is None:
            raise NothingToUndo()
        return before | {name: datetime.fromisoformat(before[name]) for name in ("starts_at", "ends_at") if before.get(name)}


def revision_of(stored: Mapping[str, Any]) -> str:
    """What tells one state of a thing from the next, for a form that was opened on it."""
    return sha256(msgspec.json.encode(dict(stored), order="sorted")).hexdigest()[:16]


def plain(stored: Mapping[str, Any]) -> Stored:
    """A thing as JSON keeps it."""
    kept: Stored = msgspec.json.decode(msgspec.json.encode(dict(stored)))
    return kept
