"""Tables of promotions and their use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.database import metadata
from entrepot.commerce.promotions.promotion import (
    Exclusivity,
    Level,
    Limits,
    Promotion,
    Trigger,
    canonical_code,
    read_conditions,
    read_rewards,
    read_settings,
)
from entrepot.commerce.promotions.shelf import Shelf
from entrepot.kernel.cache import Versioned, changing
from entrepot.kernel.db import BigKey, Instant, Json, upsert
from entrepot.kernel.statement import Statement

promotion = sa.Table(
    "promotion",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("store_id", sa.BigInteger, nullable=False),
    sa.Column("identifier", sa.String(128), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("status", sa.String(12), nullable=False),
    sa.Column("level", sa.String(10), nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("exclusivity", sa.Integer, nullable=False),
    sa.Column("trigger", sa.String(20), nullable=False),
    sa.Column("code", sa.String(64)),
    sa.Column("starts_at", Instant),
    sa.Column("ends_at", Instant),
    sa.Column("limit_order", sa.Integer, nullable=False),
    sa.Column("limit_shopper", sa.Integer, nullable=False),
    sa.Column("limit_total", sa.Integer, nullable=False),
    sa.Column("conditions", Json, nullable=False),
    sa.Column("rewards", Json, nullable=False),
    sa.Column("texts", Json, nullable=False),
    sa.Column("settings", Json, nullable=False),
    sa.UniqueConstraint("store_id", "identifier"),
    sa.Index("promotion_by_code", "store_id", "code"),
)
promotion_version = sa.Table(
    "promotion_version",
    metadata,
    sa.Column("store_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("version", sa.BigInteger, nullable=False),
)
promotion_counter = sa.Table(
    "promotion_counter",
    metadata,
    sa.Column("promotion_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("scope", sa.String(300), primary_key=True),
    sa.Column("used", sa.BigInteger, nullable=False),
    sa.CheckConstraint("used >= 0"),
)
promotion_code = sa.Table(
    "promotion_code",
    metadata,
    sa.Column("store_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("code", sa.String(64), primary_key=True),
    sa.Column("promotion_id", sa.BigInteger, nullable=False),
    sa.Column("batch", sa.String(64), nullable=False),
    sa.Column("issued_at", Instant, nullable=False),
    sa.Index("promotion_code_of_promotion", "promotion_id", "batch"),
)
coupon = sa.Table(
    "coupon",
    metadata,
    sa.Column("store_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("code", sa.String(64), primary_key=True),
    sa.Column("promotion_id", sa.BigInteger, nullable=False),
    sa.Column("owner", sa.String(254), nullable=False),
    sa.Column("transferable", sa.Boolean, nullable=False),
    sa.Column("issued_at", Instant, nullable=False),
    sa.Column("effective_at", Instant, nullable=False),
    sa.Column("expires_at", Instant),
    sa.Column("revoked_at", Instant),
    sa.Column("order_ref", sa.String(64)),
    sa.Column("granted_by", sa.BigInteger),
    sa.Column("issued_by", sa.String(254), nullable=False),
    sa.Index("coupon_of_owner", "store_id", "owner"),
    sa.Index("coupon_of_order", "order_ref"),
    sa.Index("coupon_of_promotion", "promotion_id"),
)
promotion_use = sa.Table(
    "promotion_use",
    metadata,
    sa.Column("order_ref", sa.String(64), primary_key=True),
    sa.Column("promotion_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("code", sa.String(64), primary_key=True),
    sa.Column("buyer", sa.String(254), nullable=False),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Index("promotion_use_by_promotion", "promotion_id"),
)
promotion_order = sa.Table(
    "promotion_order",
    metadata,
    sa.Column("order_ref", sa.String(64), primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("closed", sa.Boolean, nullable=False),
    sa.Column("expires_at", Instant),
    sa.Index("promotion_order_expiring", "expires_at"),
)


def version_of(conn: Connection, store_id: Any) -> int:
    """The counter that moves with every change of a promotion of the store."""
    return _VERSION.value(conn, {"store_id": store_id}) or 0


_VERSION = Statement(sa.select(promotion_version.c.version).where(promotion_version.c.store_id == sa.bindparam("store_id")))
_shelves: Versioned[Shelf] = Versioned(version_of)


def shelf_of(conn: Connection, store_id: int) -> Shelf:
    """The store's active promotions, kept per process until one of them changes."""
    return _shelves.get(conn, store_id, "shelf", lambda: Shelf(find_promotions(conn, store_id, status="active")))


def find_promotions(conn: Connection, store_id: int, status: str | None = None) -> list[Promotion]:
    """The promotions of the store, best priority first."""
    t = promotion
    query = sa.select(t).where(t.c.store_id == store_id)
    if status is not None:
        query = query.where(t.c.status == status)
    return sorted((_promotion(row) for row in conn.execute(query).mappings()), key=lambda one: one.rank)


def put_promotions(conn: Connection, store_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Insert or replace promotions by identifier; changed terms become a new version.

    Refuses malformed conditions or rewards, naming the place; nothing is stored then.
    """
    t = promotion
    for row in rows:
        read_conditions(row["conditions"])
        read_rewards(row["rewards"])
        read_settings(row.get("settings"))
        filled = _DEFAULTS | row | {"store_id": store_id}
        if filled["code"] is not None:
            filled["code"] = canonical_code(filled["code"])
        known = conn.execute(sa.select(t).where(t.c.store_id == store_id, t.c.identifier == row["identifier"])).mappings().first()
        same = known is not None and all(known[name] == filled[name] for name in filled if name in t.c)
        if not same:
            filled["version"] = 1 if known is None else known["version"] + 1
            upsert(conn, t, [filled], ["store_id", "identifier"])
    _touch(conn, store_id)


def stored_promotions(conn: Connection, store_id: int) -> dict[str, dict[str, Any]]:
    """The promotions as stored, by identifier, whatever their status; for editing."""
    rows = conn.execute(sa.select(promotion).where(promotion.c.store_id == store_id)).mappings()
    return {row["identifier"]: dict(row) for row in rows}


def put_texts(conn: Connection, store_id: int, identifier: str, texts: dict[str, list[str]]) -> None:
    """Replace name and description by language; texts are not terms, so no new version is made."""
    t = promotion
    conn.execute(t.update().where(t.c.store_id == store_id, t.c.identifier == identifier).values(texts=texts))
    _touch(conn, store_id)


def _touch(conn: Connection, store_id: int) -> None:
    changing()
    upsert(conn, promotion_version, [{"store_id": store_id, "version": version_of(conn, store_id) + 1}], ["store_id"])


_DEFAULTS: dict[str, Any] = {
    "status": "active",
    "priority": 0,
    "exclusivity": 0,
    "trigger": "automatic",
    "code": None,
    "starts_at": None,
    "ends_at": None,
    "limit_order": -1,
    "limit_shopper": -1,
    "limit_total": -1,
    "texts": {},
    "settings": {},
}


def _promotion(row: sa.RowMapping) -> Promotion:
    return Promotion(
        id=row["id"],
        identifier=row["identifier"],
        version=row["version"],
        level=Level(row["level"]),
        conditions=read_conditions(row["conditions"]),
        rewards=read_rewards(row["rewards"]),
        priority=row["priority"],
        exclusivity=Exclusivity(row["exclusivity"]),
        trigger=Trigger(row["trigger"]),
        code=row["code"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        limits=Limits(row["limit_order"], row["limit_shopper"], row["limit_total"]),
        texts={language: (text[0], text[1]) for language, text in row["texts"].items()},
        settings=read_settings(row["settings"]),
    )
