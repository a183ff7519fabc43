"""The warehouse's part: the order is scheduled and released by itself, somebody confirms the shipment, all pages agree."""

from __future__ import annotations

from typing import Any

from entrepot.tour.guide import Guide, wait_for
from entrepot.tour.shopper import API

OMS = "/api/order-management/invoke"


def ship(guide: Guide, number: str) -> None:
    """Follow the order of this number until it is shipped, and compare what everybody sees."""
    story, guest = guide.story, guide.person("guest")
    associate, agent, operator = guide.person("store"), guide.person("agent"), guide.person("operator")
    story.chapter("The order is promised and shipped")
    key = guest.get(f"{API}/orders/{number}").json()["external_id"]
    waiting = wait_for(lambda: _shipments(associate, key))
    story.fact("order management scheduled and released it", bool(waiting), f"{len(waiting)} shipment(s)")
    for shipment in waiting:
        document = {"ShipmentNo": shipment["ShipmentNo"], "TrackingNo": f"TRACK-{shipment['ShipmentNo']}"}
        answer = associate.post(f"{OMS}/confirmShipment", json=document)
        story.fact("an associate confirms a shipment", answer.status_code == 200, shipment["ShipmentNo"])
    shown = wait_for(lambda: _status(guest.get(f"{API}/orders/{number}").json(), "Shipped"))
    story.fact("the shopper sees it shipped", bool(shown), shown["StatusDescription"] if shown else "")
    details = agent.post(f"{OMS}/getOrderDetails", json={"OrderHeaderKey": key}).json()
    story.fact("the call center sees the same", _says(details, "Shipped"), _words(details))
    invoiced = wait_for(lambda: _status(guest.get(f"{API}/orders/{number}").json(), "Shipped", invoiced=True))
    total = guest.get(f"{API}/orders/{number}").json()["totals"]["total"]
    story.fact(
        "it is invoiced, and both sides name the same total", invoiced is not None and invoiced["GrandTotal"] == total, total
    )
    hops = operator.get(f"/api/operations/orders/{number}/trail").json()
    carried = {hop["kind"] for hop in hops}
    story.fact(
        "operations can follow every message of it", {"order.transfer", "CREATE_ORDER.ON_SUCCESS"} <= carried, f"{len(hops)} hops"
    )
    story.hops(hops)


def _shipments(associate: Any, key: str) -> list[dict[str, Any]]:
    found = associate.post(f"{OMS}/getShipmentList", json={"OrderHeaderKey": key}).json()
    return [one for one in found["Shipments"]["Shipment"] if one.get("Status", "") < "1400"]


def _status(order: dict[str, Any], words: str, *, invoiced: bool = False) -> dict[str, Any] | None:
    tracking: dict[str, Any] = order.get("tracking") or {}
    if tracking.get("StatusDescription") != words or (invoiced and not tracking.get("Invoices")):
        return None
    return tracking


def _words(details: dict[str, Any]) -> str:
    order = details.get("Order", details)
    return str(order.get("OverallStatus", ""))


def _says(details: dict[str, Any], words: str) -> bool:
    return words in _words(details)
