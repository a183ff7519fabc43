"""Coupons of a promotion: give one to a customer, see who has which, take one back."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post

from entrepot.commerce import promotions
from entrepot.commerce.history import note_change
from entrepot.kernel.clock import last_day
from entrepot.kernel.errors import Error, Invalid
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark
from entrepot.web.staff import Asked, Form, author_of, back, desk_of, refused, show, text

HERE = "/management/promotions/{identifier:str}/coupons"
FIELDS = {"owner": "owner", "days": "days"}
STATES = {
    "ready": (mark("ready to use"), "success"),
    "waiting": (mark("not yet"), "info"),
    "paused": (mark("paused"), "warning"),
    "used": (mark("used"), None),
    "expired": (mark("expired"), None),
    "revoked": (mark("taken back"), "danger"),
}


class DaysMalformed(Invalid):
    code = "BAD_DAYS"
    message = mark("{path}: write a number of days from 1 to 3650.")


@get(HERE, permission="promotion.view", sync_to_thread=False)
def coupons_page(request: Asked, identifier: str) -> Response[str]:
    """Who has a coupon of this promotion, and the form to give one."""
    return _page(request, identifier)


def _page(request: Asked, identifier: str, entered: Form | None = None, error: Error | None = None) -> Response[str]:
    store, now = desk_of(request).store, house_of(request).clock.now()
    with house_of(request).commerce.database.read() as conn:
        one = promotions.require_promotion(conn, store.id, identifier)
        coupons = promotions.coupons_by_promotion(conn, store.id, one.id, now)
    status, problems = refused(error, FIELDS) if error is not None else (200, {})
    return show(
        request,
        "management/coupons.html",
        status=status,
        one=one,
        coupons=coupons,
        states=STATES,
        last_day=last_day,
        by_unique_codes=one.trigger is promotions.Trigger.UNIQUE_CODES,
        entered=entered or {},
        problems=problems,
    )


@post(HERE, permission="promotion.edit", sync_to_thread=False)
def give(request: Asked, identifier: str, data: Form) -> Response[Any]:
    """Give a coupon to a registered customer."""
    store, author = desk_of(request).store, author_of(request, data)
    try:
        terms = promotions.CouponTerms(_days(text(data, "days")), 0, bool(text(data, "transferable")))
        with house_of(request).commerce.database.write() as conn:
            by = author.logon_id, author.at
            code = promotions.issue_coupon(conn, store.id, identifier, text(data, "owner"), terms, by)
            given = {"owner": text(data, "owner"), "code": code, "days": terms.days}
            note_change(conn, author, ("codes", identifier), "granted", None, given)
    except promotions.PromotionUnknown:
        raise
    except Error as error:
        return _page(request, identifier, data, error)
    return back(f"/management/promotions/{quote(identifier)}/coupons", "given")


@post(f"{HERE}/revoke", permission="promotion.edit", sync_to_thread=False)
def revoke(request: Asked, identifier: str, data: Form) -> Response[Any]:
    """Take a coupon back that was not used yet."""
    store, author = desk_of(request).store, author_of(request, data)
    try:
        with house_of(request).commerce.database.write() as conn:
            promotions.revoke_coupon(conn, store.id, text(data, "code"), author.at)
            note_change(conn, author, ("codes", identifier), "withdrawn_coupon", {"code": text(data, "code")}, None)
    except Error as error:
        return _page(request, identifier, None, error)
    return back(f"/management/promotions/{quote(identifier)}/coupons", "saved")


def _days(written: str) -> int:
    if not written.isascii() or not written.isdigit() or not 1 <= int(written[:6]) <= 3650:
        raise DaysMalformed(path="days")
    return int(written)


routes: list[Any] = [coupons_page, give, revoke]
