"""The counters of one item at one node, and the only statements that move them.

The check and the change are one statement: whoever gets a row back has the stock, whoever does not has nothing. Every
move is also a line of the ledger, so each counter can be added up again from its history. Positions are always taken in
the order of their ids; that is why two orders never wait for each other crosswise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.kernel.db import any_of, insert_or_ignore
from entrepot.kernel.statement import Statement
from entrepot.order_management.inventory import tables

Counter = Literal["reserved", "scheduled", "allocated"]
UNLIMITED = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Position:
    id: int
    item_id: str
    node: str
    on_hand: int
    reserved: int
    scheduled: int
    allocated: int
    safety_stock: int
    version: int

    @property
    def to_sell(self) -> int:
        """What a new buyer may have."""
        return max(0, self.to_keep_promises - self.safety_stock)

    @property
    def to_keep_promises(self) -> int:
        """What is left for orders that were promised already: safety stock is no reason to break a promise."""
        return self.on_hand - self.reserved - self.scheduled - self.allocated

    def promised(self, quantity: int) -> Position:
        """The position after an order for that much was scheduled here."""
        return replace(self, scheduled=self.scheduled + quantity)

    def shipped(self, quantity: int) -> Position:
        """The position after so much of what is scheduled left the house; never more than there is."""
        assert quantity <= min(self.on_hand, self.scheduled), "nothing ships that is not here or not promised"
        return replace(self, on_hand=self.on_hand - quantity, scheduled=self.scheduled - quantity)


@dataclass(frozen=True, slots=True)
class Because:
    """What a move of stock is booked under; a given ``key`` makes the move happen at most once."""

    cause: str
    document: str
    at: datetime
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of an item at a node."""

    item_id: str
    node: str
    quantity: int


_p = tables.position.c
_uncommitted = _p.on_hand - _p.reserved - _p.scheduled - _p.allocated
_quantity = sa.bindparam("q", type_=sa.BigInteger)
_one = _p.id == sa.bindparam("of")


def _change(*conditions: sa.ColumnElement[bool], **counters: Any) -> Statement:
    return Statement(tables.position.update().where(_one, *conditions).values(version=_p.version + 1, **counters))


_TAKE: dict[str, Statement] = {
    name: _change(_uncommitted - _p.safety_stock >= _quantity, **{name: _p[name] + _quantity})
    for name in ("reserved", "scheduled")
}
_TAKE_PROMISED = _change(_uncommitted >= _quantity, scheduled=_p.scheduled + _quantity)
_GIVE = {name: _change(_p[name] >= _quantity, **{name: _p[name] - _quantity}) for name in ("reserved", "scheduled", "allocated")}
_SHIFT = {
    (source, target): _change(_p[source] >= _quantity, **{source: _p[source] - _quantity, target: _p[target] + _quantity})
    for source, target in (("reserved", "scheduled"), ("scheduled", "allocated"), ("allocated", "scheduled"))
}
_SHIP = _change(
    _p.allocated >= _quantity,
    _p.on_hand >= _quantity,
    on_hand=_p.on_hand - _quantity,
    allocated=_p.allocated - _quantity,
)
_COUNT = _change(_uncommitted + _quantity >= 0, on_hand=_p.on_hand + _quantity)
_BY_ITEM = Statement(
    sa.select(tables.position).where(_p.organization == sa.bindparam("organization"), any_of(_p.item_id, "items"))
)
_ID = Statement(
    sa.select(_p.id).where(
        _p.organization == sa.bindparam("organization"), _p.item_id == sa.bindparam("item_id"), _p.node == sa.bindparam("node")
    )
)
_BOOK = Statement(tables.ledger.insert())
_BOOKED = Statement(sa.select(tables.ledger.c.id).where(tables.ledger.c.entry_key == sa.bindparam("entry")))


def positions_of(conn: Connection, organization: str, item_ids: Iterable[str]) -> dict[tuple[str, str], Position]:
    """Every position of the items, by item and node."""
    names = Position.__dataclass_fields__
    rows = _BY_ITEM.all(conn, {"organization": organization, "items": sorted(set(item_ids))})
    return {(row["item_id"], row["node"]): Position(**{name: row[name] for name in names}) for row in rows}


