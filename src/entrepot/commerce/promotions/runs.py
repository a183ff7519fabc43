"""When a promotion runs within a stretch of time: what a calendar draws and what tells whether two ever meet.

Dates bound a promotion, days and hours of the store's clock cut it into pieces; the pieces are found by asking the
promotion itself at every instant at which its answer can change, so that a calendar never disagrees with a cart.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from entrepot.commerce.promotions.promotion import Promotion

#: From one instant up to, not including, another.
Run = tuple[datetime, datetime]
#: Days and hours repeat every week: two that did not meet in so many days of both running never do.
_ROUND = timedelta(days=15)


def runs(promotion: Promotion, since: datetime, until: datetime, zone: str = "UTC") -> list[Run]:
    """The longest stretches between two instants in which the promotion is in force, in order."""
    start = max(since, promotion.starts_at or since)
    end = min(until, promotion.ends_at or until)
    if end <= start:
        return []
    if promotion.settings.schedule.always:
        return [(start, end)]
    found: list[Run] = []
    bounds = sorted({start, end, *(at for at in _changes(promotion, start, end, zone) if start < at < end)})
    for begin, finish in pairwise(bounds):
        if not promotion.in_force(begin, zone):
            continue
        if found and found[-1][1] == begin:
            found[-1] = (found[-1][0], finish)
        else:
            found.append((begin, finish))
    return found


def meeting(one: Promotion, other: Promotion, since: datetime, until: datetime, zone: str = "UTC") -> Run | None:
    """The first stretch in which both are in force, or nothing when they never are."""
    start = max(since, one.starts_at or since, other.starts_at or since)
    end = min(until, one.ends_at or until, other.ends_at or until)
    if end <= start:
        return None
    if one.settings.schedule.always and other.settings.schedule.always:
        return start, end
    end = min(end, start + _ROUND)
    mine, theirs = runs(one, start, end, zone), runs(other, start, end, zone)
    common = ((max(a, c), min(b, d)) for a, b in mine for c, d in theirs)
    return next((run for run in common if run[0] < run[1]), None)


def _changes(promotion: Promotion, start: datetime, end: datetime, zone: str) -> Iterator[datetime]:
    """The instants at which days or hours may begin or end; where clocks are changed, every quarter of an hour."""
    schedule, clock = promotion.settings.schedule, ZoneInfo(zone)
    times = {time(0), *(time.fromisoformat(text) for text in (schedule.from_time, schedule.to_time) if text)}
    day = start.astimezone(clock).date()
    last = end.astimezone(clock).date()
    while day <= last:
        midnight = datetime.combine(day, time(0), clock)
        following = datetime.combine(day + timedelta(days=1), time(0), clock)
        if midnight.utcoffset() == following.utcoffset():
            yield from (datetime.combine(day, at, clock).astimezone(UTC) for at in times)
        else:
            yield from (midnight.astimezone(UTC) + timedelta(minutes=15) * count for count in range(25 * 4 + 1))
            yield from (datetime.combine(day, at.replace(fold=fold), clock).astimezone(UTC) for at in times for fold in (0, 1))
        day += timedelta(days=1)
