"""`make bench-peers`: the same questions to other shops and to ours, one after the other, three rounds in turns."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import shop
from bench.client import Connection, run_load
from bench.figures import loop_ms
from bench.peers import oscar
from bench.prepare import prepare_data
from bench.processes import free_port, running, suite_command
from entrepot.tour.shopper import API

ROUNDS = 3
#: We are asked more often, or we would be done before there is anything to measure.
OFTENER = 8
RESULTS = Path(__file__).parents[1] / "results" / "peers.json"
console = Console()
Work = Callable[[Connection], Awaitable[None]]


def main() -> int:
    """Measure, print, write down."""
    oscar.install()
    with tempfile.TemporaryDirectory(prefix="entrepot-peers-") as ours, tempfile.TemporaryDirectory(prefix="peer-") as theirs:
        prepare_data(Path(ours))
        port = free_port()
        with running(suite_command(Path(ours), port), port), oscar.serving(Path(theirs)) as other:
            rows = [_compared(*one, (port, other)) for one in _questions()]
    table = Table("What", "entrepot", oscar.NAME, "", "Times", box=None)
    for name, unit, mine, peer in rows:
        table.add_row(name, f"{mine:,.1f}", f"{peer:,.1f}", unit, f"{_times(unit, mine, peer):.1f}×")
    console.print(table)
    console.print(f"Medians of {ROUNDS} rounds in turns. This machine adds up a million numbers in {loop_ms()} ms.")
    figures = [{"name": name, "unit": unit, "entrepot": mine, oscar.NAME: peer} for name, unit, mine, peer in rows]
    RESULTS.write_text(json.dumps({"loop_ms": loop_ms(), "figures": figures}, indent=2) + "\n")
    return 0


def _questions() -> list[tuple[str, str, tuple[int, int], tuple[Work, Work]]]:
    """What is asked: its name, the unit, clients and how often of them, and how it is asked of us and of them."""

    async def add(connection: Connection) -> None:
        await oscar.add(connection, 1)

    async def add_ours(connection: Connection) -> None:
        answer = await connection.request("POST", f"{API}/cart/items", {"items": [{"part_number": shop.CABLES[0]}]})
        connection.headers["x-cart-token"] = answer.headers.get("x-cart-token", connection.headers.get("x-cart-token", ""))
        answer.json()

    return [
        ("category page of 24, HTML, 8 clients", "/s", (8, 24), (shop.get("/categories/SHOP-BENCH"), shop.get(oscar.CATEGORY))),
        ("product, JSON, 8 clients", "/s", (8, 40), (shop.get(f"{API}/products/TW-NB14"), shop.get(oscar.PRODUCT))),
        ("add to cart, 1 client, p50", "ms", (1, 20), (add_ours, add)),
        ("complete guest checkout, 8 clients", "/s", (8, 16), (shop.checkout, oscar.checkout)),
        ("complete guest checkout, 1 client, p50", "ms", (1, 6), (shop.checkout, oscar.checkout)),
    ]


def _compared(
    name: str, unit: str, size: tuple[int, int], works: tuple[Work, Work], ports: tuple[int, int]
) -> tuple[str, str, float, float]:
    """Both in turns, so that a slow minute of the machine is a slow minute for both."""
    console.print(f"Measuring {name} …")
    found: tuple[list[float], list[float]] = ([], [])
    clients, pieces = size
    for _ in range(ROUNDS):
        for values, port, work, more in zip(found, ports, works, (OFTENER, 1), strict=True):
            load = run_load(port, clients, pieces * more, work)
            values.append(load.rate if unit == "/s" else load.p50)
    return name, unit, round(statistics.median(found[0]), 2), round(statistics.median(found[1]), 2)


def _times(unit: str, mine: float, peer: float) -> float:
    """How many times better ours is."""
    return mine / peer if unit == "/s" else peer / mine


if __name__ == "__main__":
    sys.exit(main())
