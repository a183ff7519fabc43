"""Reading orders whole: one function per question, each returning values and keeping no connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.kernel.errors import NotFound
from entrepot.kernel.quantity import read_step
from entrepot.kernel.statement import Statement
from entrepot.kernel.words import mark
from entrepot.order_management.orders import tables
from entrepot.order_management.orders.order import (
    Charge,
    ChargeKind,
    Coupon,
    Gift,
    Hold,
    Line,
    Order,
    PaymentMethod,
    Promotion,
    Share,
)
from entrepot.order_management.orders.statuses import Row, merged


class OrderNotFound(NotFound):
    code = "ENT_NOT_FOUND"
    message = mark("There is no such order.")


_HEADER = sa.select(tables.order).where(tables.order.c.key == sa.bindparam("order"))
_ORDER, _LOCKED = Statement(_HEADER), Statement(_HEADER.with_for_update())
_ONE: sa.BindParameter[str] = sa.bindparam("order")
_LINES = Statement(sa.select(tables.line).where(tables.line.c.order_key == _ONE).order_by(tables.line.c.prime, tables.line.c.sub))
_STATUSES = Statement(sa.select(tables.status).where(tables.status.c.order_key == _ONE).order_by(tables.status.c.id))
_CHARGES = Statement(sa.select(tables.charge).where(tables.charge.c.order_key == _ONE).order_by(tables.charge.c.place))
_PAYMENTS = Statement(sa.select(tables.payment_method).where(tables.payment_method.c.order_key == _ONE))
_HOLDS = Statement(sa.select(tables.hold).where(tables.hold.c.order_key == _ONE).order_by(tables.hold.c.key))
_KEY = Statement(sa.select(tables.order.c.key).where(tables.order.c.key == _ONE))
_BY_NUMBER = Statement(
    sa.select(tables.order.c.key).where(
        tables.order.c.enterprise == sa.bindparam("enterprise"),
        tables.order.c.document_type == sa.bindparam("document_type"),
        tables.order.c.order_no == sa.bindparam("order_no"),
    )
)

ORDER_PLAIN = (
    "key",
    "enterprise",
    "document_type",
    "order_no",
    "draft",
    "entry_type",
    "buyer_user_id",
    "currency",
    "order_date",
    "version",
    "created_by",
    "created_at",
    "modified_at",
    "payment_status",
    "reference",
    "bill_to",
    "ship_to",
    "delivery_method",
    "scac",
    "carrier_service",
    "ship_complete",
    "optimization",
    "reservation_id",
    "bypass_pricing",
    "priced",
    "price_snapshot",
    "price_valid_until",
    "next_line_no",
    "tax_included",
    "cash_interval",
)
LINE_PLAIN = (
    "key",
    "prime",
    "sub",
    "item_id",
    "original",
    "ordered",
    "description",
    "product_class",
    "unit_price",
    "list_price",
    "price_before",
    "price_reason",
    "price_locked",
    "info_only",
    "kit_code",
    "kit_qty",
    "parent",
    "mode",
    "tracked",
    "delivery_method",
    "ship_node",
    "line_id",
    "configuration_id",
)
CHARGE_PLAIN = (
    "key",
    "category",
    "name",
    "amount",
    "line",
    "basis",
    "reference",
    "coupon",
    "description",
    "manual",
    "percentage",
)
PAYMENT_PLAIN = tuple(PaymentMethod.__dataclass_fields__)


def load_order(conn: Connection, key: str, *, lock: bool = False) -> Order:
    """The order with everything on it; ``lock`` makes other writers of it wait."""
    header = (_LOCKED if lock else _ORDER).first(conn, {"order": key})
    if header is None:
        raise OrderNotFound(order_header_key=key)
    of = {"order": key}
    rows: dict[str, list[Row]] = {}
    for row in _STATUSES.all(conn, of):
        rows.setdefault(row["line_key"], []).append(status_row(row))
    lines = tuple(_line(row, rows.get(row["key"], [])) for row in _LINES.all(conn, of))
    payments = [PaymentMethod(**_some(row, PAYMENT_PLAIN)) for row in _PAYMENTS.all(conn, of)]
    holds = _HOLDS.all(conn, of)
    return Order(
        **_some(header, ORDER_PLAIN),
        lines=lines,
        charges=tuple(_charge(row) for row in _CHARGES.all(conn, of)),
        promotions=tuple(Promotion(**entry) for entry in header["promotions"]),
        coupons=tuple(Coupon(**entry) for entry in header["coupons"]),
        holds=tuple(Hold(**_some(row, ("key", "hold_type", "status", "reason", "line"))) for row in holds),
        payments=tuple(sorted(payments, key=lambda method: (method.sequence, method.key))),
    )


def order_key(conn: Connection, *, key: str = "", enterprise: str = "", document_type: str = "0001", order_no: str = "") -> str:
    """The order's key, from itself or from the natural key; not found reads the same either way."""
    if key:
        found = _KEY.value(conn, {"order": key})
    else:
        natural = {"enterprise": enterprise, "document_type": document_type, "order_no": order_no}
        found = _BY_NUMBER.value(conn, natural)
    if found is None:
        raise OrderNotFound(order_no=order_no or key)
    return str(found)


def status_row(row: Mapping[Any, Any]) -> Row:
    names = ("status", "quantity", "node", "release", "shipment", "ships_at", "arrives_at")
    return Row(**_some(row, names))


def _line(row: Mapping[Any, Any], rows: list[Row]) -> Line:
    gift = Gift(row["gift"]["of"], tuple(row["gift"]["lines"]), row["gift"]["buy"], row["gift"]["get"]) if row["gift"] else None
    return Line(**_some(row, LINE_PLAIN), step=read_step(row["multiple"], row["unit"]), rows=merged(rows), gift=gift)


def _charge(row: Mapping[Any, Any]) -> Charge:
    shared = tuple(Share(*share) for share in row["shares"])
    return Charge(**_some(row, CHARGE_PLAIN), kind=ChargeKind(row["kind"]), shares=shared)


def _some(row: Mapping[Any, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}
