"""What happened to coupons before: played through the real counters, in a database that lives as long as the scenario."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from entrepot.commerce import promotions
from entrepot.commerce.database import metadata
from entrepot.commerce.promotions import OrderUse, Promotion, Use, UseState, canonical_code
from entrepot.kernel.db import Database
from tests.scenarios.neutral import NOW, Given, Unknown

BUYER = "buyer"
PLACED = {"placed", "completed", "complete", "paid", "final", "fulfilled", "shipped", "delivered", "active", "new"}
HELD = {"pending", "open", "held", "reserved", "draft"}
CANCELLED = {"cancelled", "canceled"}


def exhausted_after(given: Given, known: list[Promotion]) -> frozenset[int]:
    """The promotions without a use left for the buyer, after what is told of earlier orders."""
    history = given.each("history")
    used_up, buyer = frozenset(_used_up(given)), _buyer(given)
    if not history:
        return used_up
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'uses.db'}", "commerce")
        with database.write() as conn:
            metadata.create_all(conn)
            promotions.put_promotions(conn, 1, [_row(one) for one in known])
            stored = {one.identifier: one for one in promotions.find_promotions(conn, 1)}
            for number, order in enumerate(history, 1):
                _play(conn, number, order, known, buyer)
            mine = {one.identifier: one.id for one in known}
            found = promotions.exhausted(conn, 1, stored.values(), buyer, "this order")
        database.close()
    return used_up | {mine[name] for name, one in stored.items() if one.id in found}


def _used_up(given: Given) -> Iterator[int]:
    """Rules that tell themselves how often they were used, as often as they may be."""
    for number, rule in enumerate(given.each("rules"), 1):
        used = rule.first("used", "uses", "times_used", "usage_count")
        most = rule.first("limit_total", "usage_limit", "limit") if used is not None else None
        if used is not None and most is not None and int(used) >= int(most):
            yield number


def _buyer(given: Given) -> str:
    """Who buys: an account, or the address a guest is known by, whatever its letters' case."""
    customer = given.inside("customer")
    found = customer.first("email", "logon_id", "id", "name") if customer is not None else None
    return str(found or BUYER).strip().lower()


def _play(conn: Any, number: int, order: Given, known: list[Promotion], mine: str) -> None:
    code, state = order.first("coupon", "code"), str(order.get("state", "placed"))
    reference, buyer = (
        f"order {order.get('order', number)}",
        str(order.first("customer", "buyer", "email", default=mine)).strip().lower(),
    )
    used = [one for one in known if (code is None or one.code == canonical_code(code))]
    uses = tuple(Use(one.identifier, int(order.get("times", 1)), one.code or "") for one in used)
    if state not in PLACED | HELD | CANCELLED:
        raise Unknown(f"state {state} of an earlier order")
    promotions.set_uses(conn, OrderUse(1, reference, 1, buyer, uses), UseState.HELD if state in HELD else UseState.FINAL, NOW)
    if state in CANCELLED:
        promotions.cancel_uses(conn, reference, 2)


def _row(one: Promotion) -> dict[str, Any]:
    """The promotion as it is stored; only what counts uses matters here."""
    return {
        "identifier": one.identifier,
        "level": one.level.value,
        "conditions": [],
        "rewards": [],
        "trigger": one.trigger.value,
        "code": one.code,
        "limit_order": one.limits.order,
        "limit_shopper": one.limits.shopper,
        "limit_total": one.limits.total,
        "settings": {"returns_use": one.settings.returns_use},
    }
