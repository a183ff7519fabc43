"""Logging in and out, registering, and the account: orders, addresses, password.

At log-in and registration the guest's cart goes along. Log-in serves the whole suite: staff come from their own
pages and are sent back there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect
from sqlalchemy.engine import Connection

from entrepot.commerce import capture, members
from entrepot.kernel.errors import Error
from entrepot.web import shop
from entrepot.web.configurator.keeper import owners_of
from entrepot.web.configurator.saving import kept_by
from entrepot.web.edge import SESSION_COOKIE, require_user
from entrepot.web.logon import log_on
from entrepot.web.page import cart_cookie
from entrepot.web.storefront import words
from entrepot.web.storefront.frame import Form, Front, front_of, go, page_of, show, text_of
from entrepot.web.storefront.progress import progress_of
from entrepot.web.storefront.told import Told
from entrepot.web.storefront.wallet import trimmed, wallet_of

#: Which field of the registration an error belongs to.
AT_FIELD = {"PASSWORD_TOO_WEAK": "password", "LOGON_ID_TAKEN": "logon_id", "LOGON_ID_MALFORMED": "logon_id"}
#: Saved configurations that the account shows; all of them have a page of their own.
MOST_KEPT = 3
#: Where staff go when they came from nowhere: the face of the first of these permissions they have.
DESKS = (
    ("order.capture", "/call-center"),
    ("shipment.confirm", "/store"),
    ("catalog.edit", "/management"),
    ("operations.view", "/operations"),
)


@get("/login", permission="public", sync_to_thread=False)
def login(request: Request[Any, Any, Any], return_to: FromQuery[str] = "") -> Response[str]:
    """The log-in form."""
    front = front_of(request)
    if front.caller.logon_id is not None:
        return _away(front, safe(return_to) or front.url("/account"))
    return _login_page(front, return_to)


def _login_page(
    front: Front, return_to: str, logon_id: str = "", errors: Mapping[str, str] | None = None, status: int = 200
) -> Response[str]:
    with front.house.commerce.database.read() as conn:
        page = page_of(front, conn, front.visit(conn))
    return show(front, "storefront/login.html", page, status, return_to=safe(return_to), logon_id=logon_id, errors=errors or {})


@post("/login", permission="public", sync_to_thread=True, status_code=303)
def take_login(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Open a session; wrong guesses make the next one wait, and never tell what was wrong."""
    front = front_of(request)
    logon_id, password = text_of(data, "logon_id", 254), str(data.get("password", ""))[:200]
    return_to = text_of(data, "return_to", 500)
    _ = front.words.gettext
    missing = {} if logon_id else {"logon_id": _("Write your log-in name.")}
    missing |= {} if password else {"password": _("Write your password.")}
    if missing:
        return _login_page(front, return_to, logon_id, missing, 422)
    try:
        secret, user = log_on(request, logon_id, password)
    except Error as error:
        status = 429 if isinstance(error, members.TooManyAttempts) else 422
        return _login_page(front, return_to, logon_id, {"": words.sentence(error, front.locale)}, status)
    desk = next((face for permission, face in DESKS if permission in user.permissions), "")
    answer = _away(front, safe(return_to) or desk or front.url("/account"))
    return enter(front, answer, secret, user)


def enter(front: Front, answer: Response[str], secret: str, user: members.User) -> Response[str]:
    """Give the browser its session and take the guest's cart along."""
    _adopt(front, user)
    life = 12 * 3600 if user.kind == "staff" else 30 * 24 * 3600
    answer.set_cookie(
        SESSION_COOKIE, secret, max_age=life, httponly=True, samesite="lax", secure=front.house.settings.secure_cookies
    )
    return answer


def _adopt(front: Front, user: members.User) -> None:
    if front.caller.secret is None:
        return
    buyer = shop.Caller(front.store, user.logon_id, front.caller.secret, front.locale, front.caller.currency)
    with front.house.commerce.database.write() as conn:
        capture.adopt_guest_cart(conn, shop.visit(conn, buyer, front.house))


@post("/logout", permission="public", sync_to_thread=False, status_code=303)
def logout(request: Request[Any, Any, Any]) -> Response[str]:
    """End the session here and in the database; the cart stays with the account."""
    front = front_of(request)
    with front.house.commerce.database.write() as conn:
        members.close_session(conn, request.cookies.get(SESSION_COOKIE, ""))
    answer = go(front, "/", Told(front.words.gettext("You are logged out."), "info"))
    answer.delete_cookie(SESSION_COOKIE)
    answer.delete_cookie(cart_cookie(front.store))
    return answer


@get("/register", permission="public", sync_to_thread=False)
def register(request: Request[Any, Any, Any], return_to: FromQuery[str] = "") -> Response[str]:
    """The form for a new account."""
    front = front_of(request)
    if front.caller.logon_id is not None:
        return go(front, "/account")
    return _register_page(front, {}, {}, return_to)


def _register_page(front: Front, values: Mapping[str, str], errors: Mapping[str, str], return_to: str) -> Response[str]:
    with front.house.commerce.database.read() as conn:
        page = page_of(front, conn, front.visit(conn))
    return show(
        front,
        "storefront/register.html",
        page,
        422 if errors else 200,
        values=values,
        errors=errors,
        return_to=safe(return_to),
    )


