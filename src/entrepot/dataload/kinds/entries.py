"""Catalog entries: what a row of CatalogEntry says of the entry, its texts, its home and its prices.

An item's home is its product; anything else stands in a group of the master catalog. A row is accepted or
turned down as a whole, so its parents are looked for before anything is written. Prices are handed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from entrepot.commerce import catalog
from entrepot.dataload.cells import boolean, decimal, in_zone, instant, integer, language, number, positive, text, word_for
from entrepot.dataload.kind import Batch, Kind, Row, columns, values
from entrepot.dataload.kinds.entry_prices import PRICE_COLUMNS, hand_on_prices, require_currencies
from entrepot.dataload.kinds.entry_texts import ENTRY_TEXT_COLUMNS, write_entry_texts
from entrepot.dataload.kinds.lookups import Found, by_identifier, entries, groups, languages, master, require, translate_ids
from entrepot.kernel.sheet import Outcome

TYPES = {
    "Product": "product",
    "ProductBean": "product",
    "Item": "item",
    "ItemBean": "item",
    "Bundle": "bundle",
    "BundleBean": "bundle",
    "Package": "package",
    "PackageBean": "package",
    "DynamicKit": "dynamic_kit",
    "DynamicKitBean": "dynamic_kit",
    "PredefinedDynamicKit": "predefined_dynamic_kit",
    "PredefinedDKBean": "predefined_dynamic_kit",
}
_IDS = {"PartNumber": "CatalogEntryUniqueId", "ParentPartNumber": "ParentUniqueId"}
_FIELDS = {
    "Type": "type",
    "KitInventory": "kit_inventory",
    "Buyable": "buyable",
    "OnSpecial": "on_special",
    "Manufacturer": "manufacturer",
    "ManufacturerPartNumber": "manufacturer_part_number",
    "TaxCategory": "tax_category",
    "QuantityMeasure": "quantity_unit",
    "QuantityMultiple": "quantity_multiple",
    "NominalQuantity": "nominal_quantity",
    "Weight": "weight",
    "WeightMeasure": "weight_unit",
    "Length": "length",
    "Width": "width",
    "Height": "height",
    "SizeMeasure": "size_unit",
    "StartDate": "start_at",
    "EndDate": "end_at",
    "AvailabilityDate": "available_from",
    "LastOrderDate": "last_order_at",
    "EndOfServiceDate": "end_of_service_at",
    "DiscontinueDate": "discontinued_at",
    "URL": "url",
    **{f"Field{n}": f"field{n}" for n in range(1, 6)},
}
_DATES = ("start_at", "end_at", "available_from", "last_order_at", "end_of_service_at", "discontinued_at")


def _put(batch: Batch) -> None:
    translate_ids(batch, catalog.ENTRIES, _IDS)
    translate_ids(batch, catalog.GROUPS, {"ParentGroupIdentifier": "ParentGroupUniqueId"})
    require(batch, "PartNumber")
    tags = languages(batch)
    known = entries(batch, "PartNumber", "ParentPartNumber")
    require_currencies(batch)
    _check_types(batch, known)
    _check_products(batch, known)
    homes = _check_homes(batch, known)
    _write_entries(batch)
    known = by_identifier(batch, catalog.ENTRIES, (row.get(c) for row in batch.live for c in ("PartNumber", "ParentPartNumber")))
    ids = {name: found["id"] for name, found in known.items()}
    _write_family(batch, ids)
    _write_homes(batch, ids, homes)
    batch.write(
        catalog.STORE_ENTRIES, [(row, {"store_id": batch.store.id, "entry_id": ids[row.get("PartNumber")]}) for row in batch.live]
    )
    write_entry_texts(batch, tags, ids)
    hand_on_prices(batch, ids)


def _check_types(batch: Batch, known: Found) -> None:
    for row in batch.live:
        stored = known.get(row.get("PartNumber"))
        if stored is None and row.get("Type") is None:
            batch.reject(row, "REQUIRED", "Type", "a new entry needs a type")
        elif stored is not None and row.get("Type") not in (None, stored["type"]):
            batch.reject(row, "TYPE_NOT_ALLOWED", "Type", f"the entry is a {stored['type']} and stays one")
        elif row.get("KitInventory") and (row.get("Type") or (stored or {}).get("type")) != "package":
            batch.reject(row, "TYPE_NOT_ALLOWED", "KitInventory", "only a package has a kit inventory")


def _check_products(batch: Batch, known: Found) -> None:
    """Parents must be products, stored or accepted among these rows."""
    products = {name for name, found in known.items() if found["type"] == "product"}
    products |= {row.get("PartNumber") for row in batch.live if row.get("Type") == "product" and not row.get("ParentPartNumber")}
    for row in batch.live:
        parent = row.get("ParentPartNumber")
        if parent is None or parent in products:
            continue
        if parent in known:
            batch.reject(row, "TYPE_NOT_ALLOWED", "ParentPartNumber", f"{parent} is not a product")
        else:
            batch.unresolved(row, "ParentPartNumber")


def _check_homes(batch: Batch, known: Found) -> dict[Row, tuple[int, int]]:
    """For rows with a parent group: (master catalog, group); a second home in the master is refused."""
    placed = [row for row in batch.live if row.get("ParentGroupIdentifier")]
    if not placed:
        return {}
    tree = master(batch)
    found = groups(batch, "ParentGroupIdentifier")
    standing: dict[str, int] = {}
    if tree is not None:
        names = {entry["id"]: name for name, entry in known.items()}
        for link in catalog.GROUP_ENTRIES.under(batch.conn, names):
            if link["catalog_id"] == tree.id and link["is_home"]:
                standing[names[link["entry_id"]]] = link["group_id"]
    homes = {}
    for row in placed:
        group = found.get(row.get("ParentGroupIdentifier"))
        if tree is None:
            batch.reject(row, "PARENT_NOT_FOUND", "ParentGroupIdentifier", "the store has no master catalog yet")
        elif group is None:
            batch.unresolved(row, "ParentGroupIdentifier")
        elif standing.setdefault(row.get("PartNumber"), group["id"]) != group["id"]:
            batch.reject(
                row, "MASTER_SINGLE_PARENT", "ParentGroupIdentifier", "the entry has another place in the master catalog"
            )
        else:
            homes[row] = (tree.id, group["id"])
    refused = {row.get("PartNumber") for row in placed if row.out and row.get("Type") == "product"} - set(known)
    for row in batch.live:
        if row.get("ParentPartNumber") in refused:
            batch.unresolved(row, "ParentPartNumber")
    return homes


def _write_entries(batch: Batch) -> None:
    own = {"owner_id": batch.store.owner_id, "marked_for_delete": False}
    rows = []
    for row in batch.live:
        found: dict[str, Any] = {**own, "part_number": row.get("PartNumber"), **values(row, _FIELDS, catalog.ENTRIES)}
        if found.get("type") is None:
            found.pop("type", None)
        if found.get("type") == "package":
            found["kit_inventory"] = row.get("KitInventory") or "parent"
        for name in _DATES:
            if found.get(name) is not None:
                found[name] = in_zone(found[name], batch.store.time_zone)
        rows.append((row, found))
    batch.write(catalog.ENTRIES, rows)


def _write_family(batch: Batch, ids: Mapping[str, int]) -> None:
    """Items below their products; an item that changes its family leaves the old one."""
    rows: list[tuple[Row, dict[str, Any]]] = []
    for row in batch.live:
        if row.get("ParentPartNumber"):
            relation = {
                "type": "product_item",
                "parent_id": ids[row.get("ParentPartNumber")],
                "child_id": ids[row.get("PartNumber")],
            }
            rows.append((row, relation | ({"sequence": row.get("Sequence") or 0.0} if row.has("Sequence") else {})))
    leave_other_families(batch, {relation["child_id"]: relation["parent_id"] for _, relation in rows})
    batch.write(catalog.RELATIONS, rows)


def leave_other_families(batch: Batch, parents: Mapping[int, int]) -> None:
    """Drop product relations of these items to any other product than the one given."""
    stale = [
        catalog.RELATIONS.key_of(relation)
        for relation in catalog.RELATIONS.under(batch.conn, parents)
        if relation["type"] == "product_item" and relation["parent_id"] != parents[relation["child_id"]]
    ]
    catalog.RELATIONS.delete(batch.conn, stale)


def _write_homes(batch: Batch, ids: Mapping[str, int], homes: Mapping[Row, tuple[int, int]]) -> None:
    rows = []
    for row in batch.live:
        if row in homes:
            catalog_id, group_id = homes[row]
            home = {"catalog_id": catalog_id, "group_id": group_id, "entry_id": ids[row.get("PartNumber")], "is_home": True}
            rows.append((row, home | ({"sequence": row.get("Sequence") or 0.0} if row.has("Sequence") else {})))
    batch.write(catalog.GROUP_ENTRIES, rows)


def _delete(batch: Batch) -> None:
    """Entries are marked, never removed: orders may name them."""
    translate_ids(batch, catalog.ENTRIES, {"PartNumber": "CatalogEntryUniqueId"})
    found = entries(batch, "PartNumber")
    marks = []
    for row in batch.live:
        stored = found.get(row.get("PartNumber"))
        if stored is None or stored["marked_for_delete"] or stored["owner_id"] != batch.store.owner_id:
            batch.reject(row, "NOT_FOUND", "PartNumber", "there is nothing to delete")
        else:
            marks.append({"owner_id": stored["owner_id"], "part_number": stored["part_number"], "marked_for_delete": True})
            batch.note(row, Outcome.DELETED)
    catalog.ENTRIES.write(batch.conn, marks, at=batch.at)


KINDS = [
    Kind(
        keyword="CatalogEntry",
        sequence=3.0,
        identity=("PartNumber", "CatalogEntryUniqueId", "Language", "LanguageId"),
        columns={
            **columns(
                PartNumber=text(64),
                CatalogEntryUniqueId=integer,
                Type=word_for(TYPES),
                KitInventory=word_for({"Parent": "parent", "Component": "component"}),
                ParentPartNumber=text(64),
                ParentUniqueId=integer,
                ParentGroupIdentifier=text(),
                ParentGroupUniqueId=integer,
                ParentStoreIdentifier=text(64),
                Sequence=number,
                Language=language,
                LanguageId=integer,
                Buyable=boolean,
                OnSpecial=boolean,
                Manufacturer=text(),
                ManufacturerPartNumber=text(64),
                TaxCategory=text(64),
                URL=text(),
                StartDate=instant,
                EndDate=instant,
                AvailabilityDate=instant,
                LastOrderDate=instant,
                EndOfServiceDate=instant,
                DiscontinueDate=instant,
                WeightMeasure=text(16),
                Weight=decimal,
                SizeMeasure=text(16),
                Length=decimal,
                Width=decimal,
                Height=decimal,
                NominalQuantity=positive,
                QuantityMultiple=positive,
                QuantityMeasure=text(16),
                **{f"Field{n}": text() for n in range(1, 6)},
            ),
            **PRICE_COLUMNS,
            **ENTRY_TEXT_COLUMNS,
        },
        put=_put,
        delete=_delete,
    )
]
