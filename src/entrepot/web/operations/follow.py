"""Following one order through all systems: every message and question that carried it, and whether both sides agree.

The picture has a lane for each system with the bus between them; the table below it says the same in words, and each
step opens to what was said and what came back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from litestar import Response, get

from entrepot.commerce import capture, promotions
from entrepot.kernel.money import format_amount
from entrepot.order_management import order_page, orders
from entrepot.web.edge import house_of
from entrepot.web.house import House
from entrepot.web.staff import Asked, desk_of, show
from entrepot.web.trail import Hop, follow

LANES = {"commerce": 1, "order_management": 3, "configurator": 4}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One step with its place in the picture."""

    hop: Hop
    anchor: str
    start: int
    end: int
    after_ms: float
    body: str
    reply: str

    @property
    def span(self) -> int:
        return abs(self.end - self.start) + 1


@dataclass(frozen=True, slots=True)
class Fact:
    """The same thing as both sides know it."""

    name: str
    commerce: str
    order_management: str
    amount: bool = False

    @property
    def agrees(self) -> bool:
        return self.commerce == self.order_management


@get("/operations/orders", permission="message.view", sync_to_thread=False)
def follow_page(request: Asked, number: str = "") -> Response[str]:
    """The way of the order with this number; without one, the latest orders to choose from."""
    house = house_of(request)
    bare = number.strip().removeprefix("WC_")
    if not bare:
        with house.commerce.database.read() as conn:
            recent = capture.recent_orders(conn, limit=15)
        return show(request, "operations/follow.html", number="", recent=recent, order=None)
    with house.commerce.database.read() as conn:
        captured = capture.order_by_number(conn, bare)
    page = _in_order_management(house, request, bare)
    exact = captured.number if captured is not None and captured.number else bare
    hops = drawn(follow(house, exact, captured.correlation_id if captured else None))
    uses = []
    if page is not None:
        with house.commerce.database.read() as conn:
            uses = promotions.uses_of(conn, captured.id if captured is not None else page.key)
    lanes = 4 if any(4 in (step.start, step.end) for step in hops) else 3
    return show(
        request,
        "operations/follow.html",
        status=200 if hops or page or captured else 404,
        number=bare,
        recent=[],
        hops=hops,
        lanes=lanes,
        captured=captured,
        order=page,
        facts=facts_of(captured, page),
        uses=uses,
        took=(hops[-1].hop.at - hops[0].hop.at).total_seconds() if hops else 0,
    )


def drawn(hops: list[Hop]) -> list[Drawn]:
    """The steps with their lanes and the time since the step before."""
    found = []
    for index, hop in enumerate(hops):
        before = hops[index - 1].at if index else hop.at
        found.append(
            Drawn(
                hop,
                f"hop-{index + 1}",
                LANES.get(hop.sender, 2),
                LANES.get(hop.receiver, 2),
                (hop.at - before).total_seconds() * 1000,
                pretty(hop.body),
                pretty(hop.reply),
            )
        )
    return found


def facts_of(captured: capture.Order | None, page: order_page.OrderPage | None) -> list[Fact]:
    """Status, total and quantities as both sides know them; a side that knows nothing is silent."""
    if captured is None or page is None:
        return []
    told = captured.tracking or {}
    total = captured.calculation.total if captured.calculation else 0
    here = told.get("GrandTotal") or format_amount(total, captured.currency)
    facts = [
        Fact("Status", str(told.get("StatusDescription", "")), page.status),
        Fact("Total", str(here), format_amount(page.total, page.currency), amount=True),
        Fact("Payment", str(told.get("PaymentStatus", "")), page.payment_status),
    ]
    known = {line["OrderLineKey"]: line["OrderedQty"] for line in told.get("OrderLines", ()) if not line.get("ParentLineKey")}
    for line in page.lines:
        facts.append(Fact(line.description or line.item_id, str(known.get(line.key, "")), line.quantity))
    facts.append(Fact("Shipments", str(len(told.get("Shipments", ()))), str(len(page.shipments))))
    facts.append(Fact("Invoices", str(len(told.get("Invoices", ()))), str(len(page.invoices))))
    return facts


def pretty(value: Any) -> str:
    """A document as people read it."""
    return "" if value is None else json.dumps(value, indent=2, ensure_ascii=False, default=str)


def _in_order_management(house: House, request: Asked, bare: str) -> order_page.OrderPage | None:
    store = desk_of(request).store.identifier
    with house.order_management.database.read() as conn:
        for number in (bare, f"WC_{bare}", bare.upper(), f"WC_{bare.upper()}"):
            try:
                key = orders.order_key(conn, key="", enterprise=store, document_type="0001", order_no=number)
            except orders.OrderNotFound:
                continue
            return order_page.order_page(conn, key, house.clock.now())
    return None


routes: list[Any] = [follow_page]
