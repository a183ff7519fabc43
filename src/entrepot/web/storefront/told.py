"""What is told once, on the next page: "removed, undo?" after a redirect.

It travels in a short-lived cookie, so nothing is stored for it. Its text is only ever shown to the browser that
brings it, as text; whoever forges one deceives nobody but themselves.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec
from litestar import Request, Response

COOKIE = "entrepot_told"


class Undo(msgspec.Struct, frozen=True):
    """How to bring back what was removed."""

    part_number: str = ""
    quantity: str = ""
    configuration_id: str = ""
    gift: str = ""


class Told(msgspec.Struct, frozen=True):
    """A text with a tone, and what would undo what it tells."""

    text: str
    tone: str = "success"
    undo: Undo | None = None

    def put_on(self, answer: Response[Any]) -> None:
        """Send it along with a redirect."""
        value = base64.urlsafe_b64encode(msgspec.json.encode(self)).decode()
        answer.set_cookie(COOKIE, value, max_age=120, httponly=True, samesite="lax")


def read_told(request: Request[Any, Any, Any]) -> Told | None:
    """What the last page wanted told; a malformed cookie tells nothing."""
    value = request.cookies.get(COOKIE)
    if not value:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(value.encode()), type=Told)
    except (msgspec.DecodeError, binascii.Error, ValueError):
        return None


def forget_told(answer: Response[Any]) -> None:
    """It has been told."""
    answer.delete_cookie(COOKIE)
