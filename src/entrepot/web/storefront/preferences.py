"""Language and currency, chosen once and kept by the browser; a filled cart is priced anew in the new currency."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response, post
from litestar.response import Redirect

from entrepot.commerce import capture
from entrepot.kernel.errors import Error
from entrepot.web import i18n, shop
from entrepot.web.page import CURRENCY_COOKIE, LOCALE_COOKIE
from entrepot.web.storefront.accounts import safe
from entrepot.web.storefront.frame import Form, Front, front_of, text_of

YEAR = 365 * 24 * 3600


@post("/preferences", permission="public", sync_to_thread=False, status_code=303)
def preferences(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Keep the wishes this store can fulfill and go back to where they were made."""
    front = front_of(request)
    locale, currency = text_of(data, "locale", 20), text_of(data, "currency", 3)
    answer = Redirect(_back(front, text_of(data, "return_to", 500)), status_code=303)
    if locale in i18n.languages():
        answer.set_cookie(LOCALE_COOKIE, locale, max_age=YEAR, samesite="lax", httponly=True)
    if currency and _take_currency(front, currency):
        answer.set_cookie(CURRENCY_COOKIE, currency, max_age=YEAR, samesite="lax", httponly=True)
    return answer


def _take_currency(front: Front, currency: str) -> bool:
    """Whether the store sells in it; the cart goes along."""
    caller = shop.Caller(front.store, front.caller.logon_id, front.caller.secret, front.locale, currency)
    database = front.house.commerce.database
    with database.read() as conn:
        now = shop.visit(conn, caller, front.house)
        cart = capture.current_cart(conn, now)
    if currency not in now.store.currencies:
        return False
    if cart is not None and cart.currency != currency:
        try:
            shop.with_cart(front.house, caller, capture.change_currency)
        except Error:
            return False
    return True


def _back(front: Front, return_to: str) -> str:
    """The page the wish was made on, with its question when the browser tells that it is the same page."""
    came_from = urlsplit(front.request.headers.get("referer", ""))
    if came_from.path == return_to and came_from.query:
        return safe(f"{return_to}?{came_from.query}") or front.url("/")
    return safe(return_to) or front.url("/")
