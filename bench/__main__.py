"""`make bench`: measure the suite on this machine, each figure beside its floor, and write bench/results/latest.json."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from bench import calculation, kits, price_book, shop
from bench.figures import Figure, show, write
from bench.prepare import prepare_data
from bench.processes import free_port, resident_megabytes, running, suite_command
from entrepot.tour import take_tour

console = Console()
#: The order and its message, taking it, its effect with the answer, noting that; then the same for the answer.
COMMITS_TO_ACKNOWLEDGE = 6
#: How many processes answer where several do.
WORKERS = 2
#: What is measured without a server.
ENGINES = {"calculation": calculation.figures, "book": price_book.figures}


def main(names: list[str]) -> int:
    """Run the groups named, or all: calculation, book, start, pages, prices, carts, checkouts, kits, together, tour."""
    chosen = set(names) or {*ENGINES, "start", "pages", "prices", "carts", "checkouts", "kits", "together", "tour"}
    figures: list[Figure] = []
    for name in (name for name in ENGINES if name in chosen):
        console.print(f"Measuring {name} …")
        figures += ENGINES[name]()
    if chosen <= ENGINES.keys():
        show(figures, console)
        return 0
    with tempfile.TemporaryDirectory(prefix="entrepot-bench-") as folder:
        data = Path(folder)
        console.print("Preparing the store …")
        numbers = prepare_data(data)
        if chosen & {"kits", "together"}:
            kits.prepare_kit(data)
        port = free_port()
        started = time.perf_counter()
        with running(suite_command(data, port), port) as process:
            seconds = time.perf_counter() - started
            if "start" in chosen:
                time.sleep(2)
                started_in, held = shop.bare_server(data)
                figures.append(Figure("second start, to listening", round(seconds, 2), "s", round(started_in, 2), "≤ 5 s"))
                idle = resident_megabytes(process.pid)
                figures.append(Figure("memory, idle", round(idle, 1), "MB", round(held, 1), "≤ 180 MB"))
            for group in ("pages", "prices", "carts", "checkouts", "kits"):
                if group in chosen:
                    console.print(f"Measuring {group} …")
                    figures += kits.kits(port, data, process.pid) if group == "kits" else _measure(group, port, data, numbers)
            if "start" in chosen:
                loaded = resident_megabytes(process.pid)
                figures.append(Figure("memory, after the load", round(loaded, 1), "MB", round(held, 1)))
        if "together" in chosen:
            console.print(f"Measuring {WORKERS} processes …")
            figures += _together(data)
        if "tour" in chosen:
            story = take_tour(None, None)
            took, least = story.figures["submit_to_acknowledged_ms"], COMMITS_TO_ACKNOWLEDGE * shop.bare_commit(data)
            figures.append(Figure("order submitted → acknowledged", took, "ms", round(least, 2)))
    if "tour" in chosen:
        for fact in (fact for step in story.steps for fact in step["facts"] if not fact["holds"]):
            console.print(f"[red]The tour does not hold:[/red] {fact['fact']} (seen: {fact['seen']})")
    show(figures, console)
    if not names:
        write(figures)
    return 0


def _measure(group: str, port: int, data: Path, numbers: list[str]) -> list[Figure]:
    if group == "pages":
        return shop.pages(port, data)
    if group == "prices":
        return shop.prices(port, data / "commerce.db", numbers)
    return shop.carts(port, data) if group == "carts" else shop.checkouts(port, data)


def _together(data: Path) -> list[Figure]:
    """The same checkouts and choices as of one process, answered by several."""
    port = free_port()
    with running(suite_command(data, port, WORKERS), port) as process:
        rates = [one for one in shop.checkouts(port, data) if one.unit == "orders/s"]
        measured = [*rates, *kits.kits(port, data, process.pid)[:3]]
    return [replace(one, name=f"{one.name}, {WORKERS} processes") for one in measured]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
