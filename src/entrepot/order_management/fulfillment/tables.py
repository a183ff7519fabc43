"""Where shipping is written down: releases handed to nodes, and shipments that leave them."""

from __future__ import annotations

import sqlalchemy as sa

from entrepot.kernel.db import Instant, Json
from entrepot.order_management.database import metadata

release = sa.Table(
    "order_release",
    metadata,
    sa.Column("release_key", sa.String(26), primary_key=True),
    sa.Column("order_key", sa.String(26), nullable=False),
    sa.Column("release_no", sa.Integer, nullable=False),
    sa.Column("node", sa.String(64), nullable=False),
    sa.Column("ship_to", Json, nullable=False),
    sa.Column("scac", sa.String(40), nullable=False),
    sa.Column("carrier_service", sa.String(80), nullable=False),
    sa.Column("delivery_method", sa.String(8), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.UniqueConstraint("order_key", "release_no"),
)

shipment = sa.Table(
    "shipment",
    metadata,
    sa.Column("shipment_no", sa.String(80), primary_key=True),
    sa.Column("order_key", sa.String(26), nullable=False),
    sa.Column("order_no", sa.String(64), nullable=False),
    sa.Column("enterprise", sa.String(64), nullable=False),
    sa.Column("release_key", sa.String(26), nullable=False),
    sa.Column("node", sa.String(64), nullable=False),
    sa.Column("status", sa.String(4), nullable=False),
    sa.Column("ship_to", Json, nullable=False),
    sa.Column("scac", sa.String(40), nullable=False),
    sa.Column("carrier_service", sa.String(80), nullable=False),
    sa.Column("tracking_no", sa.String(120), nullable=False),
    sa.Column("lines", Json, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("shipped_at", Instant),
    sa.Column("confirmed_by", sa.String(254), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("answer", Json),
    sa.Index("shipment_node", "node", "status"),
    sa.Index("shipment_order", "order_key"),
)
