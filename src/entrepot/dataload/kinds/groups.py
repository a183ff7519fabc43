"""Catalog groups, their texts and their places in the trees of master and sales catalogs.

A group row may name a parent further down in the file. Whatever the tree rules refuse is decided by the
catalog itself; a refused row leaves the group as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from entrepot.commerce import catalog
from entrepot.dataload.cells import boolean, integer, language, number, text
from entrepot.dataload.kind import Batch, Kind, Row, columns, values
from entrepot.dataload.kinds.lookups import Found, by_identifier, catalogs, groups, languages, require, translate_ids
from entrepot.kernel.sheet import Outcome

_TEXTS = {
    "Name": "name",
    "ShortDescription": "short_description",
    "LongDescription": "long_description",
    "Thumbnail": "thumbnail",
    "FullImage": "full_image",
    "Published": "published",
    "Keyword": "keyword",
    "URLKeyword": "url_keyword",
    "PageTitle": "page_title",
    "MetaDescription": "meta_description",
    "ImageAltText": "image_alt",
}
_FIELDS = {"Note": "note", "Field1": "field1", "Field2": "field2"}
_IDS = {"GroupIdentifier": "GroupUniqueId", "ParentGroupIdentifier": "ParentGroupUniqueId"}
_TEXT_COLUMNS = columns(
    Language=language,
    LanguageId=integer,
    Name=text(),
    ShortDescription=text(4000),
    LongDescription=text(100_000),
    Thumbnail=text(),
    FullImage=text(),
    Published=boolean,
    Keyword=text(),
    URLKeyword=text(),
    PageTitle=text(),
    MetaDescription=text(512),
    ImageAltText=text(),
)
PLACE_COLUMNS = columns(
    ParentGroupIdentifier=text(),
    ParentGroupUniqueId=integer,
    ParentStoreIdentifier=text(64),
    ParentStoreUniqueId=integer,
    CatalogIdentifier=text(),
    Sequence=number,
)
_PARENT_COLUMNS = {**columns(GroupIdentifier=text(), GroupUniqueId=integer), **PLACE_COLUMNS}


def _put(batch: Batch) -> None:
    translate_ids(batch, catalog.GROUPS, _IDS)
    require(batch, "GroupIdentifier")
    tags = languages(batch)
    placed = [row for row in batch.live if row.get("TopGroup") or row.get("ParentGroupIdentifier")]
    where = catalogs(batch) if placed else {}
    _await_parents(batch)
    known = _ensure_groups(batch)
    ids = {name: found["id"] for name, found in known.items()}
    _place(batch, [row for row in placed if not row.out], where, ids)
    own = {"owner_id": batch.store.owner_id, "marked_for_delete": False}
    mine = [row for row in batch.live if known[row.get("GroupIdentifier")]["owner_id"] == batch.store.owner_id]
    rows = [(row, {**own, "identifier": row.get("GroupIdentifier"), **values(row, _FIELDS, catalog.GROUPS)}) for row in mine]
    batch.write(catalog.GROUPS, rows)
    shown = [(row, {"store_id": batch.store.id, "group_id": ids[row.get("GroupIdentifier")]}) for row in batch.live]
    batch.write(catalog.STORE_GROUPS, shown)
    _write_texts(batch, tags, ids)


def _await_parents(batch: Batch) -> None:
    """Put off rows whose parent is neither stored nor accepted among these rows."""
    known = set(groups(batch, "ParentGroupIdentifier"))
    waiting = batch.live
    while waiting:
        ready = [row for row in waiting if row.get("ParentGroupIdentifier") in known | {None}]
        if not ready:
            break
        known |= {row.get("GroupIdentifier") for row in ready}
        waiting = [row for row in waiting if row.get("ParentGroupIdentifier") not in known | {None}]
    for row in waiting:
        batch.unresolved(row, "ParentGroupIdentifier")


def _ensure_groups(batch: Batch) -> Found:
    """Every group the rows name, the new ones created bare."""
    found = groups(batch, "GroupIdentifier", "ParentGroupIdentifier")
    new = {row.get("GroupIdentifier"): row for row in batch.live if row.get("GroupIdentifier") not in found}
    if not new:
        return found
    owner = batch.store.owner_id
    batch.write(catalog.GROUPS, [(row, {"owner_id": owner, "identifier": name}) for name, row in new.items()])
    return found | by_identifier(batch, catalog.GROUPS, new)


def _place(batch: Batch, rows: Sequence[Row], where: dict[Row, catalog.Catalog], ids: dict[str, int]) -> None:
    for one in dict.fromkeys(where[row] for row in rows):
        here = [row for row in rows if where[row] == one]
        places = [catalog.Place(ids[row.get("GroupIdentifier")], _parent(row, ids), _sequence(row)) for row in here]
        for row, answer in zip(here, catalog.place_groups(batch.conn, one, places), strict=True):
            if isinstance(answer, Outcome):
                batch.note(row, answer)
            else:
                batch.reject(row, answer.code, "ParentGroupIdentifier", answer.text)


def _parent(row: Row, ids: dict[str, int]) -> int | None:
    name = row.get("ParentGroupIdentifier")
    return None if name is None else ids[name]


def _sequence(row: Row) -> float | None:
    return (row.get("Sequence") or 0.0) if row.has("Sequence") else None


def _put_texts(batch: Batch) -> None:
    translate_ids(batch, catalog.GROUPS, {"GroupIdentifier": "GroupUniqueId"})
    require(batch, "GroupIdentifier")
    tags = languages(batch)
    ids = {name: found["id"] for name, found in groups(batch, "GroupIdentifier").items()}
    batch.put_off_unknown("GroupIdentifier", ids)
    _write_texts(batch, tags, ids)


def _write_texts(batch: Batch, tags: dict[Row, str], ids: dict[str, int]) -> None:
    rows: list[tuple[Row, dict[str, Any]]] = []
    for row in batch.live:
        if any(row.has(column) for column in _TEXTS):
            key = {"group_id": ids[row.get("GroupIdentifier")], "language": tags[row]}
            rows.append((row, key | values(row, _TEXTS, catalog.GROUP_TEXTS)))
    batch.write(catalog.GROUP_TEXTS, rows, primary=True)


def _put_places(batch: Batch) -> None:
    translate_ids(batch, catalog.GROUPS, _IDS)
    require(batch, "GroupIdentifier")
    where = catalogs(batch)
    ids = {name: found["id"] for name, found in groups(batch, "GroupIdentifier", "ParentGroupIdentifier").items()}
    for row in batch.live:
        for column in ("GroupIdentifier", "ParentGroupIdentifier"):
            if not row.out and row.get(column) is not None and row.get(column) not in ids:
                batch.unresolved(row, column)
    _place(batch, batch.live, where, ids)
    shown = [(row, {"store_id": batch.store.id, "group_id": ids[row.get("GroupIdentifier")]}) for row in batch.live]
    batch.write(catalog.STORE_GROUPS, shown)


def _delete_places(batch: Batch) -> None:
    translate_ids(batch, catalog.GROUPS, _IDS)
    where = catalogs(batch)
    ids = {name: found["id"] for name, found in groups(batch, "GroupIdentifier", "ParentGroupIdentifier").items()}
    keys = []
    for row in batch.live:
        group, parent = row.get("GroupIdentifier"), row.get("ParentGroupIdentifier")
        if group not in ids or (parent is not None and parent not in ids):
            batch.reject(row, "NOT_FOUND", "GroupIdentifier", f"there is no {group} below {parent}")
        else:
            keys.append((row, (where[row].id, _parent(row, ids), ids[group])))
    batch.remove(catalog.GROUP_PLACES, keys)


def _delete(batch: Batch) -> None:
    translate_ids(batch, catalog.GROUPS, _IDS)
    found = groups(batch, "GroupIdentifier")
    full = catalog.groups_with_content(batch.conn, [group["id"] for group in found.values()])
    for row in batch.live:
        group = found.get(row.get("GroupIdentifier"))
        if group is None or group["marked_for_delete"]:
            batch.reject(row, "NOT_FOUND", "GroupIdentifier", "there is nothing to delete")
        elif group["id"] in full:
            batch.reject(row, "GROUP_NOT_EMPTY", "GroupIdentifier", "the group still contains groups or articles")
        else:
            catalog.GROUPS.write(
                batch.conn, [{**{k: group[k] for k in ("owner_id", "identifier")}, "marked_for_delete": True}], at=batch.at
            )
            batch.note(row, Outcome.DELETED)


_IDENTITY = ("GroupIdentifier", "GroupUniqueId", "Language", "LanguageId")
KINDS = [
    Kind(
        keyword="CatalogGroup",
        sequence=2.0,
        identity=(*_IDENTITY, "CatalogIdentifier"),
        columns={**_PARENT_COLUMNS, **columns(TopGroup=boolean, Note=text(4000), Field1=text(), Field2=text()), **_TEXT_COLUMNS},
        put=_put,
        delete=_delete,
    ),
    Kind(
        keyword="CatalogGroupDescription",
        sequence=2.5,
        identity=_IDENTITY,
        columns={**columns(GroupIdentifier=text(), GroupUniqueId=integer), **_TEXT_COLUMNS},
        put=_put_texts,
    ),
    Kind(
        keyword="CatalogGroupRelationship",
        sequence=2.6,
        identity=("GroupIdentifier", "GroupUniqueId", "ParentGroupIdentifier", "ParentGroupUniqueId", "CatalogIdentifier"),
        columns=_PARENT_COLUMNS,
        put=_put_places,
        delete=_delete_places,
    ),
]
