"""What travels: a message as its sender says it, and the envelope the bus puts around it.

``business_key`` names the effect (an order number, a usage version) and survives re-deliveries and
corrections; ``ordering_key`` names the thing whose messages must stay in order. Between two ordering keys
there is no order.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from entrepot.kernel.ids import new_id

_correlation: ContextVar[str | None] = ContextVar("correlation", default=None)
_causation: ContextVar[str | None] = ContextVar("causation", default=None)


@dataclass(frozen=True, slots=True)
class Message:
    """What a system says to the outside; everything else about the envelope is the bus's to add."""

    kind: str
    body: dict[str, Any]
    business_key: str
    ordering_key: str
    sequence: int = 0
    version: int = 1
    store: str = ""
    principal: str = ""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A message under way; ``id`` stays the same over all deliveries and retries."""

    id: str
    kind: str
    version: int
    business_key: str
    ordering_key: str
    sequence: int
    correlation_id: str
    causation_id: str | None
    sender: str
    sent_at: datetime
    store: str
    principal: str
    body: dict[str, Any]
    attempts: int = 0


def correlation() -> str:
    """The id of the business process this code runs for: one from the click to the shipment."""
    return _correlation.get() or new_id()


def begin(correlation_id: str) -> None:
    """From here to the end of this task everything belongs to that business process: for the edge a click comes in by."""
    _correlation.set(correlation_id)
    _causation.set(None)


def causation() -> str | None:
    """The message whose handling led here, if any."""
    return _causation.get()


@contextmanager
def correlate(correlation_id: str, causation_id: str | None = None) -> Iterator[None]:
    """Everything said within the block belongs to that business process."""
    tokens = _correlation.set(correlation_id), _causation.set(causation_id)
    try:
        yield
    finally:
        _correlation.reset(tokens[0])
        _causation.reset(tokens[1])
