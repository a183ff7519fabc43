"""What runs when, as a calendar of months with a lane for each promotion; and which of those that meet keep each other away.

A lane is drawn on the store's clock: dates as a bar, days and hours as pieces of one. The same is told in words beside it,
so that nobody has to read the drawing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get
from sqlalchemy.engine import Connection

from entrepot.commerce import promotions
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark, translator
from entrepot.web.management.catalogs import view_of
from entrepot.web.page import locale_of
from entrepot.web.staff import Asked, desk_of, show

LENGTHS = {"1": mark("Month"), "3": mark("Quarter")}
#: So many lanes are drawn, and so many promotions compared with each other; beyond it the page says so.
MOST_LANES, MOST_COMPARED, MOST_TOLD = 200, 300, 150
#: How far ahead conflicts are looked for.
AHEAD = timedelta(days=366)
#: A piece is drawn at least so wide (as a part of the whole), or an hour of a quarter could not be seen.
LEAST = 360
MINUTE = 60
Others = list[promotions.Promotion]


@dataclass(frozen=True, slots=True)
class Span:
    """The months a calendar shows, by the store's clock."""

    first: date
    months: int
    zone: str

    @property
    def last(self) -> date:
        """The day after the last one."""
        return _later(self.first, self.months)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days)]

    @property
    def minutes(self) -> int:
        return len(self.days) * 24 * 60

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        clock = ZoneInfo(self.zone)
        return datetime.combine(self.first, time.min, clock), datetime.combine(self.last, time.min, clock)

    def place(self, at: datetime) -> int:
        """The minute of the calendar an instant is at, by the wall clock: every day is equally wide."""
        wall = at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        minute = int((wall - datetime.combine(self.first, time.min)).total_seconds()) // MINUTE
        return max(0, min(self.minutes, minute))

    @property
    def heads(self) -> list[tuple[date, int]]:
        """The columns below the months: each day, or over several months each week, with how many days it has."""
        days = self.days
        if self.months == 1:
            return [(day, 1) for day in days]
        starts = [day for day in days if day.weekday() == 0 or day == days[0]]
        ends = [*starts[1:], self.last]
        return [(start, (end - start).days) for start, end in zip(starts, ends, strict=True)]

    @property
    def tops(self) -> list[tuple[date, int]]:
        """The months with how many days each has."""
        starts = [_later(self.first, number) for number in range(self.months)]
        return [(start, (_later(start, 1) - start).days) for start in starts]


@dataclass(frozen=True, slots=True)
class Lane:
    """A promotion in the calendar: pieces are (from, width) in minutes of the span."""

    one: promotions.Promotion
    status: str
    pieces: list[tuple[int, int]]


@get("/management/promotion-calendar", permission="promotion.view", sync_to_thread=False)
def calendar_page(request: Asked, month: str = "", months: str = "1", status: str = "active") -> Response[str]:
    """What runs in a month or a quarter, who goes before whom from top to bottom."""
    store, now = desk_of(request).store, house_of(request).clock.now()
    today = now.astimezone(ZoneInfo(store.time_zone)).date()
    span = Span(_month(month) or today.replace(day=1), int(months) if months in LENGTHS else 1, store.time_zone)
    with house_of(request).commerce.database.read() as conn:
        stored = {name: row["status"] for name, row in promotions.stored_promotions(conn, store.id).items()}
        found = promotions.find_promotions(conn, store.id)
    lanes = [
        Lane(one, stored[one.identifier], _pieces(one, span))
        for one in sorted(found, key=lambda one: one.place)
        if status != "active" or stored[one.identifier] == "active"
    ]
    running = [lane for lane in lanes if lane.pieces]
    return show(
        request,
        "management/promotion_calendar.html",
        span=span,
        lanes=running[:MOST_LANES],
        more=max(0, len(running) - MOST_LANES),
        resting=len(lanes) - len(running),
        today=span.place(now) if span.bounds[0] <= now < span.bounds[1] else None,
        weekend=[number * 24 * MINUTE for number, day in enumerate(span.days) if day.weekday() >= 5],
        before=_later(span.first, -span.months),
        after=span.last,
        lengths=LENGTHS,
        chosen=status if status == "active" else "all",
        in_words=translator(locale_of(request)).gettext,
    )


