"""Short texts that two parties who share a key can pass through a browser: readable by anybody, changed by nobody.

A sealed text is its content and a signature, both in the alphabet of addresses, with a dot between them. The purpose is part
of what is signed: what was sealed for one cannot be handed in for another. A concealed text is one that only who has the
secret can read, too.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

#: The random bytes that make each concealed text another one (the nonce).
_START = 12


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


def conceal(secret: str, purpose: str, text: str) -> str:
    """A text that is kept so that it is useless without the secret, and for any purpose but its own (AES-256-GCM).

    >>> reveal("secret", "shop/7", conceal("secret", "shop/7", "what they told us"))
    'what they told us'
    >>> reveal("another secret", "shop/7", conceal("secret", "shop/7", "what they told us")) is None
    True
    """
    start = secrets.token_bytes(_START)
    return _text(start + _cipher(secret, purpose).encrypt(start, text.encode(), None))


def reveal(secret: str, purpose: str, concealed: str) -> str | None:
    """The text that was concealed; None where it was with another secret, for another purpose, or was changed since."""
    from cryptography.exceptions import InvalidTag

    try:
        body = _bytes(concealed)
        return _cipher(secret, purpose).decrypt(body[:_START], body[_START:], None).decode()
    except (ValueError, InvalidTag):
        return None


def _cipher(secret: str, purpose: str) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # Most processes never conceal or reveal anything.

    return AESGCM(sign(secret, "conceal", purpose.encode()))


def sign(key: bytes | str, purpose: str, body: bytes) -> bytes:
    """The signature of a body for a purpose, for who keeps the two apart."""
    return hmac.digest(key.encode() if isinstance(key, str) else key, f"{purpose}:".encode() + body, hashlib.sha256)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
