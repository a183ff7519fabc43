"""The web application: all faces and the API, with what guards them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import structlog
from litestar import Litestar, Request, Response, Router
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, ScalarRenderPlugin
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin

from entrepot import __version__
from entrepot.kernel.errors import Error
from entrepot.kernel.structs import make_ready
from entrepot.web import api, call_center, configurator, management, operations, staff, store, storefront
from entrepot.web.design import gallery
from entrepot.web.edge import (
    before_request,
    check_permissions,
    guard,
    http_problem,
    json_problem,
    problem_of,
    wants_json,
)
from entrepot.web.house import House
from entrepot.web.problems import problem_page

log = structlog.get_logger("web")
Hook = Callable[[], object]
FACES = (storefront, configurator, staff, call_center, store, management, operations)


class _Application(Litestar):
    """Only with the plugin its routes use: the framework loads one for every library it finds installed, which takes its time."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def web_application(house: House, on_startup: Sequence[Hook] = (), on_shutdown: Sequence[Hook] = ()) -> Litestar:
    """All routes over one house, ready for threads; does not start while a route declares no permission."""
    design = Router("/", route_handlers=gallery.routes, opt={"permission": "public"})
    routes: list[Any] = [*api.routes, design]
    for face in FACES:
        routes += face.routes
    app = _Application(
        route_handlers=routes,
        guards=[guard],
        state=State({"house": house}),
        before_request=before_request,
        csrf_config=CSRFConfig(
            secret=house.settings.secret,
            cookie_secure=house.settings.secure_cookies,
            cookie_samesite="lax",
            exclude=["^/api/", "^/schema"],
        ),
        exception_handlers={Error: _our_error, HTTPException: _http_error, Exception: _bug},
        after_request=_with_security_headers,
        logging_config=None,
        on_startup=list(on_startup),
        on_shutdown=list(on_shutdown),
        request_max_body_size=1_000_000,
        openapi_config=OpenAPIConfig(
            title="entrepot",
            version=__version__,
            path="/schema",
            render_plugins=[JsonRenderPlugin(), ScalarRenderPlugin()],
        ),
    )
    check_permissions(app)
    make_ready()
    return app


def _our_error(request: Request[Any, Any, Any], error: Error) -> Response[Any]:
    problem = problem_of(error, _trace(request))
    if problem.status >= 500:
        log.warning("request.failed", code=problem.code, path=request.scope["path"])
    return json_problem(problem) if wants_json(request) else problem_page(request, problem, error)


def _http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    problem = http_problem(error, _trace(request))
    return json_problem(problem) if wants_json(request) else problem_page(request, problem, None)


def _bug(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    log.exception("request.crashed", path=request.scope["path"], exc_info=error)
    failure = HTTPException(status_code=500, detail="Something went wrong on our side. Nothing is known to have been changed.")
    return _http_error(request, failure)


def _trace(request: Request[Any, Any, Any]) -> str:
    return str(getattr(request.state, "correlation_id", ""))


POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
    "frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)


async def _with_security_headers(response: Response[Any]) -> Response[Any]:
    headers = response.headers
    if not str(headers.get("content-security-policy", "")):
        headers["content-security-policy"] = POLICY
    headers["x-content-type-options"] = "nosniff"
    headers["referrer-policy"] = "same-origin"
    return response
