"""Conditions of a price rule as they are typed: one kind, one line of text.

What several kinds state together cannot be typed in one line; it is read, moved and removed, but not changed here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from entrepot.commerce.pricing.faults import PriceRuleMalformed
from entrepot.kernel.clock import midnight
from entrepot.kernel.words import mark, phrase

#: What can be asked of a path.
CONDITIONS = ("segments", "not_segments", "part_numbers", "not_part_numbers", "groups", "lists", "quantity", "dates", "hours")
_NAMED = ("segments", "not_segments", "part_numbers", "not_part_numbers", "lists")
_QUANTITY = re.compile(r"(\d{1,9})(?:\s*-\s*(\d{1,9}))?\Z")
_HOURS = re.compile(r"([1-7](?:,[1-7])*)?\s*(?:(\d\d:\d\d)\s*-\s*(\d\d:\d\d)?)?\Z")


def condition_of(kind: str, text: str, zone: str = "UTC", groups: Mapping[str, int] | None = None) -> dict[str, Any]:
    """A condition from its kind and what was typed; days and hours are the store's, the last day counts.

    >>> condition_of("segments", "gold; regulars"), condition_of("quantity", "10-49")
    ({'segments': ['gold', 'regulars']}, {'quantity': 10, 'quantity_most': 49})
    >>> condition_of("hours", "1,5 16:00-22:00", "Europe/Berlin")
    {'zone': 'Europe/Berlin', 'days': [1, 5], 'from_time': '16:00', 'to_time': '22:00'}
    """
    text = text.strip()
    if kind in _NAMED or kind == "groups":
        names = [name.strip() for name in text.split(";") if name.strip()]
        if not names:
            raise PriceRuleMalformed(path="value", problem=mark("write one name or several with ; between"))
        return {kind: names if kind != "groups" else [_group(name, groups or {}) for name in names]}
    if kind == "quantity":
        found = _QUANTITY.match(text)
        if found is None:
            raise PriceRuleMalformed(path="value", problem=mark("write a quantity such as 10, or a range such as 10-49"))
        least, most = int(found[1]), found[2]
        return {"quantity": least} | ({"quantity_most": int(most)} if most else {})
    if kind == "dates":
        return _dates(text, zone)
    if kind == "hours":
        return _hours(text, zone)
    raise PriceRuleMalformed(path="kind", problem=phrase(mark("choose one of {names}"), names=", ".join(CONDITIONS)))


def typed_condition(when: Mapping[str, Any], names: Mapping[int, str] | None = None) -> tuple[str, str]:
    """The kind of a condition and what would be typed for it; of one that states several things neither."""
    keys = set(when)
    if len(keys) == 1 and keys <= {*_NAMED}:
        (kind,) = keys
        return kind, "; ".join(when[kind])
    if keys == {"groups"}:
        return "groups", "; ".join((names or {}).get(key, str(key)) for key in when["groups"])
    if "quantity" in keys and keys <= {"quantity", "quantity_most"}:
        most = when.get("quantity_most")
        return "quantity", str(when["quantity"]) if most is None else f"{when['quantity']}-{most}"
    if keys and keys <= {"from", "to"}:
        return "dates", f"{_day(when.get('from'))} {_day(when.get('to'), last=True)}".strip()
    if keys and keys <= {"days", "from_time", "to_time", "zone"}:
        days = ",".join(map(str, when.get("days", ())))
        hours = f"{when.get('from_time', '00:00')}-{when.get('to_time', '')}" if {"from_time", "to_time"} & keys else ""
        return "hours", f"{days} {hours}".strip()
    return "", ""


def branch_of(when: dict[str, Any], then: Any, otherwise: Any = None) -> dict[str, Any]:
    """A branch of one path, and of what runs where its condition does not hold."""
    made: dict[str, Any] = {"branch": [{"when": when, "then": [then]}]}
    return made if otherwise is None else made | {"otherwise": [otherwise]}


def _group(name: str, groups: Mapping[str, int]) -> int:
    if name not in groups:
        raise PriceRuleMalformed(path="value", problem=phrase(mark("there is no category {name}"), name=name))
    return groups[name]


def _dates(text: str, zone: str) -> dict[str, Any]:
    words = text.split()
    try:
        days = [date.fromisoformat(word) for word in words]
    except ValueError:
        days = []
    if not 1 <= len(days) <= 2 or days != sorted(days):
        raise PriceRuleMalformed(
            path="value", problem=mark("write the first day, and the last one if there is: 2026-12-01 2026-12-24")
        )
    place = ZoneInfo(zone)
    found = {"from": midnight(days[0], place).isoformat()}
    return found if len(days) == 1 else found | {"to": midnight(days[1], place, 1).isoformat()}


def _hours(text: str, zone: str) -> dict[str, Any]:
    found = _HOURS.match(text)
    if found is None or not text:
        problem = mark("write days (1 is Monday), hours, or both: 1,2,3 09:00-17:00")
        raise PriceRuleMalformed(path="value", problem=problem)
    days, start, end = found.groups()
    made: dict[str, Any] = {"zone": zone}
    if days:
        made["days"] = [int(day) for day in days.split(",")]
    return made | ({"from_time": start} if start else {}) | ({"to_time": end} if end else {})


def _day(at: str | None, *, last: bool = False) -> str:
    if at is None:
        return ""
    return (datetime.fromisoformat(at) - timedelta(days=1 if last else 0)).date().isoformat()
