"""An invoice per shipment, with amounts that add up.

An invoice takes what the units shipped so far cost, less what earlier invoices took of them; both are fixed functions of
what was recorded, so over all shipments the invoices are the order's total to the cent. What belongs to the whole order,
shipping and its tax, is on the first one. Where totals are rounded to a coin, all that is invoiced so far is, so every
invoice can be paid in coins and together they are what is paid for the order.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.kernel.money import cash_total, format_amount
from entrepot.kernel.statement import Row, Statement
from entrepot.order_management import orders
from entrepot.order_management.orders import Doing, Line, Order
from entrepot.order_management.payments import tables
from entrepot.order_management.wire import moment

_i, _t = tables.invoice.c, tables.transaction.c
_one: sa.BindParameter[str] = sa.bindparam("order")
_INVOICES = Statement(sa.select(tables.invoice).where(_i.order_key == _one).order_by(_i.created_at, _i.invoice_no))
_PAYMENTS = Statement(sa.select(tables.transaction).where(_t.order_key == _one).order_by(_t.id))
_ADD = Statement(tables.invoice.insert())


def invoice_shipments(conn: Connection, key: str, at: datetime) -> int:
    """Write an invoice for each confirmed shipment that has none; tell how many."""
    order = orders.load_order(conn, key, lock=True)
    known = _INVOICES.all(conn, {"order": key})
    invoiced = {row["shipment_no"] for row in known}
    wide_left = orders.order_wide(order) - sum(row["order_wide"] for row in known)
    exact = sum(row["order_wide"] + sum(line["amount"] for line in row["lines"]) for row in known)
    billed = sum(row["amount"] for row in known)
    fresh = sorted(_shipped_in(order) - invoiced)
    for shipment in fresh:
        lines = _lines(order, invoiced, invoiced | {shipment})
        exact += sum(line["amount"] for line in lines) + wide_left
        amount = cash_total(exact, order.cash_interval) - billed
        billed += amount
        number = f"{order.order_no}-I{orders.next_number(conn, f'invoice/{key}', 1)}"
        _ADD.run(
            conn,
            {
                "invoice_no": number,
                "order_key": key,
                "invoice_type": "SHIPMENT",
                "shipment_no": shipment,
                "amount": amount,
                "order_wide": wide_left,
                "currency": order.currency,
                "lines": lines,
                "created_at": at,
            },
        )
        invoiced.add(shipment)
        wide_left = 0
        words = f"invoice {number}: {format_amount(amount, order.currency)} {order.currency}"
        orders.write_note(conn, order, Doing("INVOICE", "payments", at, words))
    if fresh:
        saved = orders.save_order(conn, order, order, Doing("INVOICE", "payments", at))
        orders.wake(conn, key, orders.PAYMENT, at)
        orders.say_status(conn, saved, at)
    return len(fresh)


def invoices_of(conn: Connection, key: str) -> list[dict[str, Any]]:
    """What the status event and the order page say about an order's invoices."""
    rows = _INVOICES.all(conn, {"order": key})
    return [
        {
            "InvoiceNo": row["invoice_no"],
            "InvoiceType": row["invoice_type"],
            "ShipmentNo": row["shipment_no"],
            "Amount": format_amount(row["amount"], row["currency"]),
            "Currency": row["currency"],
            "CreatedAt": moment(row["created_at"]),
            "Lines": [
                {"PrimeLineNo": line["prime"], "ItemID": line["item"], "Quantity": line["quantity"], "Amount": _text(line, row)}
                for line in row["lines"]
            ],
        }
        for row in rows
    ]


def payments_of(conn: Connection, key: str) -> list[dict[str, Any]]:
    """What was asked of the gateway for an order and what came of it, oldest first."""
    rows = _PAYMENTS.all(conn, {"order": key})
    return [
        {
            "ChargeType": row["kind"],
            "PaymentType": row["payment_type"],
            "RequestAmount": format_amount(row["amount"], row["currency"]),
            "Currency": row["currency"],
            "Status": row["state"],
            "AuthorizationID": row["authorization_id"],
            "At": moment(row["executed_at"] or row["requested_at"]),
            "Text": row["text"],
        }
        for row in rows
    ]


def _shipped_in(order: Order) -> set[str]:
    return {row.shipment for line in order.lines for row in line.rows if row.status.startswith("3700") and row.shipment}


def _units(order: Order, line: Line, shipments: Collection[str]) -> int:
    """How many units of a line left in those shipments; of a kit as many as are complete."""
    parts = order.counted_parts(line.key)
    if parts:
        return min(_units(order, part, shipments) // part.kit_qty for part in parts)
    return sum(row.quantity for row in line.rows if row.status.startswith("3700") and row.shipment in shipments)


def _lines(order: Order, before: Collection[str], after: Collection[str]) -> list[dict[str, Any]]:
    found = []
    for line in order.top_lines:
        was, is_ = _units(order, line, before), _units(order, line, after)
        if is_ > was:
            amount = orders.line_total(order, line, is_, shared=True) - orders.line_total(order, line, was, shared=True)
            found.append(
                {
                    "key": line.key,
                    "prime": str(line.prime),
                    "item": line.item_id,
                    "quantity": line.step.format(is_ - was),
                    "amount": amount,
                }
            )
    return found


def _text(line: dict[str, Any], row: Row) -> str:
    return format_amount(line["amount"], row["currency"])
