"""Who a program speaks for: the account of its bearer token, or the guest whose cart secret it sends."""

from __future__ import annotations

from typing import Any

from litestar import Request

from entrepot.commerce import capture
from entrepot.web.edge import session_of
from entrepot.web.shop import Caller

CART_HEADER = "x-cart-token"


def caller_of(request: Request[Any, Any, Any], store: str) -> Caller:
    """The caller of an API route; nothing in query or body can name somebody else."""
    session = session_of(request)
    token = request.headers.get(CART_HEADER, "")
    return Caller(
        store=store,
        logon_id=session.user.logon_id if session is not None and session.user is not None else None,
        secret=capture.hashed(token) if token else None,
        language=request.query_params.get("language"),
        currency=request.query_params.get("currency"),
    )
