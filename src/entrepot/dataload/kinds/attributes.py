"""The attribute dictionary and which values entries have.

A defining attribute must be predefined and its value must exist; a descriptive value is made on the fly. A
product carries every value its items use, an item exactly one, so loading an item's attribute again replaces
the former value while a product's values add up. ``0`` stands for "no value" and is never an item's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from entrepot.commerce import catalog
from entrepot.dataload.cells import boolean, integer, language, number, one_of, text, word_for
from entrepot.dataload.kind import Batch, Kind, Row, columns, key_columns, values
from entrepot.dataload.kinds.lookups import Found, by_identifier, entries, languages

_FLAGS = {
    "Displayable": "displayable",
    "Searchable": "searchable",
    "Comparable": "comparable",
    "Facetable": "facetable",
    "Merchandisable": "merchandisable",
}
_FIELDS = {"Type": "type", "AttributeType": "predefined", "Sequence": "sequence", **_FLAGS}
_ALLOWED = tuple(f"AllowedValue{n}" for n in range(1, 26))


def _attributes(batch: Batch, column: str) -> Found:
    return by_identifier(batch, catalog.ATTRIBUTES, (row.get(column) for row in batch.live))


def _put_attributes(batch: Batch) -> None:
    tags = languages(batch)
    own = {"owner_id": batch.store.owner_id}
    rows = [(row, {**own, "identifier": row.get("Identifier"), **values(row, _FIELDS, catalog.ATTRIBUTES)}) for row in batch.live]
    batch.write(catalog.ATTRIBUTES, rows)
    ids = {name: found["id"] for name, found in _attributes(batch, "Identifier").items()}
    fields = {"Name": "name", "Description": "description"}
    texts = []
    for row in batch.live:
        key = {"attribute_id": ids[row.get("Identifier")], "language": tags[row]}
        texts.append((row, key | values(row, fields, catalog.ATTRIBUTE_TEXTS)))
    batch.write(catalog.ATTRIBUTE_TEXTS, texts, primary=True)
    listed = [(row, n, row.get(column)) for row in batch.live for n, column in enumerate(_ALLOWED, 1) if row.get(column)]
    _write_values(batch, [(row, ids[row.get("Identifier")], value, float(n)) for row, n, value in listed])
    found = _value_ids(batch, {(ids[row.get("Identifier")], value) for row, _, value in listed})
    spoken = [
        (row, {"value_id": found[ids[row.get("Identifier")], v], "language": tags[row], "value": v}) for row, _, v in listed
    ]
    batch.write(catalog.VALUE_TEXTS, spoken)


def _delete_attributes(batch: Batch) -> None:
    found = _attributes(batch, "Identifier")
    used = catalog.attributes_in_use(batch.conn, [one["id"] for one in found.values()])
    keys = []
    for row in batch.live:
        stored = found.get(row.get("Identifier"))
        if stored is not None and stored["id"] in used:
            batch.reject(row, "ATTRIBUTE_IN_USE", "Identifier", f"used by {', '.join(used[stored['id']])}")
        keys.append((row, (batch.store.owner_id, row.get("Identifier"))))
    batch.remove(catalog.ATTRIBUTES, keys)


def _put_values(batch: Batch) -> None:
    tags = languages(batch)
    ids = {name: found["id"] for name, found in _attributes(batch, "Identifier").items()}
    batch.put_off_unknown("Identifier", ids)
    named = [(row, ids[row.get("Identifier")], row.get("ValueIdentifier") or row.get("Value")) for row in batch.live]
    for row, _, value in named:
        if value is None:
            batch.reject(row, "REQUIRED", "ValueIdentifier", "name the value")
    named = [one for one in named if not one[0].out]
    _write_values(batch, [(row, a, v, row.get("Sequence") if row.has("Sequence") else None) for row, a, v in named])
    found = _value_ids(batch, {(a, v) for _, a, v in named})
    fields = {"Value": "value", "Image1": "image1", "Image2": "image2"}
    texts = [
        (row, {"value_id": found[a, v], "language": tags[row], **values(row, fields, catalog.VALUE_TEXTS)}) for row, a, v in named
    ]
    batch.write(catalog.VALUE_TEXTS, texts, primary=True)


def _delete_values(batch: Batch) -> None:
    ids = {name: found["id"] for name, found in _attributes(batch, "Identifier").items()}
    keys = [(row, (ids.get(row.get("Identifier"), 0), row.get("ValueIdentifier") or row.get("Value"))) for row in batch.live]
    found = catalog.VALUES.find(batch.conn, (key for _, key in keys))
    used = catalog.values_in_use(batch.conn, [value["id"] for value in found.values()])
    for row, key in keys:
        if key in found and found[key]["id"] in used:
            batch.reject(row, "ATTRIBUTE_IN_USE", "ValueIdentifier", f"used by {', '.join(used[found[key]['id']])}")
    batch.remove(catalog.VALUES, keys)


def _put_usages(batch: Batch) -> None:
    tags = languages(batch)
    known, dictionary = entries(batch, "PartNumber"), _attributes(batch, "AttributeIdentifier")
    for row in batch.live:
        _check_usage(batch, row, known, dictionary)
    chosen = _chosen_values(batch, dictionary, tags)
    rows = []
    for row in batch.live:
        usage = {
            "entry_id": known[row.get("PartNumber")]["id"],
            "attribute_id": dictionary[row.get("AttributeIdentifier")]["id"],
            "value_id": chosen[row],
            "usage": row.get("Usage") or 2,
        }
        rows.append((row, usage | ({"sequence": row.get("Sequence") or 0.0} if row.has("Sequence") else {})))
    families = {known[row.get("PartNumber")]["id"] for row in batch.live if known[row.get("PartNumber")]["type"] == "product"}
    _drop_former(batch, [usage for _, usage in rows if usage["usage"] == 2 or usage["entry_id"] not in families])
    batch.write(catalog.ENTRY_ATTRIBUTES, rows, primary=True)


def _check_usage(batch: Batch, row: Row, known: Found, dictionary: Found) -> None:
    entry, attribute = known.get(row.get("PartNumber")), dictionary.get(row.get("AttributeIdentifier"))
    if entry is None or attribute is None:
        batch.unresolved(row, "PartNumber" if entry is None else "AttributeIdentifier")
    elif row.get("ValueIdentifier") is None and row.get("Value") is None:
        batch.reject(row, "REQUIRED", "ValueIdentifier", "name the value, or 0 for none")
    elif row.get("Usage") == 1 and not attribute["predefined"]:
        batch.reject(row, "TYPE_NOT_ALLOWED", "Usage", "a defining attribute must be of the predefined kind")
    elif row.get("Usage") == 1 and entry["type"] != "product" and "0" in (row.get("ValueIdentifier"), row.get("Value")):
        batch.reject(row, "BAD_VALUE", "ValueIdentifier", "an item has a value for each defining attribute")


def _chosen_values(batch: Batch, dictionary: Found, tags: dict[Row, str]) -> dict[Row, int]:
    """The value each row means; descriptive ones of assigned attributes are made when they are new."""
    ids = {row: dictionary[row.get("AttributeIdentifier")]["id"] for row in batch.live}
    names = {row: row.get("ValueIdentifier") or row.get("Value") for row in batch.live}
    found = _value_ids(batch, {(ids[row], names[row]) for row in batch.live})
    unnamed = [(ids[row], row.get("Value"), tags[row]) for row in batch.live if (ids[row], names[row]) not in found]
    spoken = catalog.values_called(batch.conn, unnamed)
    new = []
    for row in batch.live:
        if (ids[row], names[row]) in found:
            continue
        if not row.get("ValueIdentifier") and (value := spoken.get((ids[row], row.get("Value"), tags[row]))):
            found[ids[row], names[row]] = value
        elif dictionary[row.get("AttributeIdentifier")]["predefined"] and names[row] != "0":
            batch.reject(
                row, "ATTRIBUTE_VALUE_UNKNOWN", "ValueIdentifier", f"{row.get('AttributeIdentifier')} has no value {names[row]}"
            )
        else:
            new.append((row, ids[row], names[row], None))
    _write_values(batch, new)
    found |= _value_ids(batch, {(a, v) for _, a, v, _ in new})
    texts: list[tuple[Row, dict[str, Any]]] = []
    for row in batch.live:
        if row.get("Value") and not dictionary[row.get("AttributeIdentifier")]["predefined"]:
            texts.append((row, {"value_id": found[ids[row], names[row]], "language": tags[row], "value": row.get("Value")}))
    batch.write(catalog.VALUE_TEXTS, texts)
    return {row: found[ids[row], names[row]] for row in batch.live}


def _delete_usages(batch: Batch) -> None:
    known, dictionary = entries(batch, "PartNumber"), _attributes(batch, "AttributeIdentifier")
    keys = []
    stored = catalog.ENTRY_ATTRIBUTES.under(batch.conn, [entry["id"] for entry in known.values()])
    names = {(row["entry_id"], row["attribute_id"]): row for row in stored}
    for row in batch.live:
        entry, attribute = known.get(row.get("PartNumber")), dictionary.get(row.get("AttributeIdentifier"))
        present = names.get((entry["id"], attribute["id"])) if entry and attribute else None
        if present is None:
            batch.reject(row, "NOT_FOUND", "AttributeIdentifier", "there is nothing to delete")
        else:
            keys.append((row, catalog.ENTRY_ATTRIBUTES.key_of(present)))
    batch.remove(catalog.ENTRY_ATTRIBUTES, keys)


def _drop_former(batch: Batch, usages: list[dict[str, Any]]) -> None:
    wanted = {(usage["entry_id"], usage["attribute_id"]): set[int]() for usage in usages}
    for usage in usages:
        wanted[usage["entry_id"], usage["attribute_id"]].add(usage["value_id"])
    stored = catalog.ENTRY_ATTRIBUTES.under(batch.conn, {entry_id for entry_id, _ in wanted})
    stale = [
        row for row in stored if row["value_id"] not in wanted.get((row["entry_id"], row["attribute_id"]), {row["value_id"]})
    ]
    catalog.ENTRY_ATTRIBUTES.delete(batch.conn, [catalog.ENTRY_ATTRIBUTES.key_of(row) for row in stale])


def _write_values(batch: Batch, rows: Sequence[tuple[Row, int, str, float | None]]) -> None:
    pairs = []
    for row, attribute_id, value, sequence in rows:
        found: dict[str, Any] = {"attribute_id": attribute_id, "identifier": value}
        pairs.append((row, found if sequence is None else found | {"sequence": sequence}))
    batch.write(catalog.VALUES, pairs)


def _value_ids(batch: Batch, wanted: set[tuple[int, str]]) -> dict[tuple[int, str], int]:
    return {(key[0], key[1]): row["id"] for key, row in catalog.VALUES.find(batch.conn, wanted).items()}


_LANGUAGE = columns(Language=language, LanguageId=integer)
KINDS = [
    Kind(
        keyword="AttributeDictionaryAttributeAndAllowedValues",
        aliases=("AttributeDictionaryAttribute",),
        sequence=2.8,
        identity=("Identifier", "Language", "LanguageId"),
        columns={
            **key_columns(Identifier=text()),
            **columns(
                Type=one_of("STRING", "INTEGER", "FLOAT"),
                AttributeType=word_for({"1": True, "2": False}),
                Sequence=number,
                Name=text(),
                Description=text(4000),
                **dict.fromkeys(_FLAGS, boolean),
                **{column: text() for column in _ALLOWED},
            ),
            **_LANGUAGE,
        },
        put=_put_attributes,
        delete=_delete_attributes,
    ),
    Kind(
        keyword="AttributeDictionaryAttributeAllowedValues",
        sequence=2.9,
        identity=("Identifier", "ValueIdentifier", "Value", "Language", "LanguageId"),
        columns={
            **key_columns(Identifier=text()),
            **columns(ValueIdentifier=text(), Sequence=number, Value=text(4000), Image1=text(), Image2=text()),
            **_LANGUAGE,
        },
        put=_put_values,
        delete=_delete_values,
    ),
    Kind(
        keyword="CatalogEntryAttributeDictionaryAttributeRelationship",
        sequence=3.5,
        identity=("PartNumber", "AttributeIdentifier", "ValueIdentifier", "Value", "Language", "LanguageId"),
        columns={
            **key_columns(PartNumber=text(64), AttributeIdentifier=text()),
            **columns(
                ValueIdentifier=text(),
                Value=text(4000),
                Usage=word_for({"1": 1, "2": 2, "Defining": 1, "Descriptive": 2}),
                Sequence=number,
                AttributeStoreIdentifier=text(64),
            ),
            **_LANGUAGE,
        },
        put=_put_usages,
        delete=_delete_usages,
    ),
]
