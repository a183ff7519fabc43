"""The items of a store as order management knows them, made from its catalog.

Commerce masters the catalog; order management is sent what it needs to promise and ship: the step, the kit's
content, whether stock is kept and may be backordered. Sending again replaces what was sent before.
"""

from __future__ import annotations

from datetime import UTC, datetime

from entrepot.commerce import catalog
from entrepot.commerce.catalog import EntryFacts, EntryType, KitInventory
from entrepot.kernel.db import Database
from entrepot.order_management import inventory

BATCH = 500


def send_items(commerce: Database, order_management: Database, store: str) -> int:
    """Send every orderable entry of the store; tell how many that were."""
    with commerce.read() as conn:
        shop = catalog.find_store(conn, store)
        view = catalog.View(shop, shop.default_language, datetime.now(UTC))
        ids = catalog.entry_ids(conn, shop)
        sent = 0
        kits: list[inventory.Item] = []
        for start in range(0, len(ids), BATCH):
            facts = catalog.entries_by_ids(conn, view, ids[start : start + BATCH])
            content = catalog.content_of(conn, [one.id for one in facts.values() if one.is_static_kit])
            items = [_item(store, one, content.get(one.id, ())) for one in facts.values() if one.type.atomic]
            kits += [item for item in items if item.components]
            plain = [item for item in items if not item.components]
            with order_management.write() as target:
                inventory.load_items(target, plain)
            sent += len(items)
        if kits:
            with order_management.write() as target:
                inventory.load_items(target, kits)
    return sent


def _item(store: str, entry: EntryFacts, content: tuple[catalog.Component, ...]) -> inventory.Item:
    policy = entry.policy
    backorderable = policy.backorderable and not policy.discontinued
    return inventory.Item(
        organization=store,
        item_id=entry.part_number,
        description=entry.name or entry.part_number,
        step=entry.step,
        kit_code=_kit_code(entry),
        backorder=inventory.Backorder.BACKORDER if backorderable else inventory.Backorder.NONE,
        tracked=policy.track_inventory != "N",
        sellable=entry.buyable,
        components=tuple(inventory.Component(one.part_number, one.quantity, True) for one in content),
    )


def _kit_code(entry: EntryFacts) -> inventory.KitCode:
    if entry.type.configured or entry.kit_inventory is KitInventory.COMPONENT:
        return inventory.KitCode.BUNDLE
    return inventory.KitCode.PREBUILT if entry.type is EntryType.PACKAGE else inventory.KitCode.NONE
