"""Writing the difference between two states of an order: rows, money, history, stock, in the caller's transaction.

What must hold at every commit is asserted here, once, for whatever operation came this way: quantities add up, nothing
costs less than nothing, counters follow rows, the version moves by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.kernel.db import any_of, upsert
from entrepot.kernel.errors import Conflict
from entrepot.kernel.statement import Statement
from entrepot.kernel.words import mark
from entrepot.order_management.orders import tables
from entrepot.order_management.orders.audit import Doing, write_moves
from entrepot.order_management.orders.demand import move_stock
from entrepot.order_management.orders.load import CHARGE_PLAIN, LINE_PLAIN, ORDER_PLAIN, PAYMENT_PLAIN
from entrepot.order_management.orders.order import Charge, Line, Order, PaymentMethod
from entrepot.order_management.orders.statuses import CANCELLED, least_and_most, live, of_kit, total
from entrepot.order_management.orders.totals import check, totals
from entrepot.order_management.wire import decimal_text

#: Columns that only repeat what the rest of the order says, for lists and searches.
DERIVED = ("coupons", "promotions", "status_min", "status_max", "total", "search_text")


class OrderMovedOn(Conflict):
    code = "ENT_VERSION"
    message = mark("Order {order_no} changed in the meantime; it is at version {version} now. Reload it and try again.")


_of = tables.order.c
_INSERT = Statement(tables.order.insert())
_UPDATE = Statement(
    tables.order.update()
    .where(_of.key == sa.bindparam("of_key"), _of.version == sa.bindparam("of_version"))
    .values({name: sa.bindparam(name, type_=_of[name].type) for name in (*ORDER_PLAIN, *DERIVED)})
)
_one: sa.BindParameter[str] = sa.bindparam("order")
_DROP_LINES = Statement(tables.line.delete().where(any_of(tables.line.c.key, "lines")))
_DROP_STATUSES = Statement(
    tables.status.delete().where(tables.status.c.order_key == _one, any_of(tables.status.c.line_key, "lines"))
)
_ADD_STATUSES = Statement(tables.status.insert())
_DROP_CHARGES = Statement(tables.charge.delete().where(tables.charge.c.order_key == _one))
_ADD_CHARGES = Statement(tables.charge.insert())
_DROP_PAYMENTS = Statement(tables.payment_method.delete().where(any_of(tables.payment_method.c.key, "methods")))


def save_order(
    conn: Connection,
    before: Order | None,
    after: Order,
    doing: Doing,
    claimed: Mapping[tuple[str, str], int] | None = None,
) -> Order:
    """Write what changed and tell the order as it is now, one version on."""
    after = replace(check(with_kits(after)), version=(before.version if before else 0) + 1, modified_at=doing.at)
    assert_whole(after)
    _write_header(conn, before, after)
    _write_lines(conn, before, after)
    _write_money(conn, before, after)
    move_stock(conn, before, after, doing.at, claimed)
    write_moves(conn, before, after, doing)
    return after


def with_kits(order: Order) -> Order:
    """The order with the rows of its kits' parents derived from their parts, innermost kits first."""
    parents = {line.parent for line in order.lines if line.parent}
    if order.draft or not parents:
        return order
    by_key = {line.key: line for line in order.lines}
    for key in sorted(parents, key=lambda key: -_depth(by_key, key)):
        parts = [(by_key[part.key].rows, part.kit_qty) for part in order.counted_parts(key)]
        parent = by_key[key]
        by_key[key] = replace(parent, rows=of_kit(parent.ordered, parent.original, parts) or parent.rows)
    return replace(order, lines=tuple(by_key[line.key] for line in order.lines))


def assert_whole(order: Order) -> None:
    """Every line's rows add up to what was ordered, cancelled included."""
    for line in order.lines:
        assert total(line.rows) == line.original, f"line {line.prime}: rows do not add up to {line.original}"
        assert live(line.rows) == line.ordered, f"line {line.prime}: live rows do not add up to {line.ordered}"
        assert all(row.quantity > 0 for row in line.rows)


