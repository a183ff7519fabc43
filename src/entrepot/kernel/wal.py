"""Waiting for the disk outside the writer's place.

SQLite lets the next writer in only after the last one's commit is on the disk. Here a commit first only reaches the
log (``synchronous=NORMAL``), the next writer goes on, and whoever promised something waits for the disk on its own:
one trip to the disk serves all who waited for it to begin.
"""

from __future__ import annotations

import os
import threading
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from entrepot.kernel.errors import Unavailable
from entrepot.kernel.shared import Place

_sync = getattr(os, "fdatasync", os.fsync)


class Log:
    """The write-ahead log of one SQLite database; ``together`` with other processes that write to it all the time."""

    def __init__(self, database: str, *, together: bool = False) -> None:
        self._own = threading.Lock()
        #: Held by whoever writes, from before the transaction begins until `note`.
        self.writer: AbstractContextManager[Any] = Place(f"{database}-writer") if together else self._own
        self._together = together
        self._file = Path(f"{database}-wal")
        self._noted = 0
        self._reached = 0
        self._begun = 0
        self._lock = threading.Lock()
        self._broken: OSError | None = None

    def note(self) -> None:
        """Something was committed, by whoever holds the writer's place."""
        self._noted += 1

    @property
    def flushed(self) -> bool:
        """Whether everything committed is known to be on the disk, so that nobody has to wait.

        Who writes notes it before giving the place up; so the place is looked at first. What other processes have
        committed, and somebody may have read here, is not known.
        """
        return not self._together and not self._own.locked() and self._reached == self._noted

    def wait(self) -> None:
        """Return when everything committed before the call is on the disk.

        Raises `Unavailable` when the disk refuses, and ever after: what it did not write then is not written by a
        later trip that succeeds.
        """
        before = self._begun
        with self._lock:
            if self._begun > before and self._broken is None:
                return
            self._begun += 1
            noted = self._noted
            try:
                self._go()
            except OSError as error:
                self._broken = self._broken or error
            if self._broken is not None:
                raise Unavailable(service="the disk") from self._broken
            self._reached = noted

    def _go(self) -> None:
        try:
            log = os.open(self._file, os.O_RDWR)
        except FileNotFoundError:
            return  # Carried into the database file, and synced there, when its last connection closed.
        try:
            _sync(log)
        finally:
            os.close(log)
