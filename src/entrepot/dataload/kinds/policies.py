"""How a store stocks, splits and takes back its items."""

from __future__ import annotations

from entrepot.commerce import catalog
from entrepot.dataload.cells import boolean, decimal, integer, one_of, positive, text
from entrepot.dataload.kind import Batch, Kind, columns, values
from entrepot.dataload.kinds.lookups import entries, require, translate_ids

_POLICY = {
    "TrackingInventory": "track_inventory",
    "BackOrderable": "backorderable",
    "ForceBackorder": "force_backorder",
    "ReleaseSeparately": "release_separately",
    "Creditable": "creditable",
    "ReturnNotDesired": "return_not_desired",
    "MinQTYForSplit": "minimum_quantity_for_split",
    "PickingMethod": "picking_method",
    "Discontinued": "discontinued",
    "ForeignSKU": "foreign_sku",
    "ForeignSystem": "foreign_system",
}
_MEASURES = {"INVQuantityMeasure": "quantity_unit", "INVQuantityMultiple": "quantity_multiple"}


def _put(batch: Batch) -> None:
    translate_ids(batch, catalog.ENTRIES, {"PartNumber": "CatalogEntryUniqueId"})
    require(batch, "PartNumber")
    known = entries(batch, "PartNumber")
    for row in batch.live:
        if row.get("PartNumber") not in known:
            batch.unresolved(row, "PartNumber")
    store = batch.store
    rows = [
        (row, {"store_id": store.id, "entry_id": known[row.get("PartNumber")]["id"], **values(row, _POLICY, catalog.STORE_ITEMS)})
        for row in batch.live
    ]
    batch.write(catalog.STORE_ITEMS, rows, primary=True)
    measured = []
    for row in batch.live:
        key = {"owner_id": known[row.get("PartNumber")]["owner_id"], "part_number": row.get("PartNumber")}
        if any(row.has(column) for column in _MEASURES) and key["owner_id"] == store.owner_id:
            measured.append((row, key | values(row, _MEASURES, catalog.ENTRIES)))
    batch.write(catalog.ENTRIES, measured)


KINDS = [
    Kind(
        keyword="CatalogEntryATPInventory",
        sequence=5.0,
        identity=("PartNumber", "CatalogEntryUniqueId"),
        columns=columns(
            PartNumber=text(64),
            CatalogEntryUniqueId=integer,
            ParentPartNumber=text(64),
            Type=text(32),
            INVQuantityMeasure=text(16),
            INVQuantityMultiple=positive,
            TrackingInventory=one_of("Y", "N", "E"),
            BackOrderable=boolean,
            ForceBackorder=boolean,
            ReleaseSeparately=boolean,
            Creditable=boolean,
            ReturnNotDesired=boolean,
            MinQTYForSplit=decimal,
            PickingMethod=one_of("F", "L"),
            Discontinued=boolean,
            ForeignSKU=text(64),
            ForeignSystem=text(64),
        ),
        put=_put,
    )
]
