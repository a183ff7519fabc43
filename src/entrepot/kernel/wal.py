"""Waiting for the disk outside the writer's place.

SQLite lets the next writer in only after the last one's commit is on the disk. Here a commit first only reaches the
log (``synchronous=NORMAL``), the next writer goes on, and whoever promised something waits for the disk on its own:
one trip to the disk serves all who waited for it to begin.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from entrepot.kernel.errors import Unavailable

_sync = getattr(os, "fdatasync", os.fsync)


class Log:
    """The write-ahead log of one SQLite database."""

    def __init__(self, database: str) -> None:
        #: Held by whoever writes, from before the transaction begins until `note`.
        self.writer = threading.Lock()
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
        """Whether everything this process has committed is on the disk, so that nobody has to wait.

        Who writes notes it before giving the place up; so the place is looked at first.
        """
        return not self.writer.locked() and self._reached == self._noted

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
