"""Pictures of articles and categories, looked up by name among the files found at first use, never opened by address.

A name that is not there has no address, so that a page shows an icon in its place instead of a broken picture.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

_PACKAGE = Path(__file__).parents[2]
_PLACES = (_PACKAGE.parent.parent / "demo" / "images", _PACKAGE / "demo_store" / "images")
_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
_YEAR = "public, max-age=31536000, immutable"
_DAY = "public, max-age=86400"


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    compressed: bytes
    media_type: str
    version: str


@lru_cache(maxsize=1)
def pictures() -> dict[str, Picture]:
    """Every picture by its file name."""
    found = {}
    for place in _PLACES:
        for path in sorted(place.glob("*")) if place.is_dir() else ():
            if path.suffix in _TYPES:
                content = path.read_bytes()
                packed = gzip.compress(content, 6, mtime=0) if path.suffix == ".svg" else b""
                version = blake2b(content, digest_size=4).hexdigest()
                found[path.name] = Picture(content, packed, _TYPES[path.suffix], version)
    return found


@lru_cache(maxsize=4096)
def picture_of(name: str | None) -> str | None:
    """The address of a picture as the catalog names it (``images/x.svg``), none when there is no such file.

    >>> picture_of("images/../secret") is None
    True
    """
    if not name:
        return None
    file = name.removeprefix("images/")
    found = pictures().get(file)
    return f"/images/{file}?v={found.version}" if found else None


@get("/images/{name:str}", permission="public", sync_to_thread=False, include_in_schema=False)
def serve(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """Send a picture; its address with the version never changes its content, so it may be kept for a year."""
    found = pictures().get(name)
    if found is None:
        raise NotFoundException(detail="There is no such picture.")
    headers = {
        "cache-control": _YEAR if request.query_params.get("v") == found.version else _DAY,
        "etag": f'"{found.version}"',
        "vary": "accept-encoding",
        # A picture opened by itself is a document: it may hold styles, and nothing that runs.
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(b"", status_code=304, headers=headers, media_type=found.media_type)
    if found.compressed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.compressed, headers=headers | {"content-encoding": "gzip"}, media_type=found.media_type)
    return Response(found.content, headers=headers, media_type=found.media_type)
