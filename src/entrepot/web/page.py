"""What every page knows of its visitor: face, language, currency, name, cart. Filled in from the session and cookies."""

from __future__ import annotations

import re
from typing import Any

from litestar import Request
from litestar.utils.scope.state import ScopeState

from entrepot.commerce import capture
from entrepot.web import i18n
from entrepot.web.edge import session_of
from entrepot.web.pages import FACES, LinkGroup, Notice, Page, Urls, User
from entrepot.web.shop import Caller

LOCALE_COOKIE = "entrepot_locale"
CURRENCY_COOKIE = "entrepot_currency"
STORE_COOKIE = "entrepot_store"
CART_COOKIE = "entrepot_cart"
PREFIXES = {
    "/call-center": "call_center",
    "/store": "store",
    "/management": "management",
    "/operations": "operations",
    "/configurator": "configurator",
}


def face_of(path: str) -> str:
    """The face an address belongs to; everything that is nobody else's is the storefront's."""
    for prefix, face in PREFIXES.items():
        if path == prefix or path.startswith(prefix + "/"):
            return face
    return "storefront"


def wanted_of(request: Request[Any, Any, Any]) -> str:
    """The address that was asked for within the site, to come back to."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def locale_of(request: Request[Any, Any, Any]) -> str:
    """The language of the page: chosen earlier, else what the browser asks for."""
    cookie = request.cookies.get(LOCALE_COOKIE, "")
    return i18n.negotiate(i18n.languages(), request.headers.get("accept-language", ""), cookie)


def cart_cookie(store: str) -> str:
    """The cookie that holds a guest's secret: one per store, since carts of different stores are different carts."""
    return f"{CART_COOKIE}_{re.sub('[^A-Za-z0-9]', '-', store)}"


def shopper_of(request: Request[Any, Any, Any], store: str) -> Caller:
    """The browser as a shopper: its session's account, or the guest's cart its cookie holds the secret of."""
    session = session_of(request)
    secret = request.cookies.get(cart_cookie(store), "")
    return Caller(
        store=store,
        logon_id=session.user.logon_id if session is not None and session.user is not None else None,
        secret=capture.hashed(secret) if secret else None,
        language=locale_of(request),
        currency=request.cookies.get(CURRENCY_COOKIE),
    )


def page_for(
    request: Request[Any, Any, Any],
    *,
    navigation: tuple[LinkGroup, ...] = (),
    notices: tuple[Notice, ...] = (),
    **known: Any,
) -> Page:
    """The page around what a handler shows; ``known`` overrides what the handler knows better."""
    path = request.scope["path"]
    face = face_of(path)
    assert face in FACES, f"{face} is a face"
    session = session_of(request)
    user = User(session.user.name, session.user.roles) if session is not None and session.user is not None else None
    values: dict[str, Any] = {
        "face": face,
        "path": path,
        "locale": locale_of(request),
        "languages": i18n.languages(),
        "csrf_token": str(ScopeState.from_scope(request.scope).csrf_token or ""),
        "user": user,
        "theme": request.cookies.get("theme", ""),
        "navigation": navigation,
        "notices": notices,
        "home": next((prefix for prefix, name in PREFIXES.items() if name == face), "/"),
        "urls": Urls() if face == "storefront" else Urls(search=f"{_home(face)}/search", account="/account"),
    }
    return Page(**(values | known))


def _home(face: str) -> str:
    return next((prefix for prefix, name in PREFIXES.items() if name == face), "")
