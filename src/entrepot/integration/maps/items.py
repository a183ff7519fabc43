"""Catalog for the configurator: *GetItemList* ↔ *GetCatalogNavigationView*."""

from __future__ import annotations

from entrepot.integration.mapping import Each, Field, Map

ITEM_LIST = Map(
    "GetCatalogNavigationView",
    (
        Field("StoreIdentifier", "OrganizationCode", values="STORE", required=True),
        Field("Language", "LocaleCode"),
        Each("CatalogEntryIdentifier", "Items", (Field("PartNumber", "ItemID", required=True),)),
    ),
)
ITEM_LIST_REPLY = Map(
    "ShowCatalogNavigationView",
    (
        Each(
            "CatalogEntryView",
            "Items",
            (
                Field("PartNumber", "ItemID"),
                Field("Name", "DisplayName"),
                Field("ShortDescription", "ShortDescription"),
                Field("Thumbnail", "ImageID"),
                Field("Buyable", "IsSellable", to_there=lambda buyable: "Y" if buyable else "N"),
            ),
        ),
    ),
)
