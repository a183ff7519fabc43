"""Where orders are written down: the order, its lines and their quantities by status, money, holds, history, work to do."""

from __future__ import annotations

import sqlalchemy as sa

from entrepot.kernel.db import BigKey, Instant, Json
from entrepot.order_management.database import metadata

Key = sa.String(26)


def _of_order() -> sa.Column[str]:
    return sa.Column("order_key", Key, sa.ForeignKey("orders.key", ondelete="CASCADE"), nullable=False)


order = sa.Table(
    "orders",
    metadata,
    sa.Column("key", Key, primary_key=True),
    sa.Column("enterprise", sa.String(64), nullable=False),
    sa.Column("document_type", sa.String(4), nullable=False),
    sa.Column("order_no", sa.String(64), nullable=False),
    sa.Column("draft", sa.Boolean, nullable=False),
    sa.Column("entry_type", sa.String(20), nullable=False),
    sa.Column("buyer_user_id", sa.String(254), nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("order_date", Instant, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_by", sa.String(254), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("modified_at", Instant, nullable=False),
    sa.Column("payment_status", sa.String(20), nullable=False),
    sa.Column("reference", sa.String(120), nullable=False),
    sa.Column("bill_to", Json, nullable=False),
    sa.Column("ship_to", Json, nullable=False),
    sa.Column("delivery_method", sa.String(8), nullable=False),
    sa.Column("scac", sa.String(40), nullable=False),
    sa.Column("carrier_service", sa.String(80), nullable=False),
    sa.Column("ship_complete", sa.Boolean, nullable=False),
    sa.Column("optimization", sa.String(2), nullable=False),
    sa.Column("reservation_id", sa.String(120), nullable=False),
    sa.Column("bypass_pricing", sa.Boolean, nullable=False),
    sa.Column("priced", sa.Boolean, nullable=False),
    sa.Column("price_snapshot", sa.String(120), nullable=False),
    sa.Column("price_valid_until", Instant),
    sa.Column("next_line_no", sa.Integer, nullable=False),
    sa.Column("tax_included", sa.Boolean, nullable=False),
    sa.Column("cash_interval", sa.Integer, nullable=False),
    sa.Column("coupons", Json, nullable=False),
    sa.Column("promotions", Json, nullable=False),
    sa.Column("status_min", sa.String(12), nullable=False),
    sa.Column("status_max", sa.String(12), nullable=False),
    sa.Column("total", sa.BigInteger, nullable=False),
    sa.Column("search_text", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("answer", Json),
    sa.UniqueConstraint("enterprise", "document_type", "order_no"),
    sa.CheckConstraint("total >= 0", name="orders_total"),
    sa.Index("orders_buyer", "buyer_user_id", "order_date"),
    sa.Index("orders_recent", "order_date"),
)

line = sa.Table(
    "order_line",
    metadata,
    sa.Column("key", Key, primary_key=True),
    _of_order(),
    sa.Column("prime", sa.Integer, nullable=False),
    sa.Column("sub", sa.Integer, nullable=False),
    sa.Column("item_id", sa.String(64), nullable=False),
    sa.Column("unit", sa.String(8), nullable=False),
    sa.Column("multiple", sa.String(12), nullable=False),
    sa.Column("original", sa.BigInteger, nullable=False),
    sa.Column("ordered", sa.BigInteger, nullable=False),
    sa.Column("description", sa.String(300), nullable=False),
    sa.Column("product_class", sa.String(20), nullable=False),
    sa.Column("unit_price", sa.BigInteger, nullable=False),
    sa.Column("list_price", sa.BigInteger, nullable=False),
    sa.Column("price_before", sa.BigInteger, nullable=False),
    sa.Column("price_reason", sa.String(40), nullable=False),
    sa.Column("price_locked", sa.Boolean, nullable=False),
    sa.Column("info_only", sa.Boolean, nullable=False),
    sa.Column("kit_code", sa.String(8), nullable=False),
    sa.Column("kit_qty", sa.BigInteger, nullable=False),
    sa.Column("parent", Key, nullable=False),
    sa.Column("mode", sa.String(2), nullable=False),
    sa.Column("tracked", sa.Boolean, nullable=False),
    sa.Column("gift", Json),
    sa.Column("delivery_method", sa.String(8), nullable=False),
    sa.Column("ship_node", sa.String(64), nullable=False),
    sa.Column("line_id", sa.String(120), nullable=False),
    sa.Column("configuration_id", sa.String(120), nullable=False),
    sa.UniqueConstraint("order_key", "prime", "sub"),
    sa.CheckConstraint("ordered >= 0 AND original >= ordered", name="order_line_quantities"),
)

status = sa.Table(
    "order_line_status",
    metadata,
    sa.Column("id", BigKey, primary_key=True, autoincrement=True),
    _of_order(),
    sa.Column("line_key", Key, nullable=False),
    sa.Column("status", sa.String(12), nullable=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    sa.Column("node", sa.String(64), nullable=False),
    sa.Column("release", sa.String(40), nullable=False),
    sa.Column("shipment", sa.String(80), nullable=False),
    sa.Column("ships_at", Instant),
    sa.Column("arrives_at", Instant),
    sa.CheckConstraint("quantity > 0", name="order_line_status_quantity"),
    sa.Index("order_line_status_order", "order_key", "line_key"),
    sa.Index("order_line_status_node", "node", "status"),
)

charge = sa.Table(
    "order_charge",
    metadata,
    sa.Column("key", Key, primary_key=True),
    _of_order(),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("category", sa.String(40), nullable=False),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("line", Key, nullable=False),
    sa.Column("basis", sa.BigInteger, nullable=False),
    sa.Column("reference", sa.String(120), nullable=False),
    sa.Column("coupon", sa.String(120), nullable=False),
    sa.Column("description", sa.String(300), nullable=False),
    sa.Column("manual", sa.Boolean, nullable=False),
    sa.Column("percentage", sa.String(12), nullable=False),
    sa.Column("shares", Json, nullable=False),
    sa.CheckConstraint("amount >= 0", name="order_charge_amount"),
    sa.Index("order_charge_order", "order_key"),
)

payment_method = sa.Table(
    "payment_method",
    metadata,
    sa.Column("key", Key, primary_key=True),
    _of_order(),
    sa.Column("payment_type", sa.String(40), nullable=False),
    sa.Column("token", sa.String(200), nullable=False),
    sa.Column("brand", sa.String(40), nullable=False),
    sa.Column("last_four", sa.String(4), nullable=False),
    sa.Column("expires", sa.String(7), nullable=False),
    sa.Column("reference", sa.String(120), nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("unlimited", sa.Boolean, nullable=False),
    sa.Column("limit", sa.BigInteger, nullable=False),
    sa.Column("authorization_id", sa.String(120), nullable=False),
    sa.Column("authorized", sa.BigInteger, nullable=False),
    sa.Column("authorization_expires", sa.String(40), nullable=False),
    sa.Index("payment_method_order", "order_key"),
)

hold = sa.Table(
    "order_hold",
    metadata,
    sa.Column("key", Key, primary_key=True),
    _of_order(),
    sa.Column("hold_type", sa.String(40), nullable=False),
    sa.Column("status", sa.String(4), nullable=False),
    sa.Column("reason", sa.String(300), nullable=False),
    sa.Column("line", Key, nullable=False),
    sa.Index("order_hold_order", "order_key"),
)

audit = sa.Table(
    "order_audit",
    metadata,
    sa.Column("id", BigKey, primary_key=True, autoincrement=True),
    _of_order(),
    sa.Column("line_key", Key, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("user", sa.String(254), nullable=False),
    sa.Column("transaction", sa.String(40), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    sa.Column("source", Json),
    sa.Column("target", Json),
    sa.Column("text", sa.Text, nullable=False),
    sa.Index("order_audit_order", "order_key", "id"),
)

task = sa.Table(
    "order_task",
    metadata,
    sa.Column("order_key", Key, sa.ForeignKey("orders.key", ondelete="CASCADE"), primary_key=True),
    sa.Column("transaction", sa.String(20), primary_key=True),
    sa.Column("available_at", Instant, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("lease_until", Instant),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("correlation_id", sa.String(64), nullable=False),
    sa.Index("order_task_due", "available_at"),
)

number = sa.Table(
    "order_number",
    metadata,
    sa.Column("series", sa.String(80), primary_key=True),
    sa.Column("last", sa.BigInteger, nullable=False),
)

#: What was given by hand: one row per thing that happened to an adjustment, never changed and never removed.
adjustment_fact = sa.Table(
    "adjustment_fact",
    metadata,
    sa.Column("id", BigKey, primary_key=True, autoincrement=True),
    sa.Column("order_key", Key, sa.ForeignKey("orders.key", ondelete="CASCADE"), nullable=False),
    sa.Column("adjustment", Key, nullable=False),
    sa.Column("action", sa.String(10), nullable=False),
    sa.Column("state", sa.String(4), nullable=False),
    sa.Column("level", sa.String(20), nullable=False),
    sa.Column("line_key", Key, nullable=False),
    sa.Column("item_id", sa.String(64), nullable=False),
    sa.Column("before", sa.BigInteger, nullable=False),
    sa.Column("after", sa.BigInteger, nullable=False),
    sa.Column("worth", sa.BigInteger, nullable=False),
    sa.Column("order_total", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("reason", sa.String(40), nullable=False),
    sa.Column("note", sa.String(300), nullable=False),
    sa.Column("policy", sa.String(20), nullable=False),
    sa.Column("customer", sa.String(254), nullable=False),
    sa.Column("requester", sa.String(254), nullable=False),
    sa.Column("user", sa.String(254), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index("adjustment_fact_order", "order_key", "id"),
    sa.Index("adjustment_fact_requester", "requester", "at"),
    sa.Index("adjustment_fact_last", "adjustment", "id"),
)

#: How far a role may go on its own; a limit that is empty is none.
adjustment_limit = sa.Table(
    "adjustment_limit",
    metadata,
    sa.Column("enterprise", sa.String(64), primary_key=True),
    sa.Column("role", sa.String(40), primary_key=True),
    sa.Column("currency", sa.String(3), primary_key=True),
    sa.Column("line_percent", sa.Integer),
    sa.Column("line_amount", sa.BigInteger),
    sa.Column("order_amount", sa.BigInteger),
    sa.Column("day_amount", sa.BigInteger),
)

adjustment_policy = sa.Table(
    "adjustment_policy",
    metadata,
    sa.Column("enterprise", sa.String(64), primary_key=True),
    sa.Column("policy", sa.String(20), nullable=False),
)
