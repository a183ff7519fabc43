"""Time is handed in, never looked up inside a rule: edges ask a clock once and pass the instant on."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros_of(at: datetime) -> int:
    """An instant as stored: whole microseconds since 1970 in UTC, exact."""
    return (at - _EPOCH) // _MICROSECOND


def instant_of(micros: int) -> datetime:
    """The instant that `micros_of` wrote."""
    return _EPOCH + timedelta(microseconds=micros)


def local_day(at: datetime, zone: str) -> date:
    """The day an instant is on by a store's clock."""
    return at.astimezone(ZoneInfo(zone)).date()


def last_day(ends_at: datetime, zone: str) -> date:
    """The last day before an end by the clock of a place; an end at midnight is that of the day before.

    >>> last_day(datetime(2026, 12, 24, 23, tzinfo=UTC), "Europe/Berlin")
    datetime.date(2026, 12, 24)
    """
    return (ends_at - _MICROSECOND).astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: tzinfo, later: int = 0) -> datetime:
    """The beginning of a day, or of one so many days later, by the clock of a place.

    Raises `ValueError` beyond the end of the calendar.

    >>> midnight(date(2026, 3, 28), ZoneInfo("Europe/Berlin"), 2).isoformat()
    '2026-03-30T00:00:00+02:00'
    """
    try:
        return datetime.combine(day + timedelta(days=later), time.min, zone)
    except OverflowError:
        raise ValueError(f"{later} days after {day} is no day") from None


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands until it is moved: for tests and for replaying a history."""

    def __init__(self, at: datetime) -> None:
        assert at.tzinfo is not None, "an instant without a zone is not an instant"
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def advance(self, **by: float) -> datetime:
        """Move the clock by a ``timedelta`` given in keywords, and tell the new instant."""
        self._at += timedelta(**by)
        return self._at
