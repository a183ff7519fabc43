"""Bulk writes of pricing: lists, offers, list prices, rules, contracts. Used by the loader and by management."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.pricing import tables
from entrepot.commerce.pricing.price import FOREVER
from entrepot.commerce.pricing.reading import read_rule
from entrepot.commerce.pricing.versions import record_loaded, versions_of
from entrepot.kernel.db import upsert


def ensure_price_list(conn: Connection, store_id: int, name: str, description: str | None = None) -> int:
    """The id of the price list, made when there is none of this name; a given description replaces the old one."""
    t = tables.price_list
    row = conn.execute(sa.select(t.c.id, t.c.description).where(t.c.store_id == store_id, t.c.name == name)).first()
    if row is None:
        made = conn.execute(t.insert().values(store_id=store_id, name=name, description=description).returning(t.c.id))
        tables.touch(conn, store_id)
        return int(made.scalar_one())
    if description is not None and description != row.description:
        conn.execute(t.update().where(t.c.id == row.id).values(description=description))
    return int(row.id)


def put_offers(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert or replace offers by (entry, list, currency, identifier); open ends are filled in."""
    filled = [
        {
            "quantity_least": 1,
            "quantity_most": tables.MOST_QUANTITY,
            "precedence": 0,
            "starts_at": 0,
            "ends_at": FOREVER,
            "published": True,
            "groups": None,
            "identifier": "",
        }
        | row
        for row in rows
    ]
    upsert(conn, tables.offer, filled, ["entry_id", "price_list_id", "currency", "identifier"])


def put_list_prices(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert or replace list prices: ``{entry_id, currency, price}`` with the price in 1/100,000."""
    upsert(conn, tables.list_price, list(rows), ["entry_id", "currency"])


def put_price_rule(conn: Connection, store_id: int, name: str, path: Any) -> int:
    """Store a price rule; a changed one becomes a new version. Refuses what could never price."""
    read_rule(name, path)
    t = tables.price_rule
    row = conn.execute(sa.select(t.c.version, t.c.path).where(t.c.store_id == store_id, t.c.name == name)).first()
    if row is not None and row.path == path:
        return int(row.version)
    known = versions_of(conn, store_id, name)
    version = max([0 if row is None else int(row.version), *(one.version for one in known)]) + 1
    record_loaded(conn, store_id, name, version, path, datetime.now(UTC))
    upsert(conn, t, [{"store_id": store_id, "name": name, "version": version, "path": path}], ["store_id", "name"])
    tables.touch(conn, store_id)
    return version


def put_contract(conn: Connection, store_id: int, row: dict[str, Any]) -> None:
    """Insert or replace a contract by its identifier."""
    defaults = {
        "state": "active",
        "is_default": False,
        "organization_id": None,
        "segments": None,
        "price_rule": None,
        "base_contract": None,
        "preferred": False,
        "starts_at": None,
        "ends_at": None,
        "terms": None,
        "participants": None,
    }
    upsert(conn, tables.contract, [defaults | row | {"store_id": store_id}], ["store_id", "identifier"])
    tables.touch(conn, store_id)
