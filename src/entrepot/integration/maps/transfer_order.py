"""Order transfer: commerce's *ProcessOrder, TransferOrder* → order management's *createOrder*.

Prices, promotions and taxes are final: the order is marked as not to be priced again, and the receiver only
checks that it adds up. A kit becomes a parent line and one line for each component, at every level: a kit inside is a
component and a parent.
"""

from __future__ import annotations

from collections.abc import Mapping

from entrepot.integration.mapping import Constant, Document, Each, Field, Map, Values
from entrepot.integration.maps.people import PERSON

PREFIX = "WC_"
#: The category of what an agent charged on the goods of a cart: a part of what they cost, taxed as they are.
GRANT_CHARGE = "Price"
TAX = (Field("Name", "TaxName"), Field("Percentage", "TaxPercentage"), Field("Amount", "Tax"))
TAXES = Map("Tax", (Each("Tax", "Tax", TAX),))
SURCHARGE = Map(
    "Surcharge",
    (
        Field("Category", "ChargeCategory", required=True),
        Field("Code", "ChargeName", required=True),
        Field("Amount", "ChargeAmount", required=True),
        Field("Description", "Description", default=""),
    ),
)
INCLUDED = Field("OrderAmount/TaxIncluded", "PriceInfo/TaxIncluded", to_there=lambda included: "Y" if included else "N")
GIFT = (
    Field("FreeGift/PromotionIdentifier", "GiftOfPricingRule"),
    Field("FreeGift/BuyItems", "GiftBuyLineIDs"),
    Field("FreeGift/BuyQuantity", "GiftBuyQuantity", to_there=str),
    Field("FreeGift/GiftQuantity", "GiftQuantity", to_there=str),
)
ADJUSTMENT = (
    Field("ChargeCategory", "ChargeCategory", required=True),
    Field("PromotionIdentifier", "ChargeName", required=True),
    Field("PromotionIdentifier", "Reference"),
    Field("Amount", "ChargeAmount", required=True),
    Field("PromotionCode", "CouponID", default=""),
    Field("Description", "Description", default=""),
)
LINE = (
    Field("OrderItemIdentifier/UniqueID", "TransactionalLineId", required=True),
    Field("OrderItemIdentifier/Position", "PrimeLineNo", to_there=str),
    Field("Quantity", "OrderedQty", required=True),
    Field("CatalogEntryIdentifier/PartNumber", "Item/ItemID", required=True),
    Field("CatalogEntryIdentifier/Description", "Item/ItemShortDesc"),
    Field("UnitOfMeasure", "Item/UnitOfMeasure", values="UOM"),
    Field("OrderItemAmount/UnitPrice", "LinePriceInfo/UnitPrice", required=True),
    Field("OrderItemAmount/ListPrice", "LinePriceInfo/ListPrice"),
    Constant("LinePriceInfo/IsPriceLocked", "Y"),
    Field("OrderItemAmount/PriceOverride/Reason", "LinePriceInfo/OverrideReason"),
    Field("OrderItemAmount/PriceOverride/UnitPriceBefore", "LinePriceInfo/PriceBeforeOverride"),
    Each("OrderItemAmount/Adjustment", "LineCharges/LineCharge", ADJUSTMENT),
    Each("OrderItemAmount/Tax", "LineTaxes/LineTax", TAX),
    Field("ConfigurationID", "ConfigurationId"),
    *GIFT,
)
ORDER = Map(
    "TransferOrder",
    (
        Field("OrderIdentifier/UniqueID", "OrderNo", to_there=lambda number: PREFIX + number, required=True),
        Field("StoreIdentifier/UniqueID", "EnterpriseCode", values="STORE", required=True),
        Field("StoreIdentifier/UniqueID", "SellerOrganizationCode", values="STORE"),
        Constant("EntryType", "WCS"),
        Constant("DocumentType", "0001"),
        Constant("DraftOrderFlag", "N"),
        Constant("BypassPricing", "Y"),
        Constant("ValidatePromotionAward", "N"),
        Field("PlacedDate", "OrderDate"),
        Field("BuyerIdentifier/ExternalIdentifier/Identifier", "BuyerUserId", default=""),
        Field("OrderAmount/TotalProductPrice/currency", "PriceInfo/Currency", required=True),
        Field("OrderAmount/GrandTotal", "PriceInfo/TotalAmount", required=True),
        INCLUDED,
        Field("OrderAmount/CashInterval", "PriceInfo/CashInterval", default=""),
        Each("OrderItem", "OrderLines/OrderLine", LINE),
        Field("OrderShippingInfo/ShippingMode", "CarrierServiceCode", values="CARRIER"),
        Field("OrderShippingInfo/ShippingMode", "SCAC", values="SCAC"),
        Field("ReservationIdentifier", "ReservationID"),
        Each(
            "Promotion",
            "Promotions/Promotion",
            (
                Field("PromotionIdentifier", "PromotionId"),
                Field("PromotionCode", "CouponID", default=""),
                Field("Times", "Times", to_there=str),
                Field("Description", "Description", default=""),
            ),
        ),
        Each("PromotionCodes", "Coupons/Coupon", (Field("Code", "CouponID"),)),
    ),
)
ADDRESS = Map("Address", PERSON)
PAYMENT = Map(
    "PaymentInstruction",
    (
        Field("method", "PaymentType", values="PAYMENT", required=True),
        Field("token", "CreditCardNo", default=""),
        Field("brand", "CreditCardType", default=""),
        Field("last_four", "DisplayCreditCardNo", default=""),
        Field("expires", "CreditCardExpDate", default=""),
        Field("purchase_order", "PaymentReference1", default=""),
        Constant("UnlimitedCharges", "Y"),
    ),
)
COMPONENT = Map(
    "OrderItemComponent",
    (
        Field("PartNumber", "Item/ItemID", required=True),
        Field("Description", "Item/ItemShortDesc"),
        Field("UnitOfMeasure", "Item/UnitOfMeasure", values="UOM"),
        Field("TotalQuantity", "OrderedQty", required=True),
        Field("Quantity", "KitQty", required=True),
        Field("UnitPrice", "LinePriceInfo/UnitPrice"),
        Constant("LinePriceInfo/IsLinePriceForInformationOnly", "Y"),
    ),
)


