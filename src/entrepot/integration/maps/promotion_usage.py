"""Order events → the three services that count the use of promotions, and coupon and promotion questions.

Each event carries the complete set of uses at its version; what it becomes is told by the event's name.
"""

from __future__ import annotations

from collections.abc import Mapping

from entrepot.integration.mapping import Document, Each, Field, Map, Values
from entrepot.integration.maps.transfer_order import PREFIX

ACTIONS = {
    "CREATE_ORDER.ON_SUCCESS": "FinalizePromotionCalUsage",
    "CONFIRM_DRAFT_ORDER.ON_SUCCESS": "FinalizePromotionCalUsage",
    "CHANGE_ORDER.ON_SUCCESS": "UpdatePromotionCalUsage",
    "CHANGE_ORDER.ON_CANCEL": "CancelPromotionCalUsage",
}
USAGE = Map(
    "PromotionCalUsage",
    (
        Field("StoreIdentifier", "EnterpriseCode", values="STORE", required=True),
        Field("BuyerIdentifier", "BuyerUserId", default=""),
        Field("Version", "order_version", required=True),
        Field("Draft", "DraftOrderFlag", to_here=lambda flag: flag == "Y"),
        Field("EntryType", "EntryType"),
        Field("PlacedDate", "OrderDate"),
        Each(
            "Promotion",
            "Promotions",
            (
                Field("PromotionIdentifier", "PromotionId", required=True),
                Field("PromotionCode", "CouponID", default=""),
                Field("Times", "Times", to_here=int),
            ),
        ),
    ),
)
COUPON = Map(
    "ValidatePromoCode",
    (
        Field("Code", "CouponID", required=True),
        Field("BuyerIdentifier", "BuyerUserId", default=""),
        Field("StoreIdentifier", "OrganizationCode", values="STORE", required=True),
        Field("PricingDate", "PricingDate"),
    ),
)
COUPON_REPLY = Map(
    "PromoCode",
    (
        Field("Code", "CouponID"),
        Field("Valid", "Valid", to_there=lambda valid: "Y" if valid else "N"),
        Field("ReasonCode", "CouponStatusMsgCode", values="COUPON_REASON"),
        Field("Detail", "Detail"),
    ),
)
DETAILS = Map(
    "GetPromotionDetails",
    (
        Field("PromotionIdentifier", "PricingRuleName", default=""),
        Field("PromotionCode", "CouponID", default=""),
        Field("StoreIdentifier", "OrganizationCode", values="STORE", required=True),
        Field("Language", "DisplayLocalizedFieldInLocale"),
    ),
)
DETAILS_REPLY = Map(
    "ShowPromotionDetails",
    (
        Field("PromotionIdentifier", "PricingRuleName"),
        Field("Name", "ShortDescription"),
        Field("Description", "Description"),
        Field("StartDate", "StartDateActive"),
        Field("EndDate", "EndDateActive"),
        Field("PromotionType", "RuleType"),
        Field("Terms", "Terms"),
        Field("PromotionCodeRequired", "IsCouponRule", to_there=lambda needed: "Y" if needed else "N"),
    ),
)


def usage(document: Document, values: Mapping[str, Values]) -> Document:
    """An order event as commerce's *ProcessOrder* with the action it asks for."""
    made = USAGE.here(document, values)
    number = document["OrderNo"]
    identity: Document = {"ExternalOrderID": document["OrderHeaderKey"]}
    if number.startswith(PREFIX):
        identity["UniqueID"] = number.removeprefix(PREFIX)
    return {"Action": ACTIONS[document["Event"]], "Order": made | {"OrderIdentifier": identity, "OrderNo": number}}


def order_status(document: Document, values: Mapping[str, Values]) -> Document:
    """The whole picture of an order as commerce keeps it for its buyer (SyncOrder)."""
    number = document["OrderNo"]
    kept = ("StatusDescription", "Status", "MinOrderStatus", "MaxOrderStatus", "PaymentStatus", "GrandTotal", "Currency")
    picture: Document = {name: document.get(name) for name in kept}
    return {
        "Order": picture
        | {
            "OrderIdentifier": {"UniqueID": number.removeprefix(PREFIX), "ExternalOrderID": document["OrderHeaderKey"]},
            "Version": document["order_version"],
            "Cancelled": document.get("MinOrderStatus") == "9000",
            "OrderLines": document.get("OrderLines", []),
            "Shipments": document.get("Shipments", []),
            "Invoices": document.get("Invoices", []),
        }
    }
