"""What orders say to the outside, written in the transaction that changed the order.

Every event carries the order's version and the complete set of promotions it uses at that version, so a receiver that
keeps the highest version it saw ends in the same state whatever was repeated, lost or shuffled. The status event carries
the whole picture of the order, with parts contributed by those who know them (shipments, invoices).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.bus import Message
from entrepot.kernel.money import format_amount
from entrepot.order_management.database import outbox
from entrepot.order_management.orders.order import Line, Order
from entrepot.order_management.orders.save import status_of
from entrepot.order_management.orders.statuses import in_words, least_and_most
from entrepot.order_management.orders.totals import totals
from entrepot.order_management.wire import flag, moment

NAMES = {
    "order.created": "CREATE_ORDER.ON_SUCCESS",
    "order.draft_confirmed": "CONFIRM_DRAFT_ORDER.ON_SUCCESS",
    "order.changed": "CHANGE_ORDER.ON_SUCCESS",
    "order.cancelled": "CHANGE_ORDER.ON_CANCEL",
    "order.status": "ORDER_STATUS.ON_CHANGE",
}
Part = Callable[[Connection, str], list[dict[str, Any]]]
_parts: dict[str, Part] = {}


def contribute_to_status(name: str, part: Part) -> None:
    """Have the status event carry ``name``, read by ``part(conn, order_key)``: how upper floors add what they know."""
    _parts[name] = part


def contributed(conn: Connection, order_key: str) -> dict[str, list[dict[str, Any]]]:
    """What the upper floors know about an order."""
    return {name: part(conn, order_key) for name, part in _parts.items()}


def say(conn: Connection, kind: str, order: Order, at: datetime, **more: Any) -> None:
    """Put an event about the order, and its status as it is now, into the outbox."""
    used = [{"PromotionId": p.promotion_id, "CouponID": p.coupon, "Times": p.times} for p in order.promotions]
    _put(conn, kind, order, {"Promotions": used} | more, at)
    if kind != "order.status":
        say_status(conn, order, at)


def say_status(conn: Connection, order: Order, at: datetime) -> None:
    """Put the whole picture of the order into the outbox: drafts are nobody's business yet."""
    if order.draft:
        return
    least, most = status_of(order)
    sums = totals(order)
    picture = {
        "Status": most,
        "MinOrderStatus": least,
        "MaxOrderStatus": most,
        "StatusDescription": in_words(least, most),
        "PaymentStatus": order.payment_status,
        "Currency": order.currency,
        "GrandTotal": format_amount(sums.grand, order.currency),
        "OrderLines": [_line(line) for line in sorted(order.lines, key=lambda line: (line.prime, line.sub))],
    }
    _put(conn, "order.status", order, picture | contributed(conn, order.key), at)


def _put(conn: Connection, kind: str, order: Order, more: dict[str, Any], at: datetime) -> None:
    body = {
        "Event": NAMES[kind],
        "EnterpriseCode": order.enterprise,
        "DocumentType": order.document_type,
        "OrderNo": order.order_no,
        "OrderHeaderKey": order.key,
        "EntryType": order.entry_type,
        "DraftOrderFlag": flag(order.draft),
        "BuyerUserId": order.buyer_user_id,
        "OrderReference": order.reference,
        "OrderDate": moment(order.order_date),
        "order_version": order.version,
    }
    message = Message(
        kind=kind,
        body=body | more,
        business_key=f"{order.key}/{order.version}/{kind.removeprefix('order.')}",
        ordering_key=order.order_no,
        sequence=order.version,
        store=order.enterprise,
    )
    outbox.put(conn, message, at)


def _line(line: Line) -> dict[str, Any]:
    least, most = least_and_most(line.rows)
    return {
        "PrimeLineNo": str(line.prime),
        "SubLineNo": str(line.sub),
        "OrderLineKey": line.key,
        "TransactionalLineId": line.line_id,
        "ItemID": line.item_id,
        "OrderedQty": line.step.format(line.ordered),
        "StatusDescription": in_words(least, most),
        "ParentLineKey": line.parent,
        "IsGift": flag(line.gift is not None),
        "OrderStatuses": [
            {"Status": row.status, "StatusQty": line.step.format(row.quantity), "ShipNode": row.node} for row in line.rows
        ],
    }
