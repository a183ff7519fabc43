"""Catalogs and their texts. The first column of truth is MasterCatalog: one per store, a proper tree."""

from __future__ import annotations

from entrepot.commerce import catalog
from entrepot.dataload.cells import boolean, integer, language, text
from entrepot.dataload.kind import Batch, Kind, Row, columns, key_columns, values
from entrepot.dataload.kinds.lookups import by_identifier, languages, translate_ids

_TEXTS = {
    "Name": "name",
    "ShortDescription": "short_description",
    "LongDescription": "long_description",
    "Thumbnail": "thumbnail",
    "FullImage": "full_image",
}
_TEXT_COLUMNS = columns(
    Language=language,
    LanguageId=integer,
    Name=text(),
    ShortDescription=text(4000),
    LongDescription=text(100_000),
    Thumbnail=text(),
    FullImage=text(),
)


def _put(batch: Batch) -> None:
    translate_ids(batch, catalog.CATALOGS, {"Identifier": "CatalogUniqueId"})
    masters = [one for one in catalog.catalogs_of(batch.conn, batch.store) if one.is_master]
    master = masters[0].identifier if masters else None
    for row in batch.live:
        if row.get("MasterCatalog"):
            if master not in (None, row.get("Identifier")):
                batch.reject(
                    row, "MASTER_CATALOG_DUPLICATE", "MasterCatalog", f"the store already has the master catalog {master}"
                )
            else:
                master = row.get("Identifier")
    tags = languages(batch)
    fields = {"MasterCatalog": "is_master", "Description": "description"}
    own = {"owner_id": batch.store.owner_id}
    rows = [(row, {**own, "identifier": row.get("Identifier"), **values(row, fields, catalog.CATALOGS)}) for row in batch.live]
    batch.write(catalog.CATALOGS, rows)
    ids = {name: found["id"] for name, found in by_identifier(batch, catalog.CATALOGS, _names(batch)).items()}
    links = []
    for row in batch.live:
        link = {"store_id": batch.store.id, "catalog_id": ids[row.get("Identifier")]}
        links.append((row, link | ({"is_master": bool(row.get("MasterCatalog"))} if row.has("MasterCatalog") else {})))
    batch.write(catalog.STORE_CATALOGS, links)
    _write_texts(batch, tags, ids)


def _put_texts(batch: Batch) -> None:
    tags = languages(batch)
    ids = {name: found["id"] for name, found in by_identifier(batch, catalog.CATALOGS, _names(batch)).items()}
    batch.put_off_unknown("Identifier", ids)
    _write_texts(batch, tags, ids)


def _write_texts(batch: Batch, tags: dict[Row, str], ids: dict[str, int]) -> None:
    rows = []
    for row in batch.live:
        key = {"catalog_id": ids[row.get("Identifier")], "language": tags[row]}
        rows.append((row, key | values(row, _TEXTS, catalog.CATALOG_TEXTS)))
    batch.write(catalog.CATALOG_TEXTS, rows, primary=True)


def _delete(batch: Batch) -> None:
    found = by_identifier(batch, catalog.CATALOGS, _names(batch))
    for row in batch.live:
        if row.get("Identifier") in found and found[row.get("Identifier")]["is_master"]:
            batch.reject(row, "GROUP_NOT_EMPTY", "Identifier", "a store uses this catalog as its master")
    batch.remove(catalog.CATALOGS, [(row, (batch.store.owner_id, row.get("Identifier"))) for row in batch.live])


def _names(batch: Batch) -> list[str]:
    return [row.get("Identifier") for row in batch.live]


KINDS = [
    Kind(
        keyword="Catalog",
        sequence=1.0,
        identity=("Identifier", "Language", "LanguageId"),
        columns={
            **key_columns(Identifier=text()),
            **columns(CatalogUniqueId=integer, MasterCatalog=boolean, Description=text()),
            **_TEXT_COLUMNS,
        },
        put=_put,
        delete=_delete,
    ),
    Kind(
        keyword="CatalogDescription",
        sequence=1.5,
        identity=("Identifier", "Language", "LanguageId"),
        columns={**key_columns(Identifier=text()), **_TEXT_COLUMNS},
        put=_put_texts,
    ),
]