@post("/register", permission="public", sync_to_thread=True, status_code=303)
def take_register(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Open an account and log in to it; the guest's cart goes along."""
    front = front_of(request)
    values = {name: text_of(data, name, 254) for name in ("first_name", "last_name", "email", "logon_id")}
    password, return_to = str(data.get("password", ""))[:201], text_of(data, "return_to", 500)
    errors = _register_faults(front, values)
    at, database = front.house.clock.now(), front.house.commerce.database
    profile = members.Profile(
        first_name=values["first_name"] or None,
        last_name=values["last_name"],
        email=values["email"],
        preferred_language=front.locale,
        preferred_currency=front.caller.currency,
    )
    if errors:
        return _register_page(front, values, errors, return_to)
    try:
        with database.write() as conn:
            store_id = front.visit(conn).store.id
            user = members.register(conn, store_id, values["logon_id"], password, profile, at=at)
            secret = members.open_session(conn, at, user)
    except Error as error:
        return _register_page(front, values, {AT_FIELD.get(error.code, ""): words.sentence(error, front.locale)}, return_to)
    return enter(front, _away(front, safe(return_to) or front.url("/account")), secret, user)


def _register_faults(front: Front, values: Mapping[str, str]) -> dict[str, str]:
    """What the form lacks, all at once."""
    missing = [name for name in ("last_name", "email", "logon_id") if not values[name]]
    faults = {name: words.fault("please fill this in", front.locale) for name in missing}
    if values["email"] and "@" not in values["email"].strip("@"):
        faults["email"] = words.fault("write an e-mail address such as name@example.org", front.locale)
    return faults


@get("/account", permission="buyer", sync_to_thread=False)
def account(request: Request[Any, Any, Any]) -> Response[str]:
    """The account: the last orders, coupons, the address book, the password."""
    return _account_page(front_of(request), {})


def _account_page(front: Front, errors: Mapping[str, str]) -> Response[str]:
    user = require_user(front.request)
    with front.house.commerce.database.read() as conn:
        now = front.visit(conn)
        placed = capture.placed_orders(conn, front.store, user.logon_id, 5)
        organization = members.get_organization(conn, user.organization_id) if user.organization_id else None
        return show(
            front,
            "storefront/account.html",
            page_of(front, conn, now),
            422 if errors else 200,
            user=user,
            organization=organization.identifier if organization else None,
            groups=sorted(members.groups_of(conn, user.id)),
            rows=[(one, progress_of(one, front.words)) for one in placed],
            coupons=trimmed(wallet_of(conn, front, now, _codes_in_cart(conn, now))),
            book=members.addresses_of(conn, user.id),
            kept=kept_by(front.house, owners_of(front.request))[:MOST_KEPT],
            errors=errors,
        )


def _codes_in_cart(conn: Connection, now: capture.Visit) -> tuple[str, ...]:
    cart = capture.current_cart(conn, now)
    return cart.codes if cart is not None else ()


@post("/account/password", permission="buyer", sync_to_thread=True, status_code=303)
def change_password(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Give the account a new password; every other session of it ends."""
    front, user = front_of(request), require_user(request)
    at, database = front.house.clock.now(), front.house.commerce.database
    old, new = str(data.get("password", ""))[:200], str(data.get("new_password", ""))[:201]
    try:
        with database.read() as conn:
            members.check_attempts(conn, [f"account:{members.logon_key(user.logon_id)}"], at)
            members.authenticate(conn, user.logon_id, old, at)
        with database.write() as conn:
            members.set_password(conn, user.id, new, at)
            members.close_sessions_of(conn, user.id)
            secret = members.open_session(conn, at, user)
    except members.LogonRefused:
        with database.write() as conn:
            members.note_failure(conn, [f"account:{members.logon_key(user.logon_id)}"], at)
        return _account_page(front, {"password": front.words.gettext("This is not your present password.")})
    except Error as error:
        return _account_page(front, {"new_password": words.sentence(error, front.locale)})
    return enter(front, go(front, "/account", Told(front.words.gettext("Your password was changed."))), secret, user)


@post("/account/addresses/remove", permission="buyer", sync_to_thread=False, status_code=303)
def remove_address(request: Request[Any, Any, Any], data: Form) -> Response[str]:
    """Take an address out of the book; orders keep their own copy."""
    front, user = front_of(request), require_user(request)
    try:
        with front.house.commerce.database.write() as conn:
            members.delete_address(conn, user.id, text_of(data, "nickname", 254))
    except members.AddressNotFound as error:
        return go(front, "/account", Told(words.sentence(error, front.locale), "warning"))
    return go(front, "/account", Told(front.words.gettext("The address was removed."), "info"))


def safe(address: str) -> str:
    """An address of this very site to go back to; anything else is none.

    >>> safe("/checkout/address?use=home"), safe("//elsewhere"), safe("https://elsewhere/")
    ('/checkout/address?use=home', '', '')
    """
    parts = urlsplit(address.replace("\\", "/"))
    if parts.scheme or parts.netloc or not address.startswith("/") or address.startswith(("//", "/\\")):
        return ""
    return address if address.isprintable() else ""


def _away(front: Front, address: str) -> Response[str]:
    return Redirect(address, status_code=303)
