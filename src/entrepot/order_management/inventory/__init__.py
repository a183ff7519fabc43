"""Stock: what there is, what is promised, what can be promised, and what kits can be made of it.

A position is one item at one node with four counters: on hand, reserved (carts, drafts), scheduled and allocated (orders).
Taking stock is one conditional statement, so nothing is oversold however many buyers come at once. Kits have no stock
of their own. Reservations hold stock for a while; orders claim them. Levels that change are told to the outside.
Quantities here are whole numbers of an item's orderable step.
"""

from entrepot.order_management.inventory.atp import Promisable, available_to_promise
from entrepot.order_management.inventory.availability import Picture, find_inventory, monitor_item_availability, picture
from entrepot.order_management.inventory.documents import AdjustInventory, CancelReservation, FindInventory, Reserve
from entrepot.order_management.inventory.items import (
    Backorder,
    Item,
    ItemUnknown,
    KitCode,
    Node,
    items_by_id,
    kits_of,
    load_items,
    load_nodes,
    nodes_by_name,
    require_items,
)
from entrepot.order_management.inventory.kits import Component, Mode, flatten, may_raise, ratio
from entrepot.order_management.inventory.monitor import tell_availability
from entrepot.order_management.inventory.positions import (
    Because,
    Piece,
    Position,
    give_back,
    in_lock_order,
    ledger_differences,
    positions_of,
    shift,
    ship_out,
    take,
)
from entrepot.order_management.inventory.reservations import Claimed, Want, cancel_reservation, claim, reserve, sweep_expired
from entrepot.order_management.inventory.sourcing import Aim, Given, Need, Plan, plan
from entrepot.order_management.inventory.stock import (
    FutureSupply,
    StockFigure,
    StockPromisedElsewhere,
    adjust,
    change_on_hand,
    load_future_supply,
    load_stock,
)

__all__ = [
    "AdjustInventory",
    "Aim",
    "Backorder",
    "Because",
    "CancelReservation",
    "Claimed",
    "Component",
    "FindInventory",
    "FutureSupply",
    "Given",
    "Item",
    "ItemUnknown",
    "KitCode",
    "Mode",
    "Need",
    "Node",
    "Picture",
    "Piece",
    "Plan",
    "Position",
    "Promisable",
    "Reserve",
    "StockFigure",
    "StockPromisedElsewhere",
    "Want",
    "adjust",
    "available_to_promise",
    "cancel_reservation",
    "change_on_hand",
    "claim",
    "find_inventory",
    "flatten",
    "give_back",
    "in_lock_order",
    "items_by_id",
    "kits_of",
    "ledger_differences",
    "load_future_supply",
    "load_items",
    "load_nodes",
    "load_stock",
    "may_raise",
    "monitor_item_availability",
    "nodes_by_name",
    "picture",
    "plan",
    "positions_of",
    "ratio",
    "require_items",
    "reserve",
    "shift",
    "ship_out",
    "sweep_expired",
    "take",
    "tell_availability",
]
