"""Races on purpose: many buyers at once, and one order arriving many times at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from entrepot.kernel.errors import Error
from entrepot.order_management import fulfillment, payments
from tests.order_management.shop import Desk, Open, counters, desk, web_line, web_order


def test_exactly_ten_of_forty_are_promised(open_database: Open) -> None:
    shop = desk(open_database, {"NB-14": {"N1": 6, "N2": 4}})
    keys = [
        shop.do("createOrder", web_order(f"R{number}", [web_line(1, "NB-14", 1, "10.00")], "10.00"))["OrderHeaderKey"]
        for number in range(40)
    ]
    for key in keys:
        payments.settle_payments(shop.database, shop.gateway, key, shop.clock.now())

    def schedule(key: str) -> fulfillment.Outcome:
        return shop.database.retrying(lambda conn: fulfillment.schedule_order(conn, key, shop.clock.now()))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(schedule, keys))
    promised = [key for key in keys if any(status.startswith("1500") for status in shop.rows(key, "NB-14"))]
    assert len(promised) == 10
    sums = [counters(shop.database, "NB-14", node) for node in ("N1", "N2")]
    assert [s["scheduled"] for s in sums] == [6, 4]
    shop.reconciles()


def test_one_order_sent_ten_times_at_once_is_one_order(open_database: Open) -> None:
    shop = desk(open_database, {"NB-14": {"N1": 6}})
    body = web_order("ONCE", [web_line(1, "NB-14", 1, "10.00")], "10.00")

    def send(_: int) -> dict[str, Any]:
        return shop.do("createOrder", body)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(10)))
    assert len({answer["OrderHeaderKey"] for answer in answers}) == 1
    assert [kind for kind, _ in shop.said()].count("order.created") == 1


def test_two_agents_change_one_order_and_one_is_told_to_look_again(open_database: Open) -> None:
    shop = desk(open_database, {"NB-14": {"N1": 6}})
    key = shop.do("createOrder", web_order("TWO", [web_line(1, "NB-14", 4, "10.00")], "40.00"))["OrderHeaderKey"]
    version = str(shop.page(key).version)

    def cancel(_: int) -> str:
        return attempt(shop, key, version)

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(cancel, range(4)))
    assert outcomes == ["ENT_VERSION", "ENT_VERSION", "ENT_VERSION", "done"]
    assert shop.page(key).lines[0].quantity == "3"


def attempt(shop: Desk, key: str, version: str) -> str:
    line = {"PrimeLineNo": "1", "QuantityToCancel": "1"}
    body = {"OrderHeaderKey": key, "Version": version, "ReasonCode": "CUSTOMER", "OrderLines": {"OrderLine": [line]}}
    try:
        shop.do("changeOrder", body)
    except Error as error:
        return error.code
    return "done"
