"""An adjustment by hand on both databases: recorded with commerce's answer, judged over the day, approved, rejected."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from entrepot.kernel.errors import Error
from entrepot.order_management import orders
from entrepot.order_management.wire import read
from tests.order_management.shop import AT, SHOP, Desk, Open, opened, web_line, web_order

CSR = orders.By("csr", AT, frozenset({"csr"}), frozenset({"order.charge.line", "order.charge.header", "order.appease"}))
CHIEF = orders.By("chief", AT, frozenset({"csr_supervisor"}), CSR.permissions | {"override.approve"})


@pytest.fixture
def desk(open_database: Open) -> Desk:
    return Desk(opened(open_database, {"NB-14": {"N1": 10}}))


def sold(desk: Desk, number: str, price: str = "400.00") -> str:
    return str(desk.do("createOrder", web_order(number, [web_line(1, "NB-14", 1, price)], price))["OrderHeaderKey"])


def wish(desk: Desk, key: str, **more: Any) -> orders.AdjustOrder:
    body = {"OrderHeaderKey": key, "Version": str(desk.page(key).version), "CalculationCode": "OrderAdjustment"}
    return read(orders.AdjustOrder, body | {"ReasonCode": "DAMAGED", "AdjustmentID": f"adjustment-of-{key[-10:]}"} | more)


def answer(question: dict[str, Any], total: str) -> dict[str, Any]:
    """What commerce would say: the order-wide adjustments with all of each on the one line."""
    (line,) = question["OrderLines"]["OrderLine"]
    given = [one for one in question["HeaderAdjustments"]["HeaderAdjustment"] if one["IsManual"] == "Y"]
    shared = [one | {"Shares": {"Share": [{"LineID": line["LineID"], "Amount": one["AdjustmentApplied"]}]}} for one in given]
    told = {"TotalAmount": total, "OrderLines": {"OrderLine": [{"LineID": line["LineID"], "ItemID": line["ItemID"]}]}}
    return told | {"HeaderAdjustments": {"HeaderAdjustment": shared}}


def give(desk: Desk, sent: orders.AdjustOrder, by: orders.By, total: str) -> dict[str, Any]:
    with desk.database.read() as conn:
        question = orders.adjustment_request(conn, sent, by)
    reply = answer(question, total)
    return desk.database.retrying(lambda conn: orders.record_adjustment(conn, sent, reply, by))


def test_over_the_day_small_gifts_add_up_until_one_waits_and_is_rejected(desk: Desk) -> None:
    with desk.database.write() as conn:
        row = {"enterprise": SHOP, "role": "csr", "currency": "USD"}
        orders.put_limits(conn, [row | {"line_percent": None, "line_amount": None, "order_amount": 5000, "day_amount": 8000}])
        assert orders.stored_limits(conn, SHOP, "USD")["csr"].day_amount == 8000
    first, second = sold(desk, "1"), sold(desk, "2")
    assert give(desk, wish(desk, first, Amount="45.00"), CSR, "355.00")["AdjustmentState"] == "1400"
    assert give(desk, wish(desk, second, Amount="45.00"), CSR, "355.00")["AdjustmentState"] == "1100"
    with desk.database.read() as conn:
        (waiting,) = orders.awaiting_approval(conn, SHOP)
    assert (waiting.order_no, waiting.fact.requester, waiting.customer_name) == ("WC_2", "csr", "Ada Lindqvist")
    desk.work()
    assert desk.rows(second, "NB-14") == {"1100": 1}, "the order waits with it"
    taken_off = wish(desk, second, Action="REJECT", AdjustmentID=waiting.fact.adjustment, NoteText="no")
    assert give(desk, taken_off, CHIEF, "400.00")["AdjustmentState"] == "1300"
    page = desk.page(second)
    assert (page.total, page.adjustments, len(page.adjusted)) == (40_000, (), 2)
    with desk.database.read() as conn:
        assert orders.awaiting_approval(conn, SHOP) == []


def test_charges_add_up_over_the_day_by_themselves_until_one_waits(desk: Desk) -> None:
    with desk.database.write() as conn:
        row = {"enterprise": SHOP, "role": "csr", "currency": "USD"}
        orders.put_limits(conn, [row | {"line_percent": None, "line_amount": None, "order_amount": 5000, "day_amount": 8000}])
    first, second, third = sold(desk, "1"), sold(desk, "2"), sold(desk, "3")
    charge = {"Amount": "45.00", "IsDiscount": "N"}
    assert give(desk, wish(desk, first, **charge), CSR, "445.00")["AdjustmentState"] == "1400"
    assert give(desk, wish(desk, second, Amount="45.00"), CSR, "355.00")["AdjustmentState"] == "1400", "a discount is no charge"
    assert give(desk, wish(desk, third, **charge), CSR, "445.00")["AdjustmentState"] == "1100"
    desk.work()
    assert desk.rows(third, "NB-14") == {"1100": 1}, "the order waits with it"
    waits = wish(desk, third, Action="APPROVE", AdjustmentID=desk.page(third).adjustments[0].adjustment)
    approved = desk.database.retrying(lambda conn: orders.approve_adjustment(conn, waits, CHIEF))
    assert approved["AdjustmentState"] == "1200"


def test_what_was_charged_on_carts_today_counts_for_charges_only(desk: Desk) -> None:
    with desk.database.write() as conn:
        row = {"enterprise": SHOP, "role": "csr", "currency": "USD"}
        orders.put_limits(conn, [row | {"line_percent": None, "line_amount": None, "order_amount": None, "day_amount": 8000}])
    first, second = sold(desk, "1"), sold(desk, "2")
    by = replace(CSR, charged_elsewhere=4000)
    assert give(desk, wish(desk, first, Amount="45.00"), by, "355.00")["AdjustmentState"] == "1400"
    assert give(desk, wish(desk, second, Amount="45.00", IsDiscount="N"), by, "445.00")["AdjustmentState"] == "1100"


def test_an_answer_that_does_not_add_up_writes_nothing(desk: Desk) -> None:
    key = sold(desk, "1")
    with pytest.raises(Error):
        give(desk, wish(desk, key, Amount="45.00"), CSR, "354.99")
    assert (desk.page(key).total, desk.page(key).adjusted) == (40_000, ())


REFUSED = [{"Version": "0"}, {"Amount": "400.01"}, {"ReasonCode": "WHIM"}, {"CalculationCode": "PriceOverride"}]


@pytest.mark.parametrize("change", REFUSED)
def test_what_may_not_be_is_refused_before_anybody_is_asked(desk: Desk, change: dict[str, str]) -> None:
    key = sold(desk, "1")
    with desk.database.read() as conn, pytest.raises(Error):
        orders.adjustment_request(conn, wish(desk, key, **({"Amount": "5.00"} | change)), CSR)


def test_nobody_adjusts_an_order_of_their_own(desk: Desk) -> None:
    key = sold(desk, "1")
    own = orders.By("ADA", AT, CSR.roles, CSR.permissions)
    with desk.database.read() as conn, pytest.raises(Error) as refused:
        orders.adjustment_request(conn, wish(desk, key, Amount="5.00"), own)
    assert refused.value.code == "ENT_OWN_ORDER"