def create_order(document: Document, values: Mapping[str, Values]) -> Document:
    """The *createOrder* document for a transferred order."""
    order = document["Order"]
    levels = {one["PromotionIdentifier"]: one["Level"] for one in order.get("Promotion", ())}
    items = [_with_categories(item, levels, values) for item in order["OrderItem"]]
    codes = [{"Code": code} for code in order.get("PromotionCode", ())]
    made = ORDER.there(order | {"OrderItem": items, "PromotionCodes": codes}, values)
    lines = made["OrderLines"]["OrderLine"]
    for line, item in zip(list(lines), items, strict=True):
        line["IsGift"] = "Y" if item.get("FreeGift") else "N"
        _surcharge_line(line, order, values)
        _granted_line(line, item, values)
        lines += _components(line, item, values)
    shipping = order["OrderShippingInfo"]
    made["PersonInfoShipTo"] = ADDRESS.there(shipping.get("ShippingAddress") or {}, values)
    made["PersonInfoBillTo"] = ADDRESS.there(order["OrderPaymentInfo"].get("BillingAddress") or {}, values)
    made["HeaderCharges"] = {"HeaderCharge": _header_charges(shipping, levels, values)}
    made["HeaderTaxes"] = {"HeaderTax": TAXES.there(shipping, values).get("Tax", [])}
    for one in surcharges_on(order, ""):
        made["HeaderCharges"]["HeaderCharge"].append(SURCHARGE.there(one, values))
        made["HeaderTaxes"]["HeaderTax"] += surcharge_taxes(one, values)
    payment = order["OrderPaymentInfo"].get("PaymentInstruction")
    made["PaymentMethods"] = {"PaymentMethod": [PAYMENT.there(payment, values)] if payment else []}
    return made


