"""How a guest comes back to an order: by the claim the browser keeps, or by the order's number and e-mail address.

A guest's cart is claimed by a secret in a cookie. When a new cart takes that cookie over, the claims to earlier
orders stay in a second one.
"""

from __future__ import annotations

from typing import Any

from litestar import Response
from sqlalchemy.engine import Connection

from entrepot.commerce import capture
from entrepot.web.page import cart_cookie
from entrepot.web.storefront.frame import Front

CLAIMS = "entrepot_orders"
EMAIL = "entrepot_order_email"
MOST = 8
YEAR = 365 * 24 * 3600


def keep_claim(front: Front, answer: Response[Any], secret: str) -> Response[Any]:
    """Remember the claim to an order that was just placed."""
    claims = [secret, *(one for one in old_claims(front) if one != secret)][:MOST]
    _set(front, answer, CLAIMS, ".".join(claims), YEAR)
    return answer


def keep_email(front: Front, answer: Response[Any], email: str) -> Response[Any]:
    """Remember for this visit which e-mail address opened an order."""
    _set(front, answer, EMAIL, email.encode().hex(), None)
    return answer


def _set(front: Front, answer: Response[Any], name: str, value: str, life: int | None) -> None:
    secure = front.house.settings.secure_cookies
    answer.set_cookie(name, value, max_age=life, httponly=True, samesite="lax", secure=secure)


def old_claims(front: Front) -> list[str]:
    """The claims to earlier orders that this browser holds."""
    return [one for one in front.request.cookies.get(CLAIMS, "").split(".") if one][:MOST]


def find_order(front: Front, conn: Connection, number: str, email: str = "") -> capture.Order:
    """The visitor's order of this number, by account, claim or e-mail address; for everybody else there is none."""
    known = email or _known_email(front)
    claims = [front.request.cookies.get(cart_cookie(front.store), ""), *old_claims(front)]
    missing: capture.OrderNotFound | None = None
    for secret in dict.fromkeys(claims):
        try:
            return capture.find_placed(
                conn,
                front.store,
                number,
                logon_id=front.caller.logon_id,
                secret=capture.hashed(secret) if secret else None,
                email=known,
            )
        except capture.OrderNotFound as error:
            missing = error
    raise missing or capture.OrderNotFound(number=number)


def _known_email(front: Front) -> str:
    try:
        return bytes.fromhex(front.request.cookies.get(EMAIL, "")).decode()
    except ValueError:
        return ""
