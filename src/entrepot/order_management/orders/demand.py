"""What an order asks of stock at each status, and what a change of its rows therefore does to the counters.

The table is the rule: quantity at a status is demand of that kind at the row's node. Whoever changes rows does not move
stock himself; the difference between before and after is moved when the order is saved, in the same transaction, so
orders and counters cannot disagree. Kits ask nothing, their parts do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.engine import Connection

from entrepot.kernel.errors import Conflict
from entrepot.kernel.words import mark
from entrepot.order_management import inventory
from entrepot.order_management.inventory import Because
from entrepot.order_management.orders.order import Order

DEMAND = {
    "1200": "scheduled",
    "1500": "scheduled",
    "3200": "allocated",
    "3300": "allocated",
    "3350": "allocated",
    "3350.20": "allocated",
    "3700": "gone",
    "3700.7777": "gone",
    "3700.01": "gone",
    "3700.02": "gone",
}
Asked = dict[tuple[str, str], Counter[str]]


class StockGone(Conflict):
    code = "OUT_OF_STOCK"
    message = mark("{item_id} is no longer available in that quantity at {node}. Nothing was changed; look at the stock again.")


def asked(order: Order | None) -> Asked:
    """What the order's rows ask of each position."""
    found: Asked = {}
    for line in order.lines if order else ():
        for row in line.rows if line.tracked and line.kit_code != "BUNDLE" else ():
            if row.status in DEMAND:
                found.setdefault((line.item_id, row.node), Counter())[DEMAND[row.status]] += row.quantity
    return found


def move_stock(
    conn: Connection, before: Order | None, after: Order, at: datetime, claimed: Mapping[tuple[str, str], int] | None = None
) -> None:
    """Make the counters follow the rows; ``claimed`` was taken over from a reservation already.

    Raises `StockGone` when somebody was faster; the caller's transaction or savepoint then forgets everything.
    """
    was, is_ = asked(before), asked(after)
    changed = {place for place in was.keys() | is_.keys() if was.get(place, Counter()) != is_.get(place, Counter())}
    if not changed:
        return
    positions = inventory.positions_of(conn, after.enterprise, {item_id for item_id, _ in changed})
    nodes = inventory.nodes_by_name(conn)
    because = Because(after.order_no, after.key, at)
    for place in sorted(changed, key=lambda place: positions[place].id if place in positions else -1):
        if nodes[place[1]].infinite:
            continue
        if place not in positions:
            raise StockGone(item_id=place[0], node=place[1])
        old, new = was.get(place, Counter()), is_.get(place, Counter())
        delta = {name: new[name] - old[name] for name in ("scheduled", "allocated", "gone")}
        delta["scheduled"] -= (claimed or {}).get(place, 0)
        _apply(conn, positions[place], delta, because)


def _apply(conn: Connection, position: inventory.Position, delta: dict[str, int], because: Because) -> None:
    shipping = delta["gone"]
    if shipping > 0:
        inventory.ship_out(conn, position.id, shipping, because)
        delta["allocated"] += shipping
    onward = min(-delta["scheduled"], delta["allocated"])
    if onward > 0:
        inventory.shift(conn, position.id, "scheduled", "allocated", onward, because)
        delta["scheduled"] += onward
        delta["allocated"] -= onward
    back = min(delta["scheduled"], -delta["allocated"])
    if back > 0:
        inventory.shift(conn, position.id, "allocated", "scheduled", back, because)
        delta["scheduled"] -= back
        delta["allocated"] += back
    assert delta["allocated"] <= 0, "stock is allocated only after it was scheduled"
    if delta["allocated"] < 0:
        inventory.give_back(conn, position.id, "allocated", -delta["allocated"], because)
    if delta["scheduled"] < 0:
        inventory.give_back(conn, position.id, "scheduled", -delta["scheduled"], because)
    if delta["scheduled"] > 0 and not inventory.take(conn, position.id, "scheduled", delta["scheduled"], because):
        raise StockGone(item_id=position.item_id, node=position.node)
