"""What all routes share: who is asking, who may, and how a failure is told.

A route declares its permission (`permission="public"`, or a name from the staff permissions); one without does
not let the application start. Browsers are known by a session cookie, programs by a bearer token or the secret
of their cart. The four kinds of error become problem documents for programs and a page for people.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
import structlog
from litestar import Litestar, MediaType, Request, Response
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers.base import BaseRouteHandler
from litestar.params import PathParameter

from entrepot.bus import begin
from entrepot.commerce import members
from entrepot.kernel import errors
from entrepot.kernel.errors import Error, NotPermitted
from entrepot.kernel.ids import new_id
from entrepot.kernel.words import mark
from entrepot.web.house import House

log = structlog.get_logger("web")
SESSION_COOKIE = "entrepot_session"
PUBLIC = "public"
STATUS = {"not_found": 404, "conflict": 409, "refused": 422, "invalid": 422, "not_permitted": 403, "unavailable": 503}
#: The key of a row in an address; a number no row can have is refused before a database is asked.
Key = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
CODE_STATUS = {
    "LOGON_REFUSED": 401,
    "NOT_LOGGED_ON": 401,
    "ACCOUNT_DEACTIVATED": 403,
    "ORGANIZATION_PENDING": 403,
    "ORGANIZATION_REJECTED": 403,
    "ORGANIZATION_LOCKED": 403,
    "TOO_MANY_ATTEMPTS": 429,
    "ENT_VERSION_REQUIRED": 428,
    "ENT_NOT_FOUND": 404,
}


class NotLoggedOn(errors.Refused):
    code = "NOT_LOGGED_ON"
    message = mark("Please log on first.")


class OriginRefused(NotPermitted):
    code = "ORIGIN_REFUSED"
    message = mark("This request comes from another site and was refused.")


class Problem(msgspec.Struct, omit_defaults=True):
    """A failure as programs read it (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    path: str = ""
    attributes: dict[str, Any] = {}
    trace: str = ""


def house_of(connection: ASGIConnection[Any, Any, Any, Any]) -> House:
    """The running suite this request came to."""
    house: House = connection.app.state.house
    return house


def session_of(connection: ASGIConnection[Any, Any, Any, Any]) -> members.Session | None:
    """The caller's session, read once per request: from the cookie, or the bearer token of a program."""
    state = connection.state
    if not hasattr(state, "session"):
        header = connection.headers.get("authorization", "")
        bearer = header[7:] if header[:7].lower() == "bearer " else ""
        secret = bearer or ("" if _is_api(connection) else connection.cookies.get(SESSION_COOKIE, ""))
        state.session = _load_session(house_of(connection), secret) if secret else None
    found: members.Session | None = state.session
    return found


def _load_session(house: House, secret: str) -> members.Session | None:
    at = house.clock.now()
    with house.commerce.database.read() as conn:
        found = members.find_session(conn, secret, at)
    if found is not None and found.user is not None and found.seen_at + members.TOUCH <= at:
        with house.commerce.database.write() as conn:
            members.touch_session(conn, found.name, at)
    return found


def require_user(connection: ASGIConnection[Any, Any, Any, Any]) -> members.User:
    """The person logged on, or a refusal."""
    session = session_of(connection)
    if session is None or session.user is None:
        raise NotLoggedOn()
    return session.user


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let through only who has the route's permission.

    A coroutine, though it awaits nothing: a plain function would be sent to a thread for every request.
    """
    permission = handler.opt.get("permission", "" if _own(handler) else PUBLIC)
    if permission == PUBLIC:
        return
    user = require_user(connection)
    if permission != "buyer" and permission not in user.permissions:
        raise NotPermitted(permission=permission)


def check_permissions(app: Litestar) -> None:
    """Refuse to start while a route does not say who may use it, or names a permission nobody can have."""
    known = {PUBLIC, "buyer"}.union(*members.PERMISSIONS.values(), *members.BUYER_PERMISSIONS.values())
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            permission = handler.opt.get("permission")
            if permission is None and _own(handler):
                raise RuntimeError(f"{route.path}: the route declares no permission")
            if permission is not None and permission not in known:
                raise RuntimeError(f"{route.path}: nobody can have the permission {permission!r}")


def _own(handler: Any) -> bool:
    """Whether the handler is ours; one that runs on a thread comes wrapped in something of the framework's."""
    return not getattr(handler.fn, "func", handler.fn).__module__.startswith("litestar.")


async def before_request(request: Request[Any, Any, Any]) -> None:
    """One business process per click: take over the caller's correlation id or make one."""
    given = request.headers.get("x-correlation-id", "")
    correlation_id = given if given.isalnum() and len(given) <= 64 else new_id()
    request.state.correlation_id = correlation_id
    begin(correlation_id)
    house_of(request).relay.pace.somebody_came()
    if not _is_api(request) and not request.route_handler.opt.get("exclude_from_csrf"):
        check_origin(request)
    structlog.contextvars.bind_contextvars(correlation_id=correlation_id)


def check_origin(request: Request[Any, Any, Any]) -> None:
    """Refuse a change that a foreign page asks for in the name of a browser's session."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        raise OriginRefused()


def problem_of(error: Error, trace: str = "") -> Problem:
    """An error of ours as a problem document."""
    status = CODE_STATUS.get(error.code) or STATUS.get(error.kind, 400)
    said = {name: str(value) if isinstance(value, str) else value for name, value in error.attributes.items()}
    attributes = {name: value for name, value in said.items() if name != "path" and _plain(value)}
    return Problem(
        type=f"urn:entrepot:problem:{error.code.lower().replace('_', '-')}",
        title=error.code.replace("_", " ").capitalize(),
        status=status,
        detail=error.text,
        code=error.code,
        path=str(error.attributes.get("path", "")),
        attributes=attributes,
        trace=trace,
    )


def http_problem(error: HTTPException, trace: str = "") -> Problem:
    """An error of the HTTP layer (unknown address, malformed body) as a problem document."""
    status = error.status_code
    code = {400: "MALFORMED", 403: "NOT_PERMITTED", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "TOO_LARGE"}.get(status)
    extra = error.extra if isinstance(error.extra, list) else []
    path = str(extra[0].get("key", "")) if extra and isinstance(extra[0], dict) else ""
    detail = str(extra[0].get("message", error.detail)) if extra and isinstance(extra[0], dict) else error.detail
    name = code or f"HTTP_{status}"
    return Problem("about:blank", name.replace("_", " ").capitalize(), status, detail, name, path, trace=trace)


def json_problem(problem: Problem) -> Response[bytes]:
    headers = {"retry-after": "2"} if problem.status in (429, 503) else None
    body = msgspec.json.encode(problem)
    return Response(body, status_code=problem.status, media_type="application/problem+json", headers=headers)


def wants_json(request: Request[Any, Any, Any]) -> bool:
    """Whether a program is asking rather than a person."""
    return _is_api(request) or "application/json" in request.headers.get("accept", "")


def html(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Response[str]:
    """A rendered page as a response."""
    return Response(text, status_code=status, media_type=MediaType.HTML, headers=headers)


def _is_api(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    return connection.scope["path"].startswith("/api/")


def _plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool | list | dict | type(None))
