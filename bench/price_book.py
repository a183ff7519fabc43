"""A large price book: a hundred entitled prices of a business buyer with five contracts, beside the bare read of the same rows.

Three price lists, two quantity tiers each. No SKU is drawn twice, so that all of them are read from the database, in the
small book as in the large one: what is measured is the engine, not its cache.
"""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure
from entrepot import migrate
from entrepot.commerce import pricing
from entrepot.commerce.pricing import Customer, Entitled, Occasion, Wanted
from entrepot.commerce.pricing import write as prices
from entrepot.kernel.db import Database

STORE = 1
ORGANIZATION = 7
LISTS = ("Standard", "Trade", "Frame agreement")
LARGE, SMALL = 1_000_000, 10_000
CALLS, ASKED = 60, 100
#: One rule a contract: a list, another with a discount, the lowest of two, rounded, and the frame agreement's own.
RULES = {
    "standard": [{"list": "Standard"}],
    "trade": [{"list": "Trade"}, {"percent": "-2"}],
    "lowest": [{"lowest": ["standard", "trade"]}],
    "rounded": [{"list": "Trade"}, {"round": "up", "step": "1", "offset": "0.99"}],
    "frame": [{"list": "Frame agreement"}],
}
_ROWS = (
    "INSERT INTO offer (price_list_id, entry_id, currency, identifier, price, quantity_least, quantity_most, precedence,"
    " starts_at, ends_at, published, groups)"
    " WITH RECURSIVE entry(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM entry WHERE id < :count),"
    " tier(least, most, name, off) AS (VALUES (1, 9, '1', 0), (10, 9007199254740992, '10', 500000))"
    " SELECT l.id, e.id, 'USD', t.name, 1000000 + (e.id * 7919 % 90000) * 1000 + l.id * 1000 - t.off, t.least, t.most, 0,"
    " 0, 253402300799000000, 1, NULL FROM entry e, price_list l, tier t"
)


def figures() -> list[Figure]:
    """The engine over a million SKUs and over ten thousand."""
    with tempfile.TemporaryDirectory(prefix="entrepot-book-") as folder:
        small, _ = _measured(Path(folder) / "small.db", SMALL)
        large, bare = _measured(Path(folder) / "large.db", LARGE)
    return [
        Figure("100 SKUs, 5 contracts, tiers, 1,000,000 SKUs × 3 lists", round(large, 2), "ms", round(bare, 2), "≤ 2.0×"),
        Figure("the same beside its own time at 10,000 SKUs", round(large, 2), "ms", round(small, 2), "≤ 1.3×"),
    ]


def _measured(file: Path, count: int) -> tuple[float, float]:
    """The median of pricing a hundred SKUs drawn at random (ms), and of the bare driver reading their offers."""
    database = Database(f"sqlite:///{file}", "commerce")
    migrate.upgrade(database)
    _fill(database, count)
    drawn_ever = random.Random(count).sample(range(1, count + 1), ASKED * CALLS)
    draws = [drawn_ever[place : place + ASKED] for place in range(0, len(drawn_ever), ASKED)]
    at = datetime.now(UTC)
    buyer = Customer(frozenset({"registered", "everybody"}), (ORGANIZATION,))
    ours, bare = [], []
    driver = sqlite3.connect(file)
    for drawn in draws:
        wanted = [Wanted(key, f"SKU-{key}", 1 + key % 20) for key in drawn]
        started = time.perf_counter()
        rows = driver.execute(_READ, (json.dumps(drawn),)).fetchall()
        bare.append((time.perf_counter() - started) * 1000)
        with database.read() as conn:
            started = time.perf_counter()
            priced = pricing.entitled_prices(conn, Occasion(STORE, "USD", at, buyer), wanted)
            ours.append((time.perf_counter() - started) * 1000)
        assert len(rows) == 2 * len(LISTS) * ASKED and all(isinstance(one, Entitled) for one in priced)
    driver.close()
    database.close()
    return statistics.median(ours), statistics.median(bare)


_READ = (
    "SELECT entry_id, price_list_id, id, price, quantity_least, quantity_most, precedence, starts_at, ends_at, groups FROM offer"
    " WHERE entry_id IN (SELECT value FROM json_each(?)) AND currency = 'USD' AND published"
)


def _fill(database: Database, count: int) -> None:
    with database.write() as conn:
        for name in LISTS:
            prices.ensure_price_list(conn, STORE, name)
        for name, path in RULES.items():
            prices.put_price_rule(conn, STORE, name, path)
            contract = {"identifier": name, "name": name, "price_rule": name, "organization_id": ORGANIZATION}
            prices.put_contract(conn, STORE, contract)
        conn.exec_driver_sql(_ROWS.replace(":count", str(count)))
