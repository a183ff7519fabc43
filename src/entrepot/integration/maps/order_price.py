"""Order price: *getOrderPrice* ↔ *ProcessOrder, Calculate*, in both directions."""

from __future__ import annotations

from collections.abc import Mapping

from entrepot.integration.mapping import Document, Each, Field, Map, Values
from entrepot.integration.maps.people import PERSON
from entrepot.integration.maps.transfer_order import GIFT, PREFIX, TAX, category

#: Our path (commerce) ↔ their path (order management); read from there to here.
REQUEST = Map(
    "Calculate",
    (
        Field("BuyerIdentifier", "BuyerUserID", default=""),
        Field("Currency", "Currency", required=True),
        Field("StoreIdentifier", "OrganizationCode", values="STORE", required=True),
        Field("PricingDate", "PricingDate"),
        Field("ShippingMode", "CarrierServiceCode", values="CARRIER", default=""),
        Each(
            "OrderItem",
            "OrderLines/OrderLine",
            (
                Field("OrderItemIdentifier", "LineID", required=True),
                Field("PartNumber", "ItemID", required=True),
                Field("Quantity", "Quantity", required=True),
                Field("LockedPrice", "UnitPrice"),
                Each(
                    "OrderItemComponent",
                    "BundleComponents/BundleComponent",
                    (Field("PartNumber", "ItemID"), Field("Quantity", "KitQty")),
                ),
            ),
        ),
        Each("Coupons", "Coupons/Coupon", (Field("Code", "CouponID"),)),
    ),
)
ADDRESS = Map("Address", PERSON)
LINE = (
    Field("OrderItemIdentifier", "LineID"),
    Field("PartNumber", "ItemID"),
    Field("Quantity", "Quantity"),
    Field("UnitOfMeasure", "UnitOfMeasure", values="UOM"),
    Field("UnitPrice", "UnitPrice"),
    Field("ListPrice", "ListPrice"),
    Each("Tax", "LineTaxes/LineTax", TAX),
    *GIFT,
)
REPLY = Map(
    "OrderPrice",
    (
        Field("Currency", "Currency"),
        Field("GrandTotal", "TotalAmount", required=True),
        Each("OrderItem", "OrderLines/OrderLine", LINE),
        Each(
            "PromotionCode",
            "Coupons/Coupon",
            (
                Field("Code", "CouponID"),
                Field("Valid", "Valid", to_there=lambda valid: "Y" if valid else "N"),
                Field("ReasonCode", "CouponStatusMsgCode", values="COUPON_REASON"),
            ),
        ),
        Each(
            "Promotion",
            "Promotions/Promotion",
            (
                Field("PromotionIdentifier", "PromotionId"),
                Field("PromotionCode", "CouponID", default=""),
                Field("Times", "Times", to_there=str),
                Field("Description", "Description"),
            ),
        ),
    ),
)


def calculate(document: Document, values: Mapping[str, Values]) -> Document:
    """*getOrderPrice* as commerce takes it: locked prices only where the line says so."""
    made = REQUEST.here(document, values)
    number = str(document.get("OrderNo", ""))
    reference = {"ExternalOrderID": document.get("OrderReference", "")}
    made["OrderIdentifier"] = reference | ({"UniqueID": number.removeprefix(PREFIX)} if number.startswith(PREFIX) else {})
    made["PromotionCode"] = [one["Code"] for one in made.pop("Coupons", [])]
    made["ShippingAddress"] = ADDRESS.here(document.get("PersonInfoShipTo") or {}, values)
    sent = document.get("OrderLines", {}).get("OrderLine", [])
    for item, line in zip(made.get("OrderItem", []), sent, strict=True):
        if line.get("IsPriceLocked") != "Y":
            item.pop("LockedPrice", None)
    return {"Order": made}


def order_price(document: Document, values: Mapping[str, Values]) -> Document:
    """Commerce's calculation as the order side takes it, with a charge category for each promotion."""
    order = document["Order"]
    levels = {one["PromotionIdentifier"]: one["Level"] for one in order.get("Promotion", ())}
    made = REPLY.there(order, values)
    for line, item in zip(made["OrderLines"]["OrderLine"], order["OrderItem"], strict=True):
        line["IsGift"] = "Y" if item.get("FreeGift") else "N"
        line["LineAdjustments"] = {"LineAdjustment": [_adjustment(one, levels, "product", values) for one in item["Adjustment"]]}
        if order.get("TaxIncluded"):
            line.pop("LineTaxes", None)
    shipping = order.get("Shipping")
    if shipping is not None:
        charge = {"ChargeCategory": "Shipping", "ChargeName": "Shipping", "AdjustmentApplied": shipping["Amount"]}
        off = [_adjustment(one, levels, "shipping", values) for one in shipping["Adjustment"]]
        made["HeaderAdjustments"] = {"HeaderAdjustment": [charge, *off]}
        taxes = Map("Tax", (Each("Tax", "Tax", TAX),)).there(shipping, values).get("Tax", [])
        made["HeaderTaxes"] = {"HeaderTax": [] if order.get("TaxIncluded") else taxes}
    return made


def _adjustment(one: Document, levels: Mapping[str, str], level: str, values: Mapping[str, Values]) -> Document:
    return {
        "PricingRuleName": one["PromotionIdentifier"],
        "ChargeName": one["PromotionIdentifier"],
        "ChargeCategory": category(one, levels.get(one["PromotionIdentifier"], level), values),
        "AdjustmentApplied": one["Amount"],
        "CouponID": one.get("PromotionCode", ""),
        "Description": one.get("Description", ""),
    }
