"""Changing an order: anything about a draft, little about a confirmed order.

A draft that changed has no price until commerce was asked again. Of a confirmed order units can be cancelled, and
addresses, carrier and means of payment changed as long as the table in `modification` lets them. The caller says which
version he has seen; on any other nothing is changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.kernel.errors import Invalid, Refused
from entrepot.kernel.words import mark, phrase
from entrepot.order_management.orders import build, tasks
from entrepot.order_management.orders.adjustment_hold import follow
from entrepot.order_management.orders.audit import Doing, write_note
from entrepot.order_management.orders.cancel import ReasonMissing, cancel_order, cancel_units, record, settled
from entrepot.order_management.orders.create import answered
from entrepot.order_management.orders.documents import ChangeOrder, OrderLine
from entrepot.order_management.orders.events import say
from entrepot.order_management.orders.load import load_order, order_key
from entrepot.order_management.orders.modification import require
from entrepot.order_management.orders.order import Coupon, Line, Order
from entrepot.order_management.orders.save import OrderMovedOn, save_order
from entrepot.order_management.orders.statuses import DRAFT, Row
from entrepot.order_management.wire import DocumentMalformed

MOST_COUPONS = 50


class VersionMissing(Invalid):
    code = "ENT_VERSION_REQUIRED"
    message = mark("{path}: say which version of the order you have seen.")


class OnlyOfDrafts(Refused):
    code = "YFS10137"
    message = mark("Order {order_no} is confirmed: {what}.")


def change_order(conn: Connection, sent: ChangeOrder, at: datetime, user: str) -> dict[str, Any]:
    """Change or cancel the order as the document says; all of it or nothing."""
    key = order_key(
        conn, key=sent.order_header_key, enterprise=sent.enterprise_code, document_type=sent.document_type, order_no=sent.order_no
    )
    order = load_order(conn, key, lock=True)
    if not sent.version:
        raise VersionMissing(path="Version")
    if sent.version != str(order.version):
        raise OrderMovedOn(order_no=order.order_no, version=order.version)
    if sent.action == "CANCEL":
        return cancel_order(conn, sent, order, at, user)
    if sent.action != "MODIFY":
        raise DocumentMalformed(path="Action", what=mark("MODIFY or CANCEL."))
    for note in sent.notes.note:
        build.refuse_card(note.note_text, "Notes.Note.NoteText")
    if order.lines and not order.alive:
        require(order, "NOTE" if _only_notes(sent) else "ADD_LINE")
    answer = _change_draft(conn, sent, order, at, user) if order.draft else _change_confirmed(conn, sent, order, at, user)
    for note in sent.notes.note:
        write_note(conn, order, Doing("NOTE", user, at, note.note_text))
    return answer


def _change_draft(conn: Connection, sent: ChangeOrder, before: Order, at: datetime, user: str) -> dict[str, Any]:
    after = _header(before, sent)
    if sent.buyer_user_id is not None:
        after = replace(after, buyer_user_id=sent.buyer_user_id)
    after = replace(after, coupons=_coupons(after, sent))
    for number, line in enumerate(sent.order_lines.order_line):
        if line.action != "CREATE":
            after = _line_changed(after, line, f"OrderLines.OrderLine[{number}]")
    after = _lines_added(conn, after, [line for line in sent.order_lines.order_line if line.action == "CREATE"])
    if after == before:
        return answered(before) | {"Changed": "N"}
    if _priced_by(after) != _priced_by(before):
        after = replace(after, priced=False, price_snapshot="", price_valid_until=None)
        after = replace(after, charges=tuple(c for c in after.charges if c.manual and _has(after, c.line)))
    after = follow(conn, before, after, user, at)
    saved = save_order(conn, before, after, Doing("CHANGE_ORDER", user, at))
    say(conn, "order.changed", saved, at)
    return answered(saved) | {"Changed": "Y"}


def _change_confirmed(conn: Connection, sent: ChangeOrder, before: Order, at: datetime, user: str) -> dict[str, Any]:
    override = sent.override == "Y"
    if sent.buyer_user_id is not None and sent.buyer_user_id != before.buyer_user_id:
        raise OnlyOfDrafts(order_no=before.order_no, what=mark("its buyer cannot be changed"))
    if sent.coupons.coupon:
        raise OnlyOfDrafts(order_no=before.order_no, what=mark("coupons are entered before confirming"))
    for wanted, modification in (
        (sent.person_info_ship_to, "SHIP_TO"),
        (sent.person_info_bill_to, "BILL_TO"),
        (sent.payment_methods, "PAYMENT_METHOD"),
        (sent.carrier_service_code or sent.scac, "CARRIER"),
        (sent.delivery_method, "DELIVERY_METHOD"),
    ):
        if wanted:
            require(before, modification, override=override)
    after = _header(before, sent)
    cancelled = False
    for number, line in enumerate(sent.order_lines.order_line):
        path = f"OrderLines.OrderLine[{number}]"
        known = _find(after, line, path)
        units = _to_cancel(known, line, path)
        if units and not sent.reason_code:
            raise ReasonMissing(path="ReasonCode")
        after = cancel_units(after, known.key, units, override=override)
        cancelled = cancelled or bool(units)
    if cancelled:
        return record(conn, before, settled(after, override=override), sent, at, user)
    if after == before:
        return answered(before) | {"Changed": "N"}
    saved = save_order(conn, before, after, Doing("CHANGE_ORDER", user, at, "details changed"))
    if sent.payment_methods is not None:
        tasks.wake(conn, saved.key, tasks.PAYMENT, at)
    say(conn, "order.changed", saved, at)
    return answered(saved) | {"Changed": "Y"}


def _header(order: Order, sent: ChangeOrder) -> Order:
    return replace(
        order,
        bill_to=order.bill_to if sent.person_info_bill_to is None else build.person(sent.person_info_bill_to),
        ship_to=order.ship_to if sent.person_info_ship_to is None else build.person(sent.person_info_ship_to),
        delivery_method=sent.delivery_method or order.delivery_method,
        scac=sent.scac or order.scac,
        carrier_service=sent.carrier_service_code or order.carrier_service,
        ship_complete=order.ship_complete if sent.is_ship_as_complete is None else sent.is_ship_as_complete == "Y",
        payments=order.payments if sent.payment_methods is None else build.payment_methods(sent.payment_methods, order.currency),
    )


def _coupons(order: Order, sent: ChangeOrder) -> tuple[Coupon, ...]:
    coupons = {coupon.coupon_id: coupon for coupon in order.coupons}
    for coupon in sent.coupons.coupon:
        code = coupon.coupon_id.strip().upper()
        if coupon.action == "REMOVE":
            coupons.pop(code, None)
        else:
            coupons.setdefault(code, Coupon(code))
    if len(coupons) > MOST_COUPONS:
        raise DocumentMalformed(
            path="Coupons", what=phrase(mark("an order takes at most {most_coupons} coupons."), most_coupons=MOST_COUPONS)
        )
    return tuple(coupons.values())


def _line_changed(order: Order, sent: OrderLine, path: str) -> Order:
    line = _find(order, sent, path)
    if line.parent:
        raise DocumentMalformed(path=path, what=mark("a part of a kit is changed by configuring the kit."))
    if line.gift:
        raise DocumentMalformed(path=path, what=mark("a gift comes and goes with what earns it."))
    if sent.action in ("REMOVE", "CANCEL"):
        return replace(order, lines=tuple(each for each in order.lines if line not in (each, *order.around(each))))
    if not sent.ordered_qty:
        return order
    units = line.step.parse(sent.ordered_qty, f"{path}.OrderedQty")
    changed = {line.key: units} | {
        part.key: units * _per_kit(order, part, line.key) for part in order.lines if part.kit_qty and line in order.around(part)
    }
    return replace(order, lines=tuple(_with_units(each, changed.get(each.key, each.ordered)) for each in order.lines))


def _with_units(line: Line, units: int) -> Line:
    return replace(line, ordered=units, original=units, rows=(Row(DRAFT, units),))


def _per_kit(order: Order, part: Line, top: str) -> int:
    return part.kit_qty if part.parent == top else part.kit_qty * _per_kit(order, order.line(part.parent), top)


def _lines_added(conn: Connection, order: Order, sent: Sequence[OrderLine]) -> Order:
    if not sent:
        return order
    on = build.bench(conn, order.enterprise, sent, order.currency, start=DRAFT, first=order.next_line_no)
    lines = build.build_lines(replace(on, delivery_method=order.delivery_method), sent)
    if len(order.lines) + len(lines) > build.MOST_LINES:
        raise DocumentMalformed(
            path="OrderLines", what=phrase(mark("an order has at most {most_lines} lines."), most_lines=build.MOST_LINES)
        )
    taken = {(line.prime, line.sub) for line in order.lines}
    if any((line.prime, line.sub) in taken or line.prime < order.next_line_no for line in lines):
        raise DocumentMalformed(path="OrderLines", what=mark("line numbers are never used again; leave PrimeLineNo out."))
    return replace(order, lines=(*order.lines, *lines), next_line_no=max(line.prime for line in lines) + 1)


def _find(order: Order, sent: OrderLine, path: str) -> Line:
    for line in order.lines:
        same_number = (str(line.prime), str(line.sub)) == (sent.prime_line_no, sent.sub_line_no)
        if line.key == sent.order_line_key or (not sent.order_line_key and same_number):
            return line
    raise DocumentMalformed(path=path, what=mark("names no line of this order."))


def _to_cancel(line: Line, sent: OrderLine, path: str) -> int:
    if sent.quantity_to_cancel:
        return line.step.parse(sent.quantity_to_cancel, f"{path}.QuantityToCancel")
    if sent.action == "CANCEL":
        return line.ordered
    if sent.action in ("", "MODIFY") and sent.ordered_qty:
        units = line.ordered - line.step.parse(sent.ordered_qty, f"{path}.OrderedQty", zero=True)
        if units >= 0:
            return units
    raise DocumentMalformed(path=path, what=mark("of a confirmed order units can only be cancelled."))


def _priced_by(order: Order) -> object:
    """What a price depends on: when this changes, the price is asked again."""
    lines = [(line.key, line.item_id, line.ordered, line.delivery_method) for line in order.lines if not line.gift]
    codes = [coupon.coupon_id for coupon in order.coupons]
    return (lines, codes, order.buyer_user_id, order.ship_to, order.carrier_service, order.delivery_method, len(order.payments))


def _only_notes(sent: ChangeOrder) -> bool:
    return not (sent.order_lines.order_line or sent.coupons.coupon or sent.person_info_bill_to or sent.person_info_ship_to)


def _has(order: Order, key: str) -> bool:
    return not key or any(line.key == key for line in order.lines)
