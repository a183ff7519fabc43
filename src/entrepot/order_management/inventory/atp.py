"""What can be promised when: supply and commitments over time.

A promise for today must not take what an earlier order needs next week, so what is available to promise at a moment
is the smallest balance from that moment on, never the balance of the moment itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Dated = Sequence[tuple[int, int]] | Sequence[tuple[datetime, int]]


@dataclass(frozen=True, slots=True)
class Promisable:
    """The balance and what can be promised from ``when`` until the next row."""

    when: Any
    net: int
    atp: int


def available_to_promise(supply: Dated, demand: Dated) -> list[Promisable]:
    """One row per date on which something comes or is due; dates may be days or instants.

    >>> [row.atp for row in available_to_promise([(0, 10), (10, 20)], [(5, 8), (12, 15)])]
    [2, 2, 7, 7]
    """
    changes: list[tuple[Any, int]] = [*supply, *((when, -quantity) for when, quantity in demand)]
    dates = sorted({when for when, _ in changes})
    net = [sum(quantity for at, quantity in changes if at <= when) for when in dates]
    rows: list[Promisable] = []
    least = None
    for when, balance in zip(reversed(dates), reversed(net), strict=True):
        least = balance if least is None else min(least, balance)
        rows.append(Promisable(when, balance, max(0, least)))
    return rows[::-1]


def first_date(rows: Sequence[Promisable], quantity: int) -> Any | None:
    """The first date on which that much can be promised, or none in sight."""
    return next((row.when for row in rows if row.atp >= quantity), None)


def promisable_on(rows: Sequence[Promisable], when: Any) -> int:
    """What can be promised on a date."""
    upto = [row for row in rows if row.when <= when]
    return upto[-1].atp if upto else 0


def kits_over_time(leaves: Sequence[tuple[int, Sequence[Promisable]]]) -> list[Promisable]:
    """Whole kits that can be promised over time, from (quantity per kit, rows of the leaf)."""
    dates = sorted({row.when for _, rows in leaves for row in rows})
    kits = [min(promisable_on(rows, when) // per_kit for per_kit, rows in leaves) for when in dates]
    return [Promisable(when, count, count) for when, count in zip(dates, kits, strict=True)]
