"""Identities: time-ordered so that indexes stay dense, opaque so that nobody can guess or enumerate them."""

from __future__ import annotations

import os
import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [one + other for one in _ALPHABET for other in _ALPHABET]


def new_id() -> str:
    """A 26-character identity: 48 bits of milliseconds, then 80 random bits (Crockford base 32)."""
    number = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10), "big")
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])


def new_secret(bits: int = 128) -> str:
    """A secret fit for a cookie or a link, of at least that many random bits."""
    return secrets.token_urlsafe((bits + 7) // 8)
