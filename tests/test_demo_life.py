"""What happened before the first visitor: it could have happened, it shows, and it happens once."""

from __future__ import annotations

from datetime import timedelta

from entrepot import demo, demo_life
from entrepot.app import Suite
from entrepot.commerce import capture, catalog, members, promotions
from entrepot.kernel.clock import local_day


def test_codes_were_used_over_weeks_and_a_grant_waits_once(suite: Suite) -> None:
    for _ in range(2):
        demo_life.happen(suite)
    now = suite.house.clock.now()
    with suite.house.commerce.database.read() as conn:
        store = catalog.find_store(conn, demo.STORE)
        shelf = promotions.shelf_of(conn, store.id)
        drawer = shelf.by_identifier["cable-drawer"]
        days = promotions.uses_by_day(conn, drawer.id, now - timedelta(days=30), store.time_zone)
        (waiting,) = capture.grants_waiting(conn, store.id)
        assert len(days) > 14 and max(days) < local_day(now, store.time_zone)
        assert sum(days.values()) == promotions.counters(conn, [drawer.id])[drawer.id] == 44
        assert (waiting.customer, waiting.granted.by, waiting.granted.state) == ("office-berth", "agent", "pending")
        assert len(members.find_organizations(conn, "pending")) == 3
