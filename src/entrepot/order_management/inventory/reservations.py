"""Holding stock for somebody for a while: reserve, cancel, claim for an order, let expire.

A line is HELD and leaves that state exactly once: CLAIMED by an order, RELEASED by its holder, or EXPIRED. An expired
line that has not been swept yet still counts as taken, which may understate what there is but can never oversell it.
Kits are reserved as their leaves, whole units at one node.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.kernel.db import Instant, insert_or_ignore
from entrepot.kernel.errors import Conflict
from entrepot.kernel.statement import Row, Statement, savepoint
from entrepot.kernel.words import mark
from entrepot.order_management.inventory import tables
from entrepot.order_management.inventory.availability import Picture, assignments, given_parts, picture, wanted
from entrepot.order_management.inventory.documents import (
    Assignments,
    CancelReservation,
    Promised,
    PromisedLines,
    PromiseLine,
    Reserve,
    Reserved,
)
from entrepot.order_management.inventory.items import Backorder, refuse_unknown
from entrepot.order_management.inventory.positions import (
    Because,
    Piece,
    Position,
    give_back,
    in_lock_order,
    shift,
    take,
)
from entrepot.order_management.inventory.sourcing import Aim, Need, Plan, plan
from entrepot.order_management.wire import DocumentMalformed, digest, flag, moment, parse_moment, read, write

DEFAULT_TERM = timedelta(minutes=15)
LONGEST_TERM = timedelta(days=30)
SWEEP_BATCH = 500
TRIES = 3


class ReservationDiffers(Conflict):
    code = "ENT_IDEMPOTENCY"
    message = mark("Reservation {reservation_id} exists with other content. Cancel it or use another id.")


@dataclass(frozen=True, slots=True)
class Want:
    """What an order line claims; ``hint`` is the line the reservation was made for, when known."""

    key: str
    hint: str
    item_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Claimed:
    key: str
    item_id: str
    node: str
    quantity: int


_r, _l = tables.reservation.c, tables.reservation_line.c
_reservation: sa.BindParameter[str] = sa.bindparam("reservation")
_KNOWN = Statement(
    sa.select(tables.reservation).where(_r.organization == sa.bindparam("organization"), _r.reservation_id == _reservation)
)
_held_line = _l.state == sa.literal_column("'HELD'")
_HELD = Statement(
    sa.select(tables.reservation_line)
    .where(_l.organization == sa.bindparam("organization"), _l.reservation_id == _reservation, _held_line)
    .order_by(_l.position_id, _l.id)
    .with_for_update()
)
_EXPIRED = Statement(
    sa.select(tables.reservation_line)
    .where(_held_line, _l.expires_at <= sa.bindparam("at", type_=Instant))
    .order_by(_l.expires_at, _l.id)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)
_LEAVE = Statement(
    tables.reservation_line.update()
    .where(_l.id == sa.bindparam("of"), _held_line)
    .values(state=sa.bindparam("became"), claimed=sa.bindparam("used"), left_held_at=sa.bindparam("at", type_=Instant))
)
_ADD = Statement(tables.reservation_line.insert())


class _TakenByOthers(Exception):
    """Somebody was faster: what was taken so far is given back."""


def reserve(conn: Connection, asked: Reserve, at: datetime) -> Reserved:
    """Hold stock for every line in full, or for none; the same reservation asked again gets the same answer.

    A line whose item may be backordered holds what there is. With ``AllowPartialReservation`` every line does.
    """
    until = _expiry(asked, at)
    fingerprint = digest(asked)
    earlier = _known(conn, asked)
    if earlier is not None and earlier["digest"] == fingerprint:
        return read(Reserved, earlier["answer"], "ignore")
    if earlier is not None and asked.allow_multiple_reservations != "Y":
        raise ReservationDiffers(reservation_id=asked.reservation_id)
    lines = asked.promise_lines.promise_line
    items = sorted({line.item_id for line in lines} | {part.item_id for line in lines for part in line.components.component})
    answer = None
    for _ in range(TRIES):
        seen = picture(conn, asked.organization_code, items)
        refuse_unknown(seen.items, asked.organization_code, items, "PromiseLine.ItemID")
        made, needs = _plan(seen, asked)
        refused = any(not _partial(seen, asked, lines[int(line)]) for line in made.short)
        if refused:
            return _answer(asked, seen, made, at, until, held=False)
        if _hold(conn, asked, _pieces(made, needs), seen.positions, until, at):
            answer = _answer(asked, seen, made, at, until, held=True)
            break
    if answer is None:
        return _answer(asked, seen, Plan({}, {str(i): 1 for i in range(len(lines))}), at, until, held=False)
    row = {"organization": asked.organization_code, "reservation_id": asked.reservation_id, "digest": fingerprint}
    if not insert_or_ignore(conn, tables.reservation, row | {"answer": write(answer), "expires_at": until}) and earlier is None:
        raise ReservationDiffers(reservation_id=asked.reservation_id)
    return answer


def cancel_reservation(conn: Connection, asked: CancelReservation, at: datetime) -> int:
    """Give back what is still held under the reservation, or under one line of it; tell how much was."""
    return release_lines(conn, _held(conn, asked.organization_code, asked.reservation_id, asked.line_id), "RELEASED", at)


def sweep_expired(conn: Connection, at: datetime, limit: int = SWEEP_BATCH) -> int:
    """Give back what was held too long; tell how many lines expired (call again when it is a full batch)."""
    rows = _EXPIRED.all(conn, {"at": at, "most": limit})
    release_lines(conn, rows, "EXPIRED", at)
    return len(rows)


def claim(conn: Connection, organization: str, reservation_id: str, wants: Sequence[Want], because: Because) -> list[Claimed]:
    """Turn held stock into an order's scheduled stock at the same node; never more than was held, and never once expired.

    What the reservation held beyond the claim is free again.
    """
    rows = [row for row in _held(conn, organization, reservation_id) if row["expires_at"] > because.at]
    claimed = match(rows, wants)
    by_row: dict[int, int] = {}
    for row_id, piece in claimed:
        by_row[row_id] = by_row.get(row_id, 0) + piece.quantity
    for row in sorted(rows, key=lambda row: row["position_id"]):
        used = by_row.get(row["id"], 0)
        became = {"became": "CLAIMED" if used else "RELEASED", "used": used, "at": because.at}
        assert _LEAVE.run(conn, became | {"of": row["id"]}) == 1, "a reservation line leaves HELD once"
        if used:
            shift(conn, row["position_id"], "reserved", "scheduled", used, because)
        if row["quantity"] > used:
            give_back(conn, row["position_id"], "reserved", row["quantity"] - used, because)
    return [piece for _, piece in claimed]


def match(rows: Sequence[Mapping[Any, Any]], wants: Sequence[Want]) -> list[tuple[int, Claimed]]:
    """Which held row serves which order line: first the line it was made for, then whoever wants the same item."""
    left = {row["id"]: row["quantity"] for row in rows}
    open_ = {want.key: want.quantity for want in wants}
    matched: list[tuple[int, Claimed]] = []
    for by_hint in (True, False):
        for want in wants:
            for row in rows:
                fits = row["item_id"] == want.item_id and (not by_hint or (want.hint and row["line_id"] == want.hint))
                quantity = min(left[row["id"]], open_[want.key]) if fits else 0
                if quantity > 0:
                    left[row["id"]] -= quantity
                    open_[want.key] -= quantity
                    matched.append((row["id"], Claimed(want.key, want.item_id, row["node"], quantity)))
    return matched


def release_lines(conn: Connection, rows: Sequence[Mapping[Any, Any]], state: str, at: datetime) -> int:
    """Held lines leave HELD for ``state`` and their stock is free again."""
    released = 0
    for row in sorted(rows, key=lambda row: (row["position_id"], row["id"])):
        if _LEAVE.run(conn, {"of": row["id"], "became": state, "used": row["claimed"], "at": at}):
            give_back(conn, row["position_id"], "reserved", row["quantity"], Because(state, row["reservation_id"], at))
            released += row["quantity"]
    return released


def held_on(conn: Connection, position: int) -> list[sa.RowMapping]:
    """What is held on a position, the longest holder first: who gives way when stock turns out to be missing."""
    t = tables.reservation_line
    query = sa.select(t).where(t.c.position_id == position, t.c.state == "HELD").order_by(t.c.expires_at.desc(), t.c.id.desc())
    return list(conn.execute(query.with_for_update()).mappings())


def _pieces(made: Plan, needs: Mapping[str, Need]) -> list[tuple[str, Piece]]:
    """What a plan takes for each line, part by part."""
    return [
        (line, Piece(part.item_id, gift.node, part.quantity * gift.units))
        for line, given in made.given.items()
        for gift in given
        for part in needs[line].parts
    ]


def _hold(
    conn: Connection,
    asked: Reserve,
    pieces: Sequence[tuple[str, Piece]],
    at_nodes: Mapping[tuple[str, str], Position],
    until: datetime,
    at: datetime,
) -> bool:
    """Take all the pieces in one go; nothing at all when somebody was faster."""
    because = Because("RESERVE", asked.reservation_id, at)
    try:
        with savepoint(conn):
            for position, piece in in_lock_order(_summed([piece for _, piece in pieces]), at_nodes):
                if not take(conn, position, "reserved", piece.quantity, because):
                    raise _TakenByOthers
    except _TakenByOthers:
        return False
    _write_lines(conn, asked, pieces, at_nodes, until)
    return True


def _write_lines(
    conn: Connection,
    asked: Reserve,
    pieces: Sequence[tuple[str, Piece]],
    at_nodes: Mapping[tuple[str, str], Position],
    until: datetime,
) -> None:
    lines = asked.promise_lines.promise_line
    rows = [
        {
            "organization": asked.organization_code,
            "reservation_id": asked.reservation_id,
            "line_id": lines[int(line)].line_id or str(int(line) + 1),
            "item_id": piece.item_id,
            "node": piece.node,
            "position_id": at_nodes[piece.item_id, piece.node].id,
            "quantity": piece.quantity,
            "claimed": 0,
            "state": "HELD",
            "expires_at": until,
        }
        for line, piece in pieces
        if (piece.item_id, piece.node) in at_nodes
    ]
    _ADD.run_many(conn, rows)


def _summed(pieces: Sequence[Piece]) -> list[Piece]:
    sums: dict[tuple[str, str], int] = {}
    for piece in pieces:
        sums[piece.item_id, piece.node] = sums.get((piece.item_id, piece.node), 0) + piece.quantity
    return [Piece(item_id, node, quantity) for (item_id, node), quantity in sums.items()]


def _plan(seen: Picture, asked: Reserve) -> tuple[Plan, dict[str, Need]]:
    needs = {}
    for index, line in enumerate(asked.promise_lines.promise_line):
        parts = seen.parts(line.item_id, given_parts(line))
        needs[str(index)] = Need(str(index), parts, wanted(seen, line), line.ship_node)
    return plan(list(needs.values()), seen.ways(), seen.free, Aim(asked.optimization_type)), needs


def _partial(seen: Picture, asked: Reserve, line: PromiseLine) -> bool:
    return asked.allow_partial_reservation == "Y" or seen.items[line.item_id].backorder is not Backorder.NONE


def _answer(asked: Reserve, seen: Picture, made: Plan, at: datetime, until: datetime, *, held: bool) -> Reserved:
    lines = []
    for index, line in enumerate(asked.promise_lines.promise_line):
        item = seen.items[line.item_id]
        given = made.given.get(str(index), ()) if held else ()
        assigned = [msgspec.structs.replace(a, reserved_qty=a.quantity) for a in assignments(seen, line, given, at)]
        can = sum(gift.units for gift in made.given.get(str(index), ()))
        lines.append(
            Promised(
                line_id=line.line_id,
                item_id=line.item_id,
                required_qty=line.required_qty,
                reserved_qty=item.step.format(sum(gift.units for gift in given)),
                available_qty=item.step.format(can),
                backorder_policy=item.backorder.value,
                unit_of_measure=item.step.unit,
                assignments=Assignments(assignment=assigned),
            )
        )
    return Reserved(
        reservation_id=asked.reservation_id,
        is_reserved=flag(held),
        expiration_date=moment(until) if held else "",
        promise_lines=PromisedLines(promise_line=lines),
    )


def _expiry(asked: Reserve, at: datetime) -> datetime:
    if not asked.expiration_date:
        return at + DEFAULT_TERM
    until = parse_moment(asked.expiration_date, "ExpirationDate")
    if not at < until <= at + LONGEST_TERM:
        raise DocumentMalformed(path="ExpirationDate", what=mark("a reservation ends in the future, at most 30 days from now."))
    return until


def _known(conn: Connection, asked: Reserve) -> Row | None:
    return _KNOWN.first(conn, {"organization": asked.organization_code, "reservation": asked.reservation_id})


def _held(conn: Connection, organization: str, reservation_id: str, line_id: str = "") -> list[Row]:
    rows = _HELD.all(conn, {"organization": organization, "reservation": reservation_id})
    return [row for row in rows if not line_id or row["line_id"] == line_id]
