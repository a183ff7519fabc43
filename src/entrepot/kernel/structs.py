"""Struct classes made ready to be read, before threads share them.

msgspec finds out how a class is read when it is read for the first time, and a thread that reads it meanwhile uses what
is half made: the process ends with a segmentation fault (seen with 0.22 on Python 3.11). So a process that is
about to serve with threads has every class looked at once, by one thread.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec


def make_ready() -> int:
    """Look at every struct class there is; tell how many can be read. A class that is defined later is not among them."""
    ready = 0
    for one in set(_below(msgspec.Struct)):
        try:
            msgspec.json.Decoder(one)
            ready += 1
        except (TypeError, NameError):
            pass  # A value that is never read from a document: it holds what documents cannot say.
    return ready


def _below(base: type) -> Iterator[type]:
    found: list[type] = type.__subclasses__(base)
    for one in found:
        yield one
        yield from _below(one)
