"""What every handler stands in: the three systems' posts, the questions they can ask, the clock, the settings."""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.bus import Post, Relay, Requests
from entrepot.kernel.clock import Clock
from entrepot.settings import Settings


@dataclass(frozen=True, slots=True)
class House:
    """The running suite as the edges see it."""

    settings: Settings
    clock: Clock
    commerce: Post
    configurator: Post
    order_management: Post
    requests: Requests
    relay: Relay
