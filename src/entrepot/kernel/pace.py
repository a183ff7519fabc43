"""Background work makes way for people: while requests come in it takes a fifth of the time, else all of it.

Both share one database file and, but for several processes, one interpreter. Without this an order's aftermath
(transfer, scheduling, status) would slow the next shopper down; with it a rush leaves a queue that is worked off as
soon as it ebbs.
"""

from __future__ import annotations

import time

from entrepot.kernel.shared import shared_number

#: How long after a request the front counts as busy, in seconds.
BUSY = 0.25
#: Rest this many times as long as was worked, at most so long: two workers (messages, due work) are a fifth together.
REST, MOST = 9.0, 0.5


class Pace:
    """Knows when somebody last came in, to whichever process; tells background work how long to rest."""

    def __init__(self) -> None:
        self._last = shared_number("d")

    def somebody_came(self) -> None:
        """A request has arrived."""
        self._last[0] = time.monotonic()

    def rest(self, worked: float) -> None:
        """After ``worked`` seconds of background work: sleep while the front is busy, not at all while it is quiet."""
        if time.monotonic() - self._last[0] < BUSY:
            time.sleep(min(worked * REST, MOST))