def status_of(order: Order) -> tuple[str, str]:
    """The least and the most advanced status of the order; cancelled lines count only when all are."""
    rows = [row for line in order.lines for row in line.rows]
    if not rows:
        return ("1000", "1000") if order.draft else (CANCELLED, CANCELLED)
    return least_and_most(rows)


def _depth(lines: Mapping[str, Line], key: str) -> int:
    parent = lines[key].parent
    return 1 + _depth(lines, parent) if parent else 0


def _write_header(conn: Connection, before: Order | None, after: Order) -> None:
    least, most = status_of(after)
    derived = {
        "coupons": [asdict(coupon) for coupon in after.coupons],
        "promotions": [asdict(promotion) for promotion in after.promotions],
        "status_min": least,
        "status_max": most,
        "total": totals(after).grand,
        "search_text": _search_text(after),
    }
    values = {name: getattr(after, name) for name in ORDER_PLAIN} | derived
    if before is None:
        _INSERT.run(conn, values | {"digest": ""})
        return
    if _UPDATE.run(conn, values | {"of_key": after.key, "of_version": before.version}) != 1:
        raise OrderMovedOn(order_no=after.order_no, version=after.version)


def _write_lines(conn: Connection, before: Order | None, after: Order) -> None:
    old = {line.key: line for line in before.lines} if before else {}
    changed = [line for line in after.lines if old.get(line.key) != line]
    moved = [line for line in changed if line.key not in old or old[line.key].rows != line.rows]
    removed = sorted(old.keys() - {line.key for line in after.lines})
    rewritten = [*removed, *(line.key for line in moved if line.key in old)]
    if rewritten:
        _DROP_STATUSES.run(conn, {"order": after.key, "lines": rewritten})
    if removed:
        _DROP_LINES.run(conn, {"lines": removed})
    upsert(conn, tables.line, [_line(after, line) for line in changed], ["key"])
    rows = [{"order_key": after.key, "line_key": line.key} | asdict(row) for line in moved for row in line.rows]
    _ADD_STATUSES.run_many(conn, rows)


def _write_money(conn: Connection, before: Order | None, after: Order) -> None:
    if before is None or before.charges != after.charges:
        if before is not None:
            _DROP_CHARGES.run(conn, {"order": after.key})
        _ADD_CHARGES.run_many(conn, [_charge(after, place, c) for place, c in enumerate(after.charges)])
    if before is None or before.payments != after.payments:
        gone = {method.key for method in before.payments} - {method.key for method in after.payments} if before else set()
        if gone:
            _DROP_PAYMENTS.run(conn, {"methods": sorted(gone)})
        upsert(conn, tables.payment_method, [_payment(after, method) for method in after.payments], ["key"])
    if before is None or before.holds != after.holds:
        upsert(conn, tables.hold, [asdict(hold) | {"order_key": after.key} for hold in after.holds], ["key"])


def _line(order: Order, line: Line) -> dict[str, Any]:
    return {name: getattr(line, name) for name in LINE_PLAIN} | {
        "order_key": order.key,
        "unit": line.step.unit,
        "multiple": decimal_text(line.step.multiple),
        "gift": asdict(line.gift) if line.gift else None,
    }


def _charge(order: Order, place: int, charge: Charge) -> dict[str, Any]:
    shared = [[share.line, share.amount, share.basis] for share in charge.shares]
    plain = {name: getattr(charge, name) for name in CHARGE_PLAIN}
    return plain | {"order_key": order.key, "place": place, "kind": charge.kind.value, "shares": shared}


def _payment(order: Order, method: PaymentMethod) -> dict[str, Any]:
    return {name: getattr(method, name) for name in PAYMENT_PLAIN} | {"order_key": order.key}


def _search_text(order: Order) -> str:
    people = [
        str(person.get(name, "")) for person in (order.bill_to, order.ship_to) for name in ("FirstName", "LastName", "EMailID")
    ]
    words = [order.order_no, order.reference, order.buyer_user_id, *people, *(line.item_id for line in order.lines)]
    return " ".join(dict.fromkeys(word.lower() for word in words if word))
