"""The history of an order: one entry per move of quantity, and whatever was said or done besides.

Entries are only ever added. The moves of a line, played again from its creation, give its rows as they are now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.kernel.statement import Statement
from entrepot.order_management.orders import tables
from entrepot.order_management.orders.order import Order
from entrepot.order_management.orders.statuses import NAMES, Row, Rows, merged

_ADD = Statement(tables.audit.insert())


@dataclass(frozen=True, slots=True)
class Doing:
    """What is being done, by whom and when: the words every entry of a change is written under."""

    transaction: str
    user: str
    at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    line: str
    quantity: int
    source: Row | None
    target: Row | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history as a page shows it."""

    at: datetime
    user: str
    transaction: str
    text: str


def moves(before: Order | None, after: Order) -> list[Move]:
    """How the quantities of the lines got from one state of the order to the other."""
    found: list[Move] = []
    old = {line.key: line.rows for line in before.lines} if before else {}
    for line in after.lines:
        was, is_ = merged(old.pop(line.key, ())), merged(line.rows)
        gone = [[replace(row, quantity=0), row.quantity] for row in _less(was, is_)]
        come = [[replace(row, quantity=0), row.quantity] for row in _less(is_, was)]
        found += _pair(line.key, gone, come)
    found += [Move(key, row.quantity, replace(row, quantity=0), None) for key, rows in old.items() for row in rows]
    return found


def replay(entries: Sequence[Mapping[Any, Any]]) -> dict[str, Rows]:
    """The rows of each line from its history alone."""
    rows: dict[str, list[Row]] = {}
    for entry in entries:
        if entry["source"] is None and entry["target"] is None:
            continue
        line = rows.setdefault(entry["line_key"], [])
        if entry["source"] is not None:
            line.append(replace(msgspec.convert(entry["source"], Row), quantity=-entry["quantity"]))
        if entry["target"] is not None:
            line.append(replace(msgspec.convert(entry["target"], Row), quantity=entry["quantity"]))
    return {key: merged(line) for key, line in rows.items()}


def write_moves(conn: Connection, before: Order | None, after: Order, doing: Doing) -> None:
    """Write one entry per move, or a single one when nothing moved but something was said."""
    rows = [
        _row(after, doing, move.line)
        | {"quantity": move.quantity, "source": _plain(move.source), "target": _plain(move.target)}
        | {"text": doing.text or _sentence(after, move)}
        for move in moves(before, after)
    ]
    if not rows and doing.text:
        rows = [_row(after, doing, "")]
    _ADD.run_many(conn, rows)


def write_note(conn: Connection, order: Order, doing: Doing) -> None:
    """Add a remark to the history."""
    _ADD.run(conn, _row(order, doing, ""))


def history(conn: Connection, order_key: str) -> list[sa.RowMapping]:
    """Every entry of an order, oldest first."""
    query = sa.select(tables.audit).where(tables.audit.c.order_key == order_key).order_by(tables.audit.c.id)
    return list(conn.execute(query).mappings())


def _less(rows: Rows, other: Rows) -> list[Row]:
    amounts = {replace(row, quantity=0): row.quantity for row in other}
    left = [replace(row, quantity=row.quantity - amounts.get(replace(row, quantity=0), 0)) for row in rows]
    return [row for row in left if row.quantity > 0]


def _pair(line: str, gone: list[list[Any]], come: list[list[Any]]) -> list[Move]:
    found: list[Move] = []
    while gone and come:
        part = min(gone[0][1], come[0][1])
        found.append(Move(line, part, gone[0][0], come[0][0]))
        for side in (gone, come):
            side[0][1] -= part
            if not side[0][1]:
                side.pop(0)
    found += [Move(line, quantity, row, None) for row, quantity in gone]
    found += [Move(line, quantity, None, row) for row, quantity in come]
    return found


def _row(order: Order, doing: Doing, line: str) -> dict[str, Any]:
    return {
        "order_key": order.key,
        "line_key": line,
        "at": doing.at,
        "user": doing.user,
        "transaction": doing.transaction,
        "version": order.version,
        "quantity": 0,
        "source": None,
        "target": None,
        "text": doing.text,
    }


def _plain(row: Row | None) -> Any:
    return None if row is None else msgspec.to_builtins(row)


def _sentence(order: Order, move: Move) -> str:
    known = next((line for line in order.lines if line.key == move.line), None)
    what = f"{known.step.format(move.quantity)} × {known.item_id}" if known else f"{move.quantity}"
    if move.target is None:
        return f"{what}: removed"
    place = f" at {move.target.node}" if move.target.node else ""
    name = NAMES.get(move.target.status, move.target.status)
    return f"{what}: {name}{place}"
