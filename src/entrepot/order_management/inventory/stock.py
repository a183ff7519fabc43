"""How stock figures get in: loads that say how much there is, adjustments that say how much came or went.

A load is absolute and may be repeated; it becomes a difference under the position's lock, and an older figure (by its
``as_of``) never overwrites a newer one. When less is there than was promised, held reservations give way first, the
longest holder before the others; orders give way one floor up, where they are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.kernel.db import any_of, upsert
from entrepot.kernel.errors import Invalid, Refused
from entrepot.kernel.words import mark
from entrepot.order_management.inventory import tables
from entrepot.order_management.inventory.documents import AdjustInventory
from entrepot.order_management.inventory.items import CHUNK, Item, KitCode, NodeUnknown, nodes_by_name, require_items
from entrepot.order_management.inventory.positions import Because, booked, count, ensure
from entrepot.order_management.inventory.reservations import held_on, release_lines


@dataclass(frozen=True, slots=True)
class StockFigure:
    """How much of an item a node has, in steps; an absent safety stock is the item's own."""

    organization: str
    item_id: str
    node: str
    on_hand: int
    safety_stock: int | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class FutureSupply:
    """What will come: the figure of one purchase order or transfer, by its reference."""

    organization: str
    item_id: str
    node: str
    reference: str
    due: datetime
    quantity: int
    kind: str = "PO_PLACED"


class KitHasNoStock(Invalid):
    code = "KIT_HAS_NO_STOCK"
    message = mark("{path}: {item_id} is a kit without stock of its own. Give the stock of its parts.")


class StockPromisedElsewhere(Refused):
    code = "STOCK_PROMISED_ELSEWHERE"
    message = mark("{missing} of {item_id} at {node} are promised to orders. Unschedule those orders first.")


class StockBelowNothing(Refused):
    code = "STOCK_BELOW_NOTHING"
    message = mark("{item_id} at {node}: fewer than none cannot be on hand. Count again.")


def load_stock(conn: Connection, figures: Sequence[StockFigure], at: datetime) -> int:
    """Make the figures true; tell how many positions changed."""
    changed = 0
    for start in range(0, len(figures), CHUNK):
        for organization in sorted({figure.organization for figure in figures[start : start + CHUNK]}):
            chunk = [f for f in figures[start : start + CHUNK] if f.organization == organization]
            changed += _load(conn, organization, chunk, at)
    return changed


def adjust(conn: Connection, asked: AdjustInventory, at: datetime) -> int:
    """Add to or take from what is on hand, once per key; tell how many reserved units had to give way."""
    item = _stockable(conn, asked.organization_code, [asked.item_id])[asked.item_id]
    _known_nodes(conn, [asked.ship_node])
    sign, text = (-1, asked.quantity[1:]) if asked.quantity.startswith("-") else (1, asked.quantity)
    delta = sign * item.step.parse(text, "Quantity")
    if booked(conn, asked.adjustment_key):
        return 0
    position = ensure(conn, asked.organization_code, asked.item_id, asked.ship_node, item.safety_stock)
    because = Because("ADJUST", asked.reason_code or "adjustInventory", at, asked.adjustment_key)
    return change_on_hand(conn, position, delta, because)


def change_on_hand(conn: Connection, position: int, delta: int, because: Because) -> int:
    """Change what is on hand; held reservations give way where needed, orders are not touched."""
    row = conn.execute(sa.select(tables.position).where(tables.position.c.id == position).with_for_update()).mappings().one()
    if row["on_hand"] + delta < 0:
        raise StockBelowNothing(item_id=row["item_id"], node=row["node"])
    given_way = 0
    missing = row["reserved"] + row["scheduled"] + row["allocated"] - row["on_hand"] - delta
    if missing > row["reserved"]:
        raise StockPromisedElsewhere(item_id=row["item_id"], node=row["node"], missing=missing - row["reserved"])
    for held in held_on(conn, position) if missing > 0 else ():
        if given_way >= missing:
            break
        given_way += release_lines(conn, [held], "RELEASED", because.at)
    done = count(conn, position, delta, because)
    assert done, "the position is locked and enough has given way"
    return given_way


def load_future_supply(conn: Connection, supplies: Sequence[FutureSupply]) -> int:
    """Replace what is known of each reference; a quantity of 0 takes it off."""
    for start in range(0, len(supplies), CHUNK):
        chunk = supplies[start : start + CHUNK]
        names = FutureSupply.__dataclass_fields__
        keys = ["organization", "item_id", "node", "reference"]
        for organization in sorted({supply.organization for supply in chunk}):
            items = _stockable(conn, organization, [s.item_id for s in chunk if s.organization == organization])
            for supply in chunk:
                if supply.organization == organization:
                    ensure(conn, organization, supply.item_id, supply.node, items[supply.item_id].safety_stock)
        _known_nodes(conn, [supply.node for supply in chunk])
        upsert(conn, tables.future_supply, [{name: getattr(supply, name) for name in names} for supply in chunk], keys)
        t = tables.position
        touched = t.update().where(any_of(t.c.item_id, "items")).values(version=t.c.version + 1)
        conn.execute(touched, {"items": sorted({supply.item_id for supply in chunk})})
    return len(supplies)


def _load(conn: Connection, organization: str, figures: Sequence[StockFigure], at: datetime) -> int:
    items = _stockable(conn, organization, [figure.item_id for figure in figures])
    _known_nodes(conn, [figure.node for figure in figures])
    t = tables.position
    query = sa.select(t).where(t.c.organization == organization, any_of(t.c.item_id, "items")).order_by(t.c.id).with_for_update()
    asked = {"items": sorted(items)}
    known = {(row["item_id"], row["node"]) for row in conn.execute(query, asked).mappings()}
    fresh = {(figure.item_id, figure.node): figure for figure in figures if (figure.item_id, figure.node) not in known}
    empty = {"on_hand": 0, "reserved": 0, "scheduled": 0, "allocated": 0, "version": 0, "said_version": 0}
    if fresh:
        rows = [{"organization": organization, "item_id": i, "node": n, "safety_stock": items[i].safety_stock} for i, n in fresh]
        conn.execute(t.insert(), [row | empty for row in rows])
    positions = {(row["item_id"], row["node"]): row for row in conn.execute(query, asked).mappings()}
    changed = 0
    for figure in figures:
        row = positions[figure.item_id, figure.node]
        if figure.as_of and row["as_of"] and figure.as_of < row["as_of"]:
            continue
        safety = items[figure.item_id].safety_stock if figure.safety_stock is None else figure.safety_stock
        delta = figure.on_hand - row["on_hand"]
        if delta:
            change_on_hand(conn, row["id"], delta, Because("LOAD", "stock load", at))
        if safety != row["safety_stock"] or figure.as_of:
            known_at = {"safety_stock": safety, "as_of": figure.as_of or row["as_of"], "version": t.c.version + 1}
            conn.execute(t.update().where(t.c.id == row["id"]).values(**known_at))
        changed += bool(delta) or safety != row["safety_stock"]
    return changed


def _stockable(conn: Connection, organization: str, item_ids: Sequence[str]) -> dict[str, Item]:
    items = require_items(conn, organization, item_ids)
    for item in items.values():
        if item.kit_code is KitCode.BUNDLE:
            raise KitHasNoStock(path="ItemID", item_id=item.item_id)
    return items


def _known_nodes(conn: Connection, names: Sequence[str]) -> None:
    known = nodes_by_name(conn)
    for name in names:
        if name not in known:
            raise NodeUnknown(path="ShipNode", node=name)
