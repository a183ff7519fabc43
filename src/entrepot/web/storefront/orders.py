"""Placed orders: the list of an account, the page of one order, and the way to it for guests.

The order page follows the order while something can still change: htmx asks again every few seconds and gets
nothing when nothing has. A guest who has no claim in the browser shows the e-mail address; a wrong number and a
wrong address read the same, and guessing is slowed down.
"""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery

from entrepot.commerce import capture, members
from entrepot.kernel.errors import Error
from entrepot.web.edge import html
from entrepot.web.storefront import words
from entrepot.web.storefront.cart_view import cart_shown, sums_of
from entrepot.web.storefront.frame import Form, Front, draw, front_of, go, page_of, show, text_of
from entrepot.web.storefront.guest_orders import find_order, keep_email
from entrepot.web.storefront.progress import money_of, progress_of


@get("/orders", permission="public", sync_to_thread=False)
def orders(request: Request[Any, Any, Any]) -> Response[str]:
    """The account's orders, or the form by which a guest finds one."""
    front = front_of(request)
    if front.caller.logon_id is None:
        return find_page(front)
    with front.house.commerce.database.read() as conn:
        now = front.visit(conn)
        placed = capture.placed_orders(conn, front.store, front.caller.logon_id)
        rows = [(one, progress_of(one, front.words)) for one in placed]
        return show(front, "storefront/orders.html", page_of(front, conn, now), rows=rows)


def find_page(front: Front, number: str = "", email: str = "", wrong: str = "", status: int = 200) -> Response[str]:
    """The form that finds an order by its number and e-mail address."""
    with front.house.commerce.database.read() as conn:
        page = page_of(front, conn, front.visit(conn))
    return show(front, "storefront/find_order.html", page, status, number=number, email=email, wrong=wrong)


@post("/orders", permission="public", sync_to_thread=False, status_code=303)
def find(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Look a guest's order up; every failure counts against the caller's address."""
    front = front_of(request)
    number, email = text_of(data, "number", 20).upper(), text_of(data, "email", 254)
    at, database = front.house.clock.now(), front.house.commerce.database
    keys = [f"order:{request.client.host if request.client else 'unknown'}"]
    try:
        with database.read() as conn:
            members.check_attempts(conn, keys, at)
            capture.find_placed(conn, front.store, number, logon_id=None, email=email)
    except Error as error:
        if isinstance(error, capture.OrderNotFound):
            with database.write() as conn:
                members.note_failure(conn, keys, at)
        status = 429 if isinstance(error, members.TooManyAttempts) else 422
        return find_page(front, number, email, words.sentence(error, front.locale), status)
    return keep_email(front, go(front, f"/orders/{number}"), email)


@get("/orders/{number:str}", permission="public", sync_to_thread=False)
def order(
    request: Request[Any, Any, Any], number: FromPath[str], placed: FromQuery[str] = "", seen: FromQuery[str] = ""
) -> Response[str]:
    """One order: what was ordered and where it stands; for whom it is not, the form that asks who they are."""
    front = front_of(request)
    with front.house.commerce.database.read() as conn:
        now = front.visit(conn)
        try:
            found = find_order(front, conn, number)
        except capture.OrderNotFound:
            if front.is_fragment:
                return html("", 204)
            return find_page(front, number[:20].upper(), status=404)
        page = page_of(front, conn, now)
    progress = progress_of(found, front.words)
    if front.is_fragment and seen == progress.mark:
        return html("", 204)
    assert found.calculation is not None, "a placed order has been calculated"
    context: dict[str, Any] = {
        "order": found,
        "progress": progress,
        "shown": cart_shown(found, front.words, front.locale),
        "sums": sums_of(found.calculation, front.words),
        "invoices": [(one, money_of(one, front.locale)) for one in progress.invoices],
    }
    if front.is_fragment:
        return html(draw(front, "storefront/order_main.html", page, **context), 200, {"cache-control": "no-store"})
    return show(front, "storefront/order.html", page, placed=placed == "yes", **context)
