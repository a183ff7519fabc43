"""The facts of many entries at once: two statements for a hundred part numbers.

Nothing is filtered: an entry that may not be shown comes back with the reason, so that a cart can say
"not available any more" and staff can see why. Facts are kept per process until the catalog's version moves;
whether an entry is shown is decided anew for each instant asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.catalog.entry import EntryFacts, EntryType, KitInventory, Policy, Visibility, grams, hidden_because
from entrepot.commerce.catalog.entry_tables import (
    catalog_entry,
    catalog_entry_relation,
    configurable_entry,
    store_item,
)
from entrepot.commerce.catalog.shown import ASSET, STORE, entry_in_store, entry_text, text_of
from entrepot.commerce.catalog.store import View, catalog_version
from entrepot.commerce.catalog.tables import catalog_group, catalog_group_entry, catalog_group_relation
from entrepot.kernel.cache import Versioned
from entrepot.kernel.db import any_of
from entrepot.kernel.quantity import EACH, Step

_product = catalog_entry.alias("product")
_own_home = catalog_group_entry.alias("own_home")
_product_home = catalog_group_entry.alias("product_home")
_own_policy = store_item.alias("own_policy")
_asset_policy = store_item.alias("asset_policy")
_POLICY = [
    "track_inventory",
    "backorderable",
    "force_backorder",
    "release_separately",
    "creditable",
    "return_not_desired",
    "minimum_quantity_for_split",
    "discontinued",
    "foreign_sku",
    "foreign_system",
]

_COLUMNS = (
    "id",
    "owner_id",
    "part_number",
    "type",
    "kit_inventory",
    "buyable",
    "marked_for_delete",
    "start_at",
    "end_at",
    "quantity_unit",
    "quantity_multiple",
    "nominal_quantity",
    "weight",
    "weight_unit",
    "tax_category",
    "manufacturer",
)
_relation = catalog_entry_relation.alias("of_product")


def _policy(name: str) -> sa.ColumnElement[Any]:
    own = _own_policy.c.entry_id.is_not(None)
    return sa.case((own, _own_policy.c[name]), else_=_asset_policy.c[name]).label(f"policy_{name}")


def _statement(wanted: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """All facts of the wanted entries. They are picked first: left to itself SQLite walks through every entry there is."""
    entry = sa.select(catalog_entry).where(wanted).cte("entry").prefix_with("MATERIALIZED")
    return (
        sa.select(
            *(entry.c[name] for name in _COLUMNS),
            entry_text.c.published,
            entry_text.c.name,
            entry_text.c.language,
            entry_text.c.thumbnail,
            _product.c.id.label("product_id"),
            _product.c.part_number.label("product_part_number"),
            sa.func.coalesce(_own_home.c.catalog_id, _product_home.c.catalog_id).label("home_catalog"),
            sa.func.coalesce(_own_home.c.group_id, _product_home.c.group_id).label("home_group"),
            configurable_entry.c.model,
            entry_in_store(entry.c.id).label("in_store"),
            *(_policy(name) for name in _POLICY),
        )
        .select_from(entry)
        .outerjoin(entry_text, text_of(entry_text, "entry_id", entry.c.id))
        .outerjoin(_relation, sa.and_(_relation.c.child_id == entry.c.id, _relation.c.type == "product_item"))
        .outerjoin(_product, _product.c.id == _relation.c.parent_id)
        .outerjoin(_own_home, sa.and_(_own_home.c.entry_id == entry.c.id, _own_home.c.is_home))
        .outerjoin(_product_home, sa.and_(_product_home.c.entry_id == _product.c.id, _product_home.c.is_home))
        .outerjoin(configurable_entry, configurable_entry.c.entry_id == entry.c.id)
        .outerjoin(_own_policy, sa.and_(_own_policy.c.entry_id == entry.c.id, _own_policy.c.store_id == STORE))
        .outerjoin(_asset_policy, sa.and_(_asset_policy.c.entry_id == entry.c.id, _asset_policy.c.store_id == ASSET))
    )


_by_part_number = _statement(any_of(catalog_entry.c.part_number, "wanted"))
_by_id = _statement(any_of(catalog_entry.c.id, "wanted"))

_place = catalog_group_relation.alias("place")
_path = (
    sa.select(
        _place.c.catalog_id, _place.c.child_id.label("home"), _place.c.child_id, _place.c.parent_id, sa.literal(0).label("depth")
    )
    .where(any_of(_place.c.child_id, "homes"), _place.c.in_tree)
    .cte("path", recursive=True)
)
_path = _path.union_all(
    sa.select(_place.c.catalog_id, _path.c.home, _place.c.child_id, _place.c.parent_id, _path.c.depth + 1).join(
        _path, sa.and_(_place.c.child_id == _path.c.parent_id, _place.c.catalog_id == _path.c.catalog_id, _place.c.in_tree)
    )
)
_paths = (
    sa.select(_path.c.catalog_id, _path.c.home, _path.c.child_id, catalog_group.c.identifier)
    .join(catalog_group, catalog_group.c.id == _path.c.child_id)
    .order_by(_path.c.depth.desc())
)


def entries_by_part_numbers(conn: Connection, view: View, part_numbers: Iterable[str]) -> dict[str, EntryFacts]:
    """The facts of each known part number; unknown ones are left out, hidden ones carry their reason."""
    kept = _kept_of(conn, view)
    wanted = [number.strip() for number in part_numbers]
    missing = [number for number in wanted if number not in kept.by_number]
    if missing:
        kept.take(_facts(conn, view, _by_part_number, missing), missing)
    found, at = [kept.by_number[number] for number in wanted], view.at
    return {one.facts.part_number: one.at(at) for one in found if one is not None}


def entries_by_ids(conn: Connection, view: View, ids: Iterable[int]) -> dict[int, EntryFacts]:
    """The facts of each known entry id, as `entries_by_part_numbers`."""
    kept = _kept_of(conn, view)
    wanted = list(ids)
    missing = [key for key in wanted if key not in kept.by_id]
    if missing:
        kept.take(_facts(conn, view, _by_id, missing), ())
    found, at = [kept.by_id.get(key) for key in wanted], view.at
    return {one.facts.id: one.at(at) for one in found if one is not None}


@dataclass(frozen=True, slots=True)
class _Kept:
    """An entry's facts, and what decides whether it is shown at another instant than the one they were read for."""

    facts: EntryFacts
    visibility: Visibility
    dated: bool

    def at(self, instant: datetime) -> EntryFacts:
        if not self.dated:
            return self.facts
        hidden = hidden_because(self.visibility, instant)
        return self.facts if hidden is self.facts.hidden else replace(self.facts, hidden=hidden)


