"""What a node says about shipping: which quantities left, in which parcel, and what becomes of the rest."""

from __future__ import annotations

from entrepot.order_management.wire import Document, Flag


class ShipmentLine(Document, frozen=True, kw_only=True):
    order_line_key: str = ""
    prime_line_no: str = ""
    sub_line_no: str = "1"
    item_id: str = ""
    quantity: str


class ShipmentLines(Document, frozen=True, kw_only=True):
    shipment_line: list[ShipmentLine] = []


class Container(Document, frozen=True, kw_only=True):
    container_no: str = ""
    tracking_no: str = ""


class Containers(Document, frozen=True, kw_only=True):
    container: list[Container] = []


class CreateShipment(Document, frozen=True, kw_only=True):
    """Take released quantity into a shipment; without lines all of the release."""

    order_release_key: str
    shipment_no: str = ""
    shipment_lines: ShipmentLines = ShipmentLines()


class ConfirmShipment(Document, frozen=True, kw_only=True):
    """What left; without lines all of it. A shortage needs exactly one of the two flags."""

    shipment_no: str
    shipment_lines: ShipmentLines = ShipmentLines()
    containers: Containers = Containers()
    scac: str = ""
    tracking_no: str = ""
    cancel_non_shipped_quantity: Flag = "N"
    back_order_non_shipped_quantity: Flag = "N"