def surcharges_on(order: Document, line: str) -> list[Document]:
    """The surcharges on a line, or on the whole order."""
    return [one for one in order.get("Surcharge", ()) if one.get("OrderItemIdentifier", "") == line]


def surcharge_taxes(surcharge: Document, values: Mapping[str, Values]) -> list[Document]:
    """The taxes on a surcharge, each saying what it is on."""
    on = {"ChargeCategory": surcharge["Category"], "ChargeName": surcharge["Code"]}
    return [tax | on for tax in TAXES.there(surcharge, values).get("Tax", [])]


def _surcharge_line(line: Document, order: Document, values: Mapping[str, Values]) -> None:
    for one in surcharges_on(order, line["TransactionalLineId"]):
        line.setdefault("LineCharges", {}).setdefault("LineCharge", []).append(SURCHARGE.there(one, values))
        line.setdefault("LineTaxes", {}).setdefault("LineTax", []).extend(surcharge_taxes(one, values))


def _granted_line(line: Document, item: Document, values: Mapping[str, Values]) -> None:
    """What an agent granted or charged on the cart: a discount of the line, or a part of its price, under its reason."""
    for one in item["OrderItemAmount"].get("Grant", ()):
        kind = GRANT_CHARGE if one.get("Charge") else values["GRANT_CATEGORY"].there(one["Reason"], "Grant/Reason")
        charge = {"ChargeCategory": kind, "ChargeName": one["Reason"], "ChargeAmount": one["Amount"]}
        line.setdefault("LineCharges", {}).setdefault("LineCharge", []).append(charge)


def category(adjustment: Document, level: str, values: Mapping[str, Values]) -> str:
    """The charge category of a promotion's amount: by its level, and whether a code brought it in."""
    trigger = "code" if adjustment.get("PromotionCode") else "automatic"
    found: str = values["CHARGE_CATEGORY"].there(f"{level}/{trigger}", "Adjustment")
    return found


def _with_categories(item: Document, levels: Mapping[str, str], values: Mapping[str, Values]) -> Document:
    amounts = item["OrderItemAmount"]
    adjustments = [
        one | {"ChargeCategory": category(one, levels.get(one["PromotionIdentifier"], "product"), values)}
        for one in amounts.get("Adjustment", ())
    ]
    return item | {"OrderItemAmount": amounts | {"Adjustment": adjustments}}


def _components(line: Document, item: Document, values: Mapping[str, Values]) -> list[Document]:
    """The lines below a line, which becomes a kit where there are any; a kit inside has lines below it in turn."""
    found: list[Document] = []
    for place, part in enumerate(item.get("OrderItemComponent") or (), 1):
        line["KitCode"] = "BUNDLE"
        own = COMPONENT.there(part, values)
        own["TransactionalLineId"] = f"{line['TransactionalLineId']}/{place}"
        own["BundleParentLine"] = {"TransactionalLineId": line["TransactionalLineId"]}
        found += [own, *_components(own, part, values)]
    return found


def _header_charges(shipping: Document, levels: Mapping[str, str], values: Mapping[str, Values]) -> list[Document]:
    charges = [{"ChargeCategory": "Shipping", "ChargeName": "Shipping", "ChargeAmount": shipping.get("ShippingCharge", "0")}]
    for one in shipping.get("Adjustment", ()):
        kind = category(one, levels.get(one["PromotionIdentifier"], "shipping"), values)
        charges.append(
            {
                "ChargeCategory": kind,
                "ChargeName": one["PromotionIdentifier"],
                "Reference": one["PromotionIdentifier"],
                "ChargeAmount": one["Amount"],
                "CouponID": one.get("PromotionCode", ""),
                "Description": one.get("Description", ""),
            }
        )
    for one in shipping.get("Grant", ()):
        kind = "Shipping" if one.get("Charge") else "ShippingDiscount"
        charges.append({"ChargeCategory": kind, "ChargeName": one["Reason"], "ChargeAmount": one["Amount"]})
    return charges
