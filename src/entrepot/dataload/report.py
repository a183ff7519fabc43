"""What a load did: counts per item, every problem with its place, and a file of rejects ready to be corrected."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from entrepot.kernel.sheet import Outcome


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one row, or with a whole file (then ``line`` is that of its header)."""

    file: str
    line: int
    kind: str
    key: str
    column: str
    code: str
    message: str
    value: str


@dataclass(slots=True)
class ItemReport:
    """One file's counts."""

    file: str
    kind: str
    read: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    rejected: int = 0
    seconds: float = 0.0
    refused: bool = False
    restart_line: int | None = None
    rejects: list[list[str]] = field(default_factory=list)
    header: list[list[str]] = field(default_factory=list)

    @property
    def rows_per_second(self) -> float:
        return self.read / self.seconds if self.seconds else 0.0

    def counts(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "kind": self.kind,
            "read": self.read,
            **{outcome.name.lower(): self.outcomes[outcome] for outcome in Outcome},
            "rejected": self.rejected,
            "refused": self.refused,
            "restart_line": self.restart_line,
            "seconds": round(self.seconds, 3),
            "rows_per_second": round(self.rows_per_second),
        }


@dataclass(slots=True)
class Report:
    """The whole run. ``status``: 0 clean, 1 rows rejected, 2 stopped, 3 configuration or header error."""

    dry_run: bool = False
    items: list[ItemReport] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    stopped: bool = False

    @property
    def status(self) -> int:
        if self.stopped:
            return 2
        if any(item.refused for item in self.items):
            return 3
        return 1 if self.problems else 0

    @property
    def changes(self) -> int:
        """How many rows made a difference."""
        return sum(sum(item.outcomes.values()) - item.outcomes[Outcome.UNCHANGED] for item in self.items)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, for JSON."""
        return {
            "status": self.status,
            "dry_run": self.dry_run,
            "stopped": self.stopped,
            "items": [item.counts() for item in self.items],
            "problems": [asdict(problem) for problem in self.problems],
        }

    def write_rejects(self, folder: Path) -> list[Path]:
        """For each file with rejected rows write those rows with ErrorCode and ErrorMessage, ready to be loaded again."""
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for item in self.items:
            if item.rejects:
                path = folder / f"{Path(item.file).stem}.rejects.csv"
                *keyword, columns = item.header
                with path.open("w", encoding="utf-8", newline="") as out:
                    rows = csv.writer(out)
                    rows.writerows(keyword)
                    rows.writerow([*columns, "ErrorCode", "ErrorMessage"])
                    rows.writerows(item.rejects)
                written.append(path)
        return written
