"""Where the quantity of an order line stands: the codes, the moves allowed between them, and the arithmetic.

A line is not in one status; its quantity is spread over rows, and every change moves quantity from row to row. Nothing
is ever deleted: cancelled quantity stands at 9000, so the rows of a line always add up to what was first ordered plus
what was added later. The status in words is derived from the least and the most advanced row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from entrepot.kernel.errors import Refused
from entrepot.kernel.words import mark

DRAFT, RESERVED_DRAFT, CREATED, RESERVED = "1000", "1050", "1100", "1200"
BACKORDERED, UNSCHEDULED, REFUSED_BY_NODE, SCHEDULED = "1300", "1310", "1400", "1500"
RELEASED, SENT, IN_SHIPMENT, SHIPPED, CANCELLED = "3200", "3300", "3350", "3700", "9000"
RETURN_CREATED, RETURN_RECEIVED = "3700.01", "3700.02"

NAMES = {
    "1000": "Draft Order Created",
    "1050": "Draft Order Reserved",
    "1100": "Created",
    "1100.7777": "Carried",
    "1200": "Reserved",
    "1300": "Backordered",
    "1310": "Unscheduled",
    "1400": "Backordered From Node",
    "1500": "Scheduled",
    "3200": "Released",
    "3300": "Sent To Node",
    "3350": "Included In Shipment",
    "3350.20": "Ready For Customer",
    "3700": "Shipped",
    "3700.01": "Return Created",
    "3700.02": "Return Received",
    "3700.7777": "Order Delivered",
    "9000": "Cancelled",
}

MOVES: dict[str, frozenset[str]] = {
    "1000": frozenset({"1050", "1100", "1200", "9000"}),
    "1050": frozenset({"1000", "1100", "1200", "9000"}),
    "1100": frozenset({"1200", "1100.7777", "1500", "1300", "9000"}),
    "1100.7777": frozenset({"3700", "9000"}),
    "1200": frozenset({"1500", "1300", "1100", "9000"}),
    "1300": frozenset({"1500", "9000"}),
    "1310": frozenset({"1500", "1300", "9000"}),
    "1400": frozenset({"1500", "1300", "9000"}),
    "1500": frozenset({"3200", "1310", "1300", "9000"}),
    "3200": frozenset({"3300", "3350", "1310", "1400", "9000"}),
    "3300": frozenset({"3350", "1400", "9000"}),
    "3350": frozenset({"3350.20", "3700", "1400", "9000"}),
    "3350.20": frozenset({"3700", "1400", "9000"}),
    "3700": frozenset({"3700.01", "3700.7777"}),
    "3700.7777": frozenset({"3700.01"}),
    "3700.01": frozenset({"3700.02", "3700"}),
    "3700.02": frozenset(),
    "9000": frozenset(),
}


class MoveNotAllowed(Refused):
    code = "YFS10137"
    message = mark("{quantity} at status {source} cannot move to {target}. Look at the order's status and try something else.")


class NotThatMuch(Refused):
    code = "YFS10137"
    message = mark("Only {has} of the wanted {wanted} stand where this can be done.")


@dataclass(frozen=True, slots=True)
class Row:
    """Some quantity of a line at one status, with where and when it is to leave once that is known."""

    status: str
    quantity: int
    node: str = ""
    release: str = ""
    shipment: str = ""
    ships_at: datetime | None = None
    arrives_at: datetime | None = None


Rows = tuple[Row, ...]
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def rank(status: str) -> tuple[int, tuple[str, ...]]:
    """Statuses in their order: the base as a number, extensions as text.

    >>> rank("1100.7777") < rank("1200") < rank("3350.20")
    True
    """
    base, *extension = status.split(".")
    return int(base), tuple(extension)


def base(status: str) -> int:
    return int(status.split(".")[0])


def merged(rows: Sequence[Row]) -> Rows:
    """The rows with equal ones added up, empty ones gone, in order."""
    sums: dict[Row, int] = {}
    for row in rows:
        key = replace(row, quantity=0)
        sums[key] = sums.get(key, 0) + row.quantity
    kept = [replace(key, quantity=quantity) for key, quantity in sums.items() if quantity]
    return tuple(sorted(kept, key=lambda r: (rank(r.status), r.node, r.ships_at or _LONG_AGO, r.release, r.shipment)))


def total(rows: Sequence[Row], of: Callable[[Row], bool] = lambda row: True) -> int:
    return sum(row.quantity for row in rows if of(row))


def live(rows: Sequence[Row]) -> int:
    """What is not cancelled."""
    return total(rows, lambda row: row.status != CANCELLED)


def shipped(rows: Sequence[Row]) -> int:
    """What has left the house, returned or not."""
    return total(rows, lambda row: 3700 <= base(row.status) < 9000)


def move(rows: Sequence[Row], quantity: int, of: Callable[[Row], bool], to: Callable[[Row], Row]) -> Rows:
    """Move quantity out of the rows chosen by ``of``, first row first; ``to`` says what each part becomes."""
    left = quantity
    moved: list[Row] = []
    for row in merged(rows):
        part = min(left, row.quantity) if of(row) else 0
        if part:
            target = replace(to(row), quantity=part)
            if target.status != row.status and target.status not in MOVES[row.status]:
                raise MoveNotAllowed(quantity=part, source=row.status, target=target.status)
            moved.append(target)
            left -= part
        moved.append(replace(row, quantity=row.quantity - part))
    if left:
        raise NotThatMuch(wanted=quantity, has=quantity - left)
    return merged(moved)


def cancel(rows: Sequence[Row], quantity: int, may: Callable[[str], bool]) -> Rows:
    """Move quantity to cancelled: the least advanced first, then what ships latest, then the highest node id."""
    ordered = sorted(
        merged(rows), key=lambda r: (rank(r.status), -((r.ships_at or _LONG_AGO) - _LONG_AGO).total_seconds(), _reversed(r.node))
    )
    able = [row for row in ordered if row.status != CANCELLED and base(row.status) < 3700 and may(row.status)]
    if sum(row.quantity for row in able) < quantity:
        raise NotThatMuch(wanted=quantity, has=sum(row.quantity for row in able))
    kept = [row for row in ordered if row not in able]
    left = quantity
    for row in able:
        part = min(left, row.quantity)
        left -= part
        kept += [Row(CANCELLED, part), replace(row, quantity=row.quantity - part)]
    return merged(kept)


def least_and_most(rows: Sequence[Row]) -> tuple[str, str]:
    """The least and the most advanced status; cancelled quantity counts only when there is nothing else."""
    statuses = [row.status for row in rows if row.status != CANCELLED] or [row.status for row in rows] or [CREATED]
    return min(statuses, key=rank), max(statuses, key=rank)


def in_words(least: str, most: str) -> str:
    """The status a person reads.

    >>> in_words("1500", "1500"), in_words("1300", "1500")
    ('Scheduled', 'Partially Scheduled')
    """
    name = NAMES.get(most, most)
    return name if least == most else f"Partially {name}"


def of_kit(ordered: int, original: int, components: Sequence[tuple[Rows, int]]) -> Rows:
    """The rows of a kit's parent, derived from (rows, quantity per kit) of its components.

    As many kits have reached a status as the neediest component allows; the node shows where all components agree.
    """
    following = [(rows, per_kit) for rows, per_kit in components if per_kit > 0]
    alive = sorted({row.status for rows, _ in following for row in rows if row.status != CANCELLED}, key=rank)
    reached = [min([ordered, *(total(rows, _at_least(status)) // per_kit for rows, per_kit in following)]) for status in alive]
    nodes = {row.node for rows, _ in following for row in rows if row.status != CANCELLED}
    node = nodes.pop() if len(nodes) == 1 else ""
    parents = [Row(CANCELLED, original - ordered)]
    for index, status in enumerate(alive):
        beyond = reached[index + 1] if index + 1 < len(alive) else 0
        parents.append(Row(status, reached[index] - beyond, node))
    if alive:
        parents.append(Row(alive[0], ordered - reached[0], node))
    return merged(parents)


def _at_least(status: str) -> Callable[[Row], bool]:
    return lambda row: row.status != CANCELLED and rank(row.status) >= rank(status)


def _reversed(text: str) -> tuple[int, ...]:
    return (*(-ord(letter) for letter in text), 1)
