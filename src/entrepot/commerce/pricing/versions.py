"""Versions of price rules: drafts that price nobody, the one in force at each instant, and those that were.

Changing a rule makes a draft; activating it ends the version before it at the instant the new one begins, so that a price
asked for an older day is still found by the rule of that day. A file that is loaded replaces all of them at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.pricing import tables
from entrepot.commerce.pricing.reading import read_rule
from entrepot.kernel.db import upsert
from entrepot.kernel.errors import Conflict, NotFound, Refused
from entrepot.kernel.words import mark


class RuleState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    INACTIVE = "inactive"


class RuleNotFound(NotFound):
    code = "PRICE_RULE_NOT_FOUND"
    message = mark("There is no version {version} of the price rule {name}.")


class RuleNotADraft(Conflict):
    code = "PRICE_RULE_STATE"
    message = mark("Version {version} of {name} is {state}. Only a draft can be activated; change the rule to make one.")


class RuleInUse(Refused):
    code = "PRICE_RULE_IN_USE"
    message = mark("{users} use this rule. Give them another one first.")


class RuleNotInForce(Conflict):
    code = "PRICE_RULE_NOT_IN_FORCE"
    message = mark("{name} prices nothing now and later. There is nothing to deactivate.")


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """One version of a rule; an active one is in force from its start to its end, an open end is None."""

    name: str
    version: int
    state: RuleState
    path: Any
    starts_at: datetime | None
    ends_at: datetime | None
    user: str
    at: datetime
    undo: Any = None

    def in_force(self, at: datetime) -> bool:
        begun = self.starts_at is None or self.starts_at <= at
        return self.state is RuleState.ACTIVE and begun and (self.ends_at is None or at < self.ends_at)


_t = tables.price_rule_version
_KEYS = ["store_id", "name", "version"]


def versions_of(conn: Connection, store_id: int, name: str) -> list[RuleVersion]:
    """Every version of a rule, the newest first."""
    query = sa.select(_t).where(_t.c.store_id == store_id, _t.c.name == name).order_by(_t.c.version.desc())
    return [_version(row) for row in conn.execute(query).mappings()]


def dated_rules(conn: Connection, store_id: int) -> dict[str, tuple[RuleVersion, ...]]:
    """The active versions of the rules of which one begins or ends at some instant."""
    query = sa.select(_t).where(_t.c.store_id == store_id, _t.c.state == RuleState.ACTIVE.value).order_by(_t.c.version.desc())
    found: dict[str, list[RuleVersion]] = {}
    for row in conn.execute(query).mappings():
        found.setdefault(row["name"], []).append(_version(row))
    return {name: tuple(many) for name, many in found.items() if any(one.starts_at or one.ends_at for one in many)}


def record_loaded(conn: Connection, store_id: int, name: str, version: int, path: Any, at: datetime) -> None:
    """Note a version that is in force whenever; what was in force before is so no more."""
    in_force = sa.and_(_t.c.store_id == store_id, _t.c.name == name, _t.c.state == RuleState.ACTIVE.value)
    conn.execute(_t.update().where(in_force).values(state=RuleState.INACTIVE.value))
    _put(conn, store_id, RuleVersion(name, version, RuleState.ACTIVE, path, None, None, "", at))


def save_draft(conn: Connection, store_id: int, name: str, path: Any, user: str, at: datetime) -> int:
    """Keep a changed rule as its draft, the one there is or a new version; tell the version. It prices nobody yet.

    What it was changed from is kept beside it for `undo_draft`.
    """
    read_rule(name, path)
    known = versions_of(conn, store_id, name)
    draft = next((one for one in known if one.state is RuleState.DRAFT), None)
    version = draft.version if draft else max((one.version for one in known), default=0) + 1
    before = draft.path if draft else next((one.path for one in known), None)
    _put(conn, store_id, RuleVersion(name, version, RuleState.DRAFT, path, None, None, user, at, before))
    return version


def undo_draft(conn: Connection, store_id: int, name: str, version: int) -> None:
    """Take the last change of a draft back; undone once more, it is there again."""
    draft = _require_draft(conn, store_id, name, version)
    if draft.undo is not None:
        _put(conn, store_id, replace(draft, path=draft.undo, undo=draft.path))


def deactivate(conn: Connection, store_id: int, name: str, at: datetime, used_by: Sequence[str]) -> None:
    """End the rule at an instant; a version that was to begin later never does. Refused while anybody prices by it."""
    if used_by:
        raise RuleInUse(users=", ".join(used_by))
    active = [one for one in versions_of(conn, store_id, name) if one.state is RuleState.ACTIVE]
    ending = [one for one in active if one.ends_at is None or one.ends_at > at]
    if not ending:
        raise RuleNotInForce(name=name)
    for one in ending:
        later = one.starts_at is not None and one.starts_at >= at
        _put(conn, store_id, replace(one, state=RuleState.INACTIVE) if later else replace(one, ends_at=at))
    tables.touch(conn, store_id)


def discard_draft(conn: Connection, store_id: int, name: str, version: int) -> None:
    """Throw a draft away."""
    found = _require_draft(conn, store_id, name, version)
    same = sa.and_(_t.c.store_id == store_id, _t.c.name == name, _t.c.version == found.version)
    conn.execute(_t.delete().where(same))


def activate(conn: Connection, store_id: int, name: str, version: int, starts_at: datetime) -> None:
    """Put a draft in force from an instant on; the version before it ends there, one that was to begin later never does."""
    draft = _require_draft(conn, store_id, name, version)
    for one in versions_of(conn, store_id, name):
        if one.state is not RuleState.ACTIVE:
            continue
        later = one.starts_at is not None and one.starts_at >= starts_at
        ended = one.ends_at is not None and one.ends_at <= starts_at
        if later:
            _put(conn, store_id, replace(one, state=RuleState.INACTIVE))
        elif not ended:
            _put(conn, store_id, replace(one, ends_at=starts_at))
    _put(conn, store_id, replace(draft, state=RuleState.ACTIVE, starts_at=starts_at))
    row = {"store_id": store_id, "name": name, "version": version, "path": draft.path}
    upsert(conn, tables.price_rule, [row], ["store_id", "name"])
    tables.touch(conn, store_id)


def _require_draft(conn: Connection, store_id: int, name: str, version: int) -> RuleVersion:
    found = next((one for one in versions_of(conn, store_id, name) if one.version == version), None)
    if found is None:
        raise RuleNotFound(name=name, version=version)
    if found.state is not RuleState.DRAFT:
        raise RuleNotADraft(name=name, version=version, state=found.state.value)
    return found


def _put(conn: Connection, store_id: int, one: RuleVersion) -> None:
    row = {
        "store_id": store_id,
        "name": one.name,
        "version": one.version,
        "state": one.state.value,
        "path": one.path,
        "undo": one.undo,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "user": one.user,
        "at": one.at,
    }
    upsert(conn, _t, [row], _KEYS)


def _version(row: Mapping[Any, Any]) -> RuleVersion:
    plain = {name: row[name] for name in RuleVersion.__dataclass_fields__}
    return RuleVersion(**plain | {"state": RuleState(row["state"])})
