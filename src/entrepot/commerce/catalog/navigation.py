"""What shoppers browse: top groups, a category with its breadcrumb, children and one page of entries, search.

Each page is a fixed, small number of statements whatever it shows. Equal sequences are ordered by identifier
or part number, so that paging never repeats or skips. A group is hidden with all its ancestors in mind: a
shown group below a hidden one cannot be reached by its address either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.catalog.entry import CategoryNotFound, EntryType
from entrepot.commerce.catalog.entry_tables import catalog_entry
from entrepot.commerce.catalog.shown import entry_shown, entry_text, group_shown, group_text, text_of
from entrepot.commerce.catalog.store import Catalog, View
from entrepot.commerce.catalog.tables import catalog_group, catalog_group_entry, catalog_group_relation

MOST_PER_PAGE = 100
DEEPEST = 32


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of a list, counted from 1, how long a page is and how the list is sorted."""

    number: int = 1
    size: int = 24
    sort: str = "sequence"

    @property
    def limit(self) -> int:
        return max(1, min(self.size, MOST_PER_PAGE))

    @property
    def offset(self) -> int:
        return (max(1, self.number) - 1) * self.limit


@dataclass(frozen=True, slots=True)
class GroupLink:
    """A category as it stands in a list or a breadcrumb."""

    id: int
    identifier: str
    name: str
    short_description: str | None
    thumbnail: str | None
    sequence: float


@dataclass(frozen=True, slots=True)
class EntryCard:
    """An entry as it stands in a list."""

    id: int
    part_number: str
    type: EntryType
    kit_inventory: str | None
    buyable: bool
    name: str
    short_description: str | None
    thumbnail: str | None
    full_image: str | None
    manufacturer: str | None
    language: str


