"""A load generator that costs little: HTTP/1.1 over plain sockets with keep-alive, one task a client."""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(eq=False)
class Connection:
    """One client's connection."""

    host: str
    port: int
    headers: dict[str, str] = field(default_factory=dict)
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def request(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
        """Send one request and read its answer."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        assert self.reader is not None
        payload = b"" if body is None else json.dumps(body).encode()
        sent = [f"{method} {path} HTTP/1.1", f"host: {self.host}", f"content-length: {len(payload)}"]
        if body is not None:
            sent.append("content-type: application/json")
        sent += [f"{name}: {value}" for name, value in (self.headers | (headers or {})).items()]
        self.writer.write(("\r\n".join(sent) + "\r\n\r\n").encode() + payload)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        status = int(head[9:12])
        lines = [line.partition(": ") for line in head.split("\r\n")[1:]]
        found = {name.lower(): value for name, _, value in lines}
        cookies = tuple(value.partition(";")[0] for name, _, value in lines if name.lower() == "set-cookie")
        length = int(found.get("content-length", "0"))
        return Answer(status, found, await self.reader.readexactly(length) if length else b"", cookies)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()

    def json(self) -> dict:
        assert self.status < 400, f"{self.status}: {self.body[:400]!r}"
        return json.loads(self.body)


@dataclass(frozen=True)
class Load:
    """What a run came to: how many a second, and how long each took (ms)."""

    count: int
    seconds: float
    latencies: list[float]

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    @property
    def p50(self) -> float:
        return statistics.median(self.latencies)

    @property
    def p95(self) -> float:
        return sorted(self.latencies)[int(len(self.latencies) * 0.95)]


Work = Callable[[Connection], Awaitable[None]]


def run_load(port: int, clients: int, count: int, work: Work, think: float = 0.0) -> Load:
    """``clients`` at once do ``count`` pieces of work together, after each has done one to warm up.

    Without ``think`` each begins the next as soon as it has its answer. With it each waits before, half to one and a
    half times as many seconds: people who look at what they see. Work that fails ends the run.
    """
    return asyncio.run(_run(port, clients, count, work, think))


async def _run(port: int, clients: int, count: int, work: Work, think: float) -> Load:
    left = count
    latencies: list[float] = []
    chance = random.Random(clients)

    async def one() -> None:
        nonlocal left
        connection = Connection("127.0.0.1", port)
        await work(connection)
        ready.release()
        await go.wait()
        while left > 0:
            left -= 1
            await asyncio.sleep(think * chance.uniform(0.5, 1.5))
            started = time.perf_counter()
            await work(connection)
            latencies.append((time.perf_counter() - started) * 1000)
        connection.close()

    ready, go = asyncio.Semaphore(0), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(one())
        for _ in range(clients):
            await ready.acquire()
        started = time.perf_counter()
        go.set()
    return Load(len(latencies), time.perf_counter() - started, latencies)
