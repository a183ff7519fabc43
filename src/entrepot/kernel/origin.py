"""Where an address belongs: its origin, as browsers compare them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

#: What browsers call the origin of an address that has none; no system that is trusted is called so.
NOBODY = "null"
_USUAL = {"https": 443, "http": 80}


def origin_of(address: str) -> str:
    """The origin of an address in the one form browsers write it: empty for a path, `NOBODY` for what has none.

    What could be read in two ways (a name before the host, a backslash, a line end) belongs to nobody.

    >>> origin_of("HTTPS://Kits.example:443/start?kit=7"), origin_of("/configurator")
    ('https://kits.example', '')
    >>> origin_of("https://kits.example@evil.example/"), origin_of("javascript:alert(1)")
    ('null', 'null')
    """
    if re.search(r"[\\\x00-\x1f]", address):
        return NOBODY
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return NOBODY
    if not parts.scheme and not parts.netloc:
        return "" if not address.startswith("//") else NOBODY
    host = (parts.hostname or "").lower()
    if parts.scheme not in _USUAL or "@" in parts.netloc or not re.fullmatch(r"[a-z0-9.:-]+", host):
        return NOBODY
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}" + (f":{port}" if port not in (None, _USUAL[parts.scheme]) else "")
