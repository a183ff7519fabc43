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

#: The random bytes that a keystream starts from.
_START = 16


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
    """A text that is kept so that it is useless without the secret, and for any purpose but its own.

    Masked with a keystream that is used once (HMAC-SHA256 over a random start and a count), then sealed; the key of
    either is derived for that alone.

    >>> reveal("secret", "shop/7", conceal("secret", "shop/7", "what they told us"))
    'what they told us'
    >>> reveal("another secret", "shop/7", conceal("secret", "shop/7", "what they told us")) is None
    True
    """
    start = secrets.token_bytes(_START)
    body = start + _masked(secret, purpose, start, text.encode())
    return seal(derive(secret, f"concealed/{purpose}"), "concealed", body)


def reveal(secret: str, purpose: str, concealed: str) -> str | None:
    """The text that was concealed; None where it was with another secret, for another purpose, or was changed since."""
    try:
        parts = take_apart(concealed)
    except ValueError:
        return None
    if not parts.holds(derive(secret, f"concealed/{purpose}"), "concealed"):
        return None
    return _masked(secret, purpose, parts.body[:_START], parts.body[_START:]).decode()


def _masked(secret: str, purpose: str, start: bytes, text: bytes) -> bytes:
    """Every byte changed by one of the keystream; done twice it is as before."""
    key, length = derive(secret, f"mask/{purpose}"), hashlib.sha256().digest_size
    blocks = (sign(key, "mask", start + count.to_bytes(4)) for count in range(-(-len(text) // length)))
    return bytes(one ^ other for one, other in zip(text, b"".join(blocks), strict=False))


def sign(key: bytes | str, purpose: str, body: bytes) -> bytes:
    """The signature of a body for a purpose, for who keeps the two apart."""
    return hmac.digest(key.encode() if isinstance(key, str) else key, f"{purpose}:".encode() + body, hashlib.sha256)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
