"""The last step: the summary an order is made from, and the order.

Preparing reserves the stock and fixes the prices for a quarter of an hour; only what was prepared can be ordered,
and one summary becomes one order however often it is sent. Where something has changed meanwhile, the summary says
what, and asks again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from msgspec.structs import replace

from entrepot.commerce import capture
from entrepot.kernel.errors import Error
from entrepot.kernel.money import parse_amount
from entrepot.web import formats, shop
from entrepot.web.page import cart_cookie
from entrepot.web.storefront import words
from entrepot.web.storefront.frame import Form, Front, front_of, go, text_of, version_in
from entrepot.web.storefront.guest_orders import keep_claim, old_claims
from entrepot.web.storefront.steps import nothing, standing, step_page
from entrepot.web.storefront.stock_words import expected_day
from entrepot.web.storefront.told import Told
from entrepot.web.storefront.wallet import wallet_of


@dataclass(frozen=True, slots=True)
class Snag:
    """Why the summary cannot be ordered as it is, and a new total to agree to where that is all it takes."""

    text: str
    tone: str = "danger"
    new_total: int | None = None
    agreed: str = ""


@get("/checkout/summary", permission="public", sync_to_thread=True)
def summary(request: Request[Any, Any, Any]) -> Response[str]:
    """Everything about the order, and the button that makes it one."""
    return summary_page(front_of(request))


def summary_page(front: Front, snag: Snag | None = None, status: int = 200) -> Response[str]:
    """The summary of a prepared cart; of one that is not, what is missing and the way to prepare it."""
    with front.house.commerce.database.read() as conn:
        at = standing(front, conn)
        if at is None:
            return nothing(front)
        undone = [at.cart.ship_to is None, at.cart.shipping_mode is None, at.cart.payment is None]
        if True in undone:
            return go(front, f"/checkout/{('address', 'shipping', 'payment')[undone.index(True)]}")
        prepared = at.cart.prepared if capture.is_prepared(at.cart, at.now.at) else None
        return step_page(
            front,
            conn,
            at,
            "summary",
            status,
            prepared=prepared is not None,
            expires_at=datetime.fromisoformat(prepared["expires_at"]) if prepared else None,
            now=at.now.at,
            later=_later(front, prepared["later"]) if prepared else {},
            coupons=wallet_of(conn, front, at.now, at.cart.codes),
            snag=snag,
            key=f"{at.cart.id}-{at.cart.version}",
        )


def _later(front: Front, backordered: Sequence[dict[str, Any]]) -> dict[str, str]:
    """The day each backordered line is expected; where the reservation told none, what is known of the item."""
    unknown = [one["part_number"] for one in backordered if not one["expected_at"]]
    known = shop.stock_of(front.house, front.store, unknown) if unknown else {}
    days = {}
    for one in backordered:
        stock = known.get(one["part_number"])
        days[one["line"]] = expected_day(one["expected_at"] or (stock.expected_at if stock else None), front.locale)
    return days


@post("/checkout/prepare", permission="public", sync_to_thread=True, status_code=303)
def prepare(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Reserve the stock and fix the prices, with the shopper's consent to a new total where one was asked for."""
    return prepare_and_show(front_of(request), version_in(data), text_of(data, "confirmed_total", 20))


def prepare_and_show(front: Front, version: int, confirmed_total: str | None = None) -> Response[str]:
    """Prepare the cart and go to its summary; what is in the way is told there."""
    try:
        before = _total(front)
        prepared = front.house.requests.conduct(shop.prepare(front.house, front.caller, version, confirmed_total))
    except capture.CartNotFound:
        return nothing(front)
    except capture.PriceChanged as error:
        agreed, currency = error.attributes["total"], error.attributes["currency"]
        total = parse_amount(agreed, currency)
        text = front.words.gettext("Prices have changed: the total is now %(total)s.")
        return summary_page(
            front, Snag(text % {"total": formats.money(total, currency, front.locale)}, "warning", total, agreed), 409
        )
    except Error as error:
        return summary_page(front, Snag(words.sentence(error, front.locale)), 409 if error.kind == "conflict" else 422)
    after = prepared.calculation.total if prepared.calculation else 0
    told = Told(front.words.gettext("Good news: the total went down."), "success") if after < before else None
    return go(front, "/checkout/summary", told)


def _total(front: Front) -> int:
    """What the shopper was last shown."""
    with front.house.commerce.database.read() as conn:
        cart = capture.require_cart(conn, front.visit(conn))
    return cart.calculation.total if cart.calculation else 0


@post("/checkout/order", permission="public", sync_to_thread=True, status_code=303)
def place(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Make the summary an order: once, however often the form is sent."""
    front, key, version = front_of(request), text_of(data, "key", 255), version_in(data)
    try:
        order, _ = shop.submit(front.house, front.caller, key, version)
    except Error as error:
        earlier = _ordered_before(front, key, version)
        if earlier is not None:
            return go(front, f"/orders/{earlier.number}")
        if isinstance(error, capture.CartNotFound):
            return go(front, "/cart", Told(words.sentence(error, front.locale), "warning"))
        return summary_page(front, Snag(words.sentence(error, front.locale)), 409 if error.kind == "conflict" else 422)
    answer = go(front, f"/orders/{order.number}?placed=yes")
    secret = request.cookies.get(cart_cookie(front.store), "")
    return keep_claim(front, answer, secret) if front.caller.logon_id is None and secret else answer


def _ordered_before(front: Front, key: str, version: int) -> capture.Order | None:
    """The order that a guest made of this very form, when a new cart has taken the place of the old one since."""
    for secret in old_claims(front):
        try:
            order, _ = shop.submit(front.house, replace(front.caller, secret=capture.hashed(secret)), key, version)
        except Error:
            continue
        return order
    return None
