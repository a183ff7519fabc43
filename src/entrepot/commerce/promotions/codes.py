"""Unique promotion codes: issued in batches, each good for one order.

A code is generated with 68 random bits, so that nobody guesses one, or imported from a list that was printed somewhere
else. Which promotion it belongs to is looked up when it is entered; that it serves once is the counter's matter, like
every other limit.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.promotions.promotion import Trigger, canonical_code
from entrepot.commerce.promotions.tables import (
    coupon,
    find_promotions,
    promotion,
    promotion_code,
    promotion_counter,
    promotion_use,
)
from entrepot.kernel.db import any_of
from entrepot.kernel.errors import Invalid, NotFound, Refused
from entrepot.kernel.statement import Statement
from entrepot.kernel.words import mark, phrase

MOST = 100_000
#: Without figures that look like letters, and without vowels, which make words.
ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXYZ"
LENGTH = 14
_PREFIX = re.compile(r"[A-Z0-9-]{0,12}\Z")
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{5,63}\Z")


class PromotionUnknown(NotFound):
    code = "PROMOTION_UNKNOWN"
    message = mark("There is no promotion {promotion} in this store.")


class NotByUniqueCodes(Refused):
    code = "NOT_BY_UNIQUE_CODES"
    message = mark("{promotion} is not triggered by unique codes. Choose that trigger first, then issue codes.")


class CodesMalformed(Invalid):
    code = "CODES_MALFORMED"
    message = "{path}: {problem}"


class CodesTaken(Refused):
    code = "CODES_TAKEN"
    message = mark("{count} of these codes exist already, {first} for instance. Nothing was imported.")


@dataclass(frozen=True, slots=True)
class Batch:
    """Codes issued together: how many there are and how many were redeemed."""

    name: str
    issued_at: datetime
    issued: int
    redeemed: int


@dataclass(frozen=True, slots=True)
class Issued:
    """One code, and the order that uses it."""

    code: str
    batch: str
    order_ref: str | None


@dataclass(frozen=True, slots=True)
class ToIssue:
    """How many codes are wanted, what all begin with, and what the batch is called."""

    count: int
    prefix: str = ""
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a code in hand (log-in name, or a guest's e-mail address), at which instant."""

    buyer: str
    at: datetime


def generate_codes(conn: Connection, store_id: int, identifier: str, wanted: ToIssue, at: datetime) -> list[str]:
    """Issue new codes of a promotion, and tell them."""
    prefix = canonical_code(wanted.prefix)
    if not 0 < wanted.count <= MOST:
        raise CodesMalformed(path="count", problem=phrase(mark("issue 1 to {most} codes at a time."), most=f"{MOST:,}"))
    if not _PREFIX.match(prefix):
        raise CodesMalformed(path="prefix", problem=mark("at most 12 letters, digits and hyphens."))
    codes = [prefix + _random() for _ in range(wanted.count)]
    _issue(conn, store_id, identifier, codes, wanted.batch, at)
    return codes


def import_codes(
    conn: Connection, store_id: int, identifier: str, codes: Iterable[str], at: datetime, *, batch: str = ""
) -> list[str]:
    """Take codes over that were made elsewhere: all of them or, when one is malformed or taken, none."""
    wanted = list(dict.fromkeys(canonical_code(code) for code in codes if code.strip()))
    if not 0 < len(wanted) <= MOST:
        raise CodesMalformed(
            path="codes", problem=phrase(mark("import 1 to {most} codes at a time, one per line."), most=f"{MOST:,}")
        )
    for place, code in enumerate(wanted, 1):
        if not _CODE.match(code):
            raise CodesMalformed(
                path=f"codes/{place}",
                problem=phrase(mark("{code} is no code: 6 to 64 letters, digits and hyphens."), code=code[:70]),
            )
    _issue(conn, store_id, identifier, wanted, batch, at)
    return wanted


def issued_codes(
    conn: Connection, store_id: int, codes: Iterable[str], order_ref: str = "", holder: Holder | None = None
) -> dict[str, int]:
    """The promotion of each unique code that is still good for this order; others are left out like unknown ones.

    A coupon is good for its owner alone, in its time; one that the order holds already stays good for it.
    """
    wanted = sorted({canonical_code(code) for code in codes})
    if not wanted:
        return {}
    found = {row["code"]: row["promotion_id"] for row in _ISSUED.all(conn, {"store": store_id, "codes": wanted})}
    if not found:
        return {}
    own = {row["code"] for row in _OWN.all(conn, {"order": order_ref, "codes": sorted(found)})}
    rows = _SPENT.all(conn, {"scopes": [scope_of(code) for code in found if code not in own]})
    spent = {(row["promotion_id"], row["scope"]) for row in rows}
    if holder is not None:
        for row in _COUPONS.all(conn, {"store": store_id, "codes": [code for code in found if code not in own]}):
            if coupon_fault(row, holder):
                del found[row["code"]]
    return {code: key for code, key in found.items() if (key, scope_of(code)) not in spent}


