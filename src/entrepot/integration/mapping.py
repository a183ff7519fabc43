"""Maps as data: a table of pairs of paths that reads in both directions.

A path walks through objects by name, ``A/B/C``. A `Field` copies one value, through a value map or a converter
where the two sides write it differently; `Each` maps a list with a table of its own; `Constant` is what one side
wants and the other does not know. A path that is missing leaves its field out, unless the field is required.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from entrepot.kernel.errors import Invalid

Document = dict[str, Any]
_ABSENT: Any = object()


class FieldMissing(Invalid):
    code = "MAP_FIELD_MISSING"
    message = "{path}: this is needed and was not sent."


class ValueUnmapped(Invalid):
    code = "MAP_VALUE_UNMAPPED"
    message = "{path}: there is no row for {value} in the value map {domain}. Add one and run the message again."


@dataclass(frozen=True, slots=True)
class Values:
    """A value map: what is written on the left for what is written on the right."""

    domain: str
    pairs: tuple[tuple[str, str], ...] = ()
    identity: bool = False
    default_there: str | None = None
    default_here: str | None = None

    def there(self, value: Any, path: str) -> Any:
        return self._find(str(value or ""), 0, self.default_there, path)

    def here(self, value: Any, path: str) -> Any:
        return self._find(str(value or ""), 1, self.default_here, path)

    def _find(self, value: str, side: int, default: str | None, path: str) -> str:
        for pair in self.pairs:
            if pair[side] == value:
                return pair[1 - side]
        if self.identity and value:
            return value
        if default is not None:
            return default
        raise ValueUnmapped(path=path, value=value, domain=self.domain)


@dataclass(frozen=True, slots=True)
class Field:
    """One value: the path on our side, the path on theirs."""

    here: str
    there: str
    values: str | None = None
    to_there: Callable[[Any], Any] | None = None
    to_here: Callable[[Any], Any] | None = None
    required: bool = False
    default: Any = _ABSENT


@dataclass(frozen=True, slots=True)
class Each:
    """A list of objects on both sides, each mapped by its own table."""

    here: str
    there: str
    fields: tuple[Field | Each | Constant, ...]


@dataclass(frozen=True, slots=True)
class Constant:
    """A value only their side has."""

    there: str
    value: Any


Entry = Field | Each | Constant


@dataclass(frozen=True, slots=True)
class Map:
    """A pair of documents; ``there`` translates ours into theirs, ``here`` theirs into ours."""

    name: str
    entries: tuple[Entry, ...]

    def there(self, document: Document, values: Mapping[str, Values]) -> Document:
        return _mapped(self.entries, document, values, self.name, forward=True)

    def here(self, document: Document, values: Mapping[str, Values]) -> Document:
        return _mapped(self.entries, document, values, self.name, forward=False)


def _mapped(entries: Sequence[Entry], document: Document, values: Mapping[str, Values], path: str, *, forward: bool) -> Document:
    made: Document = {}
    for entry in entries:
        if isinstance(entry, Constant):
            if forward:
                put(made, entry.there, entry.value)
            continue
        source, target = (entry.here, entry.there) if forward else (entry.there, entry.here)
        found = take(document, source)
        at = f"{path}/{source}"
        if isinstance(entry, Each):
            if found is not _ABSENT and found is not None:
                put(made, target, _each(entry.fields, found, values, at, forward=forward))
            continue
        value = _converted(entry, found, at, values, forward=forward)
        if value is not _ABSENT:
            put(made, target, value)
    return made


def _each(fields: tuple[Entry, ...], found: Any, values: Mapping[str, Values], path: str, *, forward: bool) -> list[Document]:
    """Many objects by one table; hundreds of them where their fields only change their names."""
    names = _renamed(fields, forward=forward)
    if names is not None and all(isinstance(one, dict) for one in found):
        made = [{target: one.get(source) for source, target in names} for one in found]
        if not any(None in one.values() for one in made):
            return made
    # What is missing has a default, or is refused with its path.
    return [_mapped(fields, one, values, f"{path}[{i}]", forward=forward) for i, one in enumerate(found)]


@lru_cache(maxsize=1000)
def _renamed(fields: tuple[Entry, ...], *, forward: bool) -> tuple[tuple[str, str], ...] | None:
    """The old and new names of fields of which nothing but the name changes; None where there are others."""
    names = []
    for one in fields:
        if not isinstance(one, Field) or one.values or one.to_there or one.to_here or "/" in one.here + one.there:
            return None
        names.append((one.here, one.there) if forward else (one.there, one.here))
    return tuple(names)


def _converted(entry: Field, found: Any, path: str, values: Mapping[str, Values], *, forward: bool) -> Any:
    if found is _ABSENT or found is None:
        if entry.required:
            raise FieldMissing(path=path)
        if entry.default is _ABSENT:
            return _ABSENT
        found = entry.default
    if entry.values is not None:
        domain = values[entry.values]
        found = domain.there(found, path) if forward else domain.here(found, path)
    convert = entry.to_there if forward else entry.to_here
    return convert(found) if convert is not None else found


@lru_cache(maxsize=10_000)
def _way(path: str) -> tuple[str, ...]:
    return tuple(path.split("/"))


def take(document: Any, path: str) -> Any:
    """What stands at a path, or absent."""
    for name in _way(path):
        if not isinstance(document, dict) or name not in document:
            return _ABSENT
        document = document[name]
    return document


def put(document: Document, path: str, value: Any) -> None:
    """Write a value at a path, making the objects on the way."""
    *way, last = _way(path)
    for name in way:
        document = document.setdefault(name, {})
    document[last] = value
