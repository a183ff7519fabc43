"""Stock questions: commerce's inventory documents ↔ reservations and availability of the order side."""

from __future__ import annotations

from collections.abc import Mapping

from entrepot.integration.mapping import Constant, Document, Each, Field, Map, Values

HOW_MUCH = "999999999"
RESERVE = Map(
    "ReserveInventory",
    (
        Field("ReservationIdentifier", "ReservationID", required=True),
        Field("StoreIdentifier", "OrganizationCode", values="STORE", required=True),
        Constant("AllowPartialReservation", "Y"),
        Each(
            "OrderItem",
            "PromiseLines/PromiseLine",
            (
                Field("OrderItemIdentifier", "LineId", required=True),
                Field("PartNumber", "ItemID", required=True),
                Field("Quantity", "RequiredQty", required=True),
                Field("Quantity", "FillQuantity"),
                Each(
                    "OrderItemComponent",
                    "Components/Component",
                    (
                        Field("PartNumber", "ItemID"),
                        Field("Quantity", "KitQty"),
                        Field("Required", "IsRequired", to_there=lambda required: "Y" if required else "N"),
                    ),
                ),
            ),
        ),
    ),
)
RESERVED = Map(
    "InventoryReserved",
    (
        Field("ReservationIdentifier", "ReservationID"),
        Each(
            "OrderItem",
            "PromiseLines/PromiseLine",
            (
                Field("OrderItemIdentifier", "LineId"),
                Field("PartNumber", "ItemID"),
                Field("Quantity", "RequiredQty"),
                Field("Reserved", "ReservedQty", default="0"),
                Field("Available", "AvailableQty", default="0"),
                Field("ExpectedDate", "FirstFutureAvailableDate", default=""),
                Field("ErrorCode", "ErrorCode", default=""),
            ),
        ),
    ),
)
CANCEL = Map(
    "CancelInventoryReservation",
    (
        Field("ReservationIdentifier", "ReservationID", required=True),
        Field("StoreIdentifier", "OrganizationCode", values="STORE", required=True),
    ),
)
AVAILABILITY = Map(
    "InventoryAvailability",
    (
        Each(
            "InventoryAvailability",
            "PromiseLines/PromiseLine",
            (
                Field("PartNumber", "ItemID"),
                Field("InventoryStatus", "InventoryStatus", default="Unavailable"),
                Field("AvailableQuantity", "AvailableQty"),
                Field("AvailabilityDateTime", "FirstFutureAvailableDate"),
            ),
        ),
    ),
)


def availability_question(document: Document, values: Mapping[str, Values]) -> Document:
    """*GetInventoryAvailability* as *monitorItemAvailability*: how much is there of each?"""
    lines = [
        {"LineId": f"online_{place}", "ItemID": number, "RequiredQty": HOW_MUCH}
        for place, number in enumerate(document["PartNumber"], 1)
    ]
    store = values["STORE"].there(document["StoreIdentifier"], "GetInventoryAvailability/StoreIdentifier")
    return {"OrganizationCode": store, "PromiseLines": {"PromiseLine": lines}}
