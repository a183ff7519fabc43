"""Stores: who sells, in which languages and currencies, out of which catalogs.

A store may lean on one asset store and then reads that store's catalog as if it were its own, one level deep;
it can change only what it owns. A closed or suspended store answers no shopper.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.catalog import tables
from entrepot.commerce.catalog.entry_tables import ENTRIES
from entrepot.commerce.catalog.tables import STORES, catalog, store, store_catalog
from entrepot.kernel.cache import Versioned, changing
from entrepot.kernel.db import insert_or_ignore
from entrepot.kernel.errors import Invalid, NotFound, Refused
from entrepot.kernel.sheet import Sheet
from entrepot.kernel.statement import Statement
from entrepot.kernel.words import mark


class StoreStatus(IntEnum):
    SUSPENDED = -1
    CLOSED = 0
    OPEN = 1


@dataclass(frozen=True, slots=True)
class Store:
    id: int
    identifier: str
    name: str
    status: StoreStatus
    owner_id: int
    asset_store_id: int | None
    asset_owner_id: int | None
    default_language: str
    default_currency: str
    languages: tuple[str, ...]
    currencies: tuple[str, ...]
    time_zone: str
    prices_include_tax: bool
    default_contract: str | None
    default_catalog: str | None
    bundle_members_locked: bool
    best_deal: bool
    default_contract_competes: bool
    quote_good_for: int
    allocation_good_for: int

    @property
    def owners(self) -> tuple[int, ...]:
        """Whose catalog assets this store reads, its own first."""
        return (self.owner_id,) if self.asset_owner_id in (None, self.owner_id) else (self.owner_id, self.asset_owner_id or 0)

    def require_open(self) -> Store:
        """The store itself while it is open; otherwise `StoreNotOpen`."""
        if self.status is not StoreStatus.OPEN:
            raise StoreNotOpen(store=self.identifier)
        return self


class View(msgspec.Struct, frozen=True):
    """Who looks: in which store, in which language, at which instant."""

    store: Store
    language: str
    at: datetime

    @property
    def binds(self) -> dict[str, object]:
        """What the prepared statements of the catalog need of it."""
        return {
            "store": self.store.id,
            "asset": self.store.asset_store_id or self.store.id,
            "language": self.language,
            "fallback": self.store.default_language,
            "at": self.at,
        }


@dataclass(frozen=True, slots=True)
class Catalog:
    id: int
    identifier: str
    is_master: bool


class StoreRequired(Invalid):
    code = "STORE_REQUIRED"
    message = mark("Say which store you mean.")


class StoreNotFound(NotFound):
    code = "STORE_NOT_FOUND"
    message = mark("There is no store {store}.")


class StoreNotOpen(Refused):
    code = "STORE_NOT_OPEN"
    message = mark("This store is closed at the moment.")


class CatalogNotInStore(NotFound):
    code = "CATALOG_NOT_IN_STORE"
    message = mark("This store has no catalog {catalog}.")


class MasterCatalogMissing(Refused):
    code = "MASTER_CATALOG_MISSING"
    message = mark("The store {store} has no master catalog and cannot be opened. Load one first.")


class MasterCatalogDuplicate(Refused):
    code = "MASTER_CATALOG_DUPLICATE"
    message = mark("The store {store} already has the master catalog {catalog}.")


_asset = store.alias("asset")
_find = (
    sa.select(store, _asset.c.owner_id.label("asset_owner_id"))
    .outerjoin(_asset, _asset.c.id == store.c.asset_store_id)
    .where(store.c.identifier == sa.bindparam("identifier"))
)
_catalogs = (
    sa.select(catalog.c.id, catalog.c.identifier, store_catalog.c.is_master)
    .join(store_catalog, store_catalog.c.catalog_id == catalog.c.id)
    .where(store_catalog.c.store_id.in_([sa.bindparam("store"), sa.bindparam("asset")]))
    .order_by(store_catalog.c.is_master.desc(), catalog.c.identifier)
)
_versions = Statement(
    sa.select(sa.func.sum(tables.catalog_version.c.version)).where(
        tables.catalog_version.c.owner_id.in_([sa.bindparam("owner"), sa.bindparam("asset_owner")])
    )
)


def find_store(conn: Connection, identifier: str | None) -> Store:
    """The store of this identifier, open or not; raises `StoreRequired` or `StoreNotFound`."""
    if not identifier:
        raise StoreRequired(path="store")
    return _stores.get(conn, identifier, "store", lambda: _load_store(conn, identifier))


def ids_of_names(
    conn: Connection, store_id: int, groups: Iterable[str], part_numbers: Iterable[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """The ids of the groups and entries the store's owners call so; what nobody calls so is left out."""
    query = sa.select(store.c.owner_id, _asset.c.owner_id).outerjoin(_asset, _asset.c.id == store.c.asset_store_id)
    owners = [one for one in conn.execute(query.where(store.c.id == store_id)).one() if one is not None]

    def ids(sheet: Sheet, names: Iterable[str]) -> dict[str, int]:
        keys = [(owner, name) for name in names for owner in owners]
        return {key[1]: int(row["id"]) for key, row in sheet.find(conn, keys).items()}

    return ids(tables.GROUPS, groups), ids(ENTRIES, part_numbers)


