"""Who leads the tour: logs people on, and waits with them for what happens in the background."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from entrepot import demo
from entrepot.tour.story import Story

T = TypeVar("T")


@dataclass(slots=True)
class Guide:
    """What the chapters hold in hand: a client for each person, and the story they add to."""

    address: str
    story: Story
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def person(self, logon_id: str) -> httpx.Client:
        """A client logged on as somebody; the guest is nobody in particular."""
        if logon_id not in self.clients:
            client = httpx.Client(base_url=self.address, timeout=30)
            if logon_id != "guest":
                answer = client.post("/api/sessions", json={"logon_id": logon_id, "password": demo.PASSWORD})
                answer.raise_for_status()
                client.headers["authorization"] = f"Bearer {answer.json()['token']}"
            self.clients[logon_id] = client
        return self.clients[logon_id]


def wait_for(check: Callable[[], T], seconds: float = 20.0) -> T:
    """Ask again until the answer is true; the last answer."""
    until = time.monotonic() + seconds
    answer = check()
    while not answer and time.monotonic() < until:
        time.sleep(0.02)
        answer = check()
    return answer
