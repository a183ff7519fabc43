"""When a path of a price rule runs: everything that is stated has to hold.

Catalog, customer, quantity and price-list conditions look at what is asked; dates, days and hours at the price date
by the store's clock; a comparison at two prices, and a missing price makes it false.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from entrepot.commerce.pricing.equation import Equation
from entrepot.commerce.pricing.question import Price, Question
from entrepot.kernel.words import Gettext, plain

_SECOND = timedelta(seconds=1)
COMPARISONS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    "=": lambda one, other: one == other,
    ">=": lambda one, other: one >= other,
    ">": lambda one, other: one > other,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two equations compared, for instance a price list with the list price."""

    left: Equation
    relation: str
    right: Equation

    def holds(self, question: Question, incoming: Price | None) -> bool:
        left, right = self.left.value(question, incoming), self.right.value(question, incoming)
        return left is not None and right is not None and COMPARISONS[self.relation](Fraction(left), Fraction(right))

    def sentence(self) -> str:
        return f"{self.left.sentence()} {self.relation} {self.right.sentence()}"


@dataclass(frozen=True, slots=True)
class Hours:
    """Days of the week (1 is Monday) and half-open hours in the store's time zone; hours may run past midnight."""

    zone: str
    days: frozenset[int] = frozenset()
    start: time = time.min
    end: time | None = None

    def holds(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.zone))
        now = local.time()
        if self.end is None or self.start < self.end:
            return now >= self.start and (self.end is None or now < self.end) and self._on(local)
        return self._on(local) if now >= self.start else now < self.end and self._on(local - timedelta(days=1))

    def _on(self, local: datetime) -> bool:
        return not self.days or local.isoweekday() in self.days

    def around(self, at: datetime) -> tuple[datetime, datetime]:
        """From when to when, around an instant, they hold throughout or not at all; half-open, and rather too short.

        >>> around = Hours("Europe/Berlin", start=time(9), end=time(17)).around(datetime(2026, 3, 2, 12, tzinfo=UTC))
        >>> [one.isoformat() for one in around]
        ['2026-03-02T08:00:00+00:00', '2026-03-02T16:00:00+00:00']
        """
        if not 2 <= at.year < 9999:
            return at, at  # There is no day before or after to look at.
        zone, day = ZoneInfo(self.zone), at.astimezone(ZoneInfo(self.zone)).date()
        days = [day + timedelta(days=number) for number in range(-1, 3)]
        walls = {time.min, self.start, self.end or time.min}
        local = [datetime.combine(one, wall, zone) for one in days for wall in walls]
        turns = {one.replace(fold=fold).astimezone(UTC) for one in local for fold in (0, 1)}
        turns |= _changes_of_clock(zone, turns)
        return max(one for one in turns if one <= at), min(one for one in turns if one > at)


def _changes_of_clock(zone: ZoneInfo, turns: set[datetime]) -> set[datetime]:
    """The instants at which a place changes its clock, where any time of day may turn."""
    told = [(one, one.astimezone(zone).utcoffset()) for one in sorted(turns)]
    return {_change(zone, one, after) for (one, offset), (after, other) in pairwise(told) if offset != other}


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the clock changes between two instants."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == offset else (before, middle)
    return after.replace(microsecond=0)


@dataclass(slots=True)
class Clock:
    """Several hours together; remembers the time in which none of them turns, because most instants asked about lie in it."""

    hours: tuple[Hours, ...]
    known: tuple[datetime, datetime] | None = None

    def since(self, at: datetime) -> datetime:
        """When one of them last turned before an instant; the same for all instants until the next turn."""
        known = self.known
        if known is None or not known[0] <= at < known[1]:
            around = [one.around(at) for one in self.hours]
            known = self.known = max(one for one, _ in around), min(one for _, one in around)
        return known[0]


@dataclass(frozen=True, slots=True)
class Condition:
    """When a path of a branch runs; everything that is stated has to hold."""

    segments: frozenset[str] = frozenset()
    not_segments: frozenset[str] = frozenset()
    part_numbers: frozenset[str] = frozenset()
    not_part_numbers: frozenset[str] = frozenset()
    groups: frozenset[int] = frozenset()
    not_groups: frozenset[int] = frozenset()
    lists: tuple[str, ...] = ()
    quantity_least: int = 0
    quantity_most: int | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    hours: Hours | None = None
    comparison: Comparison | None = None

    def holds(self, question: Question, incoming: Price | None = None) -> bool:
        segments, wanted = question.customer.segments, question.wanted
        return (
            (not self.segments or bool(self.segments & segments))
            and not (self.not_segments & segments)
            and (not self.part_numbers or wanted.part_number in self.part_numbers)
            and wanted.part_number not in self.not_part_numbers
            and (not self.groups or bool(self.groups & wanted.groups))
            and not (self.not_groups & wanted.groups)
            and wanted.quantity >= self.quantity_least
            and (self.quantity_most is None or wanted.quantity <= self.quantity_most)
            and (self.from_at is None or self.from_at <= question.at)
            and (self.to_at is None or question.at < self.to_at)
            and (self.hours is None or self.hours.holds(question.at))
            and all(question.offer(name, wanted) is not None for name in self.lists)
            and (self.comparison is None or self.comparison.holds(question, incoming))
        )

    @property
    def read_lists(self) -> frozenset[str]:
        """The price lists this condition looks into."""
        sides = (self.comparison.left, self.comparison.right) if self.comparison else ()
        return frozenset(self.lists).union(*(side.read_lists for side in sides))

    def sentence(self, gettext: Gettext = plain) -> str:
        """When the path runs, in words.

        >>> Condition(segments=frozenset({"gold"}), quantity_least=10).sentence()
        'the buyer is in gold and at least 10 are bought'
        """
        _ = gettext
        parts = [
            self.segments and _("the buyer is in %(names)s") % {"names": ", ".join(sorted(self.segments))},
            self.not_segments and _("the buyer is not in %(names)s") % {"names": ", ".join(sorted(self.not_segments))},
            self.part_numbers and _("the item is %(names)s") % {"names": ", ".join(sorted(self.part_numbers))},
            self.not_part_numbers and _("the item is not %(names)s") % {"names": ", ".join(sorted(self.not_part_numbers))},
            self.groups and _("the item is in the named categories"),
            self.not_groups and _("the item is not in the named categories"),
            self.lists and _("%(names)s has an offer") % {"names": ", ".join(self.lists)},
            self.quantity_least and _("at least %(number)s are bought") % {"number": self.quantity_least},
            self.quantity_most is not None and _("at most %(number)s are bought") % {"number": self.quantity_most},
            (self.from_at or self.to_at) and _("the date is in range"),
            self.hours and _("the day and the hour are in range"),
            self.comparison and self.comparison.sentence(),
        ]
        return _(" and ").join(part for part in parts if part) or _("always")
