"""What may still be changed about an order, by how far it has come. The table is the rule; read it.

A allow · U allow, after unscheduling · M needs the permission to override · - refuse. A request for some units is judged
by the status those units stand in, and refused as a whole when too few may be touched.
"""

from __future__ import annotations

from enum import StrEnum

from entrepot.kernel.errors import Refused
from entrepot.kernel.words import mark
from entrepot.order_management.orders.order import Order
from entrepot.order_management.orders.statuses import CANCELLED, NAMES, base

TABLE = """
modification            D  C  S  R  P  H  X
ADD_LINE                A  A  A  A  A  -  -
CANCEL                  A  A  A  M  M  -  -
CHANGE_ITEM             A  A  U  -  -  -  -
RECONFIGURE             A  A  U  -  -  -  -
CHANGE_PRICE            A  A  A  -  -  -  -
MANUAL_CHARGE           A  A  A  A  -  -  -
COUPON                  A  A  A  -  -  -  -
SHIP_TO                 A  A  U  M  -  -  -
BILL_TO                 A  A  A  A  A  A  -
DELIVERY_METHOD         A  A  U  -  -  -  -
CARRIER                 A  A  A  M  -  -  -
REQUESTED_DATES         A  A  U  -  -  -  -
PAYMENT_METHOD          A  A  A  A  A  A  -
BUYER                   A  -  -  -  -  -  -
IDENTITY                -  -  -  -  -  -  -
NOTE                    A  A  A  A  A  A  A
HOLD                    A  A  A  A  A  A  -
"""


class Verdict(StrEnum):
    ALLOW = "A"
    UNSCHEDULE = "U"
    OVERRIDE = "M"
    REFUSE = "-"


class OrderNotModifiable(Refused):
    code = "YFS10137"
    message = mark("Order {order_no}: {modification} is not possible while it is {status}.")


def _read(table: str) -> dict[str, dict[str, Verdict]]:
    head, *rows = (line.split() for line in table.strip().splitlines())
    return {row[0]: {column: Verdict(cell) for column, cell in zip(head[1:], row[1:], strict=True)} for row in rows}


MATRIX = _read(TABLE)


def column(status: str) -> str:
    """The column of the table a status belongs to."""
    if status == CANCELLED:
        return "X"
    number = base(status)
    limits = ((1100, "D"), (1500, "C"), (3200, "S"), (3350, "R"), (3700, "P"))
    return next((name for below, name in limits if number < below), "H")


def verdict(modification: str, status: str) -> Verdict:
    """Whether a modification is allowed at a status.

    >>> verdict("CANCEL", "1500"), verdict("CANCEL", "3350.20"), verdict("CANCEL", "3700")
    (<Verdict.ALLOW: 'A'>, <Verdict.OVERRIDE: 'M'>, <Verdict.REFUSE: '-'>)
    """
    return MATRIX[modification][column(status)]


def may(modification: str, status: str, *, override: bool = False) -> bool:
    found = verdict(modification, status)
    return found in (Verdict.ALLOW, Verdict.UNSCHEDULE) or (found is Verdict.OVERRIDE and override)


def require(order: Order, modification: str, *, override: bool = False) -> None:
    """Refuse a change of the whole order unless everything on it may still be changed so."""
    for line in order.lines:
        for row in line.rows:
            if row.status == CANCELLED and order.alive:
                continue
            if not may(modification, row.status, override=override):
                raise OrderNotModifiable(
                    order_no=order.order_no, modification=modification, status=NAMES.get(row.status, row.status)
                )