@dataclass(frozen=True, slots=True)
class _Held:
    """Entries that were asked for."""

    by_number: dict[str, _Kept | None] = field(default_factory=dict)
    by_id: dict[int, _Kept] = field(default_factory=dict)

    def take(self, found: Iterable[_Kept], asked: Iterable[str]) -> None:
        self.by_number.update(dict.fromkeys(asked))
        for one in found:
            self.by_number[one.facts.part_number] = one
            self.by_id[one.facts.id] = one


@dataclass(slots=True)
class _Shelf:
    """What has been asked for since the catalog last changed, in one store and language.

    When it is too much another is begun: who is reading goes on with the one it has.
    """

    held: _Held = field(default_factory=_Held)


MOST_KEPT = 50_000
_shelves: Versioned[_Shelf] = Versioned(catalog_version)


def _kept_of(conn: Connection, view: View) -> _Held:
    shelf = _shelves.get(conn, view.store, view.language, _Shelf)
    if len(shelf.held.by_number) > MOST_KEPT or len(shelf.held.by_id) > MOST_KEPT:
        shelf.held = _Held()
    return shelf.held


def _facts(conn: Connection, view: View, statement: sa.Select[Any], wanted: list[Any]) -> list[_Kept]:
    store = view.store
    found = conn.execute(statement, {**view.binds, "wanted": wanted})
    names = tuple(found.keys())
    rows = [dict(zip(names, row, strict=True)) for row in found.all()]
    # Owners are told apart here: with the condition in the statement SQLite walks through everything an owner has.
    rows = [row for row in rows if row["owner_id"] in store.owners]
    paths = group_paths(conn, {row["home_group"] for row in rows if row["home_group"] is not None})
    chosen: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        if row["part_number"] not in chosen or row["owner_id"] == store.owner_id:
            chosen[row["part_number"]] = row
    return [_fact(row, paths.get((row["home_catalog"], row["home_group"]), ()), view) for row in chosen.values()]


def group_paths(conn: Connection, homes: set[int]) -> dict[tuple[int, int], tuple[tuple[int, str], ...]]:
    """For (master catalog, group): the groups from the top down to it, as (id, identifier)."""
    if not homes:
        return {}
    paths: dict[tuple[int, int], list[tuple[int, str]]] = {}
    for catalog_id, home, group_id, identifier in conn.execute(_paths, {"homes": list(homes)}):
        paths.setdefault((catalog_id, home), []).append((group_id, identifier))
    return {key: tuple(path) for key, path in paths.items()}


def _fact(row: Mapping[str, Any], path: tuple[tuple[int, str], ...], view: View) -> _Kept:
    visibility = Visibility(
        in_store=row["in_store"],
        marked_for_delete=row["marked_for_delete"],
        published=row["published"],
        start_at=row["start_at"],
        end_at=row["end_at"],
        has_home=row["home_group"] is not None,
    )
    facts = EntryFacts(
        id=row["id"],
        owner_id=row["owner_id"],
        part_number=row["part_number"],
        type=EntryType(row["type"]),
        kit_inventory=KitInventory(row["kit_inventory"]) if row["kit_inventory"] else None,
        buyable=row["buyable"],
        hidden=hidden_because(visibility, view.at),
        name=row["name"] or row["part_number"],
        language=row["language"],
        thumbnail=row["thumbnail"],
        product_id=row["product_id"],
        product_part_number=row["product_part_number"],
        group_ids=frozenset(group_id for group_id, _ in path),
        group_identifiers=tuple(identifier for _, identifier in path),
        step=step_of(row),
        nominal_quantity=Decimal(row["nominal_quantity"] or 1),
        weight_grams=grams(row["weight"], row["weight_unit"]),
        tax_category=row["tax_category"],
        manufacturer=row["manufacturer"],
        model=row["model"],
        policy=_policy_of(row),
    )
    return _Kept(facts, visibility, visibility.start_at is not None or visibility.end_at is not None)


def step_of(row: Mapping[str, Any]) -> Step:
    """The orderable step of an entry row."""
    if row["quantity_multiple"] is None and row["quantity_unit"] is None:
        return _EACH
    return Step(Decimal(row["quantity_multiple"] or 1), row["quantity_unit"] or EACH)


def _policy_of(row: Mapping[str, Any]) -> Policy:
    if row["policy_track_inventory"] is None:
        return _DEFAULT
    values = {name: row[f"policy_{name}"] for name in _POLICY}
    values["minimum_quantity_for_split"] = Decimal(values["minimum_quantity_for_split"])
    return Policy(**values)


_EACH = Step()
_DEFAULT = Policy()
