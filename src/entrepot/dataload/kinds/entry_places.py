"""Where entries stand: below their product, and in the groups of master and sales catalogs, in which order."""

from __future__ import annotations

from typing import Any

from entrepot.commerce import catalog
from entrepot.dataload.cells import integer, number, text
from entrepot.dataload.kind import Batch, Kind, Row, columns
from entrepot.dataload.kinds.entries import leave_other_families
from entrepot.dataload.kinds.groups import PLACE_COLUMNS
from entrepot.dataload.kinds.lookups import catalogs, entries, groups, require, translate_ids

_PRODUCT_IDS = {"PartNumber": "CatalogEntryUniqueId", "ParentPartNumber": "ParentCatalogEntryUniqueId"}


def _product_relations(batch: Batch) -> list[tuple[Row, dict[str, Any]]]:
    translate_ids(batch, catalog.ENTRIES, _PRODUCT_IDS)
    require(batch, "PartNumber")
    require(batch, "ParentPartNumber")
    known = entries(batch, "PartNumber", "ParentPartNumber")
    rows = []
    for row in batch.live:
        child, parent = known.get(row.get("PartNumber")), known.get(row.get("ParentPartNumber"))
        if child is None or parent is None:
            batch.unresolved(row, "PartNumber" if child is None else "ParentPartNumber")
        elif parent["type"] != "product" or child["type"] not in ("item", "package"):
            batch.reject(row, "TYPE_NOT_ALLOWED", "ParentPartNumber", f"a {child['type']} cannot stand below a {parent['type']}")
        else:
            rows.append((row, {"type": "product_item", "parent_id": parent["id"], "child_id": child["id"]}))
    return rows


def _put_below_product(batch: Batch) -> None:
    rows = _product_relations(batch)
    leave_other_families(batch, {relation["child_id"]: relation["parent_id"] for _, relation in rows})
    for row, relation in rows:
        if row.has("Sequence"):
            relation["sequence"] = row.get("Sequence") or 0.0
        for n in range(1, 4):
            if row.has(f"ParentToChildCatEntryRelField{n}"):
                relation[f"field{n}"] = row.get(f"ParentToChildCatEntryRelField{n}")
    batch.write(catalog.RELATIONS, rows, primary=True)


def _delete_below_product(batch: Batch) -> None:
    batch.remove(catalog.RELATIONS, [(row, catalog.RELATIONS.key_of(relation)) for row, relation in _product_relations(batch)])


def _places(batch: Batch) -> list[tuple[Row, dict[str, Any]]]:
    translate_ids(batch, catalog.ENTRIES, {"PartNumber": "CatalogEntryUniqueId"})
    translate_ids(batch, catalog.GROUPS, {"ParentGroupIdentifier": "ParentGroupUniqueId"})
    require(batch, "PartNumber")
    require(batch, "ParentGroupIdentifier")
    where = catalogs(batch)
    known, parents = entries(batch, "PartNumber"), groups(batch, "ParentGroupIdentifier")
    rows = []
    for row in batch.live:
        entry, group = known.get(row.get("PartNumber")), parents.get(row.get("ParentGroupIdentifier"))
        if entry is None or group is None:
            batch.unresolved(row, "PartNumber" if entry is None else "ParentGroupIdentifier")
        else:
            place = {
                "catalog_id": where[row].id,
                "group_id": group["id"],
                "entry_id": entry["id"],
                "is_home": where[row].is_master,
            }
            rows.append((row, place))
    return rows


def _put_in_group(batch: Batch) -> None:
    rows = _places(batch)
    entry_ids = {place["entry_id"] for _, place in rows}
    homes = {
        (link["catalog_id"], link["entry_id"]): link["group_id"]
        for link in catalog.GROUP_ENTRIES.under(batch.conn, entry_ids)
        if link["is_home"]
    }
    for row, place in rows:
        home = (
            homes.setdefault((place["catalog_id"], place["entry_id"]), place["group_id"])
            if place["is_home"]
            else place["group_id"]
        )
        if home != place["group_id"]:
            batch.reject(
                row, "MASTER_SINGLE_PARENT", "ParentGroupIdentifier", "the entry has another place in the master catalog"
            )
        if row.has("Sequence"):
            place["sequence"] = row.get("Sequence") or 0.0
    batch.write(catalog.GROUP_ENTRIES, rows, primary=True)
    batch.write(
        catalog.STORE_ENTRIES, [(row, {"store_id": batch.store.id, "entry_id": place["entry_id"]}) for row, place in rows]
    )


def _delete_from_group(batch: Batch) -> None:
    batch.remove(catalog.GROUP_ENTRIES, [(row, catalog.GROUP_ENTRIES.key_of(place)) for row, place in _places(batch)])


KINDS = [
    Kind(
        keyword="CatalogEntryParentProductRelationship",
        sequence=3.5,
        identity=("PartNumber", "CatalogEntryUniqueId", "ParentPartNumber", "ParentCatalogEntryUniqueId"),
        columns=columns(
            PartNumber=text(64),
            CatalogEntryUniqueId=integer,
            ParentPartNumber=text(64),
            ParentCatalogEntryUniqueId=integer,
            Sequence=number,
            **{f"ParentToChildCatEntryRelField{n}": text() for n in range(1, 4)},
        ),
        put=_put_below_product,
        delete=_delete_below_product,
    ),
    Kind(
        keyword="CatalogEntryParentCatalogGroupRelationship",
        sequence=3.5,
        identity=("PartNumber", "CatalogEntryUniqueId", "ParentGroupIdentifier", "ParentGroupUniqueId", "CatalogIdentifier"),
        columns={**columns(PartNumber=text(64), CatalogEntryUniqueId=integer), **PLACE_COLUMNS},
        put=_put_in_group,
        delete=_delete_from_group,
    ),
]
