"""Who keeps configurations: the account somebody is logged on to, and the secret of a browser that nobody is."""

from __future__ import annotations

import hashlib
from typing import Any

from litestar import Request, Response

from entrepot.kernel.ids import new_secret
from entrepot.web.edge import session_of
from entrepot.web.house import House

COOKIE = "entrepot_keeper"
LIFE = 365 * 24 * 3600


def viewer_of(request: Request[Any, Any, Any]) -> str:
    """The account that asks; nothing for a guest."""
    session = session_of(request)
    return session.user.logon_id if session is not None and session.user is not None else ""


def owners_of(request: Request[Any, Any, Any]) -> list[str]:
    """The words a reader's configurations are kept under: what a guest kept stays at hand after logging on."""
    user, secret = viewer_of(request), request.cookies.get(COOKIE, "")
    return ([f"user:{user}"] if user else []) + ([_guest(secret)] if secret else [])


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
