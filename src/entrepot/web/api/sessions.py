"""Logging on and off for programs: a bearer token for a name and a password."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, delete, post

from entrepot.commerce import members
from entrepot.web.edge import house_of
from entrepot.web.logon import log_on


class LogOn(msgspec.Struct, forbid_unknown_fields=True):
    logon_id: str
    password: str


class SessionApi(Controller):
    """`/api/sessions`: the bearer token is told once and stored only as a hash."""

    path = "/api/sessions"
    tags = ["Sessions"]

    @post("/", permission="public", sync_to_thread=True)
    def open(self, request: Request[Any, Any, Any], data: LogOn) -> dict[str, Any]:
        """Log on; too many failures for an account or an address make the next attempt wait."""
        secret, user = log_on(request, data.logon_id, data.password)
        return {"token": secret, "logon_id": user.logon_id, "name": user.name, "permissions": sorted(user.permissions)}

    @delete("/current", permission="public", sync_to_thread=False)
    def close(self, request: Request[Any, Any, Any]) -> None:
        """Log off: the token opens nothing any more."""
        token = request.headers.get("authorization", "")[7:]
        house = house_of(request)
        with house.commerce.database.write() as conn:
            members.close_session(conn, token)
