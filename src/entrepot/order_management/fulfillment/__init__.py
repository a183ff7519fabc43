"""Fulfillment: where an order ships from, when it is handed to the nodes, and what really left.

Scheduling promises stock at nodes, releasing hands the work to them, a shipment says what left. Stock follows by itself,
because saving an order moves the counters its quantities ask for. Shipments are part of the order's status event.
"""

from entrepot.order_management import orders
from entrepot.order_management.fulfillment.documents import ConfirmShipment, CreateShipment
from entrepot.order_management.fulfillment.schedule import (
    PAID_ENOUGH,
    Outcome,
    release_order,
    schedule_order,
    unschedule_order,
)
from entrepot.order_management.fulfillment.shipment import (
    ShipmentNotFound,
    confirm_shipment,
    create_shipment,
    get_shipment_details,
    get_shipment_list,
    open_releases,
    shipments_of,
)

orders.contribute_to_status("Shipments", shipments_of)

__all__ = [
    "PAID_ENOUGH",
    "ConfirmShipment",
    "CreateShipment",
    "Outcome",
    "ShipmentNotFound",
    "confirm_shipment",
    "create_shipment",
    "get_shipment_details",
    "get_shipment_list",
    "open_releases",
    "release_order",
    "schedule_order",
    "shipments_of",
    "unschedule_order",
]
