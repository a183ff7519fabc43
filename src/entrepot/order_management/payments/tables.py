"""Where money is written down: what was asked of the gateway and what came of it, and the invoices."""

from __future__ import annotations

import sqlalchemy as sa

from entrepot.kernel.db import BigKey, Instant, Json
from entrepot.order_management.database import metadata

transaction = sa.Table(
    "charge_transaction",
    metadata,
    sa.Column("id", BigKey, primary_key=True, autoincrement=True),
    sa.Column("gateway_key", sa.String(26), nullable=False, unique=True),
    sa.Column("order_key", sa.String(26), nullable=False),
    sa.Column("method_key", sa.String(26), nullable=False),
    sa.Column("payment_type", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("token", sa.String(200), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("authorization_id", sa.String(120), nullable=False),
    sa.Column("requested_at", Instant, nullable=False),
    sa.Column("executed_at", Instant),
    sa.Column("text", sa.String(300), nullable=False),
    sa.Index("charge_transaction_order", "order_key", "id"),
)

invoice = sa.Table(
    "invoice",
    metadata,
    sa.Column("invoice_no", sa.String(80), primary_key=True),
    sa.Column("order_key", sa.String(26), nullable=False),
    sa.Column("invoice_type", sa.String(16), nullable=False),
    sa.Column("shipment_no", sa.String(80), nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("order_wide", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("lines", Json, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.UniqueConstraint("order_key", "shipment_no"),
    sa.CheckConstraint("amount >= 0", name="invoice_amount"),
)
