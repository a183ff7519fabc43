"""Shipments of a node: what is to be picked, what was really found, what left today.

Less than planned is only confirmed with an answer what becomes of the rest: cancelled, or backordered and shipped from
elsewhere. Confirming the same shipment twice with the same quantities is harmless.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post

from entrepot.commerce import catalog
from entrepot.kernel.errors import Error
from entrepot.order_management import fulfillment, inventory
from entrepot.web import desk
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark
from entrepot.web.parcels import ParcelLine, by_depth, parcel_lines
from entrepot.web.staff import Asked, Form, back, desk_of, refused, show, text

NODE_COOKIE = "entrepot_node"
TO_SHIP, SHIPPED = "1100", "1400"
FIELDS = {"CancelNonShippedQuantity": "rest", "Quantity": "quantities", "TrackingNo": "tracking"}
RESTS = {"cancel": mark("Cancel what is missing"), "backorder": mark("Backorder it: ship it from elsewhere or later")}


@get("/store", permission="shipment.pick", sync_to_thread=False)
def to_ship(request: Asked, node: str | None = None, q: str = "") -> Response[str]:
    """The shipments waiting at a node, oldest first."""
    at_desk, house = desk_of(request), house_of(request)
    with house.order_management.database.read() as conn:
        nodes = inventory.nodes_by_name(conn)
        chosen = _node(request, node, nodes)
        found = fulfillment.get_shipment_list(conn, node=chosen, status=TO_SHIP)
    waiting = [one for one in found if one["EnterpriseCode"] == at_desk.store.identifier]
    shown = [one for one in waiting if _fits(one, q)]
    found_here: dict[str, Any] = {"shipments": shown, "waiting": len(waiting), "bought": _bought}
    answer = show(request, "store/to_ship.html", nodes=nodes, node=chosen, q=q, **found_here)
    answer.set_cookie(key=NODE_COOKIE, value=chosen, max_age=31_536_000, samesite="lax")
    return answer


@get("/store/shipped", permission="shipment.pick", sync_to_thread=False)
def shipped_today(request: Asked, node: str | None = None) -> Response[str]:
    """What left the node today, by the store's calendar; the last first."""
    at_desk, house = desk_of(request), house_of(request)
    midnight = house.clock.now().astimezone(ZoneInfo(at_desk.store.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    with house.order_management.database.read() as conn:
        nodes = inventory.nodes_by_name(conn)
        chosen = _node(request, node, nodes)
        found = fulfillment.get_shipment_list(conn, node=chosen, status=SHIPPED, since=midnight)
    mine = [one for one in found if one["EnterpriseCode"] == at_desk.store.identifier]
    mine.sort(key=lambda one: datetime.fromisoformat(one["ShippedAt"]), reverse=True)
    return show(request, "store/shipped.html", nodes=nodes, node=chosen, shipments=mine, bought=_bought)


@get("/store/shipments/{number:str}", permission="shipment.pick", sync_to_thread=False)
def shipment_page(request: Asked, number: str) -> Response[str]:
    """One shipment: its pick list, or what left in it."""
    return _page(request, number, {}, {})


@post("/store/shipments/{number:str}", permission="shipment.confirm", sync_to_thread=False)
def confirm(request: Asked, number: str, data: Form) -> Response[Any]:
    """Say what really left."""
    house, at_desk = house_of(request), desk_of(request)
    _shipment(request, number)
    entered = {name: text(data, name) for name in data if name != "_csrf_token"}
    lines = [
        {"OrderLineKey": name.removeprefix("picked_"), "Quantity": value or "0"}
        for name, value in entered.items()
        if name.startswith("picked_")
    ]
    document = {
        "ShipmentNo": number,
        "TrackingNo": entered.get("tracking", ""),
        "ShipmentLines": {"ShipmentLine": lines},
        "CancelNonShippedQuantity": "Y" if entered.get("rest") == "cancel" else "N",
        "BackOrderNonShippedQuantity": "Y" if entered.get("rest") == "backorder" else "N",
    }
    try:
        desk.invoke(house, desk.Agent(at_desk.user.logon_id), "confirmShipment", document)
    except Error as error:
        status, errors = refused(error, FIELDS)
        return _page(request, number, errors, entered, status)
    return back(f"/store/shipments/{number}", "shipped")


def _page(request: Asked, number: str, errors: dict[str, str], entered: dict[str, str], status: int = 200) -> Response[str]:
    house, at_desk = house_of(request), desk_of(request)
    shipment = _shipment(request, number)
    with house.commerce.database.read() as conn:
        view = catalog.View(at_desk.store, at_desk.view_language, house.clock.now())
        facts = catalog.entries_by_part_numbers(conn, view, [line["ItemID"] for line in shipment["ShipmentLines"]])
    return show(
        request,
        "store/shipment.html",
        status=status,
        shipment=shipment,
        rows=list(by_depth(_bought(shipment))),
        facts=facts,
        errors=errors,
        entered=entered,
        rests=RESTS,
        open=shipment["Status"] == TO_SHIP,
    )


def _bought(shipment: dict[str, Any]) -> tuple[ParcelLine, ...]:
    """What is in a shipment as it was bought: a kit is one line."""
    return parcel_lines(shipment["ShipmentLines"])


def _shipment(request: Asked, number: str) -> dict[str, Any]:
    """The shipment, for the staff of its own store; to others it does not exist."""
    with house_of(request).order_management.database.read() as conn:
        found = fulfillment.get_shipment_details(conn, number)
    if found["EnterpriseCode"] != desk_of(request).store.identifier:
        raise fulfillment.ShipmentNotFound(shipment_no=number)
    return found


def _node(request: Asked, wish: str | None, nodes: dict[str, inventory.Node]) -> str:
    chosen = request.cookies.get(NODE_COOKIE, "") if wish is None else wish
    return chosen if chosen in nodes else ""


def _fits(shipment: dict[str, Any], words: str) -> bool:
    """Whether every word is in the shipment's number, order, receiver or items."""
    person = " ".join(str(value) for value in shipment["ShipTo"].values())
    items = " ".join(f"{line['ItemID']} {line['Description']}" for line in shipment["ShipmentLines"])
    text = f"{shipment['ShipmentNo']} {shipment['OrderNo']} {person} {items}".casefold()
    return all(word in text for word in words.casefold().split())


routes: list[Any] = [to_ship, shipped_today, shipment_page, confirm]
