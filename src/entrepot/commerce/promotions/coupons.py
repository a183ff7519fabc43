"""Coupons: unique codes that belong to somebody, each good once, in its own time, under its promotion's terms.

A coupon is issued by staff, earned with an order that became final, or made of a code somebody was sent. It lies in its
owner's wallet; putting it on a cart consumes nothing. Its use is held, final and given back as any code's is, so that a
cancelled order puts it back into the wallet as long as its time runs. What an order earned goes when the order is
cancelled, unless it was used meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce import members
from entrepot.commerce.promotions.codes import (
    ToIssue,
    generate_codes,
    import_codes,
    owner_key,
    promotion_of_code,
    scope_of,
)
from entrepot.commerce.promotions.promotion import Promotion, Trigger, canonical_code
from entrepot.commerce.promotions.rewards import CouponForLater
from entrepot.commerce.promotions.tables import coupon, find_promotions, promotion_counter
from entrepot.commerce.promotions.usage import OrderUse
from entrepot.kernel.db import insert_or_ignore
from entrepot.kernel.errors import NotFound, Refused
from entrepot.kernel.statement import Row, Statement
from entrepot.kernel.words import mark

#: The batch earned coupons and those given by staff are counted under among a promotion's codes.
BATCH = "coupons"


class CouponState(StrEnum):
    """Where a coupon stands at an instant, in the order a wallet shows them."""

    READY = "ready"
    WAITING = "waiting"
    PAUSED = "paused"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


class CouponUnknown(NotFound):
    code = "COUPON_UNKNOWN"
    message = mark("There is no such coupon.")


class CouponNotYours(Refused):
    code = "COUPON_NOT_CLAIMED"
    message = mark("This code cannot be put into a wallet. Enter it in the cart instead, or check how it is written.")


class CouponUsed(Refused):
    code = "COUPON_USED"
    message = mark("{coupon} is used by an order and cannot be taken back.")


class CouponOwnerUnknown(NotFound):
    code = "COUPON_OWNER_UNKNOWN"
    message = mark("There is no customer {owner}. Write the log-in name of a registered customer.")


@dataclass(frozen=True, slots=True)
class Coupon:
    """One coupon and what its promotion promises; ``promotion`` has its terms of now."""

    code: str
    promotion: Promotion
    owner: str
    issued_at: datetime
    effective_at: datetime
    expires_at: datetime | None
    transferable: bool
    issued_by: str
    state: CouponState


@dataclass(frozen=True, slots=True)
class CouponTerms:
    """How long a coupon is good, and for whom: days from ``after`` days on; no days is without an end."""

    days: int | None = 30
    after: int = 0
    transferable: bool = False


def issue_coupon(
    conn: Connection, store_id: int, identifier: str, owner: str, terms: CouponTerms, by: tuple[str, datetime]
) -> str:
    """Give a coupon of a promotion by unique codes to a registered customer; ``by`` is who gives it, and when."""
    if members.find_user(conn, owner) is None:
        raise CouponOwnerUnknown(owner=owner, path="owner")
    (code,) = generate_codes(conn, store_id, identifier, ToIssue(1, batch=BATCH), by[1])
    promotion_id = promotion_of_code(conn, store_id, code)
    _put(conn, store_id, code, owner, terms, {"promotion_id": promotion_id, "issued_by": by[0], "issued_at": by[1]})
    return code


def put_coupon(conn: Connection, store_id: int, row: Mapping[str, Any], at: datetime) -> bool:
    """Take a coupon over that was made elsewhere, once; tell whether it is new.

    ``row`` has code, promotion, owner, effective_at, expires_at, transferable and issued_by.
    """
    code = canonical_code(row["code"])
    if coupon_row(conn, store_id, code) is not None:
        return False
    if members.find_user(conn, row["owner"]) is None:
        raise CouponOwnerUnknown(owner=row["owner"], path="owner")
    if promotion_of_code(conn, store_id, code) is None:
        import_codes(conn, store_id, row["promotion"], [code], at, batch=BATCH)
    origin = {"promotion_id": promotion_of_code(conn, store_id, code), "issued_by": row["issued_by"], "issued_at": at}
    own = {"effective_at": row["effective_at"] or at, "expires_at": row["expires_at"]}
    return _put(conn, store_id, code, row["owner"], CouponTerms(None, 0, row["transferable"]), origin | own)


def claim_coupon(conn: Connection, store_id: int, code: str, owner: str, at: datetime) -> str:
    """Put a unique code that belongs to nobody yet into somebody's wallet, for as long as its promotion runs.

    Claiming what is one's own already changes nothing; every other code gets one neutral refusal.
    """
    code = canonical_code(code)
    promotion_id, known = promotion_of_code(conn, store_id, code), coupon_row(conn, store_id, code)
    if known is not None and known["owner"] == owner_key(owner) and known["revoked_at"] is None:
        return code
    if promotion_id is None or known is not None or _used(conn, {code}):
        raise CouponNotYours(path="code")
    terms = {"promotion_id": promotion_id, "issued_by": owner_key(owner), "issued_at": at}
    if not _put(conn, store_id, code, owner, CouponTerms(days=None), terms):
        raise CouponNotYours(path="code")
    return code


def coupons_of(conn: Connection, store_id: int, owner: str, at: datetime) -> list[Coupon]:
    """The coupons of somebody, those that can be used first, the sooner they end the earlier."""
    return _coupons(conn, store_id, _OF_OWNER.all(conn, {"store": store_id, "owner": owner_key(owner)}), at)


def coupons_by_promotion(conn: Connection, store_id: int, promotion_id: int, at: datetime, limit: int = 200) -> list[Coupon]:
    """The latest coupons of a promotion, ordered as in `coupons_of`."""
    query = sa.select(coupon).where(coupon.c.promotion_id == promotion_id).order_by(coupon.c.issued_at.desc()).limit(limit)
    return _coupons(conn, store_id, [dict(row) for row in conn.execute(query).mappings()], at)


def revoke_coupon(conn: Connection, store_id: int, code: str, at: datetime) -> None:
    """Take a coupon back before it was used; what an order holds stays."""
    row = coupon_row(conn, store_id, canonical_code(code))
    if row is None:
        raise CouponUnknown()
    if _used(conn, {row["code"]}):
        raise CouponUsed(coupon=row["code"])
    _revoke(conn, store_id, row["code"], at)


def grant_coupons(conn: Connection, use: OrderUse, at: datetime) -> list[str]:
    """Issue what an order that became final has earned; told again, or with other uses, only the difference moves."""
    terms = {one.identifier: one for one in find_promotions(conn, use.store_id)}
    earned = {terms[one.promotion].id: terms[one.promotion] for one in use.uses if one.promotion in terms}
    known = _OF_ORDER.all(conn, {"order": use.order_ref})
    for row in known:
        if row["granted_by"] not in earned and row["revoked_at"] is None and not _used(conn, {row["code"]}):
            _revoke(conn, row["store_id"], row["code"], at)
    user = members.find_user(conn, use.buyer) if use.buyer else None
    granted = {row["granted_by"] for row in known}
    issued = []
    for one in earned.values():
        rewards = [reward for reward in one.rewards if isinstance(reward, CouponForLater)]
        if user is None or one.id in granted:
            continue
        for reward in rewards:
            given = terms.get(reward.promotion)
            if given is None or given.trigger is not Trigger.UNIQUE_CODES:
                continue
            (code,) = generate_codes(conn, use.store_id, given.identifier, ToIssue(1, batch=BATCH), at)
            how = CouponTerms(reward.days, reward.after, reward.transferable)
            origin = {"promotion_id": given.id, "issued_by": one.identifier, "issued_at": at}
            _put(conn, use.store_id, code, user.logon_id, how, origin | {"order_ref": use.order_ref, "granted_by": one.id})
            issued.append(code)
    return issued


def take_back_coupons(conn: Connection, order_ref: str, at: datetime) -> None:
    """Revoke what a cancelled order earned; what was used meanwhile stays used."""
    for row in _OF_ORDER.all(conn, {"order": order_ref}):
        if row["revoked_at"] is None and not _used(conn, {row["code"]}):
            _revoke(conn, row["store_id"], row["code"], at)


def coupon_row(conn: Connection, store_id: int, code: str) -> Row | None:
    """The coupon a code is, or nothing when it is an ordinary code."""
    return _BY_CODE.first(conn, {"store": store_id, "code": code})


_of_store = coupon.c.store_id == sa.bindparam("store")
_OF_OWNER = Statement(sa.select(coupon).where(_of_store, coupon.c.owner == sa.bindparam("owner")))
_BY_CODE = Statement(sa.select(coupon).where(_of_store, coupon.c.code == sa.bindparam("code")))
_OF_ORDER = Statement(sa.select(coupon).where(coupon.c.order_ref == sa.bindparam("order")).order_by(coupon.c.code))
_ORDER = {state: place for place, state in enumerate(CouponState)}


def _put(conn: Connection, store_id: int, code: str, owner: str, terms: CouponTerms, origin: Mapping[str, object]) -> bool:
    at = origin["issued_at"]
    assert isinstance(at, datetime)
    effective = at + timedelta(days=terms.after)
    row = {
        "store_id": store_id,
        "code": code,
        "owner": owner_key(owner),
        "transferable": terms.transferable,
        "effective_at": effective,
        "expires_at": None if terms.days is None else effective + timedelta(days=terms.days),
        "revoked_at": None,
        "order_ref": None,
        "granted_by": None,
    }
    return insert_or_ignore(conn, coupon, row | dict(origin))


def _revoke(conn: Connection, store_id: int, code: str, at: datetime) -> None:
    c = coupon.c
    conn.execute(coupon.update().where(c.store_id == store_id, c.code == code, c.revoked_at.is_(None)).values(revoked_at=at))


def _used(conn: Connection, codes: set[str]) -> set[str]:
    """Those of the codes that an order holds or has redeemed."""
    scopes = {scope_of(code): code for code in codes}
    c = promotion_counter.c
    found = conn.execute(sa.select(c.scope).where(c.scope.in_(scopes), c.used > 0)).scalars()
    return {scopes[scope] for scope in found}


def _coupons(conn: Connection, store_id: int, rows: Sequence[Mapping[str, Any]], at: datetime) -> list[Coupon]:
    if not rows:
        return []
    terms = {one.id: one for one in find_promotions(conn, store_id)}
    active = {one.id for one in find_promotions(conn, store_id, "active")}
    used = _used(conn, {row["code"] for row in rows})
    coupons = [
        Coupon(
            row["code"],
            terms[row["promotion_id"]],
            row["owner"],
            row["issued_at"],
            row["effective_at"],
            _ends(row["expires_at"], terms[row["promotion_id"]].ends_at),
            row["transferable"],
            row["issued_by"],
            _state(row, terms[row["promotion_id"]], (row["code"] in used, row["promotion_id"] in active), at),
        )
        for row in rows
        if row["promotion_id"] in terms
    ]
    return sorted(coupons, key=lambda one: (_ORDER[one.state], one.expires_at is None, one.expires_at or at, one.code))


def _ends(own: datetime | None, promotion: datetime | None) -> datetime | None:
    """When it can no longer be used: by its own time or by its promotion's."""
    return min((at for at in (own, promotion) if at is not None), default=None)


def _state(row: Mapping[str, Any], terms: Promotion, known: tuple[bool, bool], at: datetime) -> CouponState:
    used, active = known
    if used:
        return CouponState.USED
    if row["revoked_at"] is not None:
        return CouponState.REVOKED
    ends = _ends(row["expires_at"], terms.ends_at)
    if ends is not None and ends <= at:
        return CouponState.EXPIRED
    if not active:
        return CouponState.PAUSED
    begins = max(row["effective_at"], terms.starts_at or row["effective_at"])
    return CouponState.WAITING if at < begins else CouponState.READY
