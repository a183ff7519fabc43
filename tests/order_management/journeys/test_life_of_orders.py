"""Any history of orders, reservations, cancellations, shipments and counts leaves books that balance.

A state machine does what shops, agents and warehouses might do in any order; after each step quantities add up, counters
follow orders and ledger, and at the end every invoice and what is left of every order agree with its money.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from entrepot.kernel.db import Database
from entrepot.kernel.errors import Error
from entrepot.kernel.money import format_amount, parse_amount
from entrepot.order_management import inventory
from entrepot.order_management.agent import Pace, run_due
from entrepot.order_management.database import metadata
from entrepot.order_management.orders.totals import totals
from tests.order_management.shop import ITEMS, Desk, counters, gift_line, reserve, stocked, web_line, web_order

PRICES = {"NB-14": 1999, "CPU-8": 333, "DESK-SET": 10001}


class Orders(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        database = Database(f"sqlite:///{self.folder.name}/oms.db", "oms")
        with database.write() as conn:
            metadata.create_all(conn)
            conn.exec_driver_sql("PRAGMA defer_foreign_keys=OFF")
            inventory.load_nodes(conn, [inventory.Node("N1", "Main", rank=1), inventory.Node("N2", "City", rank=2)])
            inventory.load_items(conn, ITEMS)
            both = {"N1": 4, "N2": 3}
            stocked(conn, dict.fromkeys(("NB-14", "CASE-14", "CPU-8", "MON-27", "SSD-1T"), both))
        self.shop = Desk(database)
        self.keys: list[str] = []
        self.reservations = 0

    def teardown(self) -> None:
        self.shop.database.close()
        self.folder.cleanup()

    @rule(item=st.sampled_from(sorted(PRICES)), units=st.integers(1, 4), discount=st.integers(0, 500), reserved=st.booleans())
    def web_order_arrives(self, item: str, units: int, discount: int, reserved: bool) -> None:
        number = str(len(self.keys))
        if reserved:
            self.reservations += 1
            with self.shop.database.write() as conn:
                inventory.reserve(conn, reserve(f"WC_{number}", (item, units)), self.shop.clock.now())
        gifts = units // 2 if item == "NB-14" else 0
        lines = [web_line(1, item, units, format_amount(PRICES[item], "USD"))]
        lines += [gift_line(2, "CASE-14", gifts, "5.00", f"{5 * gifts}.00")] if gifts else []
        charges = [
            {"ChargeCategory": "Discount", "ChargeName": "P", "ChargeAmount": format_amount(min(discount, PRICES[item]), "USD")},
            {"ChargeCategory": "Shipping", "ChargeName": "GROUND", "ChargeAmount": "9.95"},
        ]
        total = PRICES[item] * units - min(discount, PRICES[item]) + 995
        body = web_order(number, lines, format_amount(total, "USD"), HeaderCharges={"HeaderCharge": charges})
        self.keys.append(self.shop.do("createOrder", body | {"ReservationID": f"WC_{number}"})["OrderHeaderKey"])

    @rule(minutes=st.sampled_from([0, 20, 300]), pack=st.booleans())
    def worker_works(self, minutes: int, pack: bool) -> None:
        self.shop.clock.advance(minutes=minutes)
        for _ in range(3):
            run_due(self.shop.database, self.shop.clock, self.shop.gateway, Pace(timedelta(minutes=5), pack))

    @precondition(lambda self: self.keys)
    @rule(data=st.data(), units=st.integers(1, 3), override=st.sampled_from("YN"), all_of_it=st.booleans())
    def agent_cancels(self, data: st.DataObject, units: int, override: str, all_of_it: bool) -> None:
        key = data.draw(st.sampled_from(self.keys))
        before = self.shop.page(key)
        try:
            if all_of_it:
                body = {"OrderHeaderKey": key, "Version": str(before.version), "ReasonCode": "X", "Override": override}
                self.shop.do("cancelOrder", body | {"CancelRemaining": "Y"})
            else:
                self.shop.cancel(key, 1, units, Override=override)
        except Error:
            assert self.shop.page(key) == before
        else:
            assert self.shop.page(key).total <= before.total

    @precondition(lambda self: self.keys)
    @rule(data=st.data(), missing=st.integers(0, 2), cancel=st.booleans())
    def warehouse_ships(self, data: st.DataObject, missing: int, cancel: bool) -> None:
        key = data.draw(st.sampled_from(self.keys))
        waiting = [s for s in self.shop.page(key).shipments if s["Status"] == "1100"]
        if not waiting:
            return
        lines = [dict(line) for line in waiting[0]["ShipmentLines"]]
        sent = [
            {
                "OrderLineKey": line["OrderLineKey"],
                "Quantity": str(max(0, int(line["Quantity"]) - (missing if not line["KitItemID"] else 0))),
            }
            for line in lines
        ]
        body: dict[str, Any] = {"ShipmentNo": waiting[0]["ShipmentNo"], "ShipmentLines": {"ShipmentLine": sent}}
        body |= {"CancelNonShippedQuantity": "Y"} if cancel else {"BackOrderNonShippedQuantity": "Y"}
        try:
            self.shop.do("confirmShipment", body)
        except Error:
            self.shop.do("confirmShipment", {"ShipmentNo": waiting[0]["ShipmentNo"]}) if not missing else None

    @rule(item=st.sampled_from(["NB-14", "CPU-8", "MON-27"]), node=st.sampled_from(["N1", "N2"]), units=st.integers(-2, 5))
    def stock_changes(self, item: str, node: str, units: int) -> None:
        has = counters(self.shop.database, item, node)["on_hand"]
        try:
            with self.shop.database.write() as conn:
                stocked(conn, {item: {node: max(0, has + units)}}, self.shop.clock.now())
        except Error:
            assert counters(self.shop.database, item, node)["on_hand"] == has

    @invariant()
    def books_balance(self) -> None:
        self.shop.reconciles()

    @invariant()
    def money_is_whole(self) -> None:
        for key in self.keys:
            page = self.shop.page(key)
            assert page.total == totals(page.order).grand >= 0
            gifts = [line for line in page.order.lines if line.gift]
            bought = page.order.lines[0].ordered
            for gift in gifts:
                free = sum(row.quantity for row in gift.rows if row.status < "3200")
                assert gift.ordered <= bought // 2 or free == 0
            invoiced = sum(parse_amount(i["Amount"], "USD") for i in page.invoices)
            assert invoiced <= page.total
            done = all(row.status in ("3700", "9000") for line in page.order.lines for row in line.rows)
            if done and page.order.alive and page.payment_status == "PAID":
                assert invoiced == page.total


TestOrders = pytest.mark.slow(Orders.TestCase)
TestOrders.settings = settings(
    max_examples=25,
    stateful_step_count=18,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