def take(conn: Connection, position: int, counter: Counter, quantity: int, because: Because, *, promised: bool = False) -> bool:
    """Commit free stock to somebody; tell whether there was enough. ``promised`` may use the safety stock."""
    statement = _TAKE_PROMISED if promised and counter == "scheduled" else _TAKE[counter]
    if statement.run(conn, {"of": position, "q": quantity}) != 1:
        return False
    _book(conn, [(position, counter, quantity)], because)
    return True


def give_back(conn: Connection, position: int, counter: Counter, quantity: int, because: Because) -> None:
    """Take a commitment back: the stock is free again."""
    _moved(conn, _GIVE[counter], position, quantity)
    _book(conn, [(position, counter, -quantity)], because)


def shift(conn: Connection, position: int, source: Counter, target: Counter, quantity: int, because: Because) -> None:
    """Carry a commitment on: reserved becomes scheduled, scheduled becomes allocated."""
    _moved(conn, _SHIFT[source, target], position, quantity)
    _book(conn, [(position, source, -quantity), (position, target, quantity)], because)


def ship_out(conn: Connection, position: int, quantity: int, because: Because) -> None:
    """The goods leave the house: both what is on hand and what was allocated go down."""
    _moved(conn, _SHIP, position, quantity)
    _book(conn, [(position, "allocated", -quantity), (position, "on_hand", -quantity)], because)


def count(conn: Connection, position: int, delta: int, because: Because) -> bool:
    """Change what is on hand, unless that would break a commitment; tell whether it was changed."""
    if _COUNT.run(conn, {"of": position, "q": delta}) != 1:
        return False
    _book(conn, [(position, "on_hand", delta)], because)
    return True


def ensure(conn: Connection, organization: str, item_id: str, node: str, safety_stock: int) -> int:
    """The position's id, with an empty position where there was none."""
    empty = {"on_hand": 0, "reserved": 0, "scheduled": 0, "allocated": 0, "version": 0, "said_version": 0}
    key = {"organization": organization, "item_id": item_id, "node": node}
    insert_or_ignore(conn, tables.position, key | empty | {"safety_stock": safety_stock})
    return int(_ID.value(conn, key))


def in_lock_order(pieces: Sequence[Piece], at: Mapping[tuple[str, str], Position]) -> list[tuple[int, Piece]]:
    """The pieces with their positions in the one order in which stock is locked; what has no position is not tracked."""
    placed = [(at[piece.item_id, piece.node].id, piece) for piece in pieces if (piece.item_id, piece.node) in at]
    return sorted(placed, key=lambda entry: entry[0])


def booked(conn: Connection, key: str) -> bool:
    """Whether a move under that key has happened already."""
    return _BOOKED.value(conn, {"entry": key}) is not None


def ledger_differences(conn: Connection) -> list[dict[str, Any]]:
    """Counters that are not the sum of their ledger lines: always none, or something wrote around the rules."""
    wrong = []
    sums: dict[tuple[int, str], int] = {}
    query = sa.select(tables.ledger.c.position_id, tables.ledger.c.counter, sa.func.sum(tables.ledger.c.delta))
    for position, counter, total in conn.execute(query.group_by(tables.ledger.c.position_id, tables.ledger.c.counter)):
        sums[position, counter] = int(total)
    for row in conn.execute(sa.select(tables.position)).mappings():
        for counter in ("on_hand", "reserved", "scheduled", "allocated"):
            if row[counter] != sums.get((row["id"], counter), 0):
                wrong.append(
                    {"position": row["id"], "counter": counter, "is": row[counter], "ledger": sums.get((row["id"], counter), 0)}
                )
    return wrong


def _moved(conn: Connection, statement: Statement, position: int, quantity: int) -> None:
    changed = statement.run(conn, {"of": position, "q": quantity})
    assert changed == 1, f"position {position} does not hold a commitment of {quantity}"


def _book(conn: Connection, moves: Sequence[tuple[int, str, int]], because: Because) -> None:
    _BOOK.run_many(
        conn,
        [
            {
                "position_id": position,
                "counter": counter,
                "delta": delta,
                "cause": because.cause,
                "document": because.document,
                "at": because.at,
                "entry_key": because.key if index == 0 else None,
            }
            for index, (position, counter, delta) in enumerate(moves)
        ],
    )
