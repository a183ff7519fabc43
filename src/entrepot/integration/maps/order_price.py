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


#: An adjustment by hand, and a promotion's award of an order that was sold already.
MANUAL = Map(
    "ExtraAdjustments",
    (
        Field("Identifier", "AdjustmentID", required=True),
        Field("CalculationCodeIdentifier", "CalculationCode", required=True),
        Field("AdjustmentApplyAmount", "AdjustmentApplied", required=True),
        Field("Discount", "IsDiscount", to_there=lambda discount: "Y" if discount else "N", to_here=lambda flag: flag == "Y"),
    ),
)
AWARD = Map(
    "Adjustment",
    (
        Field("PromotionIdentifier", "PricingRuleName"),
        Field("Amount", "AdjustmentApplied", required=True),
        Field("PromotionCode", "CouponID", default=""),
        Field("Description", "Description", default=""),
    ),
)


def calculate(document: Document, values: Mapping[str, Values]) -> Document:
    """*getOrderPrice* as commerce takes it: locked prices only where the line says so, and what was adjusted by hand."""
    made = REQUEST.here(document, values)
    made["PromotionsAwarded"] = awarded = document.get("ValidatePromotionAward") == "N"
    made["CalculationInfo"] = _calculation_info(document, values)
    number = str(document.get("OrderNo", ""))
    reference = {"ExternalOrderID": document.get("OrderReference", "")}
    made["OrderIdentifier"] = reference | ({"UniqueID": number.removeprefix(PREFIX)} if number.startswith(PREFIX) else {})
    made["PromotionCode"] = [one["Code"] for one in made.pop("Coupons", [])]
    made["ShippingAddress"] = ADDRESS.here(document.get("PersonInfoShipTo") or {}, values)
    sent = document.get("OrderLines", {}).get("OrderLine", [])
    for item, line in zip(made.get("OrderItem", []), sent, strict=True):
        if line.get("IsPriceLocked") != "Y":
            item.pop("LockedPrice", None)
        if awarded:
            item["Adjustment"] = [AWARD.here(one, values) for one in _adjustments(line, "Line") if one.get("IsManual") != "Y"]
    if awarded:
        given = [one for one in _adjustments(document, "Header") if one.get("IsManual") != "Y"]
        charge = next((one["AdjustmentApplied"] for one in given if one.get("ChargeCategory") == "Shipping"), None)
        off = [AWARD.here(one, values) for one in given if one.get("ChargeCategory") == "ShippingDiscount"]
        made |= {"Shipping": {"Adjustment": off}} | ({"LockedShipping": charge} if charge is not None else {})
    return {"Order": made}


def _calculation_info(document: Document, values: Mapping[str, Values]) -> Document:
    """What was adjusted by hand on the order and on its lines, in one list."""
    extra = [MANUAL.here(one, values) for one in _adjustments(document, "Header") if one.get("IsManual") == "Y"]
    for line in document.get("OrderLines", {}).get("OrderLine", []):
        on = {"OrderItemIdentifier": line["LineID"]}
        extra += [MANUAL.here(one, values) | on for one in _adjustments(line, "Line") if one.get("IsManual") == "Y"]
    return {"ExtraAdjustments": extra, "AdjustmentApplyPolicy": document.get("AdjustmentApplyPolicy", "")}


def _adjustments(document: Document, level: str) -> list[Document]:
    found: list[Document] = document.get(f"{level}Adjustments", {}).get(f"{level}Adjustment", [])
    return found


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
    _tell_by_hand(made, order, values)
    return made


def _tell_by_hand(made: Document, order: Document, values: Mapping[str, Values]) -> None:
    """What was adjusted by hand goes back to where it came from; what is on the whole order with its shares."""
    for one in order.get("ManualAdjustment", ()):
        told = MANUAL.there({"AdjustmentApplyAmount": one["Amount"]} | one, values) | {"IsManual": "Y"}
        if one["CalculationCodeIdentifier"] == "LineAdjustment":
            lines = [line for line in made["OrderLines"]["OrderLine"] if line["LineID"] == one["OrderItemIdentifier"]]
            for line in lines:
                line["LineAdjustments"]["LineAdjustment"].append(told)
            continue
        shares = [{"LineID": share["OrderItemIdentifier"], "Amount": share["Amount"]} for share in one["Share"]]
        header = made.setdefault("HeaderAdjustments", {}).setdefault("HeaderAdjustment", [])
        header.append(told | {"Shares": {"Share": shares}})


def _adjustment(one: Document, levels: Mapping[str, str], level: str, values: Mapping[str, Values]) -> Document:
    return {
        "PricingRuleName": one["PromotionIdentifier"],
        "ChargeName": one["PromotionIdentifier"],
        "ChargeCategory": category(one, levels.get(one["PromotionIdentifier"], level), values),
        "AdjustmentApplied": one["Amount"],
        "CouponID": one.get("PromotionCode", ""),
        "Description": one.get("Description", ""),
    }
