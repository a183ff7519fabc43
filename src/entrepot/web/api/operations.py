"""Operations for programs: follow an order, look at the queues, put a dead letter right."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, get, post

from entrepot.bus import Post
from entrepot.commerce import capture
from entrepot.kernel.errors import NotFound
from entrepot.web.edge import house_of
from entrepot.web.house import House
from entrepot.web.trail import follow


class SystemUnknown(NotFound):
    code = "SYSTEM_UNKNOWN"
    message = "There is no system {system} here."


class Correction(msgspec.Struct, forbid_unknown_fields=True):
    body: dict[str, Any] | None = None


class Closing(msgspec.Struct, forbid_unknown_fields=True):
    reason: str


def post_of(house: House, system: str) -> Post:
    """A system's end of the bus by its name."""
    posts = {one.name: one for one in (house.commerce, house.configurator, house.order_management)}
    if system not in posts:
        raise SystemUnknown(system=system)
    return posts[system]


class OperationsApi(Controller):
    """`/api/operations`: for operators, by bearer token."""

    path = "/api/operations"
    tags = ["Operations"]

    @get("/orders/{number:str}/trail", permission="message.view", sync_to_thread=False)
    def trail(self, request: Request[Any, Any, Any], number: str) -> list[dict[str, Any]]:
        """Every message and question that carried an order, in every system, with times."""
        house = house_of(request)
        with house.commerce.database.read() as conn:
            order = capture.order_by_number(conn, number.removeprefix("WC_"))
        hops = follow(house, number, order.correlation_id if order else None)
        return [msgspec.to_builtins(hop) for hop in hops]

    @get("/queues", permission="operations.view", sync_to_thread=False)
    def queues(self, request: Request[Any, Any, Any]) -> dict[str, Any]:
        """How many messages of each system stand in each state, and how many orders in each."""
        house = house_of(request)
        counts: dict[str, Any] = {}
        for one in (house.commerce, house.configurator, house.order_management):
            with one.database.read() as conn:
                counts[one.name] = one.outbox.counts(conn)
        with house.commerce.database.read() as conn:
            counts["orders"] = capture.captured_counts(conn)
        return counts

    @get("/dead-letters/{system:str}", permission="message.view", sync_to_thread=False)
    def dead_letters(self, request: Request[Any, Any, Any], system: str) -> list[dict[str, Any]]:
        """Messages of a system that could not be delivered, each with its reason."""
        one = post_of(house_of(request), system)
        with one.database.read() as conn:
            return [dict(row) for row in one.outbox.waiting(conn)]

    @post(
        "/dead-letters/{system:str}/{message:str}/rerun", permission="exception.reprocess", sync_to_thread=False, status_code=204
    )
    def rerun(self, request: Request[Any, Any, Any], system: str, message: str, data: Correction) -> None:
        """Run a dead letter again, with a corrected body if one is given; the first body is kept."""
        house = house_of(request)
        one = post_of(house, system)
        with one.database.write() as conn:
            one.outbox.rerun(conn, message, house.clock.now(), data.body)

    @post(
        "/dead-letters/{system:str}/{message:str}/close", permission="exception.reprocess", sync_to_thread=False, status_code=204
    )
    def close(self, request: Request[Any, Any, Any], system: str, message: str, data: Closing) -> None:
        """Give a dead letter up, for a reason; those behind it go on."""
        house = house_of(request)
        one = post_of(house, system)
        with one.database.write() as conn:
            one.outbox.close(conn, message, data.reason, house.clock.now())
