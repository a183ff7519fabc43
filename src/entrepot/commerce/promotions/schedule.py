"""When a promotion runs: on which days of the week and between which hours, by the clock of the store.

Dates (from, to) belong to the promotion itself; both together decide. Hours are half-open and may run past midnight:
from 22:00 to 02:00 on Fridays means Friday night, the first hours of Saturday included.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from entrepot.commerce.promotions.targets import Gettext, mark, plain

#: A time of day as it is written, such as 09:30; written so, times compare as texts.
Clock = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Schedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Days of the week (1 is Monday; none means all) and hours in the store's time zone."""

    days: Annotated[tuple[Annotated[int, msgspec.Meta(ge=1, le=7)], ...], msgspec.Meta(title=mark("Days of the week"))] = ()
    from_time: Annotated[Clock | None, msgspec.Meta(title=mark("From"))] = None
    to_time: Annotated[Clock | None, msgspec.Meta(title=mark("Until"))] = None

    @property
    def always(self) -> bool:
        return not self.days and self.from_time is None and self.to_time is None

    def runs(self, local: datetime) -> bool:
        """Whether it runs at that instant, given as the store's local time."""
        start, end = self.from_time or "00:00", self.to_time
        now = f"{local:%H:%M}"
        if end is None or start < end:
            return now >= start and (end is None or now < end) and self._on(local)
        return self._on(local) if now >= start else now < end and self._on(local - timedelta(days=1))

    def _on(self, local: datetime) -> bool:
        return not self.days or local.isoweekday() in self.days

    def sentence(self, gettext: Gettext = plain) -> str:
        names = [gettext(name) for name in _DAYS]
        days = ", ".join(names[day - 1] for day in self.days)
        hours = {"start": self.from_time or "00:00", "end": self.to_time or "24:00"}
        if self.from_time is None and self.to_time is None:
            return gettext("on %(days)s") % {"days": days} if days else gettext("at any time")
        if not days:
            return gettext("from %(start)s to %(end)s") % hours
        return gettext("on %(days)s from %(start)s to %(end)s") % (hours | {"days": days})


_DAYS = (
    mark("Monday"),
    mark("Tuesday"),
    mark("Wednesday"),
    mark("Thursday"),
    mark("Friday"),
    mark("Saturday"),
    mark("Sunday"),
)


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local_time(at: datetime, zone: str) -> datetime:
    """The instant by the store's clock."""
    return at.astimezone(_zone(zone))
