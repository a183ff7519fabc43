"""What every request needs and few ever change: kept per process, dropped when its version moves.

An entry remembers the version it was loaded at. The version is compared at most once per ``ttl`` seconds, so what
is shown is at most that far behind another process's change; within `current_terms`, where something binding is
decided, it is compared every time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection, Engine

V = TypeVar("V")
_binding: ContextVar[bool] = ContextVar("binding", default=False)


@contextmanager
def current_terms() -> Iterator[None]:
    """Within the block nothing kept is used before its version was compared."""
    token = _binding.set(True)
    try:
        yield
    finally:
        _binding.reset(token)


class Versioned(Generic[V]):
    """A cache of values loaded from a database, each as good as its version."""

    def __init__(self, version: Callable[[Connection, Hashable], int], ttl: float = 1.0, most: int = 10_000) -> None:
        self._version = version
        self._ttl = ttl
        self._most = most
        self._kept: WeakKeyDictionary[Engine, dict[Hashable, tuple[float, int, V]]] = WeakKeyDictionary()

    def get(self, conn: Connection, scope: Hashable, key: Hashable, load: Callable[[], V]) -> V:
        """The value of ``key``, loaded again when the version of ``scope`` has moved."""
        kept = self._kept.setdefault(conn.engine, {})
        now = time.monotonic()
        found = kept.get((scope, key))
        if found is not None and now < found[0] and not _binding.get():
            return found[2]
        version = self._version(conn, scope)
        if found is not None and found[1] == version:
            kept[(scope, key)] = (now + self._ttl, version, found[2])
            return found[2]
        value = load()
        if len(kept) >= self._most:
            kept.clear()
        kept[(scope, key)] = (now + self._ttl, version, value)
        return value

    def peek(self, engine: Engine, scope: Hashable, key: Hashable) -> V | None:
        """The value of ``key`` while it needs no comparing, for whoever has not opened a connection yet."""
        found = self._kept.get(engine, {}).get((scope, key))
        return found[2] if found is not None and time.monotonic() < found[0] else None

    def forget(self, conn: Connection) -> None:
        """Drop what is kept for this database: its own process has just changed it."""
        self._kept.pop(conn.engine, None)
