"""Who keeps configurations: the account somebody is logged on to, and the secret of a browser that nobody is."""

from __future__ import annotations

import hashlib
from typing import Any

from litestar import Request, Response

from entrepot.configurator import Launch, Viewer
from entrepot.kernel.errors import NotFound
from entrepot.kernel.ids import new_secret
from entrepot.web import shop
from entrepot.web.edge import house_of, session_of
from entrepot.web.house import House
from entrepot.web.page import locale_of, shopper_of

COOKIE = "entrepot_keeper"
LIFE = 365 * 24 * 3600


def account_of(request: Request[Any, Any, Any]) -> str:
    """The account that asks; nothing for a guest."""
    session = session_of(request)
    return session.user.logon_id if session is not None and session.user is not None else ""


def viewer_of(request: Request[Any, Any, Any], launch: Launch) -> Viewer:
    """Who asks, in the language and the currency they have in the shop that a configuration is of.

    A shop that is not ours is not asked: there the language of the browser counts, and the currency stays.
    """
    house, caller = house_of(request), shopper_of(request, launch.store or launch.organization)
    try:
        with house.commerce.database.read() as conn:
            now = shop.visit(conn, caller, house)
    except NotFound:
        return Viewer(account_of(request), locale_of(request))
    return Viewer(account_of(request), now.language, now.currency)


def owned_by(account: str) -> str:
    """The word an account's configurations are kept under."""
    return f"user:{account}"


def owners_of(request: Request[Any, Any, Any]) -> list[str]:
    """The words a reader's configurations are kept under: what a guest kept stays at hand after logging on."""
    user, secret = account_of(request), request.cookies.get(COOKIE, "")
    return ([owned_by(user)] if user else []) + ([_guest(secret)] if secret else [])


def new_owner(request: Request[Any, Any, Any]) -> tuple[str, str]:
    """The word to keep something under, and the secret that a browser without one is to be given."""
    owners = owners_of(request)
    if owners:
        return owners[0], ""
    secret = new_secret()
    return _guest(secret), secret


def give(answer: Response[Any], house: House, secret: str) -> Response[Any]:
    """Give a browser its secret; scripts cannot read it, and the shop's other pages are not sent it."""
    if secret:
        secure = house.settings.secure_cookies
        answer.set_cookie(COOKIE, secret, max_age=LIFE, path="/configurator", httponly=True, samesite="lax", secure=secure)
    return answer


def _guest(secret: str) -> str:
    return f"guest:{hashlib.sha256(secret.encode()).hexdigest()}"
