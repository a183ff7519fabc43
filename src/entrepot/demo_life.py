"""What happened in the demo store before its first visitor came, so that charts have a course and queues an entry.

Everything goes through the same functions as in a real store, with the instants it would have had: the till of the
workshop's shop reports the codes it took, and an agent has promised a customer more than an agent may.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import yaml

from entrepot import demo
from entrepot.app import Suite
from entrepot.commerce import capture, catalog, members, promotions
from entrepot.commerce.charges import On
from entrepot.web import cart_desk, shop
from entrepot.web.house import House
from entrepot.web.staff import Desk


def happen(suite: Suite) -> None:
    """Let it all have happened; what has already is left as it is."""
    story = yaml.safe_load((demo.folder() / "life.yaml").read_text("utf-8"))
    at = suite.house.clock.now()
    for one in story["uses"]:
        _report_uses(suite.house, one, at)
    for one in story["grants"]:
        _grant(suite.house, one)


def _report_uses(house: House, one: dict[str, Any], at: datetime) -> None:
    """Final uses of a code from another system: so many receipts a day, the last of them yesterday."""
    days: list[int] = one["receipts_by_day"]
    number = one["first_receipt"]
    with house.commerce.database.write() as conn:
        store = catalog.find_store(conn, demo.STORE)
        for ago, receipts in zip(range(len(days), 0, -1), days, strict=True):
            for _ in range(receipts):
                use = promotions.Use(one["promotion"], 1, one["code"])
                buyer = f"receipt-{number}@{one['till']}.example"
                order = promotions.OrderUse(store.id, f"{one['till']}-{number}", 1, buyer, (use,))
                promotions.set_uses(conn, order, promotions.UseState.FINAL, at - timedelta(days=ago))
                number += 1


def _grant(house: House, one: dict[str, Any]) -> None:
    """A discount on a customer's cart beyond what its giver may give alone."""
    with house.commerce.database.read() as conn:
        store, agent = catalog.find_store(conn, demo.STORE), members.find_user(conn, one["agent"])
        caller = shop.Caller(store.identifier, one["customer"])
        if agent is None or capture.current_cart(conn, shop.visit(conn, caller, house)) is not None:
            return
    cart, _ = shop.add_to_cart(house, caller, [capture.Adding(part, quantity) for part, quantity in one["items"].items()])
    line = next(line for line in cart.lines if line.part_number == one["on"])
    wish = capture.read_wish((On.LINE, line.id), "percent", one["percent"], (one["reason"], one["note"]), cart.currency)
    cart_desk.grant(house, Desk(agent, store, store.default_language), one["customer"], cart.version, wish)
