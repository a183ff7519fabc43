"""The shop under load: pages, prices, carts, checkouts."""

from __future__ import annotations

import sqlite3
import statistics
import time
from itertools import count
from pathlib import Path

from bench.bare import BODY_FILE
from bench.client import Connection, run_load
from bench.figures import Figure
from bench.prepare import PROMOTIONS, activate_only, active_promotions
from bench.processes import bare_command, free_port, resident_megabytes, running
from entrepot.tour.shopper import ADDRESS, API

CABLES = ("TW-CB-USBC-1", "TW-CB-USBC-2", "TW-CB-DP-2")
#: After so many another cart is begun: nobody buys two hundred cables one by one.
ADDED_TO_A_CART = 10
#: A running server notices what another process changed within a second.
NOTICED_WITHIN = 1.5


def get(path: str):
    async def work(connection: Connection) -> None:
        answer = await connection.request("GET", path)
        assert answer.status == 200, answer.body[:300]

    return work


def pages(port: int, scratch: Path) -> list[Figure]:
    """A category of 24 entries and a product, as JSON, at 16 clients; beside the same bytes from a bare server."""
    figures = []
    for name, path, mark in (
        ("category page, 24 entries", f"{API}/categories/SHOP-BENCH?size=24", "≥ 1,500/s"),
        ("product page", f"{API}/products/TW-NB14", ""),
    ):
        body = fetch(port, path)
        load = run_load(port, 16, 6000, get(path))
        file = scratch / "body.json"
        file.write_bytes(body)
        bare = free_port()
        with running(bare_command(bare), bare, {BODY_FILE: str(file)}):
            floor = run_load(bare, 16, 6000, get("/"))
        figures.append(Figure(f"{name}, 16 clients", round(load.rate, 1), "requests/s", round(floor.rate, 1), mark))
        figures.append(Figure(f"{name}, p95", round(load.p95, 2), "ms", round(floor.p95, 2)))
    return figures


def fetch(port: int, path: str) -> bytes:
    found: list[bytes] = []

    async def work(connection: Connection) -> None:
        answer = await connection.request("GET", path)
        assert answer.status == 200, (path, answer.body[:300])
        found.append(answer.body)

    run_load(port, 1, 1, work)
    return found[0]


def prices(port: int, database: Path, numbers: list[str]) -> list[Figure]:
    """Entitled prices of 100 SKUs for a guest, beside the bare driver reading the same rows."""
    body = {"products": [{"part_number": number} for number in numbers[:100]]}

    async def work(connection: Connection) -> None:
        answer = await connection.request("POST", f"{API}/price", body)
        assert len(answer.json()["EntitledPrice"]) == len(body["products"])

    load = run_load(port, 1, 400, work)
    return [
        Figure(
            "100-SKU price look-up over HTTP, p50", round(load.p50, 2), "ms", round(bare_prices(database, numbers), 3), "≤ 1.8 ms"
        )
    ]


def bare_prices(database: Path, numbers: list[str]) -> float:
    """The median time of the bare driver to read the offers of these SKUs (ms)."""
    import json

    conn = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    query = (
        "SELECT o.entry_id, o.price_list_id, o.price, o.quantity_least, o.quantity_most, o.precedence FROM catalog_entry e "
        "JOIN offer o ON o.entry_id = e.id AND o.currency = 'USD' WHERE e.part_number IN (SELECT value FROM json_each(?))"
    )
    keys = json.dumps(numbers[:100])
    times = []
    for _ in range(300):
        started = time.perf_counter()
        conn.execute(query, (keys,)).fetchall()
        times.append((time.perf_counter() - started) * 1000)
    conn.close()
    return statistics.median(times)


def carts(port: int, data: Path) -> list[Figure]:
    """Adding to a cart while one promotion is active and while 20 are, in turns, one client."""
    added = count()

    async def work(connection: Connection) -> None:
        number = next(added)
        if number % ADDED_TO_A_CART == 0:
            connection.headers.pop("x-cart-token", None)
        body = {"items": [{"part_number": CABLES[number % len(CABLES)]}]}
        answer = await connection.request("POST", f"{API}/cart/items", body)
        assert answer.status == 201, answer.body[:300]
        connection.headers["x-cart-token"] = answer.headers.get("x-cart-token", connection.headers.get("x-cart-token", ""))

    names, times = active_promotions(data), dict[int, list[float]]({1: [], PROMOTIONS: []})
    assert len(names) == PROMOTIONS
    for active in (1, PROMOTIONS) * 3:
        activate_only(data, names[:active])
        time.sleep(NOTICED_WITHIN)
        times[active] += run_load(port, 1, 200, work).latencies
    floor = bare_answer(data) + bare_commit(data)
    one, many = statistics.median(times[1]), statistics.median(times[PROMOTIONS])
    return [
        Figure("add to cart, 1 active promotion, p50", round(one, 2), "ms", round(floor, 2), "≤ 3 ms"),
        Figure(f"add to cart, {PROMOTIONS} active promotions, p50", round(many, 2), "ms", round(one, 2), "≤ 1.2× of 1"),
    ]


