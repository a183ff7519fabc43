"""The items of products, for showing a family as one: its lowest price, its first picture."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.catalog.entry import EntryFacts
from entrepot.commerce.catalog.entry_tables import catalog_entry, catalog_entry_relation, configurable_entry
from entrepot.commerce.catalog.facts import entries_by_ids
from entrepot.commerce.catalog.store import Store, View
from entrepot.kernel.db import any_of

_items = (
    sa.select(catalog_entry_relation.c.parent_id, catalog_entry_relation.c.child_id)
    .where(any_of(catalog_entry_relation.c.parent_id, "products"), catalog_entry_relation.c.type == "product_item")
    .order_by(catalog_entry_relation.c.sequence, catalog_entry_relation.c.child_id)
)


_all = sa.select(catalog_entry.c.id).where(catalog_entry.c.owner_id == sa.bindparam("owner")).order_by(catalog_entry.c.id)

_configurable = (
    sa.select(configurable_entry.c.entry_id)
    .where(configurable_entry.c.model.is_not(None), configurable_entry.c.configurable)
    .order_by(configurable_entry.c.entry_id)
    .limit(100)
)


def configurable_entries(conn: Connection, view: View) -> list[EntryFacts]:
    """The kits this store lets shoppers put together, the first hundred of them."""
    facts = entries_by_ids(conn, view, conn.execute(_configurable).scalars())
    return [one for _, one in sorted(facts.items()) if one.displayable and one.buyable and one.type.configured]


def entry_ids(conn: Connection, store: Store) -> list[int]:
    """Every entry the store's owner has, whatever may be shown of it."""
    return list(conn.execute(_all, {"owner": store.owner_id}).scalars())


def items_of(conn: Connection, view: View, product_ids: Iterable[int]) -> dict[int, tuple[EntryFacts, ...]]:
    """The displayable, buyable items of each product in their sequence; a product without any is left out."""
    pairs = [(parent, child) for parent, child in conn.execute(_items, {"products": list(product_ids)})]
    facts = entries_by_ids(conn, view, {child for _, child in pairs})
    found: dict[int, tuple[EntryFacts, ...]] = {}
    for parent, child in pairs:
        item = facts.get(child)
        if item is not None and item.displayable and item.buyable:
            found[parent] = (*found.get(parent, ()), item)
    return found
