"""What processes of one start see of each other: a number in memory, and a place that one of them has at a time."""

from __future__ import annotations

import mmap
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Literal


def shared_number(form: Literal["q", "d"] = "q") -> memoryview[Any]:
    """A number that this process and those forked from it read and write in place, at index 0.

    ``form`` is `q` for a whole number, `d` for a float. Eight bytes in their own place are written at once.
    """
    return memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast(form)


class Place:
    """A lock among the threads of all processes that name the same file.

    The system frees it when its holder ends, however it ends. It only keeps order in a queue, and wakes the next one at
    once, where looking again and again leaves a processor idle: SQLite has a lock of its own behind it.
    """

    def __init__(self, file: str) -> None:
        import fcntl  # It is where processes can be forked, and not everywhere.

        self._threads = threading.Lock()
        self._take, self._leave = fcntl.LOCK_EX, fcntl.LOCK_UN
        self._lock = fcntl.flock
        self._file = Path(file).open("a")  # noqa: SIM115  Held as long as the place.

    def __enter__(self) -> None:
        self._threads.acquire()
        self._lock(self._file, self._take)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._lock(self._file, self._leave)
        self._threads.release()