@dataclass(frozen=True, slots=True)
class EntryPage:
    entries: tuple[EntryCard, ...]
    total: int
    paging: Paging

    @property
    def pages(self) -> int:
        return -(-self.total // self.paging.limit)


@dataclass(frozen=True, slots=True)
class CategoryPage:
    """A category: where it is, what is below it, and one page of what it holds."""

    id: int
    identifier: str
    name: str
    short_description: str | None
    long_description: str | None
    full_image: str | None
    page_title: str | None
    meta_description: str | None
    language: str
    breadcrumb: tuple[GroupLink, ...]
    children: tuple[GroupLink, ...]
    listing: EntryPage


_place = catalog_group_relation.alias("place")
_LINK = (
    catalog_group.c.id,
    catalog_group.c.identifier,
    group_text.c.name,
    group_text.c.short_description,
    group_text.c.thumbnail,
    _place.c.sequence,
)
_links = (
    sa.select(*_LINK)
    .select_from(catalog_group)
    .join(_place, _place.c.child_id == catalog_group.c.id)
    .join(group_text, text_of(group_text, "group_id", catalog_group.c.id))
    .where(_place.c.catalog_id == sa.bindparam("catalog"), group_shown())
    .order_by(_place.c.sequence, catalog_group.c.identifier)
)
_top = _links.where(_place.c.parent_id.is_(None))
_children = _links.where(_place.c.parent_id == sa.bindparam("group"))

# A group of a sales catalog may have several parents: every way up is walked and the first that is wholly shown is taken.
_up = (
    sa.select(_place.c.id.label("place"), _place.c.child_id, _place.c.parent_id, _place.c.sequence, sa.literal(0).label("depth"))
    .join(catalog_group, catalog_group.c.id == _place.c.child_id)
    .where(_place.c.catalog_id == sa.bindparam("catalog"), catalog_group.c.identifier == sa.bindparam("identifier"))
    .cte("up", recursive=True)
)
_up = _up.union(
    sa.select(_place.c.id, _place.c.child_id, _place.c.parent_id, _place.c.sequence, _up.c.depth + 1)
    .join(_up, _place.c.child_id == _up.c.parent_id)
    .where(_place.c.catalog_id == sa.bindparam("catalog"), _up.c.depth < DEEPEST)
)
_DETAIL = ("language", "long_description", "full_image", "page_title", "meta_description")
_way_up = (
    sa.select(
        _up.c.parent_id,
        _up.c.sequence,
        _up.c.depth,
        *_LINK[:-1],
        *(group_text.c[name] for name in _DETAIL),
        group_shown().label("shown"),
    )
    .join(catalog_group, catalog_group.c.id == _up.c.child_id)
    .outerjoin(group_text, text_of(group_text, "group_id", catalog_group.c.id))
    .order_by(_up.c.depth, _up.c.sequence, catalog_group.c.identifier)
)

CARD = (
    *(catalog_entry.c[name] for name in ("id", "part_number", "type", "kit_inventory", "buyable", "manufacturer")),
    *(entry_text.c[name] for name in ("name", "short_description", "thumbnail", "full_image", "language")),
)
_SORTS: dict[str, tuple[Any, ...]] = {
    "sequence": (catalog_group_entry.c.sequence, catalog_entry.c.part_number),
    "name": (entry_text.c.name, catalog_entry.c.part_number),
    "-name": (entry_text.c.name.desc(), catalog_entry.c.part_number),
    "part_number": (catalog_entry.c.part_number,),
    "newest": (catalog_entry.c.id.desc(),),
}
_limits = (sa.bindparam("limit", type_=sa.Integer), sa.bindparam("offset", type_=sa.Integer))
_in_group = (
    sa.select(*CARD)
    .select_from(catalog_entry)
    .join(catalog_group_entry, catalog_group_entry.c.entry_id == catalog_entry.c.id)
    .join(entry_text, text_of(entry_text, "entry_id", catalog_entry.c.id))
    .where(
        catalog_group_entry.c.catalog_id == sa.bindparam("catalog"),
        catalog_group_entry.c.group_id == sa.bindparam("group"),
        entry_shown(),
    )
)
_page_by = {sort: _in_group.order_by(*columns).limit(_limits[0]).offset(_limits[1]) for sort, columns in _SORTS.items()}
_count = sa.select(sa.func.count()).select_from(_in_group.with_only_columns(catalog_entry.c.id).subquery())


def top_categories(conn: Connection, view: View, catalog: Catalog) -> tuple[GroupLink, ...]:
    """The top groups of the catalog by sequence."""
    rows = conn.execute(_top, {**view.binds, "catalog": catalog.id})
    return tuple(GroupLink(*row) for row in rows)


def subcategories(conn: Connection, view: View, catalog: Catalog, group_id: int) -> tuple[GroupLink, ...]:
    """The shown children of a group by sequence."""
    rows = conn.execute(_children, {**view.binds, "catalog": catalog.id, "group": group_id})
    return tuple(GroupLink(*row) for row in rows)


def category_page(conn: Connection, view: View, catalog: Catalog, group: str, paging: Paging = Paging()) -> CategoryPage:
    """The category with one page of its entries; hidden, foreign and unknown ones all raise `CategoryNotFound`."""
    ways = conn.execute(_way_up, {**view.binds, "catalog": catalog.id, "identifier": group}).mappings().all()
    path = _shown_path(ways)
    if path is None:
        raise CategoryNotFound(group=group)
    here = path[-1]
    return CategoryPage(
        id=here["id"],
        identifier=here["identifier"],
        name=here["name"] or here["identifier"],
        short_description=here["short_description"],
        **{name: here[name] for name in _DETAIL},
        breadcrumb=tuple(_link(row) for row in path),
        children=subcategories(conn, view, catalog, here["id"]),
        listing=_entries(conn, view, catalog, here["id"], paging),
    )


def _entries(conn: Connection, view: View, catalog: Catalog, group_id: int, paging: Paging) -> EntryPage:
    binds = {**view.binds, "catalog": catalog.id, "group": group_id}
    statement = _page_by.get(paging.sort, _page_by["sequence"])
    cards = cards_of(conn.execute(statement, {**binds, "limit": paging.limit, "offset": paging.offset}).mappings())
    if paging.offset == 0 and len(cards) < paging.limit:
        return EntryPage(cards, len(cards), paging)
    return EntryPage(cards, conn.execute(_count, binds).scalar_one(), paging)


def cards_of(rows: Any) -> tuple[EntryCard, ...]:
    return tuple(EntryCard(**{**row, "type": EntryType(row["type"]), "name": row["name"] or row["part_number"]}) for row in rows)


def _shown_path(ways: Any) -> list[Mapping[Any, Any]] | None:
    """From the top down to the group, over shown groups only."""
    if not ways:
        return None
    places: dict[int, list[Mapping[Any, Any]]] = {}
    for row in ways:
        if row["shown"]:
            places.setdefault(row["id"], []).append(row)

    def climb(group_id: int, seen: frozenset[int]) -> list[Mapping[Any, Any]] | None:
        for row in places.get(group_id, ()):
            if row["parent_id"] is None:
                return [row]
            if row["parent_id"] not in seen and (above := climb(row["parent_id"], seen | {row["parent_id"]})):
                return [*above, row]
        return None

    start = ways[0]["id"]
    return climb(start, frozenset({start}))


def _link(row: Mapping[Any, Any]) -> GroupLink:
    return GroupLink(
        row["id"],
        row["identifier"],
        row["name"] or row["identifier"],
        row["short_description"],
        row["thumbnail"],
        row["sequence"],
    )
