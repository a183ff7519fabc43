"""The page between two sites: it says where it goes, and goes there by itself.

A form may lead to this site only (the policy of every page says so, and browsers hold redirects to it too); from a page of
its own the browser goes on freely, with JavaScript or without.
"""

from __future__ import annotations

from litestar import Response

from entrepot.web.edge import html
from entrepot.web.pages import Page, render


def onward(page: Page, target: str, name: str, told: str) -> Response[str]:
    """On to another site; kept nowhere, for the address holds what is used once."""
    text = render("design/onward.html", page, target=target, name=name, told=told)
    return html(text, headers={"Cache-Control": "no-store"})
