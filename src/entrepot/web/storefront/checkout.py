"""The checkout in four steps, for guests and registered buyers alike: address, shipping, payment, summary.

Each step is a page of its own that works without scripts and can be gone back to. A form that cannot be taken
comes back with what was entered and the reason at the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromQuery
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from entrepot.commerce import capture, members
from entrepot.kernel.errors import Error
from entrepot.web import shop
from entrepot.web.edge import session_of
from entrepot.web.storefront import address_form, words
from entrepot.web.storefront.address_form import BILL
from entrepot.web.storefront.frame import Form, Front, front_of, go, text_of
from entrepot.web.storefront.steps import STEPS, Standing, nothing, standing, step_page
from entrepot.web.storefront.summary import prepare_and_show

#: The cards of the demo's payment form, as its gateway would hand them over: a token, never a number.
CARDS = {
    "visa": capture.Payment(method="card", token="tok_visa", brand="VISA", last_four="4242", expires="12/28"),
    "declined": capture.Payment(method="card", token="tok_declined", brand="VISA", last_four="0002", expires="12/28"),
}


@get("/checkout", permission="public", sync_to_thread=False)
def checkout(request: Request[Any, Any, Any]) -> Response[str]:
    """Go to the first step that is not done."""
    front = front_of(request)
    with front.house.commerce.database.read() as conn:
        at = standing(front, conn)
    if at is None:
        return nothing(front)
    undone = [at.cart.ship_to is None, at.cart.shipping_mode is None, at.cart.payment is None, True]
    return go(front, f"/checkout/{STEPS[undone.index(True)]}")


@get("/checkout/address", permission="public", sync_to_thread=False)
def address(request: Request[Any, Any, Any], use: FromQuery[str] = "") -> Response[str]:
    """Where the order goes: prefilled with what is known, or with an address of the book."""
    front = front_of(request)
    with front.house.commerce.database.read() as conn:
        at = standing(front, conn)
        if at is None:
            return nothing(front)
        book = members.addresses_of(conn, at.now.buyer.user_id) if at.now.buyer.user_id else ()
        values = _known_address(front, at, book, use)
        bill = address_form.values_of(at.cart.bill_to)
        return _address_page(front, conn, at, AddressEntered(values, bill, at.cart.bill_to is None))


def _known_address(front: Front, at: Standing, book: tuple[members.Address, ...], use: str) -> dict[str, str]:
    """The chosen address of the book, else the cart's own, else the primary one, else what the account knows."""
    session = session_of(front.request)
    user = session.user if session is not None else None
    chosen = next((one for one in book if one.nickname == use), None) if use else None
    values = address_form.values_of(chosen or at.cart.ship_to or (book[0] if book else None))
    if user is not None:
        known = {"first_name": user.first_name, "last_name": user.last_name, "email": user.email, "phone": user.phone}
        values |= {name: values[name] or value or "" for name, value in known.items()}
    values["country"] = values["country"] or front.locale.partition("-")[2]
    return values


@dataclass(frozen=True, slots=True)
class AddressEntered:
    """What stands in the address form: both addresses, whether they are the same, the faults by field."""

    ship: Mapping[str, str]
    bill: Mapping[str, str]
    same: bool
    errors: Mapping[str, str] = field(default_factory=dict)


def _address_page(front: Front, conn: Connection, at: Standing, entered: AddressEntered) -> Response[str]:
    return step_page(
        front,
        conn,
        at,
        "address",
        422 if entered.errors else 200,
        values=entered.ship,
        bill=entered.bill,
        errors=entered.errors,
        summary=address_form.named(entered.errors, front.words),
        same=entered.same,
        book=members.addresses_of(conn, at.now.buyer.user_id) if at.now.buyer.user_id else (),
        guest=at.now.buyer.is_guest,
        countries=address_form.countries(front.locale),
    )


