"""Short texts that two parties who share a key can pass through a browser: readable by anybody, changed by nobody.

A sealed text is its content and a signature, both in the alphabet of addresses, with a dot between them. The purpose is part
of what is signed: what was sealed for one cannot be handed in for another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed text taken apart. Its body may be read to find out whose key it claims; it counts once it `holds`."""

    body: bytes
    signature: bytes

    def holds(self, key: bytes | str, purpose: str) -> bool:
        """Whether the body was sealed with this key for this purpose."""
        return hmac.compare_digest(sign(key, purpose, self.body), self.signature)


def seal(key: bytes | str, purpose: str, body: bytes) -> str:
    """A body with its signature.

    >>> take_apart(seal("key", "launch", b"notebook")).holds("key", "launch")
    True
    >>> take_apart(seal("key", "launch", b"notebook")).holds("key", "return")
    False
    """
    return f"{_text(body)}.{_text(sign(key, purpose, body))}"


def take_apart(text: str) -> Sealed:
    """The parts of a sealed text, not yet checked; a ValueError for what is none."""
    body, _, signature = text.partition(".")
    return Sealed(_bytes(body), _bytes(signature))


def derive(secret: str, purpose: str) -> str:
    """A key of its own for a purpose: whoever has it learns nothing of the secret, nor of the keys for other purposes."""
    return _text(sign(secret, "key", purpose.encode()))


def sign(key: bytes | str, purpose: str, body: bytes) -> bytes:
    """The signature of a body for a purpose, for who keeps the two apart."""
    return hmac.digest(key.encode() if isinstance(key, str) else key, f"{purpose}:".encode() + body, hashlib.sha256)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
