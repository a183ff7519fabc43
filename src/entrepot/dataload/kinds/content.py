"""What kits and bundles consist of, what goes with an article, and with what a kit is configured.

A kit never contains itself, however many levels down; the content of the kits involved is read after the
owner's catalogs are locked, so two loads cannot close a loop together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from entrepot import configurator
from entrepot.commerce import catalog
from entrepot.dataload.cells import boolean, in_zone, instant, integer, number, one_of, positive, text, word_for
from entrepot.dataload.kind import Batch, Kind, Row, columns, values
from entrepot.dataload.kinds.lookups import Found, entries, require, translate_ids
from entrepot.kernel.errors import Error, Invalid
from entrepot.kernel.quantity import EACH, Step

_IDS = {"PartNumber": "CatalogEntryUniqueId", "ChildPartNumber": "ChildCatalogEntryUniqueId"}
_RELATIONS = {
    "PackageComponent": "package_component",
    "BundleComponent": "bundle_component",
    "DynamicKitComponent": "dynamic_kit_component",
    "PDKComponent": "pdk_component",
    "PACKAGE_COMPONENT": "package_component",
    "BUNDLE_COMPONENT": "bundle_component",
    "DYNAMIC_KIT_COMPONENT": "dynamic_kit_component",
    "DYNAMICKIT_COMPONENT": "dynamic_kit_component",
    "PDK_COMPONENT": "pdk_component",
}
_DEFAULT = {
    "package": "package_component",
    "bundle": "bundle_component",
    "dynamic_kit": "dynamic_kit_component",
    "predefined_dynamic_kit": "pdk_component",
}
_ALLOWED = {
    "package": {"item", "package"},
    "bundle": {"item", "product", "package"},
    "dynamic_kit": {"item", "dynamic_kit", "predefined_dynamic_kit"},
    "predefined_dynamic_kit": {"item", "dynamic_kit", "predefined_dynamic_kit"},
}


def _components(batch: Batch) -> list[tuple[Row, dict[str, Any]]]:
    translate_ids(batch, catalog.ENTRIES, _IDS)
    require(batch, "PartNumber")
    require(batch, "ChildPartNumber")
    known = entries(batch, "PartNumber", "ChildPartNumber")
    rows = []
    for row in batch.live:
        parent, child = known.get(row.get("PartNumber")), known.get(row.get("ChildPartNumber"))
        if parent is None or child is None:
            batch.unresolved(row, "PartNumber" if parent is None else "ChildPartNumber")
        elif child["type"] not in _ALLOWED.get(parent["type"], ()):
            batch.reject(row, "TYPE_NOT_ALLOWED", "ChildPartNumber", f"a {parent['type']} cannot contain a {child['type']}")
        elif row.get("Type") not in (None, _DEFAULT[parent["type"]]) and row.get("Type") != "dynamic_kit_component":
            batch.reject(row, "TYPE_NOT_ALLOWED", "Type", f"the content of a {parent['type']} is {_DEFAULT[parent['type']]}")
        else:
            relation = {"type": _DEFAULT[parent["type"]], "parent_id": parent["id"], "child_id": child["id"]}
            rows.append((row, relation))
            _check_quantity(batch, row, child)
    return [pair for pair in rows if not pair[0].out]


def _check_quantity(batch: Batch, row: Row, child: Mapping[str, Any]) -> None:
    step = Step(catalog.decimal_of(child["quantity_multiple"]), child["quantity_unit"] or EACH)
    try:
        step.parse(row.get("Quantity") or "1", "Quantity")
    except Invalid as invalid:
        batch.reject(row, "BAD_VALUE", "Quantity", invalid.text)


def _put_components(batch: Batch) -> None:
    rows = _components(batch)
    _refuse_loops(batch, rows)
    for row, relation in rows:
        relation |= dict(
            values(row, {"Sequence": "sequence", "Quantity": "quantity", "GroupName": "group_name"}, catalog.RELATIONS).items()
        )
    batch.write(catalog.RELATIONS, rows, primary=True)


def _refuse_loops(batch: Batch, rows: list[tuple[Row, dict[str, Any]]]) -> None:
    inside = catalog.content_closure(batch.conn, {relation["child_id"] for _, relation in rows})
    for row, relation in rows:
        parent, child = relation["parent_id"], relation["child_id"]
        if catalog.reaches(inside, child, parent):
            batch.reject(
                row, "KIT_CYCLE", "ChildPartNumber", f"{row.get('ChildPartNumber')} contains {row.get('PartNumber')} itself"
            )
        else:
            inside.setdefault(parent, set()).add(child)


def _delete_components(batch: Batch) -> None:
    batch.remove(catalog.RELATIONS, [(row, catalog.RELATIONS.key_of(relation)) for row, relation in _components(batch)])


def _associations(batch: Batch) -> list[tuple[Row, dict[str, Any]]]:
    known: Found = entries(batch, "PartNumber", "TargetPartNumber")
    rows = []
    for row in batch.live:
        source, target = known.get(row.get("PartNumber")), known.get(row.get("TargetPartNumber"))
        if row.get("PartNumber") == row.get("TargetPartNumber"):
            batch.reject(row, "ASSOCIATION_SELF", "TargetPartNumber", "an article does not go with itself")
        elif source is None or target is None:
            batch.unresolved(row, "PartNumber" if source is None else "TargetPartNumber")
        else:
            found: dict[str, Any] = {
                "store_id": batch.store.id,
                "from_id": source["id"],
                "to_id": target["id"],
                "type": row.get("AssociationType"),
                "specifier": row.get("SemanticSpecifier") or "NONE",
            }
            rows.append((row, found))
    return rows


def _put_associations(batch: Batch) -> None:
    fields = {
        "Sequence": "sequence",
        "Quantity": "quantity",
        "Field1": "field1",
        "Field2": "field2",
        "Field3": "field3",
        "Date1": "date1",
    }
    rows = []
    for row, found in _associations(batch):
        found |= values(row, fields, catalog.ASSOCIATIONS)
        if found.get("date1") is not None:
            found["date1"] = in_zone(found["date1"], batch.store.time_zone)
        rows.append((row, found))
    batch.write(catalog.ASSOCIATIONS, rows, primary=True)


def _delete_associations(batch: Batch) -> None:
    batch.remove(catalog.ASSOCIATIONS, [(row, catalog.ASSOCIATIONS.key_of(found)) for row, found in _associations(batch)])


def _wrong_preset(written: str) -> str:
    """What is wrong with a default configuration; whether its model offers it shows when somebody configures."""
    try:
        configurator.read_preset(written)
    except Error as error:
        return str(error)
    return ""


def _put_configurables(batch: Batch) -> None:
    known = entries(batch, "PartNumber")
    fields = {"Model": "model", "URL": "url", "DefaultConfiguration": "default_configuration", "Configurable": "configurable"}
    rows = []
    for row in batch.live:
        entry = known.get(row.get("PartNumber"))
        if wrong := _wrong_preset(row.get("DefaultConfiguration") or ""):
            batch.reject(row, "BAD_VALUE", "DefaultConfiguration", wrong)
        elif entry is None:
            batch.unresolved(row, "PartNumber")
        elif entry["type"] not in ("dynamic_kit", "predefined_dynamic_kit"):
            batch.reject(row, "TYPE_NOT_ALLOWED", "PartNumber", f"a {entry['type']} is not configured")
        else:
            rows.append((row, {"entry_id": entry["id"], **values(row, fields, catalog.CONFIGURABLES)}))
    batch.write(catalog.CONFIGURABLES, rows, primary=True)


_KEYS = columns(PartNumber=text(64))
KINDS = [
    Kind(
        keyword="CatalogEntryComponent",
        sequence=3.5,
        identity=("PartNumber", "CatalogEntryUniqueId", "ChildPartNumber", "ChildCatalogEntryUniqueId"),
        columns=columns(
            PartNumber=text(64),
            CatalogEntryUniqueId=integer,
            Type=word_for(_RELATIONS),
            ChildPartNumber=text(64),
            ChildCatalogEntryUniqueId=integer,
            ChildStoreIdentifier=text(64),
            Sequence=number,
            Quantity=positive,
            GroupName=text(),
        ),
        put=_put_components,
        delete=_delete_components,
    ),
    Kind(
        keyword="CatalogEntryAssociation",
        sequence=3.5,
        identity=("PartNumber", "TargetPartNumber", "AssociationType", "SemanticSpecifier"),
        columns=columns(
            PartNumber=text(64),
            AssociationType=one_of("X-SELL", "UPSELL", "ACCESSORY", "REPLACEMENT"),
            TargetPartNumber=text(64),
            TargetStoreIdentifier=text(64),
            Sequence=number,
            SemanticSpecifier=text(32),
            Quantity=positive,
            Field1=text(),
            Field2=text(),
            Field3=text(),
            Date1=instant,
        ),
        put=_put_associations,
        delete=_delete_associations,
    ),
    Kind(
        keyword="CatalogEntryConfiguration",
        sequence=3.5,
        identity=("PartNumber",),
        columns={**_KEYS, **columns(Model=text(4000), URL=text(), DefaultConfiguration=text(1_000_000), Configurable=boolean)},
        put=_put_configurables,
    ),
]
