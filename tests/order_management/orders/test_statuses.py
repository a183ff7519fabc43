"""Quantity over statuses: the published walk of ten units, what may move where, what goes first when cancelling."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from entrepot.order_management.orders.modification import MATRIX, Verdict, may, verdict
from entrepot.order_management.orders.statuses import (
    MOVES,
    MoveNotAllowed,
    NotThatMuch,
    Row,
    Rows,
    cancel,
    in_words,
    least_and_most,
    live,
    move,
    of_kit,
    rank,
    total,
)
from tests.order_management.shop import AT


def at(rows: Rows) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        key = f"{row.status}@{row.node}" if row.node else row.status
        found[key] = found.get(key, 0) + row.quantity
    return found


def step(rows: Rows, quantity: int, source: str, target: str, node: str = "", to_node: str | None = None) -> Rows:
    return move(
        rows,
        quantity,
        lambda row: row.status == source and node in ("", row.node),
        lambda row: replace(row, status=target, node=row.node if to_node is None else to_node),
    )


def test_the_walk_of_ten_units() -> None:
    rows: Rows = (Row("1100", 10),)
    soon, late = AT + timedelta(days=1), AT + timedelta(days=2)
    rows = move(rows, 6, lambda row: row.status == "1100", lambda row: Row("1500", 0, "N1", ships_at=soon))
    rows = move(rows, 4, lambda row: row.status == "1100", lambda row: Row("1500", 0, "N2", ships_at=late))
    steps = [at(rows)]

    def then(changed: Rows) -> Rows:
        steps.append(at(changed))
        return changed

    rows = then(cancel(rows, 2, lambda status: True))
    rows = then(step(rows, 8, "1500", "3200"))
    rows = step(step(rows, 6, "3200", "3350", "N1"), 5, "3350", "3700", "N1", "")
    rows = then(step(rows, 1, "3350", "1400", "N1", ""))
    rows = step(step(rows, 2, "3200", "3350", "N2"), 1, "3350", "3700", "N2", "")
    rows = then(step(rows, 1, "3350", "9000", "N2", ""))
    rows = then(step(step(step(step(rows, 1, "1400", "1500"), 1, "1500", "3200"), 1, "3200", "3350"), 1, "3350", "3700"))
    rows = then(step(rows, 2, "3700", "3700.01"))
    rows = then(step(rows, 2, "3700.01", "3700.02"))
    expected = [
        {"1500@N1": 6, "1500@N2": 4},
        {"1500@N1": 6, "1500@N2": 2, "9000": 2},
        {"3200@N1": 6, "3200@N2": 2, "9000": 2},
        {"1400": 1, "3200@N2": 2, "3700": 5, "9000": 2},
        {"1400": 1, "3700": 6, "9000": 3},
        {"3700": 7, "9000": 3},
        {"3700": 5, "3700.01": 2, "9000": 3},
        {"3700": 5, "3700.02": 2, "9000": 3},
    ]
    assert steps == expected
    assert all(sum(found.values()) == 10 for found in steps)
    assert live(rows) == 7


def test_only_declared_moves_are_possible() -> None:
    with pytest.raises(MoveNotAllowed):
        step((Row("1100", 1),), 1, "1100", "3200")
    with pytest.raises(NotThatMuch):
        step((Row("1100", 1),), 2, "1100", "1500")
    assert all(not MOVES[terminal] for terminal in ("9000", "3700.02"))
    assert all(target in MOVES for targets in MOVES.values() for target in targets)


def test_statuses_have_an_order_and_words() -> None:
    assert sorted(["3700", "1100.7777", "9000", "1100", "3350.20"], key=rank) == ["1100", "1100.7777", "3350.20", "3700", "9000"]
    rows = (Row("1300", 1), Row("1500", 1), Row("9000", 3))
    assert in_words(*least_and_most(rows)) == "Partially Scheduled"
    assert in_words(*least_and_most((Row("9000", 3),))) == "Cancelled"


def test_the_highest_node_gives_way_when_all_else_is_equal() -> None:
    rows = (Row("1500", 2, "N1", ships_at=AT), Row("1500", 2, "N10", ships_at=AT), Row("1300", 1))
    assert at(cancel(rows, 2, lambda status: True)) == {"1500@N1": 2, "1500@N10": 1, "9000": 2}


CASES = """
chairs                     tables         ordered  parent
3700:8 3200:4              3700:3         3        3200:1 3700:2
1500:4 1300:4              1500:1 1300:1  2        1300:1 1500:1
3700:12                    3700:3         3        3700:3
1500:4 1300:4 9000:4       1500:2 9000:1  2        1300:1 1500:1 9000:1
"""


@pytest.mark.parametrize("case", CASES.strip().splitlines()[1:])
def test_a_kit_is_where_its_neediest_part_is(case: str) -> None:
    chairs, tables, ordered, parent = re.split(r"\s{2,}", case)

    def rows(text: str) -> Rows:
        return tuple(Row(part.split(":")[0], int(part.split(":")[1])) for part in text.split())

    original = total(rows(parent))
    assert at(of_kit(int(ordered), original, [(rows(chairs), 4), (rows(tables), 1)])) == at(rows(parent))


def test_the_modification_table_is_whole() -> None:
    assert all(len(row) == 7 for row in MATRIX.values())
    assert verdict("CANCEL", "3200") is Verdict.OVERRIDE
    assert may("CANCEL", "3200", override=True) and not may("CANCEL", "3200")
    assert not any(may("CANCEL", status, override=True) for status in ("3700", "3700.01", "9000"))
    assert not may("ADD_LINE", "3700") and may("BILL_TO", "3700")
