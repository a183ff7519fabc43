"""Style sheets, scripts and icons, served from memory under an address that names their content.

A page links ``/assets/css/base.css?v=<hash>``; under that address the file never changes, so a browser may
keep it for a year. Without the hash, or with an old one, it is handed out too but must be asked for again.
Only the files found in the ``static`` folders at start exist; an address is looked up, never opened.
"""

from __future__ import annotations

import gzip
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

_WEB = Path(__file__).parent.parent
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"
_TEXTUAL = {"text/css", "text/javascript", "image/svg+xml", "text/plain", "application/json"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    content: bytes
    compressed: bytes
    media_type: str
    version: str


@lru_cache(maxsize=1)
def files() -> dict[str, Asset]:
    """Every asset by its path below ``/assets``."""
    return {
        path.relative_to(root).as_posix(): _read(path)
        for root in sorted(_WEB.glob("*/static"))
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    media_type = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(path.name)[0]
    compressed = gzip.compress(content, 6, mtime=0) if media_type in _TEXTUAL and len(content) > 600 else b""
    version = blake2b(content, digest_size=4).hexdigest()
    return Asset(content, compressed, media_type or "application/octet-stream", version)


def asset(path: str) -> str:
    """The address of an asset, with its content's hash.

    >>> asset("css/base.css").startswith("/assets/css/base.css?v=")
    True
    """
    return f"/assets/{path}?v={files()[path].version}"


def forget() -> None:
    """Read the files anew when they are next asked for; for whoever is writing them."""
    files.cache_clear()


@get("/{path:path}", sync_to_thread=False, include_in_schema=False)
def serve(path: FromPath[Path], request: Request[Any, Any, Any], v: FromQuery[str] = "") -> Response[bytes]:
    """Send an asset, compressed where the browser takes it."""
    found = files().get(path.as_posix().lstrip("/"))
    if found is None:
        raise NotFoundException(detail="There is no such asset.")
    tag = f'"{found.version}"'
    headers = {
        "Cache-Control": _FOREVER if v == found.version else _ASK_AGAIN,
        "ETag": tag,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers=headers, media_type=found.media_type)
    if found.compressed and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.compressed, headers=headers, media_type=found.media_type)
    return Response(found.content, headers=headers, media_type=found.media_type)


router = Router("/assets", route_handlers=[serve])
