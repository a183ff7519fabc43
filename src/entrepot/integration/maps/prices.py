"""Item prices: *getItemPrice* (order side) and *GetItemPrice* (configurator) ↔ *GetEntitledPrice*."""

from __future__ import annotations

from collections.abc import Mapping

from entrepot.integration.mapping import Constant, Document, Each, Field, Map, Values

ITEM_PRICE = Map(
    "GetEntitledPrice",
    (
        Field("BuyerIdentifier", "BuyerUserId", default=""),
        Field("StoreIdentifier", "OrganizationCode", values="STORE", required=True),
        Field("Currency", "Currency"),
        Field("PricingDate", "PricingDate"),
        Each(
            "Product",
            "LineItems/LineItem",
            (Field("PartNumber", "ItemID", required=True), Field("Quantity", "Quantity", default="1")),
        ),
    ),
)
ITEM_PRICE_REPLY = Map(
    "ShowEntitledPrice",
    (
        Constant("PromotionsEvaluated", "N"),
        Field("PricingDate", "PricingDate"),
        Each(
            "EntitledPrice",
            "LineItems/LineItem",
            (
                Field("PartNumber", "ItemID"),
                Field("UnitPrice", "UnitPrice"),
                Field("ListPrice", "ListPrice"),
                Field("Currency", "Currency"),
            ),
        ),
        Each("Errors", "Errors/Error", (Field("PartNumber", "ItemID"), Constant("ErrorCode", "ENT_NO_PRICE"))),
    ),
)
CONFIGURATOR_PRICE = Map(
    "GetEntitledPrice",
    (
        Field("BuyerIdentifier", "BuyerUserId", default=""),
        Field("StoreIdentifier", "OrganizationCode", values="STORE", required=True),
        Field("Currency", "Currency"),
        Field("ContractIdentifier", "ContractId"),
        Field("PricingDate", "PricingDate"),
        Each("Product", "Items", (Field("PartNumber", "ItemID", required=True), Field("Quantity", "Quantity", default="1"))),
    ),
)
KIT = Map(
    "Kit",
    (
        Field("PartNumber", "ItemID", required=True),
        Each("Component", "Components", (Field("PartNumber", "ItemID"), Field("Quantity", "Quantity"))),
    ),
)


def entitled_price(document: Document, values: Mapping[str, Values]) -> Document:
    """*getItemPrice* as commerce takes it."""
    return {"EntitledPrice": ITEM_PRICE.here(document, values)}


def item_price(document: Document, values: Mapping[str, Values]) -> Document:
    """Commerce's prices as the order side takes them."""
    return ITEM_PRICE_REPLY.there(document, values)


def configurator_question(document: Document, values: Mapping[str, Values]) -> Document:
    """*GetItemPrice*: all items of a page, and the kit as it stands, in one question."""
    made = CONFIGURATOR_PRICE.here(document, values)
    kit = document.get("Kit")
    if kit and kit.get("Components"):
        made["Product"] = [*made.get("Product", []), KIT.here(kit, values)]
    return {"EntitledPrice": made}


def configurator_prices(document: Document, values: Mapping[str, Values], kit: str) -> Document:
    """Commerce's prices as the configurator takes them; the kit's own apart."""
    items = [
        {"ItemID": one["PartNumber"], "UnitPrice": one["UnitPrice"], "ListPrice": one["ListPrice"]}
        for one in document["EntitledPrice"]
    ]
    made: Document = {"Items": [one for one in items if one["ItemID"] != kit]}
    own = next((one for one in items if one["ItemID"] == kit), None)
    return made | ({"Kit": own} if own else {})
