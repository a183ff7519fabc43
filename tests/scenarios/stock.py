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


def _position(stock: Given, reserved: int = 0) -> Position:
    threshold = int(stock.first("out_of_stock_threshold", "threshold", "safety_stock", default=0))
    return Position(
        id=1,
        item_id=str(stock.get("sku")),
        node=str(stock.first("location", "node", "warehouse", default=HERE)),
        on_hand=int(stock.get("on_hand", 0)),
        reserved=reserved,
        scheduled=int(stock.get("allocated", 0)),
        allocated=0,
        safety_stock=threshold,
        version=1,
    )


def _to_sell(stock: Given, reserved: int = 0) -> int:
    free = _position(stock, reserved).to_sell
    tracked, backorderable = stock.get("track", True), stock.get("backorderable", False)
    return UNLIMITED if tracked is False or backorderable else free


def _order(given: Given) -> list[tuple[str, int]]:
    return [(str(one.get("sku")), int(one.get("qty", 1))) for one in given.each("order")]


def saleable(given: Given) -> tuple[dict[str, Any], list[str]]:
    """How much of what is asked goes into the cart; then what placing and fulfilling do to the position."""
    stock = {str(one.get("sku")): one for one in given.each("stock")}
    held = _held(given)
    facts: dict[str, Any] = {}
    broken: list[str] = []
    for sku, one in stock.items():
        facts |= {"saleable": _to_sell(one, held.get(sku, 0)), "in_stock": _to_sell(one, held.get(sku, 0)) > 0}
    for sku, quantity in _order(given):
        free = _to_sell(stock[sku], held.get(sku, 0))
        taken = min(quantity, free)
        facts |= {"qty_in_cart": taken, "insufficient_stock": taken < quantity, "saleable": free, "in_stock": free > 0}
        position = _position(stock[sku])
        for step in given.each("then"):
            op, number = step.get("op"), int(step.first("qty", "quantity", default=taken))
            if op == "place":
                position = position.promised(number)
            elif op in ("fulfil", "fulfill", "ship"):
                position = position.shipped(number)
                op = "fulfil"
            else:
                raise Unknown(f"operation {op}")
            committed = position.reserved + position.scheduled + position.allocated
            facts |= {f"allocated_after_{op}": committed, f"on_hand_after_{op}": position.on_hand}
            if min(position.on_hand, committed) < 0:
                broken.append("a counter is below 0")
    return facts, broken


def _held(given: Given) -> dict[str, int]:
    """What others hold at the moment; what has expired is free again."""
    held: dict[str, int] = {}
    for key in ("other_reservations", "reservations"):
        for one in given.each(key):
            lasts = float(one.get("expires_in_minutes", 1))
            sku, quantity = str(one.get("sku")), abs(int(one.first("qty", "quantity", default=1)))
            held[sku] = held.get(sku, 0) + (quantity if lasts > 0 else 0)
    return held


def reserve(given: Given) -> tuple[dict[str, Any], list[str]]:
    """Everything or nothing, from what others do not hold at the moment."""
    held = _held(given)
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
    """Which locations give what, the first ones first."""
    free: dict[str, dict[str, int]] = {}
    nodes: list[str] = []
    for one in given.each("stock"):
        position = _position(one)
        free.setdefault(position.item_id, {})[position.node] = _to_sell(one)
        nodes += [position.node] if position.node not in nodes else []
    needs = [Need(str(i), (Component(sku, 1),), quantity) for i, (sku, quantity) in enumerate(_order(given))]
    made = plan(needs, [(node, rank, 0) for rank, node in enumerate(nodes, 1)], free)
    given_by: dict[str, int] = {}
    for gifts in made.given.values():
        for gift in gifts:
            given_by[gift.node] = given_by.get(gift.node, 0) + gift.units
    short = sum(made.short.values())
    wanted = sum(need.units for need in needs)
    broken = [] if sum(given_by.values()) + short == wanted else ["what is given and what is short do not add up"]
    on_hand: dict[str, int] = {}
    for one in given.each("stock"):
        place = str(one.first("location", "node", "warehouse", default=HERE))
        on_hand[place] = on_hand.get(place, 0) + int(one.get("on_hand", 0))
    late = sum(max(0, units - on_hand[node]) for node, units in given_by.items())
    facts = {"fulfillable": made.complete, "shipments": len(given_by), "short": short, "backordered": late}
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