def default_contract_competes(conn: Connection, store_id: int) -> bool:
    """Whether buyers of organizations get the default contract's price in this store when it is lower than their own."""
    return bool(conn.execute(sa.select(store.c.default_contract_competes).where(store.c.id == store_id)).scalar())


def _store_version(conn: Connection, identifier: Hashable) -> int:
    return hash(tuple(conn.execute(_find, {"identifier": identifier}).first() or ()).__repr__())


_stores: Versioned[Store] = Versioned(_store_version)


def _load_store(conn: Connection, identifier: str) -> Store:
    row = conn.execute(_find, {"identifier": identifier}).mappings().first()
    if row is None:
        raise StoreNotFound(store=identifier)
    values = {name: row[name] for name in Store.__slots__}
    values |= {
        "name": row["name"] or row["identifier"],
        "status": StoreStatus(row["status"]),
        "languages": tuple(row["languages"]),
        "currencies": tuple(row["currencies"]),
    }
    return Store(**values)


def store_names(conn: Connection) -> dict[str, str]:
    """Every store's identifier and name, open or not, oldest first."""
    rows = conn.execute(sa.select(store.c.identifier, store.c.name).order_by(store.c.id))
    return {identifier: name or identifier for identifier, name in rows}


def create_store(
    conn: Connection, identifier: str, *, owner_id: int, languages: tuple[str, ...], currencies: tuple[str, ...]
) -> Store:
    """Open a new store of this owner; the first language and currency are its defaults."""
    changing()
    STORES.write(
        conn,
        [
            {
                "identifier": identifier,
                "owner_id": owner_id,
                "default_language": languages[0],
                "default_currency": currencies[0],
                "languages": list(languages),
                "currencies": list(currencies),
            }
        ],
    )
    return find_store(conn, identifier)


def catalogs_of(conn: Connection, store: Store) -> tuple[Catalog, ...]:
    """The catalogs of the store, the master first; none is an empty answer, not an error."""
    binds = {"store": store.id, "asset": store.asset_store_id or store.id}
    return tuple(Catalog(**row) for row in conn.execute(_catalogs, binds).mappings())


def find_catalog(conn: Connection, store: Store, identifier: str | None = None) -> Catalog:
    """A catalog of the store by name; without a name the store's default, else its first sales catalog, else the master."""
    found = catalogs_of(conn, store)
    wanted = identifier or store.default_catalog
    if wanted is not None:
        for one in found:
            if one.identifier == wanted:
                return one
        raise CatalogNotInStore(catalog=wanted)
    if not found:
        raise CatalogNotInStore(catalog="")
    return next((one for one in found if not one.is_master), found[0])


def catalog_version(conn: Connection, store: Any) -> int:
    """A number that grows with every change to what the store's catalogs show: the version of whatever is cached."""
    owners = {"owner": store.owner_id, "asset_owner": store.asset_owner_id or store.owner_id}
    return int(_versions.value(conn, owners) or 0)


def begin_change(conn: Connection, owner_id: int) -> None:
    """Announce a change to an owner's catalogs: raises the version and lets no second editor in until the commit.

    Tree rules are checked after this call, so two editors cannot close a loop together.
    """
    changing()
    bumped = (
        tables.catalog_version.update()
        .where(tables.catalog_version.c.owner_id == owner_id)
        .values(version=tables.catalog_version.c.version + 1)
    )
    if not conn.execute(bumped).rowcount:
        insert_or_ignore(conn, tables.catalog_version, {"owner_id": owner_id, "version": 0})
        conn.execute(bumped)
