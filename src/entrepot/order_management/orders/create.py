"""Taking an order over from the shop, or starting a draft for an agent.

The natural key (enterprise, document type, order number) makes the transfer repeatable: the same order again gets the
first answer, another one under the same number is refused. A shop's order keeps the price it was sold at; it is only
checked that it adds up. Its reservations become the order's own stock in the same transaction.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from entrepot.kernel.db import Json, insert_or_ignore
from entrepot.kernel.errors import Conflict, Invalid
from entrepot.kernel.ids import new_id
from entrepot.kernel.money import format_amount, parse_amount, parse_currency
from entrepot.kernel.statement import Statement, savepoint
from entrepot.kernel.words import mark
from entrepot.order_management import inventory
from entrepot.order_management.inventory import Because, Want
from entrepot.order_management.orders import build, tables, tasks
from entrepot.order_management.orders.audit import Doing, write_note
from entrepot.order_management.orders.documents import CreateOrder
from entrepot.order_management.orders.events import say
from entrepot.order_management.orders.order import Charge, Coupon, Line, Order
from entrepot.order_management.orders.save import save_order, status_of
from entrepot.order_management.orders.statuses import CREATED, DRAFT, RESERVED, Row, merged, move
from entrepot.order_management.orders.totals import shares, totals, verify
from entrepot.order_management.wire import DocumentMalformed, digest, parse_moment

SALES_ORDER = "0001"


class OrderNumberTaken(Conflict):
    code = "ENT_IDEMPOTENCY"
    message = mark("There is another order {order_no} with other content. Nothing was changed.")


class DocumentTypeUnsupported(Invalid):
    code = "ENT_DOCTYPE_UNSUPPORTED"
    message = mark("{path}: orders of type {document_type} are not handled here.")


_of = tables.order.c
_STORED = Statement(
    sa.select(_of.digest, _of.answer).where(
        _of.enterprise == sa.bindparam("of"), _of.document_type == sa.bindparam("type"), _of.order_no == sa.bindparam("number")
    )
)
_ANSWERED = Statement(
    tables.order.update()
    .where(_of.key == sa.bindparam("order"))
    .values(digest=sa.bindparam("fingerprint"), answer=sa.bindparam("said", type_=Json))
)
_RAISE = Statement(
    tables.number.update()
    .where(tables.number.c.series == sa.bindparam("of"))
    .values(last=tables.number.c.last + 1)
    .returning(tables.number.c.last)
)


def create_order(conn: Connection, sent: CreateOrder, at: datetime, user: str) -> dict[str, Any]:
    """Create the order or draft and tell its key; the same order again gets the same answer and changes nothing."""
    if sent.document_type != SALES_ORDER:
        raise DocumentTypeUnsupported(path="DocumentType", document_type=sent.document_type)
    fingerprint = digest(sent)
    stored = _stored(conn, sent)
    if stored is not None:
        return _same_or_refused(stored, fingerprint, sent)
    order = _order(conn, sent, at, user)
    doing = Doing("CREATE_ORDER", user, at, "" if sent.draft_order_flag == "N" else "draft started")
    try:
        with savepoint(conn):
            order, claimed = claim_reservation(conn, order, at)
            order = save_order(conn, None, order, doing, claimed)
    except IntegrityError:
        stored = _stored(conn, sent)
        if stored is None:
            raise
        return _same_or_refused(stored, fingerprint, sent)
    for note in sent.notes.note:
        build.refuse_card(note.note_text, "Notes.Note.NoteText")
        write_note(conn, order, Doing("NOTE", user, at, note.note_text))
    answer = answered(order)
    _ANSWERED.run(conn, {"order": order.key, "fingerprint": fingerprint, "said": answer})
    if not order.draft:
        start_work(conn, order, at)
    say(conn, "order.created", order, at)
    return answer


def answered(order: Order) -> dict[str, Any]:
    """The short answer of every verb that changes an order."""
    return {
        "OrderHeaderKey": order.key,
        "OrderNo": order.order_no,
        "EnterpriseCode": order.enterprise,
        "DocumentType": order.document_type,
        "DraftOrderFlag": "Y" if order.draft else "N",
        "Status": status_of(order)[1],
        "Version": str(order.version),
        "TotalAmount": format_amount(totals(order).grand, order.currency),
        "Currency": order.currency,
    }


def start_work(conn: Connection, order: Order, at: datetime) -> None:
    """Have the order paid for and scheduled."""
    tasks.wake(conn, order.key, tasks.PAYMENT, at)
    tasks.wake(conn, order.key, tasks.SCHEDULE, at)


def next_number(conn: Connection, series: str, first: int = 100001) -> int:
    """The next number of a series; gaps are possible, repeats are not."""
    number = _RAISE.value(conn, {"of": series})
    if number is None:
        insert_or_ignore(conn, tables.number, {"series": series, "last": first - 1})
        number = _RAISE.value(conn, {"of": series})
    return int(number)


def _order(conn: Connection, sent: CreateOrder, at: datetime, user: str) -> Order:
    draft = sent.draft_order_flag == "Y"
    if not draft and sent.bypass_pricing != "Y":
        raise DocumentMalformed(
            path="BypassPricing", what=mark("only a draft is priced here; a finished order brings its price: send Y.")
        )
    if not draft and not sent.order_lines.order_line:
        raise DocumentMalformed(path="OrderLines", what=mark("an order has at least one line."))
    currency = parse_currency(sent.price_info.currency, "PriceInfo.Currency")
    lines_sent = sent.order_lines.order_line
    on = build.bench(conn, sent.enterprise_code, lines_sent, currency, start=DRAFT if draft else CREATED)
    lines = build.build_lines(replace(on, delivery_method=sent.delivery_method), lines_sent)
    order = Order(
        key=new_id(),
        enterprise=sent.enterprise_code,
        document_type=sent.document_type,
        order_no=sent.order_no or f"CC-{next_number(conn, sent.enterprise_code)}",
        draft=draft,
        entry_type=sent.entry_type,
        buyer_user_id=sent.buyer_user_id,
        currency=currency,
        order_date=parse_moment(sent.order_date, "OrderDate") if sent.order_date else at,
        version=0,
        created_by=user,
        created_at=at,
        modified_at=at,
        reference=sent.order_reference,
        bill_to=build.person(sent.person_info_bill_to),
        ship_to=build.person(sent.person_info_ship_to),
        delivery_method=sent.delivery_method,
        scac=sent.scac,
        carrier_service=sent.carrier_service_code,
        ship_complete=sent.is_ship_as_complete == "Y",
        optimization=sent.optimization_type,
        reservation_id=sent.reservation_id or _line_reservation(sent),
        tax_included=sent.price_info.tax_included == "Y",
        cash_interval=parse_amount(sent.price_info.cash_interval or "0", currency, "PriceInfo.CashInterval"),
        bypass_pricing=sent.bypass_pricing == "Y",
        priced=not draft,
        next_line_no=max((line.prime for line in lines), default=0) + 1,
        lines=lines,
        coupons=tuple(Coupon(coupon.coupon_id) for coupon in sent.coupons.coupon),
        promotions=build.promotions(sent.promotions),
        payments=build.payment_methods(sent.payment_methods, currency),
    )
    order = replace(order, charges=tuple(build.line_charges(on, lines_sent, lines)))
    order = replace(order, charges=(*order.charges, *header_charges(sent, order, dict(_names(lines)))))
    if draft:
        return order
    if not sent.price_info.total_amount:
        raise DocumentMalformed(path="PriceInfo.TotalAmount", what=mark("a finished order says what it adds up to."))
    return verify(order, parse_amount(sent.price_info.total_amount, currency, "PriceInfo.TotalAmount"))


def header_charges(sent: CreateOrder, order: Order, names: dict[str, Line]) -> list[Charge]:
    """The order-wide charges and taxes; a discount on the goods without sent shares is shared out here."""
    found = []
    for header in sent.header_charges.header_charge:
        made = build.charge(header, order.currency, None, names)
        goods_discount = made.kind == "DISCOUNT" and made.category != "ShippingDiscount"
        found.append(replace(made, shares=shares(order, made.amount)) if goods_discount and not made.shares else made)
    return found + [build.tax(header, order.currency, None) for header in sent.header_taxes.header_tax]


def claim_reservation(conn: Connection, order: Order, at: datetime) -> tuple[Order, dict[tuple[str, str], int]]:
    """Take the order's reservation over: what was held stands at Reserved, at the node it was held at."""
    if order.draft or not order.reservation_id:
        return order, {}
    by_key = {line.key: line for line in order.lines}
    stocked = [line for line in order.lines if line.kit_code != "BUNDLE" and line.tracked]
    hints = {line.key: (line, *order.around(line))[-1].line_id for line in stocked}
    wants = [Want(line.key, hints[line.key], line.item_id, line.ordered) for line in stocked]
    taken: dict[tuple[str, str], int] = {}
    for piece in inventory.claim(conn, order.enterprise, order.reservation_id, wants, Because("CLAIM", order.key, at)):
        line = by_key[piece.key]
        by_key[piece.key] = replace(
            line, rows=move(line.rows, piece.quantity, lambda row: row.status == CREATED, _reserved_at(piece.node))
        )
        taken[piece.item_id, piece.node] = taken.get((piece.item_id, piece.node), 0) + piece.quantity
    return replace(order, lines=tuple(replace(line, rows=merged(line.rows)) for line in by_key.values())), taken


def _reserved_at(node: str) -> Any:
    return lambda row: Row(RESERVED, row.quantity, node)


def _line_reservation(sent: CreateOrder) -> str:
    for line in sent.order_lines.order_line:
        for reservation in line.order_line_reservations.order_line_reservation:
            if reservation.reservation_id:
                return reservation.reservation_id
        if line.reservation_id:
            return line.reservation_id
    return ""


def _names(lines: tuple[Line, ...]) -> list[tuple[str, Line]]:
    named = [(str(line.prime), line) for line in lines]
    named += [(f"{line.prime}-{line.sub}", line) for line in lines]
    return named + [(line.line_id, line) for line in lines if line.line_id] + [(line.key, line) for line in lines]


def _stored(conn: Connection, sent: CreateOrder) -> dict[str, Any] | None:
    if not sent.order_no:
        return None
    return _STORED.first(conn, {"of": sent.enterprise_code, "type": sent.document_type, "number": sent.order_no})


def _same_or_refused(stored: dict[str, Any], fingerprint: str, sent: CreateOrder) -> dict[str, Any]:
    if stored["digest"] != fingerprint:
        raise OrderNumberTaken(order_no=sent.order_no)
    answer: dict[str, Any] = stored["answer"]
    return answer
