"""Between its turns a condition of hours holds throughout or not at all, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from entrepot.commerce.pricing.condition import Clock, Hours

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/Santiago",
    "Africa/Casablanca",
    "UTC",
]
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))
hours = st.builds(Hours, st.sampled_from(ZONES), st.frozensets(st.integers(1, 7), max_size=3), times, st.none() | times)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
#: Instants around which clocks change.
changes = st.sampled_from(["2026-03-29T01:00", "2026-10-25T01:00", "2026-03-08T07:00", "2026-11-01T06:00", "2026-04-04T15:00"])
near = st.builds(
    lambda change, minutes: datetime.fromisoformat(change).replace(tzinfo=UTC) + timedelta(minutes=minutes),
    changes,
    st.integers(-2000, 2000),
)
LATE = Hours("Europe/Berlin", start=time(2, 30))
NIGHT = Hours("Europe/Berlin", frozenset({7}), time(2, 30), time(2, 45))


@given(hours, instants | near, st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=20))
@example(NIGHT, datetime(2026, 10, 25, 0, 20, tzinfo=UTC), [0.0, 0.5, 0.99])
@example(LATE, datetime(2026, 10, 25, 0, 40, tzinfo=UTC), [0.0, 0.5, 0.99])
@example(LATE, datetime(2026, 10, 25, 1, 10, tzinfo=UTC), [0.0, 0.5, 0.99])
@example(NIGHT, datetime(2026, 3, 29, 0, 59, tzinfo=UTC), [0.0, 0.5, 0.99])
def test_they_hold_throughout_or_not_at_all(hours: Hours, at: datetime, parts: list[float]) -> None:
    begins, ends = hours.around(at)
    assert begins <= at < ends <= begins + timedelta(days=2)
    for part in parts:
        inside = begins + (ends - begins) * part
        assert hours.holds(min(inside, ends - timedelta(microseconds=1))) == hours.holds(at)


@given(st.lists(hours, min_size=1, max_size=4), st.lists(instants | near, min_size=2, max_size=20))
def test_what_is_remembered_changes_nothing(many: list[Hours], instants: list[datetime]) -> None:
    clock = Clock(tuple(many))
    told = [(clock.since(at), [one.holds(at) for one in many]) for at in instants]
    assert [since for since, _ in told] == [Clock(tuple(many)).since(at) for at in instants]
    by_turn: dict[datetime, list[bool]] = {}
    for since, holds in told:
        assert by_turn.setdefault(since, holds) == holds


@pytest.mark.parametrize(
    ("at", "since"), [("05:59", "2026-06-01T23:00"), ("06:00", "2026-06-02T06:00"), ("17:30", "2026-06-02T06:00")]
)
def test_the_last_turn_of_an_office_day(at: str, since: str) -> None:
    office = Clock((Hours("Europe/London", start=time(7), end=time(19)),))
    told = office.since(datetime.fromisoformat(f"2026-06-02T{at}").replace(tzinfo=UTC))
    assert told == datetime.fromisoformat(since).replace(tzinfo=UTC)


def test_at_the_ends_of_time_nothing_is_remembered() -> None:
    for at in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        assert Clock((NIGHT,)).since(at) == at
