"""What messages do when they arrive: each handler is one effect in one transaction of the receiving system.

A handler gets the document in its own system's words (the maps have been there) and answers with what it did.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.bus import Message
from entrepot.commerce import capture, promotions
from entrepot.commerce import catalog as commerce_catalog
from entrepot.commerce.database import outbox as commerce_outbox
from entrepot.integration.mapping import Document
from entrepot.order_management import orders
from entrepot.order_management.wire import read

SYSTEM_USER = "integration"


def create_order(conn: Connection, document: Document, at: datetime) -> Document:
    """Order management takes an order over from the shop."""
    return orders.create_order(conn, read(orders.CreateOrder, document, "ignore"), at, SYSTEM_USER)


def count_usage(conn: Connection, document: Document, at: datetime) -> Document:
    """Commerce counts the use of promotions an order event tells, and notes that a web order has arrived.

    A draft's uses are held until it is confirmed. A limit found used up puts a message out for order management.
    """
    order, action = document["Order"], document["Action"]
    identity = order["OrderIdentifier"]
    acknowledged: dict[str, Any] = {}
    if order.get("EntryType") == "WCS" and "UniqueID" in identity and action == "FinalizePromotionCalUsage":
        acknowledged = capture.acknowledge_transfer(conn, document, at)
    reference = capture.usage_reference(conn, identity)
    version = int(order["Version"])
    if action == "CancelPromotionCalUsage":
        result = promotions.cancel_uses(conn, reference, version)
        if result.applied:
            promotions.take_back_coupons(conn, reference, at)
    else:
        state = promotions.UseState.HELD if order.get("Draft") else promotions.UseState.FINAL
        use = _order_use(conn, order, reference, version)
        result = promotions.set_uses(conn, use, state, at)
        if result.applied and state is promotions.UseState.FINAL:
            promotions.grant_coupons(conn, use, at)
    if result.overdrawn:
        _tell_overdrawn(conn, order, result.overdrawn, at)
    return {"Action": action, "Applied": result.applied, "Overdrawn": list(result.overdrawn), **acknowledged}


def _order_use(conn: Connection, order: Document, reference: str, version: int) -> promotions.OrderUse:
    store = commerce_catalog.find_store(conn, order["StoreIdentifier"])
    uses = tuple(
        promotions.Use(one["PromotionIdentifier"], one["Times"], one.get("PromotionCode") or "")
        for one in order.get("Promotion", ())
    )
    return promotions.OrderUse(store.id, reference, version, order.get("BuyerIdentifier") or "", uses)


def _tell_overdrawn(conn: Connection, order: Document, overdrawn: tuple[str, ...], at: datetime) -> None:
    key = order["OrderIdentifier"]["ExternalOrderID"]
    message = Message(
        kind="promotion.overdrawn",
        body={"OrderHeaderKey": key, "Promotions": list(overdrawn)},
        business_key=f"{key}/{order['Version']}",
        ordering_key=f"overdrawn:{key}",
        store=order["StoreIdentifier"],
    )
    commerce_outbox.put(conn, message, at)


def hold_overdrawn(conn: Connection, document: Document, at: datetime) -> Document:
    """Order management holds an order whose promotion was used up by somebody else."""
    reason = f"used up: {', '.join(document['Promotions'])}"
    return orders.apply_hold(conn, document["OrderHeaderKey"], "PROMOTION_LIMIT", reason, (at, SYSTEM_USER))


def take_status(conn: Connection, document: Document, at: datetime) -> Document:
    """Commerce keeps the picture of an order for its buyer."""
    return capture.take_status(conn, document, at)


def take_availability(conn: Connection, document: Document, at: datetime) -> Document:
    """Commerce keeps what can be had of an item, for showing; an older picture never overwrites a newer one."""
    item = document["Item"]
    picture = (document["InventoryStatus"], document["OnhandAvailableQuantity"], document.get("FirstFutureAvailableDate") or None)
    taken = capture.take_availability(conn, item["OrganizationCode"], item["ItemID"], picture, int(document["Sequence"]), at)
    return {"Taken": taken}
