"""The least a Python server does: the same bytes for every request, by the same server program."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import uvicorn

BODY_FILE = "ENTREPOT_BENCH_BODY"


def application(body: bytes) -> Any:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer


if __name__ == "__main__":
    import os

    content = Path(os.environ[BODY_FILE]).read_bytes()
    config = uvicorn.Config(
        application(content),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="error",
        access_log=False,
        http="httptools",
        loop="uvloop",
    )
    uvicorn.Server(config).run()
