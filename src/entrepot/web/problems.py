"""A failure as a page: what happened, what to do next, and a number to quote."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response

from entrepot.kernel.errors import Error
from entrepot.web.edge import Problem, html
from entrepot.web.page import page_for
from entrepot.web.pages import render


def problem_page(request: Request[Any, Any, Any], problem: Problem, error: Error | None) -> Response[str]:
    """The page for a failure; somebody who is not logged on is shown where to do that."""
    page = page_for(request)
    return html(render("design/problem.html", page, problem=problem), problem.status)
