"""A small warehouse and order desk for tests: two nodes, a few parts, and builders with believable defaults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from entrepot.kernel.clock import FixedClock
from entrepot.kernel.db import Database
from entrepot.order_management import inventory
from entrepot.order_management.agent import Pace, run_until_idle
from entrepot.order_management.database import metadata, outbox
from entrepot.order_management.inventory import Backorder, Component, Item, KitCode, Node, StockFigure
from entrepot.order_management.order_page import OrderPage, order_page
from entrepot.order_management.orders import demand, history, load_order, replay
from entrepot.order_management.orders import tables as order_tables
from entrepot.order_management.payments import LocalGateway
from entrepot.order_management.verbs import Asking, invoke
from entrepot.order_management.wire import read

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
    Item(SHOP, "OFFICE", "Office, put together", kit_code=KitCode.BUNDLE),
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
    return read(inventory.Reserve, body | more)


ADA = {
    "FirstName": "Ada",
    "LastName": "Lindqvist",
    "AddressLine1": "Gerberstrasse 5",
    "City": "Leipzig",
    "ZipCode": "04105",
    "Country": "DE",
    "EMailID": "ada@example.org",
}


def web_line(number: int, item: str, quantity: int, price: str, **more: Any) -> dict[str, Any]:
    return {
        "PrimeLineNo": str(number),
        "TransactionalLineId": f"WC_{number}",
        "OrderedQty": str(quantity),
        "Item": {"ItemID": item, "UnitOfMeasure": "C62"},
        "LinePriceInfo": {"UnitPrice": price, "IsPriceLocked": "Y"},
        **more,
    }


def gift_line(number: int, item: str, quantity: int, price: str, discount: str, **more: Any) -> dict[str, Any]:
    """A line the promotion GIFT gives for every two units of line 1."""
    charge = {"ChargeCategory": "Discount", "ChargeName": "GIFT", "ChargePerLine": discount, "Reference": "GIFT"}
    gift = {"IsGift": "Y", "GiftOfPricingRule": "GIFT", "GiftBuyLineIDs": ["1"], "GiftBuyQuantity": "2", "GiftQuantity": "1"}
    return web_line(number, item, quantity, price, LineCharges={"LineCharge": [charge]}, **gift, **more)


def web_order(number: str, lines: list[dict[str, Any]], total: str, **more: Any) -> dict[str, Any]:
    """An order as the web shop hands it over."""
    return {
        "OrderNo": f"WC_{number}",
        "EnterpriseCode": SHOP,
        "EntryType": "WCS",
        "BypassPricing": "Y",
        "BuyerUserId": "ada",
        "OrderDate": AT.isoformat(),
        "PriceInfo": {"Currency": "USD", "TotalAmount": total},
        "OrderLines": {"OrderLine": lines},
        "PersonInfoBillTo": ADA,
        "PersonInfoShipTo": ADA,
        "PaymentMethods": {"PaymentMethod": [{"PaymentType": "CREDIT_CARD", "CreditCardNo": "tok_ok", "CreditCardType": "VISA"}]},
        **more,
    }


@dataclass(slots=True)
class Desk:
    """An order desk over a database: verbs with a user and a clock, and the worker."""

    database: Database
    clock: FixedClock = field(default_factory=lambda: FixedClock(AT))
    gateway: LocalGateway = field(default_factory=LocalGateway)

    def do(self, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        return self.database.retrying(lambda conn: invoke(conn, verb, body, Asking(self.clock.now(), "csr")))

    def work(self, pace: Pace | None = None) -> None:
        run_until_idle(self.database, self.clock, self.gateway, pace)

    def page(self, key: str) -> OrderPage:
        with self.database.read() as conn:
            return order_page(conn, key, self.clock.now())

    def rows(self, key: str, item: str) -> dict[str, int]:
        """``{"1500@N1": 6, "9000": 2}`` of the line with that item."""
        line = next(line for line in self.page(key).order.lines if line.item_id == item)
        return {f"{row.status}@{row.node}" if row.node else row.status: row.quantity for row in line.rows}

    def said(self, prefix: str = "order.") -> list[tuple[str, dict[str, Any]]]:
        with self.database.read() as conn:
            rows = conn.execute(sa.select(outbox.table.c.kind, outbox.table.c.body).order_by(outbox.table.c.position))
            return [(kind, body) for kind, body in rows if kind.startswith(prefix)]

    def cancel(self, key: str, number: int, units: int, **more: Any) -> dict[str, Any]:
        line = {"PrimeLineNo": str(number), "Action": "CANCEL", "QuantityToCancel": str(units)}
        body = {"OrderHeaderKey": key, "Version": str(self.page(key).version), "ReasonCode": "CUSTOMER", **more}
        return self.do("changeOrder", body | {"OrderLines": {"OrderLine": [line]}})

    def reconciles(self) -> None:
        """Counters are what the ledger and the orders' rows say."""
        with self.database.read() as conn:
            assert inventory.ledger_differences(conn) == []
            wanted: dict[tuple[str, str], dict[str, int]] = {}
            for key in conn.execute(sa.select(order_tables.order.c.key)).scalars().all():
                order = load_order(conn, key)
                assert replay(history(conn, key)) == {line.key: line.rows for line in order.lines if line.rows}
                for place, asks in demand.asked(order).items():
                    sums = wanted.setdefault(place, {})
                    for name, quantity in asks.items():
                        sums[name] = sums.get(name, 0) + quantity
            for place, position in inventory.positions_of(conn, SHOP, [item.item_id for item in ITEMS]).items():
                assert position.scheduled == wanted.get(place, {}).get("scheduled", 0), place
                assert position.allocated == wanted.get(place, {}).get("allocated", 0), place


def desk(open_database: Open, stock: dict[str, dict[str, int]] | None = None) -> Desk:
    return Desk(opened(open_database, stock))
