"""What promotions answer to the outside: is a code usable, and what is a promotion about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from entrepot.commerce.promotions.codes import Holder, PromotionUnknown, coupon_fault, issued_codes, promotion_of_code
from entrepot.commerce.promotions.conditions import BuyerInSegment, ShipsTo
from entrepot.commerce.promotions.coupons import coupon_row
from entrepot.commerce.promotions.promotion import Promotion, Trigger, canonical_code
from entrepot.commerce.promotions.tables import find_promotions
from entrepot.commerce.promotions.usage import exhausted


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """The first reason why a code is not usable, or VALID; a check never consumes a use."""

    code: str
    valid: bool
    reason: str
    detail: str = ""


def validate_code(
    conn: Connection, store_id: int, code: str, buyer: tuple[str, frozenset[str]], at: datetime, order_ref: str = ""
) -> CodeCheck:
    """Test a code for a buyer (logon id, segments) at a date, in the documented order: the first failing test is the answer.

    What the order itself has redeemed already is still good for it.
    """
    logon_id, segments = buyer
    code = canonical_code(code)
    unique = promotion_of_code(conn, store_id, code)
    found = [
        one
        for one in _all(conn, store_id)
        if one[0].id == unique or (one[0].code == code and one[0].trigger is Trigger.PUBLIC_CODE)
    ]
    if not found:
        return CodeCheck(code, False, "INVALID")
    promotion, status = found[0]
    if status != "active":
        return CodeCheck(code, False, "NOT_ACTIVE", status)
    if promotion.starts_at is not None and at < promotion.starts_at:
        return CodeCheck(code, False, "NOT_YET_EFFECTIVE", promotion.starts_at.isoformat())
    if promotion.ends_at is not None and promotion.ends_at <= at:
        return CodeCheck(code, False, "EXPIRED", promotion.ends_at.isoformat())
    held = coupon_row(conn, store_id, code) if unique is not None else None
    redeemed = unique is not None and not issued_codes(conn, store_id, [code], order_ref)
    fault = coupon_fault(held, Holder(logon_id, at)) if held is not None else ""
    if fault:
        ended = held["expires_at"] if held is not None else None
        return CodeCheck(code, False, fault, ended.isoformat() if fault == "EXPIRED" and ended else logon_id)
    for condition in promotion.conditions:
        if isinstance(condition, BuyerInSegment) and segments.isdisjoint(condition.segments):
            return CodeCheck(code, False, "BAD_CUSTOMER", logon_id)
    if redeemed or promotion.id in exhausted(conn, store_id, [promotion], "", ""):
        return CodeCheck(code, False, "USED_UP")
    if promotion.id in exhausted(conn, store_id, [promotion], logon_id, ""):
        return CodeCheck(code, False, "CUSTOMER_LIMIT")
    return CodeCheck(code, True, "VALID", "region" if any(isinstance(one, ShipsTo) for one in promotion.conditions) else "")


def find_promotion(conn: Connection, store_id: int, *, identifier: str = "", code: str = "") -> Promotion | None:
    """A promotion by its identifier or by a code that triggers it, whatever its status."""
    code = canonical_code(code)
    for one, _ in _all(conn, store_id):
        if (identifier and one.identifier == identifier) or (code and one.code == code):
            return one
    return None


def require_promotion(conn: Connection, store_id: int, identifier: str) -> Promotion:
    """A promotion by its identifier, whatever its status, or a refusal."""
    found = find_promotion(conn, store_id, identifier=identifier)
    if found is None:
        raise PromotionUnknown(promotion=identifier)
    return found


def _all(conn: Connection, store_id: int) -> list[tuple[Promotion, str]]:
    active = find_promotions(conn, store_id, status="active")
    known = {one.id for one in active}
    rest = [one for one in find_promotions(conn, store_id) if one.id not in known]
    return [*((one, "active") for one in active), *((one, "inactive") for one in rest)]
