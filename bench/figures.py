"""Figures with their floors: printed as a table, written as JSON."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True)
class Figure:
    """One measurement; the floor is the least this machine can do for the same thing, in the same unit."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    mark: str = ""

    @property
    def ratio(self) -> float | None:
        return round(self.value / self.floor, 3) if self.floor else None


def loop_ms() -> float:
    """How fast this machine is at this minute: milliseconds of adding up a million numbers, the best of nine."""
    times = []
    for _ in range(9):
        started = time.perf_counter()
        sum(range(1_000_000))
        times.append((time.perf_counter() - started) * 1000)
    return round(min(times), 1)


def show(figures: list[Figure], console: Console) -> None:
    table = Table("What", "Figure", "", "Floor", "Ratio", "Mark", box=None)
    for one in figures:
        floor = f"{one.floor:,.2f}" if one.floor is not None else ""
        ratio = f"{one.ratio:.2f}×" if one.ratio is not None else ""
        table.add_row(one.name, f"{one.value:,.2f}", one.unit, floor, ratio, one.mark)
    console.print(table)
    console.print(f"This machine adds up a million numbers in {loop_ms()} ms; compare figures of equal minutes only.")


def write(figures: list[Figure]) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit,
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "loop_ms": loop_ms(),
        "figures": [asdict(one) | {"ratio": one.ratio} for one in figures],
    }
    RESULTS.write_text(json.dumps(document, indent=2) + "\n")
