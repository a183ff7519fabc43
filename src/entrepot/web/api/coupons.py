"""A shopper's coupons for programs: the wallet, a code put into it, a coupon put on the cart and taken off again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, Response, delete, get, post, put
from sqlalchemy.engine import Connection

from entrepot.commerce import capture, promotions
from entrepot.web import shop
from entrepot.web.api.caller import caller_of
from entrepot.web.api.carts import respond_with
from entrepot.web.edge import house_of, require_user


class ToClaim(msgspec.Struct, forbid_unknown_fields=True):
    """A code somebody was sent."""

    code: str


class CouponDocument(msgspec.Struct):
    """A coupon of the caller; `state` is ready, waiting (until `effective_at`), paused, used or expired."""

    code: str
    promotion: str
    name: str
    description: str
    state: str
    effective_at: datetime
    expires_at: datetime | None
    in_cart: bool


class CouponApi(Controller):
    """`/api/stores/{store}/coupons`: the wallet of the account whose bearer token is sent; guests have none."""

    path = "/api/stores/{store:str}"
    tags = ["Coupons"]

    @get("/coupons", permission="buyer", sync_to_thread=False)
    def wallet(self, request: Request[Any, Any, Any], store: str) -> list[CouponDocument]:
        """The caller's coupons, those that can be used first, the sooner they end the earlier."""
        require_user(request)
        house = house_of(request)
        with house.commerce.database.read() as conn:
            return _wallet(conn, shop.visit(conn, caller_of(request, store), house))

    @post("/coupons", permission="buyer", sync_to_thread=True)
    def claim(self, request: Request[Any, Any, Any], store: str, data: ToClaim) -> CouponDocument:
        """Put a code into the wallet; from then on it is good for the caller alone. Doing it again changes nothing."""
        house, user = house_of(request), require_user(request)
        with house.commerce.database.write() as conn:
            now = shop.visit(conn, caller_of(request, store), house)
            code = promotions.claim_coupon(conn, now.store.id, data.code, user.logon_id, now.at)
            return next(one for one in _wallet(conn, now) if one.code == code)

    @put("/cart/coupons/{code:str}", permission="buyer", sync_to_thread=False)
    def use(self, request: Request[Any, Any, Any], store: str, code: str) -> Response[bytes]:
        """Put a coupon of the caller's on the cart. It is used up by the order, not by this; twice is once."""
        house, user = house_of(request), require_user(request)

        def enter(conn: Connection, now: capture.Visit, cart: capture.Order) -> capture.Order:
            own = promotions.coupons_of(conn, now.store.id, user.logon_id, now.at)
            if promotions.canonical_code(code) not in {one.code for one in own}:
                raise promotions.CouponUnknown()
            return capture.enter_code(conn, now, cart, code)

        return respond_with(shop.with_cart(house, caller_of(request, store), enter))

    @delete("/cart/coupons/{code:str}", permission="buyer", sync_to_thread=False, status_code=200)
    def keep(self, request: Request[Any, Any, Any], store: str, code: str) -> Response[bytes]:
        """Take a coupon off the cart; it is back in the wallet."""
        caller = caller_of(request, store)
        leave = shop.with_cart(house_of(request), caller, lambda conn, now, cart: capture.remove_code(conn, now, cart, code))
        return respond_with(leave)


def _wallet(conn: Connection, now: capture.Visit) -> list[CouponDocument]:
    cart = capture.current_cart(conn, now)
    in_cart = cart.codes if cart is not None else ()
    return [
        CouponDocument(
            code=one.code,
            promotion=one.promotion.identifier,
            name=one.promotion.name(now.language),
            description=one.promotion.description(now.language),
            state=str(one.state),
            effective_at=one.effective_at,
            expires_at=one.expires_at,
            in_cart=one.code in in_cart,
        )
        for one in promotions.coupons_of(conn, now.store.id, now.buyer.logon_id, now.at)
        if one.state != promotions.CouponState.REVOKED
    ]
