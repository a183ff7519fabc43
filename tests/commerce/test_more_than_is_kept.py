"""A shop with more entries than are kept in memory: what is read goes on while the rest makes room."""

from __future__ import annotations

import sys

import pytest

from entrepot.app import Suite
from entrepot.commerce import catalog, pricing

ITEMS = ("TW-MINI", "TW-DOCK", "TW-PAD", "TW-CB-USBC-1")


@pytest.mark.parametrize("most", [0, 1, 2])
def test_nothing_is_missing_when_the_kept_entries_are_too_many(suite: Suite, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(sys.modules["entrepot.commerce.catalog.facts"], "MOST_KEPT", most)
    monkeypatch.setattr(sys.modules["entrepot.commerce.pricing.tables"], "MOST_KEPT", most)
    at = suite.house.clock.now()
    with suite.house.commerce.database.read() as conn:
        store = catalog.find_store(conn, "tannwerk")
        view = catalog.View(store, "en-US", at)
        for asked in (ITEMS[:1], ITEMS[:3], ITEMS[1:], ITEMS):
            facts = catalog.entries_by_part_numbers(conn, view, asked)
            assert set(facts) == set(asked)
            assert len(catalog.entries_by_ids(conn, view, [one.id for one in facts.values()])) == len(asked)
            wanted = [pricing.Wanted(one.id, one.part_number, 1, one.product_id) for one in facts.values()]
            prices = pricing.entitled_prices(conn, pricing.Occasion(store.id, "USD", at), wanted)
            assert all(isinstance(one, pricing.Entitled) for one in prices)
