"""The cart: add, change, remove and bring back, promotion codes, and the way to the configurator.

Every change answers with the cart as it is then, for htmx as the fragment that is swapped, otherwise by a
redirect. A change that is refused answers with the present cart and the reason; nothing is lost by it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.engine import Connection

from entrepot.commerce import capture, catalog
from entrepot.kernel.errors import Error
from entrepot.web import kit_launch, shop
from entrepot.web.edge import html
from entrepot.web.storefront import words
from entrepot.web.storefront.cart_view import CartShown, cart_shown, sums_of
from entrepot.web.storefront.choosing import FIELD
from entrepot.web.storefront.configured import off_to
from entrepot.web.storefront.frame import Form, Front, draw, front_of, go, keep_secret, page_of, show, text_of, version_in
from entrepot.web.storefront.product import Wish, add_refused, product_page
from entrepot.web.storefront.told import Told, Undo
from entrepot.web.storefront.wallet import wallet_of

#: Where codes can be entered besides the cart; it is gone back to.
SUMMARY = "/checkout/summary"
Change = Callable[[Connection, capture.Visit, capture.Order], capture.Order]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What did not work on the cart page: the field it belongs to, what was entered, the reason."""

    field: str
    entered: str
    text: str


@get("/cart", permission="public", sync_to_thread=False)
def cart(request: Request[Any, Any, Any]) -> Response[str]:
    """The visitor's cart at present prices."""
    return cart_page(front_of(request))


def cart_page(front: Front, status: int = 200, told: Told | None = None, wrong: Wrong | None = None) -> Response[str]:
    """The cart as a page, or as the fragment htmx asked for with the header's count beside it."""
    with front.house.commerce.database.read() as conn:
        now = front.visit(conn)
        found = capture.current_cart(conn, now)
        if found is not None:
            found = capture.reprice(conn, now, found)
        page = page_of(front, conn, now, found)
        coupons = wallet_of(conn, front, now, found.codes) if found is not None and found.lines else []
    shown = cart_shown(found, front.words, front.locale) if found is not None and found.lines else None
    context: dict[str, Any] = {
        "cart": found if shown else None,
        "shown": shown,
        "sums": sums_of(found.calculation, front.words) if shown and found and found.calculation else (),
        "coupons": coupons,
        "wrong": wrong,
        "blocked": is_blocked(shown),
    }
    if front.is_fragment:
        text = draw(front, "storefront/cart_main.html", page, told=told, oob=True, **context)
        return html(text, status, {"cache-control": "no-store"})
    return show(front, "storefront/cart.html", page, status, told=told, oob=False, **context)


def is_blocked(shown: CartShown | None) -> bool:
    """Whether something on the cart has to be put right before it can be ordered."""
    return shown is not None and any(line.problem for line in shown.lines)


def changed(front: Front, change: Change, version: int | None, told: Told | None = None) -> Response[str]:
    """Change the cart and show it; a refused change shows the present cart with the reason."""
    try:
        shop.with_cart(front.house, front.caller, change, version)
    except Error as error:
        return refused(front, error)
    return cart_page(front, told=told) if front.is_fragment else go(front, "/cart", told)


def refused(front: Front, error: Error, field: str = "", entered: str = "") -> Response[str]:
    """The present cart with the reason why it was not changed."""
    text = words.sentence(error, front.locale)
    status = {"conflict": 409, "not_found": 404, "unavailable": 503}.get(error.kind, 422)
    if field:
        return cart_page(front, status, wrong=Wrong(field, entered, text))
    swapped = 409 if front.is_fragment else status
    return cart_page(front, swapped, Told(text, "danger"))


