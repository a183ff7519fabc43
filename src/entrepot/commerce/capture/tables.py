"""Tables of capture, how an order is read whole, and how what changed of it is written.

An order is read in two statements, three with kits. Writing compares with what was read: the version in the
row has to be the one that was read, so of two who change the same cart one is told to look again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.capture.calculation import Calculation
from entrepot.commerce.capture.grant import Granted
from entrepot.commerce.capture.order import (
    Address,
    Component,
    Order,
    OrderLine,
    OrderState,
    Payment,
    StaleVersion,
)
from entrepot.commerce.database import metadata
from entrepot.kernel.db import BigKey, Instant, Json
from entrepot.kernel.ids import new_id
from entrepot.kernel.quantity import read_step
from entrepot.kernel.statement import Row, Statement

orders = sa.Table(
    "orders",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("number", sa.String(20), unique=True),
    sa.Column("store_id", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(1), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("language", sa.String(20), nullable=False),
    sa.Column("buyer_id", sa.BigInteger),
    sa.Column("logon_id", sa.String(254), nullable=False),
    sa.Column("secret", sa.String(64)),
    sa.Column("email", sa.String(254)),
    sa.Column("codes", Json, nullable=False),
    sa.Column("declined_gifts", Json, nullable=False),
    sa.Column("granted", Json),
    sa.Column("ship_to", Json),
    sa.Column("bill_to", Json),
    sa.Column("shipping_mode", sa.String(40)),
    sa.Column("payment", Json),
    sa.Column("calculation", sa.Text),
    sa.Column("total", sa.BigInteger),
    sa.Column("prepared", Json),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Column("placed_at", Instant),
    sa.Column("external_id", sa.String(64)),
    sa.Column("transfer_error", sa.Text),
    sa.Column("tracking", Json),
    sa.Column("correlation_id", sa.String(64)),
    sa.Index("orders_current", "store_id", "buyer_id", "state"),
    # Unique because secrets are, and so that no database takes another way to a guest's cart.
    sa.Index("orders_guest", "secret", unique=True),
    sa.Index("orders_logon", "logon_id", "placed_at"),
    sa.Index("orders_email", "email", "placed_at"),
    sa.Index("orders_placed", "store_id", "placed_at"),
)
order_item = sa.Table(
    "order_item",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("order_id", sa.String(26), sa.ForeignKey("orders.id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("entry_id", sa.BigInteger, nullable=False),
    sa.Column("part_number", sa.String(64), nullable=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    sa.Column("configuration_id", sa.String(128)),
    sa.Column("configuration", Json),
    sa.Column("bundle", sa.String(26)),
    sa.Column("chosen", Json),
    sa.Column("kit", sa.Boolean, nullable=False),
    sa.CheckConstraint("quantity > 0"),
    sa.Index("order_item_of_order", "order_id"),
    sa.Index("order_item_configuration", "configuration_id"),
)
order_item_component = sa.Table(
    "order_item_component",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("item_id", sa.String(26), sa.ForeignKey("order_item.id"), nullable=False),
    sa.Column("entry_id", sa.BigInteger, nullable=False),
    sa.Column("part_number", sa.String(64), nullable=False),
    sa.Column("name", sa.String(254), nullable=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    sa.Column("required", sa.Boolean, nullable=False),
    sa.Column("unit_price", sa.BigInteger),
    sa.Column("multiple", sa.String(20), nullable=False),
    sa.Column("unit", sa.String(10), nullable=False),
    sa.Index("order_item_component_of_item", "item_id"),
)
#: Shoppers who are with a foreign configurator, and what they brought back from it.
foreign_launch = sa.Table(
    "foreign_launch",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("store_id", sa.BigInteger, nullable=False),
    sa.Column("cart_id", sa.String(26), nullable=False),
    sa.Column("line_id", sa.String(26), nullable=False),
    sa.Column("partner", sa.String(40), nullable=False),
    sa.Column("site", sa.String(300), nullable=False),
    sa.Column("part_number", sa.String(64), nullable=False),
    sa.Column("model", sa.String(80), nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("quantity", sa.String(20), nullable=False),
    sa.Column("definition", Json),
    sa.Index("foreign_launch_expires", "expires_at"),
    sa.Index("foreign_launch_cart", "cart_id"),
)
kit_configuration = sa.Table(
    "kit_configuration",
    metadata,
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("store_id", sa.BigInteger, nullable=False),
    sa.Column("content", sa.String(64), nullable=False),
    sa.Column("document", Json, nullable=False),
    sa.Column("order_id", sa.String(26)),
    sa.Column("created_at", Instant, nullable=False),
    sa.Index(
        "kit_configuration_waiting",
        "created_at",
        sqlite_where=sa.text("order_id IS NULL"),
        postgresql_where=sa.text("order_id IS NULL"),
    ),
)
idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("scope", sa.String(160), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("order_id", sa.String(26)),
    sa.Column("at", Instant, nullable=False),
)
cart_grant = sa.Table(
    "cart_grant",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("grant_id", sa.String(26), nullable=False),
    sa.Column("order_id", sa.String(26), sa.ForeignKey("orders.id"), nullable=False),
    sa.Column("store_id", sa.BigInteger, nullable=False),
    sa.Column("action", sa.String(12), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("granted", Json, nullable=False),
    sa.Column("part_number", sa.String(64), nullable=False),
    sa.Column("worth", sa.BigInteger, nullable=False),
    sa.Column("total", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("customer", sa.String(254), nullable=False),
    sa.Column("requester", sa.String(254), nullable=False),
    sa.Column("user", sa.String(254), nullable=False),
    sa.Column("note", sa.String(300), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index("cart_grant_of_order", "order_id", "id"),
    sa.Index("cart_grant_by_day", "requester", "at"),
    sa.Index("cart_grant_state", "store_id", "state"),
)
availability = sa.Table(
    "inventory_availability",
    metadata,
    sa.Column("store_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("part_number", sa.String(64), primary_key=True),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("quantity", sa.String(20)),
    sa.Column("expected_at", sa.String(40)),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
)

_ITEMS = Statement(sa.select(order_item).where(order_item.c.order_id == sa.bindparam("order_id")).order_by(order_item.c.position))
_COMPONENTS = Statement(
    sa.select(order_item_component)
    .join(order_item, order_item.c.id == order_item_component.c.item_id)
    .where(order_item.c.order_id == sa.bindparam("order_id"))
    .order_by(order_item_component.c.id)
)
_decode = msgspec.json.Decoder(Calculation)


def find_orders(conn: Connection, *conditions: sa.ColumnElement[bool], lock: bool = False, limit: int = 100) -> list[Order]:
    """The orders for which the conditions hold, newest first, each read whole."""
    query = sa.select(orders).where(*conditions).order_by(orders.c.updated_at.desc()).limit(limit)
    rows = conn.execute(query.with_for_update() if lock else query).mappings().all()
    return [_order(conn, row) for row in rows]


def find_order(conn: Connection, *conditions: sa.ColumnElement[bool], lock: bool = False) -> Order | None:
    """The newest order for which the conditions hold."""
    found = find_orders(conn, *conditions, lock=lock, limit=1)
    return found[0] if found else None


def find_by_number(conn: Connection, number: str) -> Order | None:
    """The placed order of this number, locked for a change."""
    row = _BY_NUMBER.first(conn, {"number": number})
    return None if row is None else _order(conn, row)


def has_ordered(conn: Connection, store_id: int, buyer: str, order_ref: str) -> bool:
    """Whether the buyer (logon id, or a guest's e-mail address) has placed another order that still stands."""
    return _ORDERED.first(conn, {"store": store_id, "buyer": buyer, "email": buyer.casefold(), "but": order_ref}) is not None


def find_cart(conn: Connection, store_id: int, *, buyer_id: int | None, secret: str | None, lock: bool) -> Order | None:
    """The newest pending order of an account, or of whoever holds a guest's secret; read on every step of a cart."""
    query = (_OF_BUYER if buyer_id is not None else _OF_GUEST)[lock]
    row = query.first(conn, {"store": store_id, "owner": buyer_id if buyer_id is not None else secret})
    return None if row is None else _order(conn, row)


def _cart_query(owner: sa.ColumnElement[Any]) -> tuple[Statement, Statement]:
    query = (
        sa.select(orders)
        .where(
            owner == sa.bindparam("owner"),
            orders.c.state == sa.literal_column(f"'{OrderState.PENDING}'"),
            orders.c.store_id == sa.bindparam("store"),
        )
        .order_by(orders.c.updated_at.desc())
        .limit(1)
    )
    return Statement(query), Statement(query.with_for_update())


_BY_NUMBER = Statement(sa.select(orders).where(orders.c.number == sa.bindparam("number")).with_for_update())
_ORDERED = Statement(
    sa.select(orders.c.id)
    .where(
        orders.c.store_id == sa.bindparam("store"),
        sa.or_(
            orders.c.logon_id == sa.bindparam("buyer"),
            sa.and_(orders.c.logon_id == sa.literal_column("''"), orders.c.email == sa.bindparam("email")),
        ),
        orders.c.placed_at.is_not(None),
        orders.c.state != sa.literal_column(f"'{OrderState.CANCELLED}'"),
        orders.c.id != sa.bindparam("but"),
    )
    .limit(sa.literal_column("1"))
)
_OF_BUYER = _cart_query(orders.c.buyer_id)
_OF_GUEST = _cart_query(orders.c.secret)


def _binds(table: sa.Table, *without: str) -> dict[str, sa.BindParameter[Any]]:
    return {column.name: sa.bindparam(column.name, type_=column.type) for column in table.c if column.name not in without}


_SAVE = Statement(
    orders.update()
    .where(orders.c.id == sa.bindparam("of_id"), orders.c.version == sa.bindparam("of_version"))
    .values(_binds(orders, "id", "secret"))
)
_SAVE_LINE = Statement(
    order_item.update().where(order_item.c.id == sa.bindparam("of_id")).values(_binds(order_item, "id", "order_id"))
)
_AT = Statement(sa.select(orders.c.version).where(orders.c.id == sa.bindparam("of_id")))
_ADD, _ADD_LINE = Statement(orders.insert()), Statement(order_item.insert())


def insert_order(conn: Connection, order: Order, secret: str | None) -> None:
    """Write a new, empty cart."""
    _ADD.run(conn, _row(order) | {"id": order.id, "secret": secret})


def save_order(conn: Connection, before: Order, after: Order) -> None:
    """Write what changed; the version moves by one, from exactly the one that was read."""
    if _SAVE.run(conn, _row(after) | {"of_id": before.id, "of_version": before.version}) != 1:
        raise StaleVersion(version=_AT.value(conn, {"of_id": before.id}))
    _save_lines(conn, before, after)


def _save_lines(conn: Connection, before: Order, after: Order) -> None:
    if before.lines == after.lines:
        return
    old = {line.id: line for line in before.lines}
    new = {line.id: line for line in after.lines}
    gone = [key for key in old if key not in new or old[key].components != new[key].components]
    if gone:
        conn.execute(order_item_component.delete().where(order_item_component.c.item_id.in_(gone)))
    for key in old.keys() - new.keys():
        conn.execute(order_item.delete().where(order_item.c.id == key))
    added = [line for line in after.lines if line.id not in old]
    _ADD_LINE.run_many(conn, [_line_row(line) | {"id": line.id, "order_id": after.id} for line in added])
    for key, line in new.items():
        if key in old and old[key] != line:
            _SAVE_LINE.run(conn, _line_row(line) | {"of_id": key})
    parts = [
        _component_row(line.id, one)
        for line in after.lines
        if line.id not in old or old[line.id].components != line.components
        for one in line.components
    ]
    if parts:
        conn.execute(order_item_component.insert(), parts)


def _row(order: Order) -> dict[str, Any]:
    plain = ("number", "store_id", "version", "currency", "language", "buyer_id", "logon_id", "shipping_mode", "prepared")
    stamps = ("created_at", "updated_at", "placed_at", "external_id", "transfer_error", "tracking", "correlation_id")
    values = {name: getattr(order, name) for name in (*plain, *stamps)}
    return values | {
        "state": str(order.state),
        "email": order.ship_to.email.casefold() if order.ship_to else None,
        "codes": list(order.codes),
        "declined_gifts": list(order.declined_gifts),
        "granted": msgspec.to_builtins(order.granted) if order.granted else None,
        "ship_to": msgspec.to_builtins(order.ship_to),
        "bill_to": msgspec.to_builtins(order.bill_to),
        "payment": msgspec.to_builtins(order.payment),
        "calculation": msgspec.json.encode(order.calculation).decode() if order.calculation else None,
        "total": order.calculation.total if order.calculation and order.placed_at else None,
    }


def _line_row(line: OrderLine) -> dict[str, Any]:
    names = ("position", "entry_id", "part_number", "quantity", "configuration_id", "configuration", "bundle", "chosen")
    return {name: getattr(line, name) for name in names} | {"kit": bool(line.components)}


def _component_row(item_id: str, one: Component) -> dict[str, Any]:
    names = ("entry_id", "part_number", "name", "quantity", "required", "unit_price")
    row = {name: getattr(one, name) for name in names}
    return row | {"item_id": item_id, "multiple": str(one.step.multiple), "unit": one.step.unit}


def _order(conn: Connection, row: Mapping[Any, Any]) -> Order:
    items = _ITEMS.all(conn, {"order_id": row["id"]})
    parts: dict[str, list[Component]] = {}
    if any(item["kit"] for item in items):
        for part in _COMPONENTS.all(conn, {"order_id": row["id"]}):
            parts.setdefault(part["item_id"], []).append(_component(part))
    names = ("id", "number", "store_id", "version", "currency", "language", "buyer_id", "logon_id", "created_at", "updated_at")
    more = ("shipping_mode", "prepared", "placed_at", "external_id", "transfer_error", "tracking", "correlation_id")
    return Order(
        **{name: row[name] for name in (*names, *more)},
        state=OrderState(row["state"]),
        lines=tuple(_line(item, tuple(parts.get(item["id"], ()))) for item in items),
        codes=tuple(row["codes"]),
        declined_gifts=tuple(row["declined_gifts"]),
        granted=msgspec.convert(row["granted"], tuple[Granted, ...]) if row["granted"] else (),
        ship_to=msgspec.convert(row["ship_to"], Address) if row["ship_to"] else None,
        bill_to=msgspec.convert(row["bill_to"], Address) if row["bill_to"] else None,
        payment=msgspec.convert(row["payment"], Payment) if row["payment"] else None,
        calculation=_decode.decode(row["calculation"]) if row["calculation"] else None,
    )


def _line(item: Row, components: tuple[Component, ...]) -> OrderLine:
    names = ("id", "position", "entry_id", "part_number", "quantity", "configuration_id", "configuration", "bundle")
    return OrderLine(**{name: item[name] for name in names}, components=components, chosen=item["chosen"] or {})


def _component(part: Row) -> Component:
    names = ("entry_id", "part_number", "name", "quantity", "required", "unit_price")
    return Component(**{name: part[name] for name in names}, step=read_step(part["multiple"], part["unit"]))


def new_order_values(store_id: int, currency: str, language: str, at: datetime) -> dict[str, Any]:
    """The values every new cart starts with."""
    return {
        "id": new_id(),
        "number": None,
        "store_id": store_id,
        "state": OrderState.PENDING,
        "version": 1,
        "currency": currency,
        "language": language,
        "lines": (),
        "created_at": at,
        "updated_at": at,
    }
