"""Stock, kit and sourcing scenarios through the pure functions of order management."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from entrepot.order_management.inventory.kits import Component, flatten, kits_at
from entrepot.order_management.inventory.positions import UNLIMITED, Position
from entrepot.order_management.inventory.sourcing import Need, plan
from tests.scenarios.neutral import Given, Unknown

HERE = "here"


def _position(stock: Given, reserved: int = 0, scale: int = 1) -> Position:
    threshold = _steps(stock.first("out_of_stock_threshold", "threshold", "safety_stock", "min_qty", default=0), scale)
    return Position(
        id=1,
        item_id=str(stock.get("sku")),
        node=str(stock.first("location", "node", "warehouse", "source", default=HERE)),
        on_hand=_steps(stock.first("on_hand", "qty", "quantity", default=0), scale),
        reserved=reserved,
        scheduled=_steps(stock.get("allocated", 0), scale),
        allocated=0,
        safety_stock=threshold,
        version=1,
    )


def _steps(quantity: Any, scale: int) -> int:
    """A quantity in whole steps of the item."""
    return int(Decimal(str(quantity)) * scale)


def _to_sell(stock: Given, reserved: int = 0, scale: int = 1, *, later: bool = True) -> int:
    """What can be sold; ``later`` counts what may be ordered without being there."""
    free = _position(stock, reserved, scale).to_sell
    tracked, backorderable = stock.get("track", True), stock.get("backorderable", False)
    return UNLIMITED if tracked is False or (backorderable and later) else free


def _order(given: Given, scale: int = 1) -> list[tuple[str, int]]:
    return [(str(one.get("sku")), _steps(one.first("qty", "quantity", default=1), scale)) for one in given.each("order")]


def _scale(given: Given) -> int:
    """How many steps a unit has, so that every quantity that is told is a whole number of them."""
    keys, names = ("stock", "order", "reservations", "other_reservations"), ("on_hand", "qty", "quantity")
    told = [one.get(name) for key in keys for one in given.each(key) for name in names if name in one]
    digits = max((_digits(quantity) for quantity in told), default=0)
    return int(10**digits)


def _digits(quantity: Any) -> int:
    return max(0, -int(Decimal(str(quantity)).as_tuple().exponent))


def saleable(given: Given) -> tuple[dict[str, Any], list[str]]:
    """How much of what is asked goes into the cart; then what placing and fulfilling do to the position."""
    scale = _scale(given)
    stock = {str(one.get("sku")): one for one in given.each("stock")}
    held = _held(given, scale)
    facts: dict[str, Any] = {}
    broken: list[str] = []
    free_of: dict[str, int] = {}
    for one in given.each("stock"):  # what is held is held at the first place that has the item
        sku = str(one.get("sku"))
        free_of[sku] = free_of.get(sku, 0) + _to_sell(one, 0 if sku in free_of else held.get(sku, 0), scale)
        facts |= {"saleable": Decimal(free_of[sku]) / scale, "in_stock": free_of[sku] > 0}
    for sku, quantity in _order(given, scale):
        free = free_of[sku]
        taken = min(quantity, free)
        facts |= {"qty_in_cart": Decimal(taken) / scale, "insufficient_stock": taken < quantity}
        facts |= {"saleable": Decimal(free) / scale, "in_stock": free > 0}
        position = _position(stock[sku], scale=scale)
        for step in given.each("then"):
            op, number = step.get("op"), _steps(step.first("qty", "quantity", default=Decimal(taken) / scale), scale)
            if op == "place":
                position = position.promised(number)
            elif op in ("fulfil", "fulfill", "ship"):
                position = position.shipped(number)
                op = "fulfil"
            else:
                raise Unknown(f"operation {op}")
            committed = position.reserved + position.scheduled + position.allocated
            facts |= {
                f"allocated_after_{op}": Decimal(committed) / scale,
                f"on_hand_after_{op}": Decimal(position.on_hand) / scale,
                f"saleable_after_{op}": Decimal(position.to_sell) / scale,
            }
            if min(position.on_hand, committed) < 0:
                broken.append("a counter is below 0")
    facts["available"] = facts.get("saleable")
    return facts, broken


def _held(given: Given, scale: int = 1) -> dict[str, int]:
    """What others hold at the moment; what has expired is free again.

    Where some are negative they are entries of a ledger: negative ones hold, positive ones give back.
    """
    held: dict[str, int] = {}
    for key in ("other_reservations", "reservations"):
        found = [(one, _steps(one.first("qty", "quantity", default=1), scale)) for one in given.each(key)]
        sign = -1 if any(quantity < 0 for _, quantity in found) else 1
        for one, quantity in found:
            lasts = float(one.get("expires_in_minutes", 1))
            sku = str(one.get("sku"))
            held[sku] = held.get(sku, 0) + (sign * quantity if lasts > 0 else 0)
    return held


def reserve(given: Given) -> tuple[dict[str, Any], list[str]]:
    """Everything or nothing, from what others do not hold at the moment; what the order held before is held anew."""
    held = _held(given)
    for one in given.each("own_reservations"):
        one.first("sku", "qty", "quantity", "expires_in_minutes")
    stock: dict[str, dict[str, int]] = {}
    for one in given.each("stock"):
        position = _position(one, held.get(str(one.get("sku")), 0))
        stock.setdefault(position.item_id, {})[position.node] = _to_sell(one, held.get(position.item_id, 0))
    nodes = sorted({node for by_node in stock.values() for node in by_node})
    needs = [Need(str(i), (Component(sku, 1),), quantity) for i, (sku, quantity) in enumerate(_order(given))]
    made = plan(needs, [(node, rank, 0) for rank, node in enumerate(nodes, 1)], stock)
    reserved = sum(gift.units for given_ in made.given.values() for gift in given_) if made.complete else 0
    wanted = sum(need.units for need in needs)
    free = sum(units for by_node in stock.values() for units in by_node.values())
    for step in given.each("then"):
        op = step.first("op", "do")
        if op in ("release", "cancel", "expire"):
            reserved = 0
        elif op not in ("reserve", "reserve_again", "repeat"):
            raise Unknown(f"operation {op}")
    facts = {"ok": made.complete, "reserved": reserved, "available": free, "available_after": free - reserved}
    return facts, [] if reserved in (0, wanted) else ["a part was reserved"]


def source(given: Given) -> tuple[dict[str, Any], list[str]]:
    """Which locations give what, the first ones first; what is there before what may be ordered without."""
    nodes = list(dict.fromkeys(_position(one).node for one in given.each("stock")))
    order = _order(given)
    taken: dict[tuple[str, str], int] = {}
    missing, late = {str(line): quantity for line, (_, quantity) in enumerate(order)}, 0
    for later in (False, True):
        needs = [Need(line, (Component(order[int(line)][0], 1),), units) for line, units in missing.items()]
        free: dict[str, dict[str, int]] = {}
        for one in given.each("stock"):
            position = _position(one)
            rest = _to_sell(one, later=later) - taken.get((position.item_id, position.node), 0)
            free.setdefault(position.item_id, {})[position.node] = max(0, rest)
        made = plan(needs, [(node, rank, 0) for rank, node in enumerate(nodes, 1)], free)
        for line, gifts in made.given.items():
            for gift in gifts:
                place = (order[int(line)][0], gift.node)
                taken[place] = taken.get(place, 0) + gift.units
                late += gift.units if later else 0
        missing = dict(made.short)
    given_by: dict[str, int] = {}
    for (_, node), units in taken.items():
        given_by[node] = given_by.get(node, 0) + units
    short = sum(missing.values())
    wanted = sum(quantity for _, quantity in order)
    broken = [] if sum(given_by.values()) + short == wanted else ["what is given and what is short do not add up"]
    facts = {"fulfillable": not short, "shipments": len(given_by), "short": short, "backordered": late}
    return facts | {"allocations": given_by, "allocated": given_by, "by_location": given_by}, broken


def kits(given: Given, kinds: set[str]) -> tuple[dict[str, Any], list[str]]:
    """Kits flattened, counted from stock, counted from what was delivered."""
    boms = given.get("boms")
    scales = _scales(boms, given)
    parts = {
        kit: [Component(item, int(Decimal(str(quantity)) * scales.get(item, 1))) for item, quantity in inside.items()]
        for kit, inside in boms.items()
    }
    named = {part for inside in boms.values() for part in inside}
    order = _order(given)
    kit = order[0][0] if order else next((one for one in boms if one not in named), next(iter(boms)))
    kit = str(given.get("kit", kit))
    leaves = list(flatten(kit, parts).values())
    facts: dict[str, Any] = {}
    if order:
        facts["components"] = {
            leaf.item_id: Decimal(leaf.quantity * order[0][1]) / scales.get(leaf.item_id, 1) for leaf in leaves
        }
    stock = given.get("stock")
    if stock is not None:
        if all(isinstance(items, dict) for items in stock.values()):
            facts["kit_available"] = {node: kits_at(node, leaves, _free(node, items, scales)) for node, items in stock.items()}
        else:
            facts["kit_available"] = kits_at(HERE, leaves, _free(HERE, stock, scales))
    if given.get("deliveries") is not None:
        totals: dict[str, Decimal] = {}
        counts = []
        for delivery in given.get("deliveries"):
            for item, quantity in delivery.items():
                totals[item] = totals.get(item, Decimal(0)) + Decimal(str(quantity))
            counts.append(kits_at(HERE, leaves, _free(HERE, totals, scales)))
        facts["kits_delivered_after"] = counts
    return facts, [] if all(leaf.quantity > 0 for leaf in leaves) else ["a component without a quantity"]


def _free(node: str, items: Mapping[str, Any], scales: Mapping[str, int]) -> dict[str, dict[str, int]]:
    return {item: {node: int(Decimal(str(quantity)) * scales.get(item, 1))} for item, quantity in items.items()}


def _scales(boms: dict[str, dict[str, Any]], given: Given) -> dict[str, int]:
    """Quantities are whole steps of an item: a step so small that all its quantities are whole."""
    found: dict[str, int] = {}
    stock, deliveries = given.get("stock"), given.get("deliveries")
    nodes = [one for one in (stock or {}).values() if isinstance(one, dict)] or [stock or {}]
    groups = [*boms.values(), *nodes, *(deliveries or ())]
    for items in groups:
        for item, quantity in items.items():
            digits = max(0, -int(Decimal(str(quantity)).as_tuple().exponent))
            if item not in boms:
                found[item] = max(found.get(item, 1), 10**digits)
    return found