def checkouts(port: int, scratch: Path) -> list[Figure]:
    """Complete guest checkouts (3 lines, address, shipping, payment, summary, submit) beside the bare transactions.

    Step by step as pages do it in eight requests, and as a program does it that knows everything beforehand, in three.
    """
    figures, request = [], bare_answer(scratch) + bare_commit(scratch)
    for how, requests, work in (("in 8 requests", 8, checkout), ("in 3 requests", 3, checkout_at_once)):
        many, one = run_load(port, 8, 400, work), run_load(port, 1, 60, work)
        least = requests * request
        name = f"complete guest checkout {how}"
        figures += [
            Figure(f"{name}, 8 clients", round(many.rate, 1), "orders/s", round(1000 / least, 1), "≥ 96/s"),
            Figure(f"{name}, 1 client, p50", round(one.p50, 2), "ms", round(least, 2), "≤ 12 ms"),
            Figure(f"{name}, 8 clients, p95", round(many.p95, 2), "ms", round(least, 2)),
        ]
    return figures


PAYMENT = {"method": "card", "token": "tok_visa", "brand": "VISA", "last_four": "4242"}
ITEMS = [{"part_number": number, "quantity": "1"} for number in CABLES]


async def first_items(connection: Connection, items: list[dict[str, str]]) -> dict:
    """A new guest's cart with these in it."""
    connection.headers.pop("x-cart-token", None)
    added = await connection.request("POST", f"{API}/cart/items", {"items": items})
    cart = added.json()
    connection.headers["x-cart-token"] = added.headers["x-cart-token"]
    return cart


async def submit(connection: Connection, ready: dict) -> None:
    key = {"idempotency-key": ready["id"]}
    order = (await connection.request("POST", f"{API}/cart/submit", {"version": ready["version"]}, key)).json()
    assert order["number"]


async def checkout_at_once(connection: Connection) -> None:
    """One guest who says everything at once: the items, the checkout with its summary, the order."""
    cart = await first_items(connection, ITEMS)
    said = {"version": cart["version"], "ship_to": ADDRESS, "shipping_mode": "standard", "payment": PAYMENT}
    await submit(connection, (await connection.request("POST", f"{API}/cart/prepare", said)).json())


async def checkout(connection: Connection) -> None:
    """One guest, from the first item to the order, step by step."""
    await first_items(connection, ITEMS[:1])
    for item in ITEMS[1:]:
        (await connection.request("POST", f"{API}/cart/items", {"items": [item]})).json()
    (await connection.request("PUT", f"{API}/cart/address", {"ship_to": ADDRESS})).json()
    (await connection.request("PUT", f"{API}/cart/shipping", {"mode": "standard"})).json()
    cart = (await connection.request("PUT", f"{API}/cart/payment", PAYMENT)).json()
    await submit(connection, (await connection.request("POST", f"{API}/cart/prepare", {"version": cart["version"]})).json())


def bare_answer(scratch: Path) -> float:
    """The median time in which a bare server answers one client with as much as a cart is (ms)."""
    file = scratch / "cart.json"
    file.write_bytes(b"{" + b" " * 4000 + b"}")
    port = free_port()
    with running(bare_command(port), port, {BODY_FILE: str(file)}):
        return run_load(port, 1, 500, get("/")).p50


def bare_server(scratch: Path) -> tuple[float, float]:
    """How long a bare server takes to listen (seconds), and what it holds in memory (MB)."""
    file = scratch / "body.json"
    file.write_bytes(b"{}")
    port, started = free_port(), time.perf_counter()
    with running(bare_command(port), port, {BODY_FILE: str(file)}) as process:
        seconds = time.perf_counter() - started
        time.sleep(0.5)
        return seconds, resident_megabytes(process.pid)


def bare_commit(scratch: Path) -> float:
    """The median time in which the bare driver commits a row as large as a cart is (ms)."""
    conn = sqlite3.connect(scratch / "bare.db", isolation_level=None)
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA synchronous=FULL")
    conn.execute("CREATE TABLE IF NOT EXISTS cart (id INTEGER PRIMARY KEY, body TEXT)")
    times = []
    for _ in range(500):
        started = time.perf_counter()
        conn.execute("BEGIN IMMEDIATE")
        conn.execute("INSERT INTO cart (body) VALUES (?)", ("x" * 4000,))
        conn.execute("COMMIT")
        times.append((time.perf_counter() - started) * 1000)
    conn.close()
    return statistics.median(times)