@post("/cart/lines", permission="public", sync_to_thread=True, status_code=200)
def add(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Add an article with the values chosen; what is missing or wrong is said at its field."""
    front = front_of(request)
    number, quantity = text_of(data, "part_number", 64), text_of(data, "quantity", 20) or "1"
    chosen = {name.removeprefix(FIELD): text_of(data, name, 200) for name in data if name.startswith(FIELD)}
    try:
        _, secret = shop.add_to_cart(front.house, front.caller, [capture.Adding(number, quantity, chosen)])
    except catalog.CatalogEntryNotFound:
        raise
    except Error as error:
        return add_refused(front, number, Wish(chosen, quantity), error)
    told = Told(front.words.gettext("It is in your cart."))
    if not front.is_fragment:
        return keep_secret(front, go(front, "/cart", told), secret)
    # The cart's content goes to the visitor the new secret makes of this one.
    after = front if secret is None else front.holding(secret)
    return keep_secret(front, added(after, number, Wish(chosen)), secret)


def added(front: Front, number: str, wish: Wish) -> Response[str]:
    """What htmx swaps after adding: the buy box as it was, the count in the header, and where to go on."""
    answer = product_page(front, number, wish)
    with front.house.commerce.database.read() as conn:
        now = front.visit(conn)
        page = page_of(front, conn, now)
        found = capture.current_cart(conn, now)
    extra = draw(front, "storefront/added.html", page, cart=found)
    return html(answer.content + extra, 200, {"cache-control": "no-store"})


@post("/cart/lines/{line:str}/quantity", permission="public", sync_to_thread=False, status_code=200)
def change_quantity(request: Request[Any, Any, Any], line: FromPath[str], data: Form) -> Response[str]:
    """Change how much of a line is wanted; 0 removes it."""
    front, quantity = front_of(request), text_of(data, "quantity", 20)
    if quantity == "0":
        return remove(request, line, data)
    try:
        shop.with_cart(
            front.house,
            front.caller,
            lambda conn, now, cart: capture.change_quantity(conn, now, cart, line, quantity),
            version_in(data),
        )
    except Error as error:
        at_field = error.code in ("BAD_QUANTITY", "QUANTITY_NOT_MULTIPLE")
        return refused(front, error, f"quantity-{line}" if at_field else "", quantity)
    return cart_page(front) if front.is_fragment else go(front, "/cart")


@post("/cart/lines/{line:str}/remove", permission="public", sync_to_thread=False, status_code=200)
def remove_line(request: Request[Any, Any, Any], line: FromPath[str], data: Form) -> Response[str]:
    """Take a line off the cart, with a way back."""
    return remove(request, line, data)


def remove(request: Request[Any, Any, Any], line: str, data: dict[str, Any]) -> Response[str]:
    """Take a line off and tell how to bring it back; a gift that is taken off stays away until asked for."""
    front = front_of(request)
    undo: list[tuple[str, Undo]] = []

    def change(conn: Connection, now: capture.Visit, cart: capture.Order) -> capture.Order:
        undo.append(_way_back(conn, now, cart, line))
        return capture.remove_line(conn, now, cart, line)

    try:
        shop.with_cart(front.house, front.caller, change, version_in(data))
    except Error as error:
        return refused(front, error)
    name, way_back = undo[0]
    told = Told(front.words.gettext("Removed: %(name)s") % {"name": name}, "info", way_back)
    return cart_page(front, told=told) if front.is_fragment else go(front, "/cart", told)


def _way_back(conn: Connection, now: capture.Visit, cart: capture.Order, line_id: str) -> tuple[str, Undo]:
    priced = next((one for one in (cart.calculation.lines if cart.calculation else ()) if one.id == line_id), None)
    if line_id.startswith("gift:"):
        return priced.name if priced else line_id, Undo(gift=line_id.removeprefix("gift:"))
    line = cart.line(line_id)
    facts = catalog.entries_by_part_numbers(conn, now.view, [line.part_number]).get(line.part_number)
    quantity = facts.step.format(line.quantity) if facts else str(line.quantity)
    return priced.name if priced else line.part_number, Undo(line.part_number, quantity, line.configuration_id or "")


@post("/cart/undo", permission="public", sync_to_thread=True, status_code=200)
def undo(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Bring back what was removed: an article, a configured kit with its configuration, or a gift."""
    front = front_of(request)
    gift, configuration = text_of(data, "gift", 100), text_of(data, "configuration_id", 128)
    if gift:
        return changed(front, lambda conn, now, cart: capture.accept_gift(conn, now, cart, gift), None)
    number, quantity = text_of(data, "part_number", 64), text_of(data, "quantity", 20) or "1"
    try:
        if configuration:
            _, secret = shop.add_configuration(front.house, front.caller, configuration, quantity, None)
        else:
            _, secret = shop.add_to_cart(front.house, front.caller, [capture.Adding(number, quantity)])
    except Error as error:
        return refused(front, error)
    told = Told(front.words.gettext("It is back in your cart."))
    after = front if secret is None else front.holding(secret)
    return keep_secret(front, cart_page(after, told=told) if front.is_fragment else go(front, "/cart", told), secret)


@post("/cart/codes", permission="public", sync_to_thread=False, status_code=200)
def enter_code(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Enter a promotion code; one that cannot be used is said so at its field."""
    front, code = front_of(request), text_of(data, "code", 100)
    at_checkout = text_of(data, "back", 40) == SUMMARY
    if not code and at_checkout:
        return go(front, SUMMARY, Told(front.words.gettext("Write the code you were given."), "warning"))
    if not code:
        return cart_page(front, 422, wrong=Wrong("code", "", front.words.gettext("Write the code you were given.")))
    try:
        shop.with_cart(front.house, front.caller, lambda conn, now, cart: capture.enter_code(conn, now, cart, code))
    except Error as error:
        if at_checkout:
            return go(front, SUMMARY, Told(words.sentence(error, front.locale), "warning"))
        return refused(front, error, "code", code)
    if at_checkout:
        return go(front, SUMMARY, Told(front.words.gettext("The code is on your order.")))
    return cart_page(front) if front.is_fragment else go(front, "/cart")


@post("/cart/codes/remove", permission="public", sync_to_thread=False, status_code=200)
def remove_code(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Take a promotion code off."""
    front, code = front_of(request), text_of(data, "code", 100)
    if text_of(data, "back", 40) == SUMMARY:
        shop.with_cart(front.house, front.caller, lambda conn, now, cart: capture.remove_code(conn, now, cart, code))
        return go(front, SUMMARY)
    return changed(front, lambda conn, now, cart: capture.remove_code(conn, now, cart, code), None)


@post("/cart/lines/{line:str}/configure", permission="public", sync_to_thread=True, status_code=303)
def reconfigure(request: Request[Any, Any, Any], line: FromPath[str], data: Form) -> Response[str]:
    """Open the configurator with the configuration of a line; it comes back to this line."""
    front = front_of(request)
    try:
        with front.house.commerce.database.read() as conn:
            number = capture.require_cart(conn, front.visit(conn)).line(line).part_number
        launched = kit_launch.launch(front.house, front.caller, number, front.url("/cart/configured"), line)
    except Error as error:
        return refused(front, error)
    return off_to(front, launched)


@post("/cart/lines/{line:str}/compare", permission="public", sync_to_thread=True, status_code=303)
def compare(request: Request[Any, Any, Any], line: FromPath[str], data: Form) -> Response[str]:
    """Put the configuration of a line beside another of the same kit: of the cart, saved, or by a link."""
    front = front_of(request)
    try:
        address = kit_launch.comparison(front.house, front.caller, line, front.url("/cart/configured"))
    except Error as error:
        return refused(front, error)
    return Redirect(address, status_code=303)
