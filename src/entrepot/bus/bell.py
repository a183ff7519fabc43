"""What the relay waits for: a ring says that somebody has put a message."""

from __future__ import annotations

import os
import select
from contextlib import suppress
from typing import Protocol


class Bell(Protocol):
    """Rung any number of times, heard once; `threading.Event` is one within a process."""

    def set(self) -> None: ...

    def wait(self, timeout: float | None = None) -> bool: ...

    def clear(self) -> None: ...


class PipeBell:
    """A bell that one process waits for and all forked from the same may ring."""

    def __init__(self) -> None:
        self._heard, self._rung = os.pipe()
        os.set_blocking(self._heard, False)
        os.set_blocking(self._rung, False)

    def set(self) -> None:
        with suppress(BlockingIOError):  # Full: it rings already, and loudly.
            os.write(self._rung, b"!")

    def wait(self, timeout: float | None = None) -> bool:
        poll = select.poll()
        poll.register(self._heard, select.POLLIN)
        return bool(poll.poll(None if timeout is None else timeout * 1000))

    def clear(self) -> None:
        with suppress(BlockingIOError):
            while os.read(self._heard, 4096):
                pass
