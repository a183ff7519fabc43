"""A calendar never disagrees with a cart about when a promotion runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from entrepot.commerce.promotions import Level, Promotion
from entrepot.commerce.promotions.promotion import read_rewards, read_settings
from entrepot.commerce.promotions.runs import meeting, runs

ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/Los_Angeles"])
CLOCKS = st.none() | st.sampled_from(["00:30", "02:30", "09:00", "17:00", "22:00"])
#: Around the nights in which European and American clocks are changed, and an ordinary one.
STARTS = st.sampled_from([datetime(2026, month, 24, 5, tzinfo=UTC) for month in (2, 3, 6, 10)])


def running(number: int = 1, **schedule: Any) -> Promotion:
    rewards = read_rewards([{"type": "percent_off", "percent": "10"}])
    return Promotion(number, f"p{number}", 1, Level.PRODUCT, (), rewards, settings=read_settings({"schedule": schedule}))


@st.composite
def scheduled(draw: st.DrawFn, number: int = 1) -> Promotion:
    days = draw(st.lists(st.integers(1, 7), max_size=3, unique=True))
    start = draw(STARTS) + timedelta(hours=draw(st.integers(0, 100)))
    end = draw(st.none() | st.integers(1, 500).map(lambda hours: start + timedelta(hours=hours)))
    return replace(running(number, days=days, from_time=draw(CLOCKS), to_time=draw(CLOCKS)), starts_at=start, ends_at=end)


@given(scheduled(), STARTS, st.integers(1, 40), ZONES, st.integers(0, 40 * 24 * 60 - 1))
def test_an_instant_is_in_a_run_exactly_when_the_promotion_is_in_force(
    one: Promotion, since: datetime, days: int, zone: str, minutes: int
) -> None:
    until = since + timedelta(days=days)
    found = runs(one, since, until, zone)
    at = since + timedelta(minutes=minutes % (days * 24 * 60))
    assert any(start <= at < end for start, end in found) == one.in_force(at, zone)
    assert all(start < end for start, end in found)
    assert all(before[1] < after[0] for before, after in pairwise(found))


@given(scheduled(1), scheduled(2), ZONES, st.integers(0, 30 * 24 * 4 - 1))
def test_two_meet_where_both_are_in_force(one: Promotion, other: Promotion, zone: str, quarters: int) -> None:
    since = datetime(2026, 2, 20, tzinfo=UTC)
    when = meeting(one, other, since, since + timedelta(days=365), zone)
    if when is not None:
        assert one.in_force(when[0], zone) and other.in_force(when[0], zone)
    else:
        at = max(one.starts_at or since, other.starts_at or since) + timedelta(minutes=15 * quarters)
        assert not (one.in_force(at, zone) and other.in_force(at, zone))


def test_friday_night_ends_on_saturday() -> None:
    nights = running(days=[5], from_time="22:00", to_time="02:00")
    found = runs(nights, datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 15, tzinfo=UTC), "Europe/Berlin")
    assert [(f"{start:%d %H}", f"{end:%d %H}") for start, end in found] == [("06 21", "07 01"), ("13 21", "14 01")]


def test_morning_and_evening_never_meet() -> None:
    morning, evening = running(1, to_time="12:00"), running(2, from_time="18:00")
    since = datetime(2026, 11, 1, tzinfo=UTC)
    assert meeting(morning, evening, since, since + timedelta(days=90)) is None
