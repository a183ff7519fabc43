"""What an agent does on a shopper's open cart: each step an edge between commerce, which has the cart, and order
management, which keeps how far each role may go.

The cart is found by the shopper's logon id and priced as the shopper is; a step of the agent is a step of the cart's
version, so that neither overwrites the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.engine import Connection

from entrepot.commerce import capture
from entrepot.kernel.errors import NotFound
from entrepot.kernel.words import mark
from entrepot.order_management import orders
from entrepot.web import shop
from entrepot.web.house import House
from entrepot.web.staff import Desk


class NoOpenCart(NotFound):
    code = "NO_OPEN_CART"
    message = mark("{customer} has no open cart in this store.")


@dataclass(frozen=True, slots=True)
class CustomerCart:
    """A shopper's cart at present prices, as the shopper is, with what was ever granted on it."""

    visit: capture.Visit
    cart: capture.Order
    facts: list[capture.GrantFact]


def open_cart(conn: Connection, house: House, at_desk: Desk, customer: str) -> CustomerCart:
    """The open cart of a registered shopper; nobody else has one an agent could find."""
    visit, cart = _cart_of(conn, house, at_desk, customer)
    priced = capture.reprice(conn, visit, cart)
    return CustomerCart(visit, priced, capture.grants_of(conn, cart.id))


def grant(house: House, at_desk: Desk, customer: str, version: int, wish: capture.Wish) -> capture.Order:
    """Grant something on the cart as it was seen."""
    with house.commerce.database.read() as conn:
        _, cart = _cart_of(conn, house, at_desk, customer)
    giver = _giver(house, at_desk, cart.currency)
    with house.commerce.database.write() as conn:
        visit, _ = _cart_of(conn, house, at_desk, customer)
        return capture.grant(conn, visit, capture.require_cart(conn, visit, version), wish, giver)


def withdraw(house: House, at_desk: Desk, customer: str, version: int, grant_id: str) -> capture.Order:
    """Take a grant off the cart again."""
    with house.commerce.database.write() as conn:
        visit, _ = _cart_of(conn, house, at_desk, customer)
        giver = capture.Giver(at_desk.user.logon_id, at_desk.user.permissions, capture.Allowance())
        return capture.withdraw(conn, visit, capture.require_cart(conn, visit, version), grant_id, giver)


def change_code(house: House, at_desk: Desk, customer: str, version: int, code: tuple[str, bool]) -> capture.Order:
    """Put a code or one of the customer's coupons on the cart, or (no) take it off."""
    text, on = code
    with house.commerce.database.write() as conn:
        visit, _ = _cart_of(conn, house, at_desk, customer)
        cart = capture.require_cart(conn, visit, version)
        return (capture.enter_code if on else capture.remove_code)(conn, visit, cart, text)


def decide(house: House, at_desk: Desk, customer: str, decision: tuple[str, bool, str]) -> capture.Order:
    """Let a grant that waits take effect, or take it off: which, yes or no, and a note."""
    with house.commerce.database.read() as conn:
        _, cart = _cart_of(conn, house, at_desk, customer)
    approver = _giver(house, at_desk, cart.currency)
    with house.commerce.database.write() as conn:
        visit, _ = _cart_of(conn, house, at_desk, customer)
        return capture.decide(conn, visit, capture.require_cart(conn, visit), decision, approver)


def _cart_of(conn: Connection, house: House, at_desk: Desk, customer: str) -> tuple[capture.Visit, capture.Order]:
    visit = shop.visit(conn, shop.Caller(at_desk.store.identifier, customer), house)
    cart = None if visit.buyer.is_guest else capture.current_cart(conn, visit)
    if cart is None:
        raise NoOpenCart(customer=customer)
    return visit, cart


def _giver(house: House, at_desk: Desk, currency: str) -> capture.Giver:
    """The agent with the limits of their roles, and what they gave and charged on orders today."""
    user, store = at_desk.user, at_desk.store.identifier
    with house.order_management.database.read() as conn:
        limits = orders.limits_of(user.roles, orders.stored_limits(conn, store, currency), currency)
        given = orders.given_on_day(conn, user.logon_id, currency, house.clock.now())
    allowance = capture.Allowance(limits.line_percent, limits.line_amount, limits.order_amount, limits.day_amount)
    worths = [one.worth for one in given.values()]
    return capture.Giver(user.logon_id, user.permissions, allowance, orders.alike(worths, 1), orders.alike(worths, -1))