@get("/management/promotion-conflicts", permission="promotion.view", sync_to_thread=False)
def conflicts_page(request: Asked, show_only: str = "", about: str = "") -> Response[str]:
    """Which active promotions meet within a year, and what an order gets of them."""
    with house_of(request).commerce.database.read() as conn:
        found, compared, left_out = _found(request, conn, about)
    counts = {verdict: sum(one.verdict is verdict for one in found) for verdict in promotions.Verdict}
    both = promotions.Verdict.BOTH
    chosen = [one for one in found if show_only == one.verdict or (not show_only and one.verdict is not both)]
    alone = [] if about else _alone(chosen)
    if alone:
        chosen = [one for one in chosen if one.because is not promotions.Because.ALONE]
    return show(
        request,
        "management/promotion_conflicts.html",
        alone=alone,
        conflicts=chosen[:MOST_TOLD],
        more=max(0, len(chosen) - MOST_TOLD),
        counts=counts,
        total=len(found) - counts[both],
        chosen=show_only,
        about=about,
        compared=compared,
        left_out=left_out,
        in_words=translator(locale_of(request)).gettext,
    )


def conflicts_of(request: Asked, conn: Connection, one: promotions.Promotion) -> list[promotions.Conflict]:
    """What a promotion loses to others, or others to it, while it runs."""
    found, _, _ = _found(request, conn, one.identifier)
    return [conflict for conflict in found if conflict.verdict is not promotions.Verdict.BOTH]


def _alone(found: list[promotions.Conflict]) -> list[tuple[promotions.Promotion, Others, Others]]:
    """Those that combine with nothing, each with whom it goes before and whom it gives way to: said once, not pair by pair."""
    keepers: dict[int, tuple[promotions.Promotion, Others, Others]] = {}
    for one in found:
        if one.because is promotions.Because.ALONE and one.keeper is not None:
            _, before, behind = keepers.setdefault(one.keeper.id, (one.keeper, [], []))
            if one.keeper.id == one.first.id:
                before.append(one.second)
            else:
                behind.append(one.first)
    return list(keepers.values())


def _found(request: Asked, conn: Connection, about: str) -> tuple[list[promotions.Conflict], int, int]:
    """The conflicts, how many promotions were compared, and how many of the last by rank were left out."""
    store, now = desk_of(request).store, house_of(request).clock.now()
    active = [one for one in promotions.find_promotions(conn, store.id, "active") if one.ends_at is None or now < one.ends_at]
    chosen = promotions.require_promotion(conn, store.id, about) if about else None
    compared = active if chosen else active[:MOST_COMPARED]
    if chosen is not None and all(one.id != chosen.id for one in compared):
        compared = [*compared, chosen]
    places = promotions.places_of(conn, view_of(request), compared)
    policy = promotions.Policy(store.time_zone, store.best_deal, places)
    found = promotions.conflicts(compared, now, now + AHEAD, policy, chosen)
    return found, len(compared), len(active) - len(compared) if chosen is None else 0


def _pieces(one: promotions.Promotion, span: Span) -> list[tuple[int, int]]:
    since, until = span.bounds
    least = span.minutes // LEAST
    places = [(span.place(start), span.place(end)) for start, end in promotions.runs(one, since, until, span.zone)]
    return [(start, max(least, end - start)) for start, end in places]


def _month(written: str) -> date | None:
    """The first day of a month written as 2026-11."""
    try:
        return date.fromisoformat(f"{written}-01")
    except ValueError:
        return None


def _later(first: date, months: int) -> date:
    """The first day of the month so many months later."""
    number = first.year * 12 + first.month - 1 + months
    return date(max(1, min(9998, number // 12)), number % 12 + 1, 1)


routes: list[Any] = [calendar_page, conflicts_page]
