"""The verbs of order management by their names: what the API invokes and what messages ask for.

One table says what each verb takes and does. A caller of the API who misspells a field is told so; a message from a
newer neighbor with a field we do not know is still understood.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.kernel.errors import NotFound
from entrepot.order_management import fulfillment, inventory, orders
from entrepot.order_management.wire import Document, Unknown, read, write


class VerbUnknown(NotFound):
    code = "ENT_NOT_FOUND"
    message = "There is no verb {verb} here."


class ByOrder(Document, frozen=True, kw_only=True):
    """Which order, at which version, and why: for verbs that need no more."""

    order_header_key: str = ""
    enterprise_code: str = ""
    document_type: str = "0001"
    order_no: str = ""
    version: str = ""
    hold_type: str = ""
    reason_code: str = ""
    reason_text: str = ""
    override: str = "N"
    cancel_remaining: str = "N"


class ShipmentListQuery(Document, frozen=True, kw_only=True):
    ship_node: str = ""
    status: str = ""
    order_header_key: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for something, and when."""

    at: datetime
    user: str


@dataclass(frozen=True, slots=True)
class Verb:
    takes: type[Document]
    does: Callable[[Connection, Any, Asking], dict[str, Any]]
    writes: bool = True


def invoke(conn: Connection, verb: str, body: dict[str, Any], asking: Asking, unknown: Unknown = "refuse") -> dict[str, Any]:
    """Do what a verb says with a document; tell its answer as a document."""
    if verb not in VERBS:
        raise VerbUnknown(verb=verb)
    found = VERBS[verb]
    return found.does(conn, read(found.takes, body, unknown), asking)


def _key(conn: Connection, sent: Any) -> str:
    return orders.order_key(
        conn, key=sent.order_header_key, enterprise=sent.enterprise_code, document_type=sent.document_type, order_no=sent.order_no
    )


def _cancel(conn: Connection, sent: ByOrder, asking: Asking) -> dict[str, Any]:
    body = write(sent) | {"Action": "CANCEL"}
    return orders.change_order(conn, read(orders.ChangeOrder, body), asking.at, asking.user)


def _confirm(conn: Connection, sent: ByOrder, asking: Asking) -> dict[str, Any]:
    version = int(sent.version) if sent.version.isdigit() else None
    return orders.confirm_draft_order(conn, _key(conn, sent), version, asking.at, asking.user)


def _hold(conn: Connection, sent: ByOrder, asking: Asking) -> dict[str, Any]:
    return orders.apply_hold(conn, _key(conn, sent), sent.hold_type, sent.reason_text, (asking.at, asking.user))


def _resolve(conn: Connection, sent: ByOrder, asking: Asking) -> dict[str, Any]:
    return orders.resolve_hold(conn, _key(conn, sent), sent.hold_type, sent.reason_text, (asking.at, asking.user))


def _moved(
    step: Callable[[Connection, str, datetime, str], fulfillment.Outcome],
) -> Callable[[Connection, ByOrder, Asking], dict[str, Any]]:
    def run(conn: Connection, sent: ByOrder, asking: Asking) -> dict[str, Any]:
        outcome = step(conn, _key(conn, sent), asking.at, asking.user)
        return {"Changed": "Y" if outcome.changed else "N", "Waiting": "Y" if outcome.waiting else "N", "Reason": outcome.reason}

    return run


def _shipments(conn: Connection, sent: ShipmentListQuery, asking: Asking) -> dict[str, Any]:
    found = fulfillment.get_shipment_list(conn, node=sent.ship_node, status=sent.status, order_key=sent.order_header_key)
    return {"Shipments": {"Shipment": found}}


VERBS: dict[str, Verb] = {
    "createOrder": Verb(orders.CreateOrder, lambda conn, sent, by: orders.create_order(conn, sent, by.at, by.user)),
    "changeOrder": Verb(orders.ChangeOrder, lambda conn, sent, by: orders.change_order(conn, sent, by.at, by.user)),
    "cancelOrder": Verb(ByOrder, _cancel),
    "confirmDraftOrder": Verb(ByOrder, _confirm),
    "getOrderDetails": Verb(ByOrder, lambda conn, sent, by: orders.get_order_details(conn, _key(conn, sent)), writes=False),
    "getOrderList": Verb(orders.OrderListQuery, lambda conn, sent, by: orders.get_order_list(conn, sent), writes=False),
    "applyHold": Verb(ByOrder, _hold),
    "resolveHold": Verb(ByOrder, _resolve),
    "scheduleOrder": Verb(ByOrder, _moved(fulfillment.schedule_order)),
    "unscheduleOrder": Verb(ByOrder, _moved(fulfillment.unschedule_order)),
    "releaseOrder": Verb(ByOrder, _moved(fulfillment.release_order)),
    "createShipment": Verb(
        fulfillment.CreateShipment, lambda conn, sent, by: fulfillment.create_shipment(conn, sent, by.at, by.user)
    ),
    "confirmShipment": Verb(
        fulfillment.ConfirmShipment, lambda conn, sent, by: fulfillment.confirm_shipment(conn, sent, by.at, by.user)
    ),
    "getShipmentList": Verb(ShipmentListQuery, _shipments, writes=False),
    "reserveAvailableInventory": Verb(inventory.Reserve, lambda conn, sent, by: write(inventory.reserve(conn, sent, by.at))),
    "cancelReservation": Verb(
        inventory.CancelReservation, lambda conn, sent, by: {"Released": str(inventory.cancel_reservation(conn, sent, by.at))}
    ),
    "findInventory": Verb(
        inventory.FindInventory, lambda conn, sent, by: write(inventory.find_inventory(conn, sent, by.at)), writes=False
    ),
    "monitorItemAvailability": Verb(
        inventory.FindInventory,
        lambda conn, sent, by: write(inventory.monitor_item_availability(conn, sent, by.at)),
        writes=False,
    ),
    "adjustInventory": Verb(
        inventory.AdjustInventory, lambda conn, sent, by: {"ReleasedFromReservations": str(inventory.adjust(conn, sent, by.at))}
    ),
}
