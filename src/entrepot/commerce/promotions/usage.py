"""Counting the use of promotions, exactly, whatever arrives twice, late or out of order.

A message carries the *complete* set of uses at one version of an order. The last version wins, a cancelled
order is closed for good, and each counter moves by a guarded update (``used + n ≤ limit``): so any order of
any repetition ends in the same counters, and no limit is ever exceeded. A use that comes too late for its
limit is recorded as *overdrawn*, outside the counter, for order management to hold the order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from entrepot.commerce.promotions.codes import scope_of
from entrepot.commerce.promotions.promotion import NO_LIMIT, Promotion, Trigger
from entrepot.commerce.promotions.schedule import local_time
from entrepot.commerce.promotions.tables import (
    find_promotions,
    promotion,
    promotion_counter,
    promotion_order,
    promotion_use,
    shelf_of,
)
from entrepot.kernel.db import Instant, insert_or_ignore, upsert
from entrepot.kernel.errors import Refused
from entrepot.kernel.statement import Statement
from entrepot.kernel.words import mark

HOLD = timedelta(minutes=30)


class PromotionUsedUp(Refused):
    code = "PROMOTION_USED_UP"
    message = mark("{promotion} has just been used up. Your order was priced again without it.")


class UseState(StrEnum):
    HELD = "held"
    FINAL = "final"
    OVERDRAWN = "overdrawn"


@dataclass(frozen=True, slots=True)
class Use:
    """One promotion (and the code that brought it in) used so many times by an order."""

    promotion: str
    times: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class OrderUse:
    """The uses of one order at one of its versions, by one buyer (logon id, or a guest's e-mail address)."""

    store_id: int
    order_ref: str
    version: int
    buyer: str
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class UsageResult:
    """Whether the message took effect, and the promotions whose limits it found used up."""

    applied: bool
    overdrawn: tuple[str, ...] = ()


_USES = Statement(sa.select(promotion_use).where(promotion_use.c.order_ref == sa.bindparam("order")))
_o = promotion_order.c
_moved = (
    promotion_order.update()
    .where(_o.order_ref == sa.bindparam("order"), ~_o.closed)
    .values(version=sa.bindparam("to"), closed=sa.bindparam("closing"), expires_at=sa.bindparam("until", type_=Instant))
)
_ADVANCE, _CLOSE = Statement(_moved.where(_o.version <= sa.bindparam("to"))), Statement(_moved)


def hold_uses(conn: Connection, order: OrderUse, at: datetime, expires_at: datetime | None) -> None:
    """Hold the uses of a cart being submitted; raises `PromotionUsedUp` when a limit has no room left."""
    result = set_uses(conn, order, UseState.HELD, at, expires_at=expires_at, strict=True)
    if result.overdrawn:
        raise PromotionUsedUp(promotion=result.overdrawn[0])


def set_uses(
    conn: Connection,
    order: OrderUse,
    state: UseState,
    at: datetime,
    *,
    expires_at: datetime | None = None,
    strict: bool = False,
) -> UsageResult:
    """Replace the order's uses by those of this version; an older version, or a closed order, changes nothing."""
    if not _advance(conn, order.order_ref, order.version, closed=False, expires_at=expires_at):
        return UsageResult(False)
    rows = _USES.all(conn, {"order": order.order_ref})
    before = {(row["promotion_id"], row["code"]): row for row in rows}
    ids = _ids(conn, order)
    wanted = {(ids[use.promotion].id, use.code): use for use in order.uses if use.promotion in ids}
    terms = {one.id: one for one in ids.values()}
    overdrawn: list[str] = []
    changes: dict[int, int] = {}
    for key in sorted(before.keys() | wanted.keys()):
        kept, use = before.get(key), wanted.get(key)
        counted = kept["times"] if kept is not None and kept["state"] != UseState.OVERDRAWN else 0
        change = (use.times if use else 0) - counted
        fits = True
        if key[0] in terms and not terms[key[0]].limited:
            changes[key[0]] = changes.get(key[0], 0) + change
        elif change > 0:
            fits = key[0] in terms and _take(conn, terms[key[0]], order.buyer, change, key[1])
        elif change < 0:
            _give_back(conn, key[0], kept["buyer"] if kept else order.buyer, -change, key[1])
        if not fits and use is not None:
            overdrawn.append(use.promotion)
        reached = state if fits else UseState.OVERDRAWN
        if kept is None or use is None or kept["state"] != reached or change:
            _record(conn, order, key, use, reached, at)
    _count(conn, changes)
    return UsageResult(not (strict and overdrawn), tuple(overdrawn))


def cancel_uses(conn: Connection, order_ref: str, version: int) -> UsageResult:
    """Give every use of the order back and close it: nothing that comes later counts again.

    A promotion that returns no uses keeps those that were final; what was only held is free again in any case.
    """
    if not _advance(conn, order_ref, version, closed=True, expires_at=None):
        return UsageResult(False)
    t = promotion_use
    query = sa.select(t, promotion.c.settings).join(promotion, promotion.c.id == t.c.promotion_id, isouter=True)
    for row in conn.execute(query.where(t.c.order_ref == order_ref)).mappings().all():
        if row["state"] == UseState.FINAL and not (row["settings"] or {}).get("returns_use", True):
            continue
        if row["state"] != UseState.OVERDRAWN:
            _give_back(conn, row["promotion_id"], row["buyer"], row["times"], row["code"])
        gone = sa.and_(t.c.order_ref == order_ref, t.c.promotion_id == row["promotion_id"], t.c.code == row["code"])
        conn.execute(t.delete().where(gone))
    return UsageResult(True)


def release_expired(conn: Connection, at: datetime, limit: int = 200) -> int:
    """Give back the uses of preparations nobody submitted in time; tell how many orders that were."""
    t = promotion_order
    query = sa.select(t.c.order_ref).where(t.c.expires_at <= at, ~t.c.closed).limit(limit).with_for_update(skip_locked=True)
    refs = conn.execute(query).scalars().all()
    for ref in refs:
        for row in _USES.all(conn, {"order": ref}):
            if row["state"] == UseState.HELD:
                _give_back(conn, row["promotion_id"], row["buyer"], row["times"], row["code"])
        conn.execute(promotion_use.delete().where(promotion_use.c.order_ref == ref))
        conn.execute(t.update().where(t.c.order_ref == ref).values(expires_at=None))
    return len(refs)


def exhausted(conn: Connection, store_id: int, candidates: Iterable[Promotion], buyer: str, order_ref: str) -> frozenset[int]:
    """The limited promotions without room for this buyer; what the order itself holds counts as room."""
    limited = [one for one in candidates if one.limits.total != NO_LIMIT or one.limits.shopper != NO_LIMIT]
    if not limited:
        return frozenset()
    own = {
        row["promotion_id"]: row["times"] for row in _USES.all(conn, {"order": order_ref}) if row["state"] != UseState.OVERDRAWN
    }
    scopes = {(one.id, scope): limit for one in limited for scope, limit in _scopes(one, buyer)}
    t = promotion_counter
    rows = conn.execute(
        sa.select(t).where(t.c.promotion_id.in_([one.id for one in limited]), t.c.scope.in_({s for _, s in scopes}))
    )
    used = {(row.promotion_id, row.scope): row.used for row in rows}
    full = {key for (key, scope), limit in scopes.items() if limit <= used.get((key, scope), 0) - own.get(key, 0)}
    return frozenset(full)


def uses_of(conn: Connection, order_ref: str) -> list[sa.RowMapping]:
    """The recorded uses of an order with their states."""
    t = promotion_use
    query = (
        sa.select(t, promotion.c.identifier)
        .join(promotion, promotion.c.id == t.c.promotion_id)
        .where(t.c.order_ref == order_ref)
        .order_by(promotion.c.identifier)
    )
    return list(conn.execute(query).mappings())


def uses_by_day(conn: Connection, promotion_id: int, since: datetime, zone: str = "UTC") -> dict[date, int]:
    """How often a promotion was used on each day since, by the store's clock; what was given back does not count."""
    t = promotion_use
    rows = conn.execute(
        sa.select(t.c.updated_at, t.c.times).where(
            t.c.promotion_id == promotion_id, t.c.updated_at >= since, t.c.state != str(UseState.OVERDRAWN)
        )
    )
    days: dict[date, int] = {}
    for row in rows:
        day = local_time(row.updated_at, zone).date()
        days[day] = days.get(day, 0) + row.times
    return days


def counters(conn: Connection, promotion_ids: Sequence[int]) -> dict[int, int]:
    """How often each promotion is used in all, held uses included."""
    t = promotion_counter
    rows = conn.execute(sa.select(t.c.promotion_id, t.c.used).where(t.c.promotion_id.in_(promotion_ids), t.c.scope == ""))
    return dict(rows.all())


def _advance(conn: Connection, order_ref: str, version: int, *, closed: bool, expires_at: datetime | None) -> bool:
    """Move the order to this version, unless a later one or a cancellation came first."""
    row = {"order_ref": order_ref, "version": version, "closed": closed, "expires_at": expires_at}
    if insert_or_ignore(conn, promotion_order, row):
        return True
    moving = {"order": order_ref, "to": version, "closing": closed, "until": expires_at}
    return (_CLOSE if closed else _ADVANCE).run(conn, moving) == 1


def _ids(conn: Connection, order: OrderUse) -> dict[str, Promotion]:
    """The terms of the promotions used; one that has ended since still counts."""
    known = shelf_of(conn, order.store_id).by_identifier
    if any(use.promotion not in known for use in order.uses):
        known = {one.identifier: one for one in find_promotions(conn, order.store_id)}
    return {use.promotion: known[use.promotion] for use in order.uses if use.promotion in known}


def _scopes(one: Promotion, buyer: str, code: str = "") -> list[tuple[str, int]]:
    scopes = [("", one.limits.total)] if one.limits.total != NO_LIMIT else []
    if one.limits.shopper != NO_LIMIT and buyer:
        scopes.append((f"buyer:{buyer.casefold()}", one.limits.shopper))
    if one.trigger is Trigger.UNIQUE_CODES and code:
        scopes.append((scope_of(code), 1))
    return scopes


def _count(conn: Connection, changes: dict[int, int]) -> None:
    """Move the counters of promotions without limits, all in one statement: nothing can be refused there."""
    rows = [{"promotion_id": key, "scope": "", "used": max(0, by), "by": by} for key, by in changes.items() if by]
    if rows:
        _counting(conn.dialect.name).run_many(conn, rows)


@lru_cache(maxsize=2)
def _counting(dialect: str) -> Statement:
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(promotion_counter)
    moved = promotion_counter.c.used + sa.bindparam("by")
    return Statement(insert.on_conflict_do_update(index_elements=["promotion_id", "scope"], set_={"used": moved}))


def _take(conn: Connection, one: Promotion, buyer: str, times: int, code: str) -> bool:
    """Count the uses under every limit, or under none."""
    taken: list[str] = []
    scopes = _scopes(one, buyer, code)
    if ("", one.limits.total) not in scopes:
        scopes.append(("", 2**62))
    for scope, limit in sorted(scopes):
        insert_or_ignore(conn, promotion_counter, {"promotion_id": one.id, "scope": scope, "used": 0})
        t = promotion_counter
        counted = conn.execute(
            t.update()
            .where(t.c.promotion_id == one.id, t.c.scope == scope, t.c.used + times <= limit)
            .values(used=t.c.used + times)
        )
        if counted.rowcount != 1:
            for undone in taken:
                _move(conn, one.id, undone, -times)
            return False
        taken.append(scope)
    return True


def _give_back(conn: Connection, promotion_id: int, buyer: str, times: int, code: str) -> None:
    for scope in ("", f"buyer:{buyer.casefold()}", *((scope_of(code),) if code else ())):
        _move(conn, promotion_id, scope, -times)


def _move(conn: Connection, promotion_id: int, scope: str, by: int) -> None:
    t = promotion_counter
    conn.execute(t.update().where(t.c.promotion_id == promotion_id, t.c.scope == scope).values(used=t.c.used + by))


def _record(conn: Connection, order: OrderUse, key: tuple[int, str], use: Use | None, state: UseState, at: datetime) -> None:
    t = promotion_use
    if use is None:
        conn.execute(t.delete().where(t.c.order_ref == order.order_ref, t.c.promotion_id == key[0], t.c.code == key[1]))
        return
    row = {
        "order_ref": order.order_ref,
        "promotion_id": key[0],
        "code": key[1],
        "buyer": order.buyer,
        "times": use.times,
        "state": str(state),
        "updated_at": at,
    }
    upsert(conn, t, [row], ["order_ref", "promotion_id", "code"])
