"""A failure as a page: what happened, what to do next, and a number to quote."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response

from entrepot.kernel.errors import Error
from entrepot.web.edge import Problem, html, session_of
from entrepot.web.page import face_of, page_for
from entrepot.web.pages import render
from entrepot.web.staff import FACES, staff_page, to_log_in


def problem_page(request: Request[Any, Any, Any], problem: Problem, error: Error | None) -> Response[Any]:
    """The page for a failure; somebody who is not logged on is led to where they can do that and back."""
    if problem.code == "NOT_LOGGED_ON" and (way := to_log_in(request)) is not None:
        return way
    of_staff = any(face.name == face_of(request.scope["path"]) for face in FACES) and session_of(request) is not None
    page = staff_page(request) if of_staff else page_for(request)
    return html(render("design/problem.html", page, problem=problem), problem.status)
