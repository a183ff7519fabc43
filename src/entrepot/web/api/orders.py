"""Placed orders for programs: a buyer's own, or a guest's by its number and e-mail address."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, get

from entrepot.commerce import capture
from entrepot.web.api.caller import caller_of
from entrepot.web.api.carts import order_document
from entrepot.web.edge import house_of, require_user


class OrderApi(Controller):
    """`/api/stores/{store}/orders`."""

    path = "/api/stores/{store:str}/orders"
    tags = ["Orders"]

    @get("/", permission="buyer", sync_to_thread=False)
    def history(self, request: Request[Any, Any, Any], store: str) -> list[dict[str, Any]]:
        """The buyer's placed orders, newest first."""
        house, user = house_of(request), require_user(request)
        with house.commerce.database.read() as conn:
            return [order_document(one) for one in capture.placed_orders(conn, store, user.logon_id)]

    @get("/{number:str}", permission="public", sync_to_thread=False)
    def order(self, request: Request[Any, Any, Any], store: str, number: str, email: str = "") -> dict[str, Any]:
        """One order: the caller's own, or a guest's by number and e-mail address; everything else reads as unknown."""
        house, caller = house_of(request), caller_of(request, store)
        with house.commerce.database.read() as conn:
            found = capture.find_placed(conn, store, number, logon_id=caller.logon_id, secret=caller.secret, email=email)
            return order_document(found) | {"tracking": found.tracking}