@post("/checkout/address", permission="public", sync_to_thread=False, status_code=303)
def take_address(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Record where the order and the bill go; faults come back at their fields, all at once."""
    front, same = front_of(request), text_of(data, "same") == "yes"
    guest = front.caller.logon_id is None
    values, bill = address_form.read_fields(data), address_form.read_fields(data, BILL)
    bill["email"] = bill["email"] or values["email"]
    ship_to, errors = address_form.checked(values, front.locale, guest=guest)
    bill_to = None
    if not same:
        bill_to, wrong = address_form.checked(bill, front.locale, guest=False, prefix=BILL)
        errors |= wrong
    try:
        if not errors:
            kept_bill = replace_email(bill_to, ship_to)
            shop.with_cart(front.house, front.caller, lambda c, now, cart: capture.set_address(c, now, cart, ship_to, kept_bill))
            _keep_in_book(front, data, ship_to)
            return go(front, "/checkout/shipping")
    except Error as error:
        errors = {"": words.sentence(error, front.locale)}
    with front.house.commerce.database.read() as conn:
        at = standing(front, conn)
        return nothing(front) if at is None else _address_page(front, conn, at, AddressEntered(values, bill, same, errors))


def replace_email(bill_to: capture.Address | None, ship_to: capture.Address) -> capture.Address | None:
    """A bill without an e-mail address of its own is sent where news of the order go."""
    if bill_to is None or bill_to.email:
        return bill_to
    fields = {name: getattr(bill_to, name) for name in address_form.FIELDS}
    return capture.Address(**{**fields, "email": ship_to.email})


def _keep_in_book(front: Front, data: dict[str, Any], ship_to: capture.Address) -> None:
    session = session_of(front.request)
    if text_of(data, "keep") != "yes" or session is None or session.user is None:
        return
    with front.house.commerce.database.write() as conn:
        members.save_address(conn, session.user.id, address_form.entry_of(ship_to))


@get("/checkout/shipping", permission="public", sync_to_thread=False)
def shipping(request: Request[Any, Any, Any]) -> Response[str]:
    """How the order can be shipped, and what each way comes to after promotions."""
    return _shipping_page(front_of(request))


def _shipping_page(front: Front, wrong: str = "") -> Response[str]:
    with front.house.commerce.database.read() as conn:
        at = standing(front, conn)
        if at is None:
            return nothing(front)
        if at.cart.ship_to is None:
            return go(front, "/checkout/address")
        offers = [
            (offer, _net(capture.reprice(conn, at.now, replace(at.cart, shipping_mode=offer.mode.code))))
            for offer in capture.shipping_offers(conn, at.now, at.cart)
        ]
        return step_page(front, conn, at, "shipping", 422 if wrong else 200, offers=offers, wrong=wrong, language=at.now.language)


def _net(cart: capture.Order) -> int:
    return cart.calculation.shipping_net if cart.calculation is not None else 0


@post("/checkout/shipping", permission="public", sync_to_thread=False, status_code=303)
def take_shipping(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Record how the order ships."""
    front, mode = front_of(request), text_of(data, "mode", 40)
    if not mode:
        return _shipping_page(front, front.words.gettext("Choose how the order ships."))
    try:
        shop.with_cart(front.house, front.caller, lambda conn, now, cart: capture.set_shipping(conn, now, cart, mode))
    except capture.CartNotFound:
        return nothing(front)
    except Error as error:
        return _shipping_page(front, words.sentence(error, front.locale))
    return go(front, "/checkout/payment")


@get("/checkout/payment", permission="public", sync_to_thread=False)
def payment(request: Request[Any, Any, Any]) -> Response[str]:
    """How the order can be paid."""
    return _payment_page(front_of(request))


def _payment_page(
    front: Front, errors: Mapping[str, str] | None = None, chosen: str = "", purchase_order: str = ""
) -> Response[str]:
    with front.house.commerce.database.read() as conn:
        at = standing(front, conn)
        if at is None:
            return nothing(front)
        if at.cart.ship_to is None or at.cart.shipping_mode is None:
            return go(front, "/checkout/address" if at.cart.ship_to is None else "/checkout/shipping")
        paid = at.cart.payment
        if paid is not None and not errors:
            known = next((name for name, card in CARDS.items() if card.token == paid.token), "")
            chosen, purchase_order = ("invoice" if paid.method == "invoice" else known), paid.purchase_order
        return step_page(
            front,
            conn,
            at,
            "payment",
            422 if errors else 200,
            methods=capture.offered_methods(conn, at.now, at.cart),
            purchase_order_needed=capture.obligations(conn, at.cart).purchase_order,
            chosen=chosen,
            purchase_order=purchase_order,
            errors=errors or {},
        )


@post("/checkout/payment", permission="public", sync_to_thread=True, status_code=303)
def take_payment(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Record how the order is paid, then prepare it: stock is reserved and prices are fixed for the summary."""
    front, chosen = front_of(request), text_of(data, "instrument", 40)
    purchase_order = text_of(data, "purchase_order", 200)
    if chosen == "invoice":
        paid = capture.Payment(method="invoice", purchase_order=purchase_order)
    elif chosen in CARDS:
        paid = msgspec.structs.replace(CARDS[chosen], purchase_order=purchase_order)
    else:
        return _payment_page(front, {"instrument": front.words.gettext("Choose how to pay.")}, "", purchase_order)
    try:
        cart = shop.with_cart(front.house, front.caller, lambda conn, now, cart: capture.set_payment(conn, now, cart, paid))
    except capture.CartNotFound:
        return nothing(front)
    except Error as error:
        path = str(error.attributes.get("path") or error.attributes.get("field") or "instrument")
        return _payment_page(front, {path: words.sentence(error, front.locale)}, chosen, purchase_order)
    return prepare_and_show(front, cart.version)
