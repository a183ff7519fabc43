"""A failure as a page: what happened, what to do next, and a number to quote.

In the shop it is told in the shopper's words and stands in the shop's own frame, with its categories and the cart,
so that somebody who got lost can go on from there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import structlog
from litestar import Request, Response
from litestar.response import Redirect

from entrepot.kernel.errors import Error
from entrepot.web.edge import Problem, html, session_of
from entrepot.web.i18n import translator
from entrepot.web.page import face_of, page_for, wanted_of
from entrepot.web.pages import Page, render
from entrepot.web.staff import FACES, staff_page, to_log_in
from entrepot.web.storefront.frame import front_of, page_of
from entrepot.web.storefront.words import sentence

log = structlog.get_logger("web")


def problem_page(request: Request[Any, Any, Any], problem: Problem, error: Error | None) -> Response[Any]:
    """The page for a failure; somebody who is not logged on is led to where they can do that and back."""
    face = face_of(request.scope["path"])
    if face == "storefront":
        if problem.code == "NOT_LOGGED_ON" and request.method == "GET" and "hx-request" not in request.headers:
            return _to_log_in(request)
        page = _shop_page(request)
        if error is not None:
            problem.detail = sentence(error, page.locale)
    else:
        if problem.code == "NOT_LOGGED_ON" and (way := to_log_in(request)) is not None:
            return way
        of_staff = any(one.name == face for one in FACES) and session_of(request) is not None
        page = staff_page(request) if of_staff else page_for(request)
        if error is not None:
            problem.detail = error.plain(translator(page.locale).gettext)
    return html(render("design/problem.html", page, problem=problem), problem.status)


def _to_log_in(request: Request[Any, Any, Any]) -> Response[Any]:
    """To the shop's log-in, and from there to the page that was wanted."""
    return Redirect(f"{front_of(request).url('/login')}?return_to={quote(wanted_of(request))}", status_code=303)


def _shop_page(request: Request[Any, Any, Any]) -> Page:
    """The shop's frame where there is a shop to frame; a plain page where even that fails."""
    front = front_of(request)
    try:
        with front.house.commerce.database.read() as conn:
            return page_of(front, conn, front.visit(conn))
    except Error:
        return replace(page_for(request), home="/")
    except Exception:
        log.exception("problem_page.frame_failed", path=request.scope["path"])
        return page_for(request)