def coupon_fault(row: Mapping[str, Any], holder: Holder) -> str:
    """Why a coupon is not good for somebody at an instant, by the first test that fails; nothing when it is good."""
    if row["revoked_at"] is not None:
        return "INVALID"
    if holder.at < row["effective_at"]:
        return "NOT_YET_EFFECTIVE"
    if row["expires_at"] is not None and row["expires_at"] <= holder.at:
        return "EXPIRED"
    return "" if row["transferable"] or row["owner"] == owner_key(holder.buyer) else "BAD_CUSTOMER"


def owner_key(buyer: str) -> str:
    """The owner of a coupon as it is compared: the log-in name in whatever capitals."""
    return buyer.strip().casefold()


def promotion_of_code(conn: Connection, store_id: int, code: str) -> int | None:
    """The promotion a unique code belongs to, redeemed or not."""
    rows = _ISSUED.all(conn, {"store": store_id, "codes": [canonical_code(code)]})
    return rows[0]["promotion_id"] if rows else None


def batches_of(conn: Connection, promotion_id: int) -> list[Batch]:
    """The batches of a promotion, the latest first."""
    t, c = promotion_code.c, promotion_counter.c
    used = sa.and_(c.promotion_id == t.promotion_id, c.scope == sa.literal(SCOPE) + t.code, c.used > 0)
    query = (
        sa.select(
            t.batch, sa.func.max(t.issued_at).label("at"), sa.func.count().label("issued"), sa.func.count(c.used).label("used")
        )
        .select_from(promotion_code.outerjoin(promotion_counter, used))
        .where(t.promotion_id == promotion_id)
        .group_by(t.batch)
        .order_by(sa.func.max(t.issued_at).desc(), t.batch)
    )
    return [Batch(row.batch, row.at, row.issued, row.used) for row in conn.execute(query)]


def codes_of(conn: Connection, promotion_id: int, batch: str | None = None, limit: int = MOST) -> list[Issued]:
    """The codes of a promotion, or of one batch, with the orders that use them."""
    t, u = promotion_code.c, promotion_use.c
    used = sa.and_(u.promotion_id == t.promotion_id, u.code == t.code)
    query = (
        sa.select(t.code, t.batch, u.order_ref)
        .select_from(promotion_code.outerjoin(promotion_use, used))
        .where(t.promotion_id == promotion_id)
        .order_by(t.batch, t.code)
        .limit(limit)
    )
    if batch is not None:
        query = query.where(t.batch == batch)
    return [Issued(row.code, row.batch, row.order_ref) for row in conn.execute(query)]


SCOPE = "code:"


def scope_of(code: str) -> str:
    """The counter a unique code is redeemed on."""
    return SCOPE + code


_of_store = promotion_code.c.store_id == sa.bindparam("store")
_ISSUED = Statement(
    sa.select(promotion_code.c.code, promotion_code.c.promotion_id).where(_of_store, any_of(promotion_code.c.code, "codes"))
)
_OWN = Statement(
    sa.select(promotion_use.c.code).where(
        promotion_use.c.order_ref == sa.bindparam("order"), any_of(promotion_use.c.code, "codes")
    )
)
_SPENT = Statement(
    sa.select(promotion_counter.c.promotion_id, promotion_counter.c.scope).where(
        any_of(promotion_counter.c.scope, "scopes"), promotion_counter.c.used > 0
    )
)
_COUPONS = Statement(sa.select(coupon).where(coupon.c.store_id == sa.bindparam("store"), any_of(coupon.c.code, "codes")))
_ADD = Statement(promotion_code.insert())


def _issue(conn: Connection, store_id: int, identifier: str, codes: Sequence[str], batch: str, at: datetime) -> None:
    one = next((one for one in find_promotions(conn, store_id) if one.identifier == identifier), None)
    if one is None:
        raise PromotionUnknown(promotion=identifier)
    if one.trigger is not Trigger.UNIQUE_CODES:
        raise NotByUniqueCodes(promotion=identifier)
    _refuse_taken(conn, store_id, codes)
    name = batch.strip()[:64] or at.strftime("%Y-%m-%d %H:%M:%S")
    row: Mapping[str, object] = {"store_id": store_id, "promotion_id": one.id, "batch": name, "issued_at": at}
    _ADD.run_many(conn, [{**row, "code": code} for code in codes])


def _refuse_taken(conn: Connection, store_id: int, codes: Sequence[str]) -> None:
    taken = [row["code"] for row in _ISSUED.all(conn, {"store": store_id, "codes": list(codes)})]
    wanted = set(codes)
    public = sa.select(promotion.c.code).where(promotion.c.store_id == store_id, promotion.c.code.is_not(None))
    taken += [code for code in conn.execute(public).scalars() if code in wanted]
    if taken:
        raise CodesTaken(count=len(taken), first=min(taken))


def _random() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{letters[:5]}-{letters[5:10]}-{letters[10:]}"
