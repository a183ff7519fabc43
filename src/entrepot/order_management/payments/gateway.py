"""The payment provider as we see it, and one that runs in this process for the demo and for tests.

A gateway is asked under a key it remembers for good: an unclear outcome is cleared up by asking again under the same key,
and the money moves once. The local gateway approves every token except ``tok_declined``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; a negative amount gives an authorization back."""

    key: str
    kind: str
    amount: int
    currency: str
    payment_type: str
    token: str
    authorization_id: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    approved: bool
    authorization_id: str = ""
    text: str = ""


class Gateway(Protocol):
    def perform(self, asked: Asked) -> Outcome:
        """Do what is asked, once per key."""
        ...


class LocalGateway:
    """A provider without a network: remembers what it was asked, declines ``tok_declined``."""

    def __init__(self) -> None:
        self._answers: dict[str, Outcome] = {}

    def perform(self, asked: Asked) -> Outcome:
        """Approve, unless the token is the one that is always declined; the same key gets the same answer."""
        if asked.key not in self._answers:
            if asked.token == "tok_declined":
                outcome = Outcome(False, text="declined by the card's issuer")
            else:
                outcome = Outcome(True, asked.authorization_id or f"auth-{asked.key[-10:]}", "approved")
            self._answers[asked.key] = outcome
        return self._answers[asked.key]
