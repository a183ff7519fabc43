"""A small warehouse and order desk for tests: two nodes, a few parts, and builders with believable defaults."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from entrepot.kernel.db import Database
from entrepot.order_management import inventory
from entrepot.order_management.database import metadata
from entrepot.order_management.inventory import Backorder, Component, Item, KitCode, Node, StockFigure

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SHOP = "tannwerk"
Open = Callable[[sa.MetaData, str], Database]

ITEMS = (
    Item(SHOP, "NB-14", "Notebook 14"),
    Item(SHOP, "CASE-14", "Notebook case"),
    Item(SHOP, "CPU-8", "CPU"),
    Item(SHOP, "MON-27", "Monitor", backorder=Backorder.BACKORDER),
    Item(SHOP, "SSD-1T", "Drive"),
    Item(SHOP, "SETUP", "Setup service", tracked=False),
    Item(
        SHOP,
        "DESK-SET",
        "Desk set",
        kit_code=KitCode.BUNDLE,
        backorder=Backorder.BACKORDER,
        components=(Component("CPU-8", 1), Component("MON-27", 1), Component("SSD-1T", 2)),
    ),
    Item(SHOP, "PC-BUILD", "Built to order", kit_code=KitCode.BUNDLE),
)


def opened(open_database: Open, stock: dict[str, dict[str, int]] | None = None) -> Database:
    """A database with nodes, items and stock ``{item: {node: quantity}}``."""
    database = open_database(metadata, "oms")
    with database.write() as conn:
        inventory.load_nodes(
            conn, [Node("N1", "Main warehouse", rank=1), Node("N2", "City store", "STORE", rank=2, transit_days=1)]
        )
        inventory.load_items(conn, ITEMS)
        stocked(conn, stock or {})
    return database


def stocked(conn: sa.Connection, stock: dict[str, dict[str, int]], at: datetime = AT) -> None:
    figures = [StockFigure(SHOP, item, node, count) for item, nodes in stock.items() for node, count in nodes.items()]
    inventory.load_stock(conn, figures, at)


def counters(database: Database, item: str, node: str = "N1") -> dict[str, int]:
    with database.read() as conn:
        position = inventory.positions_of(conn, SHOP, [item])[item, node]
    return {name: getattr(position, name) for name in ("on_hand", "reserved", "scheduled", "allocated", "to_sell")}


def reserve(reservation: str, *lines: tuple[str, int], **more: Any) -> inventory.Reserve:
    body = {
        "ReservationID": reservation,
        "OrganizationCode": SHOP,
        "PromiseLines": {
            "PromiseLine": [{"LineId": str(i + 1), "ItemID": item, "RequiredQty": str(q)} for i, (item, q) in enumerate(lines)]
        },
    }
    from entrepot.order_management.wire import read

    return read(inventory.Reserve, body | more)
