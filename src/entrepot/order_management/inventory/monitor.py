"""Telling the outside when availability changes enough to matter: a level was crossed, or supply to come changed.

Every move of a counter raises its position's version; the monitor looks at positions whose version was not told yet,
so taking stock never waits for the telling. A moved part also moves every kit that contains it. Each item's messages are
numbered, so an older one can never overwrite a newer one at the receiver.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.bus import Message
from entrepot.kernel.db import any_of, upsert
from entrepot.kernel.statement import Statement
from entrepot.order_management.database import outbox
from entrepot.order_management.inventory import tables
from entrepot.order_management.inventory.availability import Picture, network_quantity, picture, promise_over_time
from entrepot.order_management.inventory.items import Item, kits_with
from entrepot.order_management.wire import moment

EVENT = "REALTIME_AVAILABILITY_CHANGE"


_p, _s = tables.position.c, tables.said.c
_MOVED = Statement(
    sa.select(_p.id, _p.organization, _p.item_id, _p.version)
    .where(_p.version != _p.said_version)
    .order_by(_p.id)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)
_TOLD = Statement(tables.position.update().where(_p.id == sa.bindparam("of")).values(said_version=sa.bindparam("said")))
_SAID = Statement(sa.select(tables.said).where(_s.organization == sa.bindparam("organization"), any_of(_s.item_id, "items")))


def level(quantity: int, item: Item) -> str:
    """NONE, LOW, MEDIUM or HIGH by the item's two thresholds."""
    if quantity <= 0:
        return "NONE"
    if quantity <= item.low:
        return "LOW"
    return "MEDIUM" if quantity <= item.medium else "HIGH"


def tell_availability(conn: Connection, at: datetime, limit: int = 200) -> int:
    """Put a message into the outbox for every item whose level or outlook changed; tell how many positions were looked at."""
    rows = _MOVED.all(conn, {"most": limit})
    for organization in sorted({row["organization"] for row in rows}):
        moved = {row["item_id"] for row in rows if row["organization"] == organization}
        _tell(conn, organization, sorted(moved | kits_with(conn, organization, moved)), at)
    _TOLD.run_many(conn, [{"of": row["id"], "said": row["version"]} for row in rows])
    return len(rows)


def _tell(conn: Connection, organization: str, item_ids: list[str], at: datetime) -> None:
    seen = picture(conn, organization, item_ids)
    told = {row["item_id"]: row for row in _SAID.all(conn, {"organization": organization, "items": item_ids})}
    for item_id in item_ids:
        if item_id not in seen.items:
            continue
        quantity, body = _body(seen, item_id, at)
        earlier = told.get(item_id)
        outlook = f"{body['FirstFutureAvailableDate']}"
        if earlier and earlier["level"] == body["AlertLevel"] and earlier["future"] == outlook:
            continue
        sequence = (earlier["sequence"] if earlier else 0) + 1
        row = {"organization": organization, "item_id": item_id, "level": body["AlertLevel"], "future": outlook}
        upsert(conn, tables.said, [row | {"quantity": quantity, "sequence": sequence}], ["organization", "item_id"])
        key = f"{organization}/{item_id}"
        kind = "inventory.availability_changed"
        said = Message(kind, body | {"Sequence": sequence}, f"{key}/{sequence}", key, sequence, store=organization)
        outbox.put(conn, said, at)


def _body(seen: Picture, item_id: str, at: datetime) -> tuple[int, dict[str, object]]:
    item = seen.items[item_id]
    now = network_quantity(seen, item_id)
    later = next((row for row in promise_over_time(seen, item_id, at) if row.when > at and row.atp > now), None)
    return now, {
        "Event": EVENT,
        "AlertLevel": level(now, item),
        "AlertQuantity": item.step.format(now),
        "AlertType": "REALTIME_ONHAND",
        "OnhandAvailableQuantity": item.step.format(now),
        "FirstFutureAvailableDate": moment(later.when) if later else "",
        "FutureAvailableQuantity": item.step.format(later.atp) if later else "0",
        "InventoryStatus": "Available" if now > 0 else "Backorderable" if later else "Unavailable",
        "MonitorOption": "ACTIVITY",
        "Item": {"ItemID": item_id, "OrganizationCode": seen.organization, "UnitOfMeasure": item.step.unit},
    }
