"""The neutral form of a scenario: what is given, read so that nothing given is passed over in silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from entrepot.kernel.money import exponent

#: The instant scenarios are played at; whatever lies days before or after is counted from it.
NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
#: Told to people, decides nothing.
WORDS = {"text", "note", "id", "reason", "comment", "source", "name", "label"}
CURRENCY_BY_UNIT = {"1": "JPY", "0.01": "USD", "0.001": "KWD"}


class Unknown(Exception):
    """A rule kind, a key or an operation this runner does not know."""


class Given:
    """An object of a scenario that remembers which of its keys were looked at."""

    def __init__(self, data: dict[str, Any], path: str) -> None:
        self._data = data
        self._path = path
        self._seen: set[str] = set()
        self._inside: dict[str, Given | list[Given]] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def get(self, key: str, default: Any = None) -> Any:
        self._seen.add(key)
        return self._data.get(key, default)

    def first(self, *keys: str, default: Any = None) -> Any:
        """The value under the first of several names for the same thing."""
        found = [self.get(key) for key in keys if key in self._data]
        self._seen.update(keys)
        return found[0] if found else default

    def inside(self, key: str) -> Given | None:
        """A nested object."""
        self._seen.add(key)
        if self._data.get(key) is None:
            return None
        if key not in self._inside:
            self._inside[key] = Given(self._data[key], f"{self._path}.{key}")
        found = self._inside[key]
        assert isinstance(found, Given)
        return found

    def each(self, key: str) -> list[Given]:
        """A list of nested objects."""
        self._seen.add(key)
        if key not in self._inside:
            values = self._data.get(key) or []
            self._inside[key] = [Given(one, f"{self._path}.{key}[{i}]") for i, one in enumerate(values)]
        found = self._inside[key]
        assert isinstance(found, list)
        return found

    def items(self) -> list[tuple[str, Any]]:
        return [(key, self.get(key)) for key in self._data if key not in WORDS]

    def ignored(self, key: str) -> None:
        """What is under this key decides nothing here."""
        self._seen.add(key)
        self._inside.pop(key, None)

    def set_aside(self) -> None:
        """Nothing in here decides anything."""
        self._seen.update(self._data)
        self._inside.clear()

    @property
    def words(self) -> str:
        return " ".join(str(self._data.get(key, "")) for key in ("text", "note")).lower()

    def never_read(self) -> Iterator[str]:
        """The keys nobody looked at: they would have changed nothing, so they have to be told."""
        for key in self._data:
            if key not in self._seen and key not in WORDS:
                yield f"{self._path}.{key}"
        for found in self._inside.values():
            for one in found if isinstance(found, list) else [found]:
                yield from one.never_read()


def switched_on(given: Given, channel: Any = None) -> bool:
    """Whether a rule or a list is active, and meant for this channel."""
    active = given.first("active", "enabled", default=True)
    status, channels = given.get("status", "active"), as_list(given.first("channel", "channels"))
    meant = not channels or channel is None or str(channel) in channels
    return bool(active) and status in ("active", "published", "running") and meant


def in_force(given: Given) -> bool:
    """Whether it is switched on and within its dates, half-open."""
    starts, ends = given.get("starts_in_days"), given.get("ends_in_days")
    begun = starts is None or NOW + timedelta(days=float(starts)) <= NOW
    over = ends is not None and NOW + timedelta(days=float(ends)) <= NOW
    return switched_on(given) and begun and not over


def currency_of(given: Given) -> str:
    """The currency of the scenario; a bare smallest unit stands for one with as many decimals."""
    unit = given.get("minor_unit")
    named = given.get("currency")
    if unit is not None and unit not in CURRENCY_BY_UNIT:
        raise Unknown(f"minor_unit {unit}")
    if named and (unit is None or Decimal(str(unit)) == Decimal(1).scaleb(-exponent(str(named)))):
        return str(named)
    return CURRENCY_BY_UNIT[unit or "0.01"]


def share_of(value: Any) -> tuple[Decimal | None, str | None]:
    """A value as (percent, amount): "30%" is a percentage, "50" an amount."""
    text = str(value)
    return (Decimal(text[:-1]), None) if text.endswith("%") else (None, text)


def as_list(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def attributes_of(value: Any) -> list[str]:
    """Attributes as a promotion knows them: a name with a value, or a word alone."""
    return [f"{name}={one}" for name, one in value.items()] if isinstance(value, dict) else as_list(value)
