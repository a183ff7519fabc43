"""Ship nodes, stock and what is on its way: the kinds that order management keeps."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from entrepot.dataload.cells import boolean, instant, integer, text
from entrepot.dataload.kind import Batch, Kind, Row, columns, key_columns
from entrepot.kernel.sheet import Outcome
from entrepot.order_management import inventory


def _put_nodes(batch: Batch) -> None:
    known = inventory.nodes_by_name(batch.conn)
    for row in batch.live:
        node = inventory.Node(
            node=row.get("Node"),
            name=row.get("Name"),
            kind=row.get("Kind") or "WAREHOUSE",
            rank=row.get("Rank") or 1,
            active=row.get("Active") is not False,
            ship_days=row.get("ShipDays") or 1,
            transit_days=row.get("TransitDays") or 2,
        )
        before = known.get(node.node)
        if before != node:
            inventory.load_nodes(batch.conn, [node])
            batch.note(row, Outcome.INSERTED if before is None else Outcome.UPDATED)


def _put_stock(batch: Batch) -> None:
    items, nodes = _items(batch), inventory.nodes_by_name(batch.conn)
    for row in batch.live:
        quantity = _quantity(batch, row, items, nodes, "FulfillmentCenterName")
        if quantity is None:
            continue
        figure = inventory.StockFigure(batch.store_name, row.get("PartNumber"), row.get("FulfillmentCenterName"), quantity)
        changed = inventory.load_stock(batch.conn, [figure], batch.at)
        batch.note(row, Outcome.UPDATED if changed else Outcome.UNCHANGED)


def _put_future_supply(batch: Batch) -> None:
    items, nodes = _items(batch), inventory.nodes_by_name(batch.conn)
    for row in batch.live:
        quantity = _quantity(batch, row, items, nodes, "FulfillmentCenterName")
        if quantity is None:
            continue
        due = row.get("Due")
        due = due if due.tzinfo else due.replace(tzinfo=UTC)
        node, reference = row.get("FulfillmentCenterName"), row.get("Reference")
        supply = inventory.FutureSupply(batch.store_name, row.get("PartNumber"), node, reference, due, quantity)
        changed = inventory.load_future_supply(batch.conn, [supply])
        batch.note(row, Outcome.UPDATED if changed else Outcome.UNCHANGED)


def _items(batch: Batch) -> dict[str, inventory.Item]:
    return inventory.items_by_id(batch.conn, batch.store_name, [row.get("PartNumber") for row in batch.live])


def _quantity(batch: Batch, row: Row, items: dict[str, Any], nodes: dict[str, Any], column: str) -> int | None:
    """The quantity in the item's steps; an unknown item, an unknown node or a kit without stock is turned down."""
    item = items.get(row.get("PartNumber"))
    if item is None:
        batch.unresolved(row, "PartNumber", "NOT_FOUND", f"order management knows no item {row.get('PartNumber')}")
    elif row.get(column) not in nodes:
        batch.unresolved(row, column, "NOT_FOUND", f"there is no ship node {row.get(column)}")
    elif item.kit_code == inventory.KitCode.BUNDLE:
        batch.reject(row, "TYPE_NOT_ALLOWED", "PartNumber", "this kit has no stock of its own; give the stock of its parts")
    else:
        return int(item.step.parse(row.get("Quantity"), "Quantity", zero=True))
    return None


_PLACE = key_columns(PartNumber=text(64), FulfillmentCenterName=text(40), Quantity=text(20))
KINDS = [
    Kind(
        keyword="ShipNode",
        sequence=5.1,
        identity=("Node",),
        columns=key_columns(Node=text(40), Name=text(254))
        | columns(Kind=text(20), Rank=integer, Active=boolean, ShipDays=integer, TransitDays=integer),
        put=_put_nodes,
        system="order_management",
        changes_catalog=False,
        needs_store=False,
    ),
    Kind(
        keyword="CatalogEntryInventory",
        sequence=5.2,
        identity=("PartNumber", "FulfillmentCenterName"),
        columns=_PLACE | columns(FulfillmentCenterId=integer, QuantityMeasure=text(16)),
        put=_put_stock,
        system="order_management",
        changes_catalog=False,
        needs_store=False,
    ),
    Kind(
        keyword="FutureSupply",
        sequence=5.3,
        identity=("PartNumber", "FulfillmentCenterName", "Reference"),
        columns=_PLACE | key_columns(Reference=text(64), Due=instant),
        put=_put_future_supply,
        system="order_management",
        changes_catalog=False,
        needs_store=False,
    ),
]
