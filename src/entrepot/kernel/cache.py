"""What every request needs and few ever change: kept per process, dropped when its version moves.

An entry remembers the version it was loaded at. The version is compared at most once per ``ttl`` seconds, so what is
shown is at most that far behind a stranger's change; a change by this process or its siblings is seen at once; within
`current_terms`, where something binding is decided, the version is compared every time. A transaction that changes what
is kept says so (`changing`) and neither reads from caches nor fills them, so that nothing it may still take back is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection, Dialect, Engine

from entrepot.kernel.db import after_commit, is_changing, mark_changing
from entrepot.kernel.shared import shared_number

V = TypeVar("V")
_Version = Callable[[Connection, Hashable], int]


#: When this process, or one forked from the same, last changed what anybody keeps: another number after every change.
_changed = shared_number()


def changing() -> None:
    """Say, in a writing transaction, that it changes what is kept; from its commit on every version is compared again."""

    def note() -> None:
        _changed[0] = time.monotonic_ns()

    if mark_changing():
        after_commit(note)


class Terms:
    """The versions of everything kept that was used in a `current_terms` block."""

    __slots__ = ("_compared",)

    def __init__(self) -> None:
        self._compared: dict[tuple[_Version, Dialect, Hashable], int] = {}

    def version(self, conn: Connection, version: _Version, scope: Hashable) -> int:
        """The version of a scope, asked for once."""
        which = (version, conn.dialect, scope)
        found = self._compared.get(which)
        if found is None:
            found = self._compared[which] = version(conn, scope)
        return found

    def hold(self, conn: Connection) -> bool:
        """Whether nothing used in the block has changed since, so that what was decided there would be decided again."""
        return all(
            dialect is conn.dialect and version(conn, scope) == before
            for (version, dialect, scope), before in self._compared.items()
        )


_binding: ContextVar[Terms | None] = ContextVar("binding", default=None)


@contextmanager
def current_terms() -> Iterator[Terms]:
    """Within the block nothing kept is used before its version was compared, once for all that share a version."""
    terms = Terms()
    token = _binding.set(terms)
    try:
        yield terms
    finally:
        _binding.reset(token)


@dataclass(slots=True)
class _Kept(Generic[V]):
    value: V
    version: int
    until: float
    change: int


class Versioned(Generic[V]):
    """A cache of values loaded from a database, each as good as its version."""

    def __init__(self, version: _Version, ttl: float = 1.0, most: int = 10_000) -> None:
        self._version = version
        self._ttl = ttl
        self._most = most
        self._kept: WeakKeyDictionary[Dialect, dict[Hashable, _Kept[V]]] = WeakKeyDictionary()
        self._latest: tuple[Dialect | None, dict[Hashable, _Kept[V]]] = (None, {})

    def get(self, conn: Connection, scope: Hashable, key: Hashable, load: Callable[[], V]) -> V:
        """The value of ``key``, loaded again when the version of ``scope`` has moved."""
        if is_changing():
            return load()
        kept = self._of(conn.dialect)
        now, change, binding = time.monotonic(), _changed[0], _binding.get()
        found = kept.get((scope, key))
        if found is not None and now < found.until and found.change == change and binding is None:
            return found.value
        version = self._version(conn, scope) if binding is None else binding.version(conn, self._version, scope)
        if found is not None and found.version == version:
            found.until, found.change = now + self._ttl, change
            return found.value
        value = load()
        if len(kept) >= self._most:
            kept.clear()
        kept[(scope, key)] = _Kept(value, version, now + self._ttl, change)
        return value

    def _of(self, dialect: Dialect) -> dict[Hashable, _Kept[V]]:
        """What is kept of one database: every engine has a dialect of its own, whatever options it is used with."""
        latest, kept = self._latest
        if latest is not dialect:
            kept = self._kept.setdefault(dialect, {})
            self._latest = (dialect, kept)
        return kept

    def peek(self, engine: Engine, scope: Hashable, key: Hashable) -> V | None:
        """The value of ``key`` while it needs no comparing, for whoever has not opened a connection yet."""
        found = self._of(engine.dialect).get((scope, key))
        fresh = found is not None and time.monotonic() < found.until and found.change == _changed[0]
        return found.value if found is not None and fresh else None
