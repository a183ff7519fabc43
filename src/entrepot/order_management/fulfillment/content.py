"""What is in a shipment, line by line: the parts that travel, each below the kits it belongs to.

Only parts move stock. Their kits are added at all levels, because a kit is packed, checked and received as one thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from entrepot.order_management import orders
from entrepot.order_management.orders import Line, Order


def content(order: Order, planned: Mapping[str, int], shipped: Mapping[str, int]) -> list[dict[str, Any]]:
    """The lines of a shipment from the quantities of its parts, each kit before what it consists of.

    Of a kit there are as many as its best supplied part amounts to, so that one begun is counted.
    """
    inside = {key for part in planned for key in (part, *(kit.key for kit in order.around(order.line(part))))}
    return [_line(order, line, planned, shipped) for line in orders.in_order(order) if line.key in inside]


def _line(order: Order, line: Line, planned: Mapping[str, int], shipped: Mapping[str, int]) -> dict[str, Any]:
    left = any(leaf.key in shipped for leaf, _ in order.leaves(line))
    written: dict[str, Any] = {
        "OrderLineKey": line.key,
        "PrimeLineNo": str(line.prime),
        "ItemID": line.item_id,
        "Description": line.description,
        "Quantity": line.step.format(_amount(order, line, planned)),
        "ShippedQty": line.step.format(_amount(order, line, shipped)) if left else "",
        "UnitOfMeasure": line.step.unit,
        "KitCode": line.kit_code,
        "KitItemID": "",
    }
    if line.parent:
        kit = order.line(line.parent)
        parent = {"OrderLineKey": kit.key, "PrimeLineNo": str(kit.prime), "SubLineNo": str(kit.sub)}
        written |= {"KitItemID": kit.item_id, "KitQty": str(line.kit_qty), "BundleParentLine": parent}
    return written


def _amount(order: Order, line: Line, quantities: Mapping[str, int]) -> int:
    return max((-(-quantities.get(leaf.key, 0) // per_unit) for leaf, per_unit in order.leaves(line)), default=0)
