"""Holding stock: the acceptance walk-through, repetition, expiry, kits, and forty buyers for ten units."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from entrepot.order_management import inventory
from entrepot.order_management.inventory import Because, Want
from entrepot.order_management.inventory.reservations import ReservationDiffers
from tests.order_management.shop import AT, SHOP, Open, counters, opened, reserve


def test_walk_through_of_reserve_claim_expire(open_database: Open) -> None:
    database = opened(open_database, {"NB-14": {"N1": 10}})
    with database.write() as conn:
        held = [inventory.reserve(conn, reserve(name, ("NB-14", 4)), AT).is_reserved for name in ("R1", "R2", "R3")]
    assert held == ["Y", "Y", "N"]
    assert counters(database, "NB-14") == {"on_hand": 10, "reserved": 8, "scheduled": 0, "allocated": 0, "to_sell": 2}
    with database.write() as conn:
        claimed = inventory.claim(conn, SHOP, "R1", [Want("l1", "1", "NB-14", 4)], Because("CREATE", "O1", AT))
    assert [(c.node, c.quantity) for c in claimed] == [("N1", 4)]
    assert counters(database, "NB-14") == {"on_hand": 10, "reserved": 4, "scheduled": 4, "allocated": 0, "to_sell": 2}
    with database.write() as conn:
        assert inventory.sweep_expired(conn, AT + timedelta(minutes=14)) == 0
        assert inventory.sweep_expired(conn, AT + timedelta(minutes=15)) == 1
    assert counters(database, "NB-14")["to_sell"] == 6
    with database.read() as conn:
        assert inventory.ledger_differences(conn) == []


def test_an_expired_reservation_cannot_be_claimed_even_when_nobody_swept(open_database: Open) -> None:
    database = opened(open_database, {"NB-14": {"N1": 100}})
    with database.write() as conn:
        inventory.reserve(conn, reserve("R1", ("NB-14", 20)), AT)
    later = AT + timedelta(minutes=20)
    with database.write() as conn:
        assert inventory.claim(conn, SHOP, "R1", [Want("l1", "", "NB-14", 20)], Because("CREATE", "O1", later)) == []
    assert counters(database, "NB-14")["to_sell"] == 80


def test_the_same_reservation_again_gets_the_same_answer_and_other_content_is_refused(open_database: Open) -> None:
    database = opened(open_database, {"NB-14": {"N1": 10}})
    with database.write() as conn:
        first = inventory.reserve(conn, reserve("R1", ("NB-14", 4)), AT)
        again = inventory.reserve(conn, reserve("R1", ("NB-14", 4)), AT + timedelta(minutes=1))
        assert again == first
        with pytest.raises(ReservationDiffers):
            inventory.reserve(conn, reserve("R1", ("NB-14", 5)), AT)
    assert counters(database, "NB-14")["reserved"] == 4


def test_a_reservation_is_whole_or_nothing_unless_partial_is_allowed(open_database: Open) -> None:
    database = opened(open_database, {"NB-14": {"N1": 3}, "CASE-14": {"N2": 5}})
    with database.write() as conn:
        answer = inventory.reserve(conn, reserve("R1", ("CASE-14", 2), ("NB-14", 4)), AT)
    assert answer.is_reserved == "N"
    assert [line.available_qty for line in answer.promise_lines.promise_line] == ["2", "3"]
    assert counters(database, "CASE-14", "N2")["reserved"] == 0
    with database.write() as conn:
        partial = reserve("R2", ("CASE-14", 2), ("NB-14", 4), AllowPartialReservation="Y")
        assert [line.reserved_qty for line in inventory.reserve(conn, partial, AT).promise_lines.promise_line] == ["2", "3"]


def test_a_kit_is_reserved_as_its_parts_at_one_node(open_database: Open) -> None:
    stock = {"CPU-8": {"N1": 1, "N2": 5}, "MON-27": {"N1": 5, "N2": 2}, "SSD-1T": {"N1": 9, "N2": 9}}
    database = opened(open_database, stock)
    with database.write() as conn:
        answer = inventory.reserve(conn, reserve("R1", ("DESK-SET", 3)), AT)
    given = answer.promise_lines.promise_line[0].assignments.assignment
    assert {a.ship_node: a.quantity for a in given} == {"N1": "1", "N2": "2"}
    assert counters(database, "SSD-1T", "N2")["reserved"] == 4
    with database.write() as conn:
        inventory.cancel_reservation(conn, inventory.CancelReservation(reservation_id="R1", organization_code=SHOP), AT)
    assert counters(database, "SSD-1T", "N2")["reserved"] == 0


def test_forty_buyers_for_ten_units(open_database: Open) -> None:
    database = opened(open_database, {"NB-14": {"N1": 10}})

    def buy(number: int) -> str:
        return database.retrying(lambda conn: inventory.reserve(conn, reserve(f"R{number}", ("NB-14", 1)), AT).is_reserved)

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(buy, range(40)))
    assert outcomes.count("Y") == 10
    assert counters(database, "NB-14") == {"on_hand": 10, "reserved": 10, "scheduled": 0, "allocated": 0, "to_sell": 0}


def test_a_kit_and_its_part_are_never_both_sold(open_database: Open) -> None:
    database = opened(open_database, {"CPU-8": {"N1": 6}, "MON-27": {"N1": 9}, "SSD-1T": {"N1": 6}})

    def buy(entry: tuple[str, str, int]) -> str:
        name, item, count = entry
        return database.retrying(
            lambda conn: inventory.reserve(conn, reserve(name, (item, count), AllowPartialReservation="N"), AT).is_reserved
        )

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(buy, [("KIT", "DESK-SET", 2), ("DRIVES", "SSD-1T", 3)]))
    drives = counters(database, "SSD-1T")
    assert drives["reserved"] <= 6
    assert drives["reserved"] in (4, 3, 5)
    with database.read() as conn:
        assert inventory.ledger_differences(conn) == []
