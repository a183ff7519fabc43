"""A shopper's coupons: in the account with what each is worth and how long, at the cart and the checkout ready to use."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, Response, post
from sqlalchemy.engine import Connection

from entrepot.commerce import capture, catalog, promotions
from entrepot.kernel.clock import last_day
from entrepot.kernel.errors import Error
from entrepot.web.edge import require_user
from entrepot.web.storefront import words
from entrepot.web.storefront.frame import Form, Front, front_of, go, text_of
from entrepot.web.storefront.told import Told

#: How many coupons that cannot be used any more the account still shows.
MOST_OLD = 10


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose coupons, in which store."""

    store: catalog.Store
    logon_id: str


@dataclass(frozen=True, slots=True)
class CouponShown:
    """A coupon as a shopper reads it, with the days it is good by the store's clock."""

    code: str
    name: str
    description: str
    state: str
    first_day: date
    last_day: date | None
    transferable: bool
    in_cart: bool

    @property
    def usable(self) -> bool:
        return self.state == promotions.CouponState.READY and not self.in_cart


def wallet_of(conn: Connection, front: Front, now: capture.Visit, in_cart: Collection[str] = ()) -> list[CouponShown]:
    """The visitor's coupons, those that can be used first; a guest has none."""
    return [] if now.buyer.is_guest else coupons_shown(conn, Owner(now.store, now.buyer.logon_id), now.at, front.locale, in_cart)


def coupons_shown(conn: Connection, owner: Owner, at: datetime, locale: str, in_cart: Collection[str] = ()) -> list[CouponShown]:
    """Somebody's coupons in a reader's language, those that can be used first."""
    store = owner.store
    return [
        CouponShown(
            one.code,
            one.promotion.name(locale),
            one.promotion.description(locale),
            one.state,
            one.effective_at.astimezone(ZoneInfo(store.time_zone)).date(),
            last_day(one.expires_at, store.time_zone) if one.expires_at else None,
            one.transferable,
            one.code in in_cart,
        )
        for one in promotions.coupons_of(conn, store.id, owner.logon_id, at)
        if one.state != promotions.CouponState.REVOKED
    ]


def trimmed(coupons: list[CouponShown]) -> list[CouponShown]:
    """All that can or will be used, and the last of the others."""
    living = (promotions.CouponState.READY, promotions.CouponState.WAITING, promotions.CouponState.PAUSED)
    old = [one for one in coupons if one.state not in living]
    return [one for one in coupons if one.state in living] + old[:MOST_OLD]


@post("/account/coupons", permission="buyer", sync_to_thread=True, status_code=303)
def claim(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Put a code somebody was sent into the wallet; from then on it is good for them alone."""
    front, user = front_of(request), require_user(request)
    code, _ = text_of(data, "code", 100), front.words.gettext
    if not code:
        return go(front, "/account#coupons", Told(_("Write the code you were given."), "warning"))
    try:
        with front.house.commerce.database.write() as conn:
            now = front.visit(conn)
            promotions.claim_coupon(conn, now.store.id, code, user.logon_id, now.at)
    except Error as error:
        return go(front, "/account#coupons", Told(words.sentence(error, front.locale), "warning"))
    return go(front, "/account#coupons", Told(_("The coupon is in your account.")))
