"""Order price: *getOrderPrice* ↔ *ProcessOrder, Calculate*, in both directions."""

from __future__ import annotations

from collections.abc import Mapping

from entrepot.commerce.capture import GRANT_REASONS
from entrepot.integration.mapping import Document, Each, Field, Map, Values
from entrepot.integration.maps.people import PERSON
from entrepot.integration.maps.transfer_order import GIFT, PREFIX, TAX, TAXES, category, surcharge_taxes, surcharges_on

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
        Field("TaxIncluded", "TaxIncluded", to_there=lambda included: "Y" if included else "N"),
        Field("CashInterval", "CashInterval", default=""),
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
SURCHARGE_TOLD = Map(
    "Surcharge",
    (
        Field("Category", "ChargeCategory", required=True),
        Field("Code", "ChargeName", required=True),
        Field("Amount", "AdjustmentApplied", required=True),
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
            sold = _sold(line, "Line")
            item["Adjustment"] = [AWARD.here(one, values) for one in sold if one.get("IsDiscount") == "Y"]
            item["Adjustment"] += [_charged(one, values) for one in sold if _is_charged(one)]
    if awarded:
        made |= _sold_with(document, values)
    return {"Order": made}


def _sold_with(document: Document, values: Mapping[str, Values]) -> Document:
    """What an order was sold with besides its lines: shipping, what promotions took off it, surcharges."""
    header = _sold(document, "Header")
    off = [AWARD.here(one, values) for one in header if one.get("IsDiscount") == "Y"]
    off += [_charged(one, values) for one in header if _is_charged(one)]
    shipping = [one["AdjustmentApplied"] for one in header if one.get("ChargeName") == "Shipping"]
    charged = [one for one in _surcharges(header) if one.get("ChargeName") != "Shipping"]
    surcharges = [SURCHARGE_TOLD.here(one, values) for one in charged]
    for line in document.get("OrderLines", {}).get("OrderLine", []):
        on = {"OrderItemIdentifier": line["LineID"]}
        surcharges += [SURCHARGE_TOLD.here(one, values) | on for one in _surcharges(_sold(line, "Line"))]
    sold: Document = {"Shipping": {"Adjustment": off}, "Surcharge": surcharges}
    return sold | ({"LockedShipping": shipping[0]} if shipping else {})


def _is_charged(one: Document) -> bool:
    """Whether an agent charged it on the cart: it belongs to the price of what it is on, unlike a surcharge."""
    return one.get("IsDiscount") != "Y" and one.get("ChargeName") in GRANT_REASONS


def _surcharges(sold: list[Document]) -> list[Document]:
    return [one for one in sold if one.get("IsDiscount") != "Y" and not _is_charged(one)]


def _charged(one: Document, values: Mapping[str, Values]) -> Document:
    award = AWARD.here(one, values)
    return award | {"Amount": f"-{award['Amount']}"}


def _sold(document: Document, level: str) -> list[Document]:
    return [one for one in _adjustments(document, level) if one.get("IsManual") != "Y"]


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
        adjusted = [_adjustment(one, levels, "product", values) for one in item["Adjustment"]]
        for one in surcharges_on(order, line["LineID"]):
            adjusted.append(SURCHARGE_TOLD.there(one, values))
            line.setdefault("LineTaxes", {}).setdefault("LineTax", []).extend(surcharge_taxes(one, values))
        line["LineAdjustments"] = {"LineAdjustment": adjusted}
    header: list[Document] = []
    taxes: list[Document] = []
    shipping = order.get("Shipping")
    if shipping is not None:
        header.append({"ChargeCategory": "Shipping", "ChargeName": "Shipping", "AdjustmentApplied": shipping["Amount"]})
        header += [_adjustment(one, levels, "shipping", values) for one in shipping["Adjustment"]]
        taxes += TAXES.there(shipping, values).get("Tax", [])
    for one in surcharges_on(order, ""):
        header.append(SURCHARGE_TOLD.there(one, values))
        taxes += surcharge_taxes(one, values)
    made |= {"HeaderAdjustments": {"HeaderAdjustment": header}, "HeaderTaxes": {"HeaderTax": taxes}}
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
        made["HeaderAdjustments"]["HeaderAdjustment"].append(told | {"Shares": {"Share": shares}})


def _adjustment(one: Document, levels: Mapping[str, str], level: str, values: Mapping[str, Values]) -> Document:
    return {
        "PricingRuleName": one["PromotionIdentifier"],
        "ChargeName": one["PromotionIdentifier"],
        "ChargeCategory": category(one, levels.get(one["PromotionIdentifier"], level), values),
        "AdjustmentApplied": one["Amount"],
        "CouponID": one.get("PromotionCode", ""),
        "Description": one.get("Description", ""),
    }
