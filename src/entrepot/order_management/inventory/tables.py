"""Where stock is written down: nodes, items, positions with their counters, the ledger, supply to come, reservations.

The database itself refuses a negative counter, and commitments above what is on hand: the rule that nothing is
oversold holds even against a mistake in our own code.
"""

from __future__ import annotations

import sqlalchemy as sa

from entrepot.kernel.db import BigKey, Instant, Json
from entrepot.order_management.database import metadata

node = sa.Table(
    "node",
    metadata,
    sa.Column("node", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("infinite", sa.Boolean, nullable=False),
    sa.Column("ship_days", sa.Integer, nullable=False),
    sa.Column("transit_days", sa.Integer, nullable=False),
)

item = sa.Table(
    "item",
    metadata,
    sa.Column("organization", sa.String(64), primary_key=True),
    sa.Column("item_id", sa.String(64), primary_key=True),
    sa.Column("description", sa.String(300), nullable=False),
    sa.Column("unit", sa.String(8), nullable=False),
    sa.Column("multiple", sa.String(12), nullable=False),
    sa.Column("kit_code", sa.String(8), nullable=False),
    sa.Column("fulfillment_mode", sa.String(2), nullable=False),
    sa.Column("backorder", sa.String(16), nullable=False),
    sa.Column("tracked", sa.Boolean, nullable=False),
    sa.Column("sellable", sa.Boolean, nullable=False),
    sa.Column("safety_stock", sa.Integer, nullable=False),
    sa.Column("low", sa.Integer, nullable=False),
    sa.Column("medium", sa.Integer, nullable=False),
)

kit_component = sa.Table(
    "kit_component",
    metadata,
    sa.Column("organization", sa.String(64), primary_key=True),
    sa.Column("parent", sa.String(64), primary_key=True),
    sa.Column("component", sa.String(64), primary_key=True),
    sa.Column("quantity", sa.Integer, nullable=False),
    sa.Column("required", sa.Boolean, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.CheckConstraint("quantity > 0", name="kit_component_quantity"),
    sa.Index("kit_component_component", "organization", "component"),
)

position = sa.Table(
    "position",
    metadata,
    sa.Column("id", BigKey, primary_key=True, autoincrement=True),
    sa.Column("organization", sa.String(64), nullable=False),
    sa.Column("item_id", sa.String(64), nullable=False),
    sa.Column("node", sa.String(64), nullable=False),
    sa.Column("on_hand", sa.BigInteger, nullable=False),
    sa.Column("reserved", sa.BigInteger, nullable=False),
    sa.Column("scheduled", sa.BigInteger, nullable=False),
    sa.Column("allocated", sa.BigInteger, nullable=False),
    sa.Column("safety_stock", sa.BigInteger, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("said_version", sa.BigInteger, nullable=False),
    sa.Column("as_of", Instant),
    sa.UniqueConstraint("organization", "item_id", "node"),
    sa.CheckConstraint("on_hand >= 0 AND reserved >= 0 AND scheduled >= 0", name="position_counters"),
    sa.CheckConstraint("allocated >= 0 AND safety_stock >= 0", name="position_counters_more"),
    sa.CheckConstraint("on_hand - reserved - scheduled - allocated >= 0", name="position_not_oversold"),
    sa.Index(
        "position_unsaid",
        "id",
        sqlite_where=sa.text("version <> said_version"),
        postgresql_where=sa.text("version <> said_version"),
    ),
)

ledger = sa.Table(
    "stock_ledger",
    metadata,
    sa.Column("id", BigKey, primary_key=True, autoincrement=True),
    sa.Column("position_id", BigKey, sa.ForeignKey("position.id"), nullable=False),
    sa.Column("counter", sa.String(12), nullable=False),
    sa.Column("delta", sa.BigInteger, nullable=False),
    sa.Column("cause", sa.String(40), nullable=False),
    sa.Column("document", sa.String(120), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("entry_key", sa.String(200), unique=True),
    sa.Index("stock_ledger_position", "position_id"),
)

future_supply = sa.Table(
    "future_supply",
    metadata,
    sa.Column("organization", sa.String(64), primary_key=True),
    sa.Column("item_id", sa.String(64), primary_key=True),
    sa.Column("node", sa.String(64), primary_key=True),
    sa.Column("reference", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("due", Instant, nullable=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    sa.CheckConstraint("quantity >= 0", name="future_supply_quantity"),
)

reservation = sa.Table(
    "reservation",
    metadata,
    sa.Column("organization", sa.String(64), primary_key=True),
    sa.Column("reservation_id", sa.String(120), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("answer", Json, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
)

reservation_line = sa.Table(
    "reservation_line",
    metadata,
    sa.Column("id", BigKey, primary_key=True, autoincrement=True),
    sa.Column("organization", sa.String(64), nullable=False),
    sa.Column("reservation_id", sa.String(120), nullable=False),
    sa.Column("line_id", sa.String(120), nullable=False),
    sa.Column("item_id", sa.String(64), nullable=False),
    sa.Column("node", sa.String(64), nullable=False),
    sa.Column("position_id", BigKey, sa.ForeignKey("position.id"), nullable=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    sa.Column("claimed", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("left_held_at", Instant),
    sa.UniqueConstraint("organization", "reservation_id", "line_id", "item_id", "node"),
    sa.CheckConstraint("quantity > 0", name="reservation_line_quantity"),
    sa.Index(
        "reservation_line_held",
        "expires_at",
        sqlite_where=sa.text("state = 'HELD'"),
        postgresql_where=sa.text("state = 'HELD'"),
    ),
    sa.Index("reservation_line_position", "position_id"),
)

said = sa.Table(
    "availability_said",
    metadata,
    sa.Column("organization", sa.String(64), primary_key=True),
    sa.Column("item_id", sa.String(64), primary_key=True),
    sa.Column("level", sa.String(8), nullable=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    sa.Column("future", sa.String(40), nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
)
