"""Stock figures coming in, and availability going out."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from entrepot.kernel.db import Database
from entrepot.order_management import inventory
from entrepot.order_management.database import outbox
from entrepot.order_management.inventory import AdjustInventory, FindInventory, FutureSupply, StockFigure, StockPromisedElsewhere
from entrepot.order_management.inventory.stock import KitHasNoStock
from entrepot.order_management.wire import FieldUnknown, read
from tests.order_management.shop import AT, SHOP, Open, counters, opened, reserve, stocked


def asked(*lines: tuple[str, str]) -> FindInventory:
    rows = [{"LineId": str(i), "ItemID": item, "RequiredQty": quantity} for i, (item, quantity) in enumerate(lines)]
    return read(FindInventory, {"OrganizationCode": SHOP, "PromiseLines": {"PromiseLine": rows}})


def test_a_load_is_absolute_and_may_be_repeated(open_database: Open) -> None:
    database = opened(open_database)
    with database.write() as conn:
        figures = [StockFigure(SHOP, "NB-14", "N1", 7), StockFigure(SHOP, "NB-14", "N2", 2)]
        assert inventory.load_stock(conn, figures, AT) == 2
        assert inventory.load_stock(conn, figures, AT) == 0
        assert inventory.load_stock(conn, [StockFigure(SHOP, "NB-14", "N1", 5, as_of=AT)], AT) == 1
        assert inventory.load_stock(conn, [StockFigure(SHOP, "NB-14", "N1", 9, as_of=AT - timedelta(1))], AT) == 0
    assert counters(database, "NB-14")["on_hand"] == 5
    with database.read() as conn:
        assert inventory.ledger_differences(conn) == []


def test_a_kit_has_no_stock_of_its_own(open_database: Open) -> None:
    database = opened(open_database)
    with pytest.raises(KitHasNoStock), database.write() as conn:
        stocked(conn, {"DESK-SET": {"N1": 3}})


def test_reservations_give_way_before_a_count_is_refused(open_database: Open) -> None:
    database = opened(open_database, {"NB-14": {"N1": 10}})
    with database.write() as conn:
        inventory.reserve(conn, reserve("SHORT", ("NB-14", 4)), AT)
        later = (AT + timedelta(hours=2)).isoformat()
        inventory.reserve(conn, reserve("LONG", ("NB-14", 4), ExpirationDate=later), AT)
        adjustment = AdjustInventory(organization_code=SHOP, item_id="NB-14", ship_node="N1", quantity="-4", adjustment_key="C1")
        assert inventory.adjust(conn, adjustment, AT) == 4
        assert inventory.adjust(conn, adjustment, AT) == 0
    assert counters(database, "NB-14") == {"on_hand": 6, "reserved": 4, "scheduled": 0, "allocated": 0, "to_sell": 2}


def test_stock_promised_to_orders_is_not_counted_away(open_database: Open) -> None:
    database = opened(open_database, {"NB-14": {"N1": 4}})
    with database.write() as conn:
        position = inventory.positions_of(conn, SHOP, ["NB-14"])["NB-14", "N1"]
        assert inventory.take(conn, position.id, "scheduled", 3, inventory.Because("SCHEDULE", "O1", AT))
        with pytest.raises(StockPromisedElsewhere):
            stocked(conn, {"NB-14": {"N1": 2}})


def test_availability_says_what_is_there_and_what_is_coming(open_database: Open) -> None:
    database = opened(open_database, {"NB-14": {"N1": 3, "N2": 4}})
    with database.write() as conn:
        inventory.load_future_supply(conn, [FutureSupply(SHOP, "CASE-14", "N1", "PO-7", AT + timedelta(days=9), 25)])
    with database.read() as conn:
        lines = asked(("NB-14", "999999999"), ("CASE-14", "1"), ("CPU-8", "1"), ("NOPE", "1"), ("SETUP", "1"))
        answer = inventory.monitor_item_availability(conn, lines, AT).promise_lines.promise_line
    assert [line.inventory_status for line in answer] == ["Available", "Backorderable", "Unavailable", "Unknown", "Available"]
    assert answer[0].available_qty == "7"
    assert (answer[1].future_available_quantity, answer[1].first_future_available_date) == ("25", "2026-03-11T10:00:00+00:00")
    assert answer[3].error_code == "ENT_INVALID"


def test_find_inventory_plans_the_lines_together(open_database: Open) -> None:
    database = opened(open_database, {"NB-14": {"N1": 3, "N2": 4}})
    with database.read() as conn:
        option = inventory.find_inventory(conn, asked(("NB-14", "5"), ("NB-14", "3")), AT).suggested_option.option
    first, second = option.promise_lines.promise_line
    assert {a.ship_node: a.quantity for a in first.assignments.assignment} == {"N1": "3", "N2": "2"}
    assert {a.ship_node: a.quantity for a in second.assignments.assignment} == {"N2": "2"}
    assert (option.has_any_unavailable_qty, option.total_shipments) == ("Y", "2")


def told(database: Database) -> list[tuple[str, str, int]]:
    with database.read() as conn:
        bodies = conn.execute(sa.select(outbox.table.c.body).order_by(outbox.table.c.position)).scalars().all()
    return [(body["Item"]["ItemID"], body["AlertLevel"], body["Sequence"]) for body in bodies]


def test_only_a_changed_level_is_told_and_kits_move_with_their_parts(open_database: Open) -> None:
    database = opened(open_database, {"CPU-8": {"N1": 50}, "MON-27": {"N1": 50}, "SSD-1T": {"N1": 12}})
    with database.write() as conn:
        inventory.tell_availability(conn, AT)
    assert ("DESK-SET", "MEDIUM", 1) in told(database)
    before = len(told(database))
    with database.write() as conn:
        inventory.reserve(conn, reserve("R1", ("CPU-8", 1)), AT)
        inventory.tell_availability(conn, AT)
        assert inventory.tell_availability(conn, AT) == 0
    assert len(told(database)) == before
    with database.write() as conn:
        inventory.reserve(conn, reserve("R2", ("SSD-1T", 9)), AT)
        inventory.tell_availability(conn, AT)
    assert told(database)[before:] == [("DESK-SET", "LOW", 2), ("SSD-1T", "LOW", 2)]


def test_an_unknown_field_is_refused_at_the_api_and_ignored_on_the_bus() -> None:
    body = {"OrganizationCode": SHOP, "PromiseLines": {"PromiseLine": [{"ItemID": "NB-14", "Colour": "red"}]}}
    with pytest.raises(FieldUnknown) as refused:
        read(FindInventory, body)
    assert refused.value.path == "PromiseLines.PromiseLine[0].Colour"
    assert read(FindInventory, body, "ignore").promise_lines.promise_line[0].item_id == "NB-14"
