"""The texts of entries in each language, and the words they are found by."""

from __future__ import annotations

from collections.abc import Mapping

from entrepot.commerce import catalog
from entrepot.dataload.cells import boolean, integer, language, text
from entrepot.dataload.kind import Batch, Kind, Row, columns, values
from entrepot.dataload.kinds.lookups import entries, languages, require, translate_ids

_TEXTS = {
    "Name": "name",
    "ShortDescription": "short_description",
    "LongDescription": "long_description",
    "Thumbnail": "thumbnail",
    "FullImage": "full_image",
    "AuxDescription1": "aux_description1",
    "AuxDescription2": "aux_description2",
    "Available": "available",
    "Published": "published",
    "Keyword": "keyword",
    "URLKeyword": "url_keyword",
    "PageTitle": "page_title",
    "MetaDescription": "meta_description",
    "ImageAltText": "image_alt",
}
ENTRY_TEXT_COLUMNS = columns(
    Name=text(),
    ShortDescription=text(4000),
    LongDescription=text(100_000),
    Thumbnail=text(),
    FullImage=text(),
    AuxDescription1=text(4000),
    AuxDescription2=text(4000),
    Available=boolean,
    Published=boolean,
    Keyword=text(),
    URLKeyword=text(),
    PageTitle=text(),
    MetaDescription=text(512),
    ImageAltText=text(),
)


def write_entry_texts(batch: Batch, tags: Mapping[Row, str], ids: Mapping[str, int]) -> None:
    """Write the texts of the rows that carry any, and what the entry is found by in that language."""
    carrying = [row for row in batch.live if any(row.has(column) for column in _TEXTS)]
    keys = {row: (ids[row.get("PartNumber")], tags[row]) for row in carrying}
    stored = catalog.ENTRY_TEXTS.find(batch.conn, keys.values())
    rows = []
    for row in carrying:
        entry_id, tag = keys[row]
        found = values(row, _TEXTS, catalog.ENTRY_TEXTS)
        whole = {**stored.get((entry_id, tag), {}), **found}
        words = catalog.search_text(
            whole.get("name"), row.get("PartNumber"), whole.get("keyword"), whole.get("short_description")
        )
        rows.append((row, {"entry_id": entry_id, "language": tag, **found, "search_text": words}))
    batch.write(catalog.ENTRY_TEXTS, rows, primary=True)


def _put(batch: Batch) -> None:
    translate_ids(batch, catalog.ENTRIES, {"PartNumber": "CatalogEntryUniqueId"})
    require(batch, "PartNumber")
    tags = languages(batch)
    ids = {name: found["id"] for name, found in entries(batch, "PartNumber").items()}
    batch.put_off_unknown("PartNumber", ids)
    write_entry_texts(batch, tags, ids)


KINDS = [
    Kind(
        keyword="CatalogEntryDescription",
        sequence=3.5,
        identity=("PartNumber", "CatalogEntryUniqueId", "Language", "LanguageId"),
        columns={
            **columns(PartNumber=text(64), CatalogEntryUniqueId=integer, Language=language, LanguageId=integer),
            **ENTRY_TEXT_COLUMNS,
        },
        put=_put,
    )
]
