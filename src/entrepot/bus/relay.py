"""The relay: takes messages from the outboxes and hands each to its receiver, at least once and in order.

A refusal for a business reason is final: the message becomes a dead letter at once and the sender is told. A
neighbor that fails or is away is tried again later. Settling what was delivered and leasing what comes next
share one transaction, so a delivery costs two commits, one on each side.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy.engine import Connection

from entrepot.bus.bell import Bell
from entrepot.bus.envelope import Envelope, correlate
from entrepot.bus.inbox import Handler, Inbox
from entrepot.bus.outbox import Outbox
from entrepot.kernel.clock import Clock
from entrepot.kernel.db import Database
from entrepot.kernel.errors import Error, Unavailable
from entrepot.kernel.ids import new_id
from entrepot.kernel.pace import Pace

log = structlog.get_logger("bus")
Refused = Callable[[Connection, Envelope, Error], None]


@dataclass(frozen=True, slots=True)
class Post:
    """One system's end of the bus: its database with the outbox and inbox in it."""

    name: str
    database: Database
    outbox: Outbox
    inbox: Inbox


@dataclass(frozen=True, slots=True)
class Route:
    """Where messages of a kind go, what they become on the way, and whom a refusal is told to."""

    to: str
    handler: Handler
    translate: Callable[[dict[str, Any]], dict[str, Any]] = lambda body: body
    refused: Refused | None = None


@dataclass(slots=True)
class _Settled:
    envelope: Envelope
    ms: float
    reply: Any = None
    error: str | None = None
    final: bool = False
    refusal: Error | None = None


@dataclass(slots=True)
class Relay:
    """Delivers between the posts along the routes, by kind of message."""

    posts: Mapping[str, Post]
    routes: Mapping[str, Route]
    clock: Clock
    pace: Pace = field(default_factory=Pace)
    bell: Bell = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        for post in self.posts.values():
            post.outbox.bell = self.bell

    def drain(self, seconds: float = 10.0) -> int:
        """Deliver until nothing is deliverable any more (bounded); tell how many were delivered."""
        delivered, until = 0, time.monotonic() + seconds
        while time.monotonic() < until:
            moved = sum(self._turn(post) for post in self.posts.values())
            if not moved:
                break
            delivered += moved
        return delivered

    def start(self) -> None:
        """Deliver in the background until `stop`."""
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self.bell.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            self.bell.wait(timeout=1.0)
            self.bell.clear()
            try:
                self.drain()
            except Exception:
                log.exception("relay.failed")
                self._stop.wait(0.5)

    def _turn(self, post: Post) -> int:
        """Lease what is deliverable of one post and deliver it, until it has nothing left."""
        settled: list[_Settled] = []
        moved = 0
        while not self._stop.is_set():
            # Relaxed: what a power cut takes back is delivered again, and the inbox knows it. A receiver's effect is not.
            with post.database.write(relaxed=True) as conn:
                for one in settled:
                    self._settle(conn, post, one)
                envelopes = post.outbox.claim(conn, self.clock.now())
            if not envelopes:
                break
            # Nobody is told what a power cut could still take back.
            post.database.flush()
            settled = [self._paced(envelope) for envelope in envelopes]
            moved += len(settled)
        return moved

    def _paced(self, envelope: Envelope) -> _Settled:
        started = time.perf_counter()
        settled = self._deliver(envelope)
        self.pace.rest(time.perf_counter() - started)
        return settled

    def _deliver(self, envelope: Envelope) -> _Settled:
        started = time.perf_counter()
        route = self.routes.get(envelope.kind)
        if route is None:
            return _Settled(envelope, 0.0, error=f"no route for {envelope.kind}", final=True)
        to = self.posts[route.to]
        try:
            with (
                correlate(envelope.correlation_id, envelope.id),
                structlog.contextvars.bound_contextvars(correlation_id=envelope.correlation_id),
            ):
                body = route.translate(envelope.body)
                received = to.database.retrying(
                    lambda conn: to.inbox.receive(conn, envelope, body, route.handler, self.clock.now())
                )
        except Unavailable as error:
            return _Settled(envelope, _ms(started), error=f"{error.code}: {error}")
        except Error as error:
            log.warning("message.refused", kind=envelope.kind, key=envelope.business_key, code=error.code, error=str(error))
            return _Settled(envelope, _ms(started), error=f"{error.code}: {error}", final=True, refusal=error)
        except Exception as error:
            log.exception("message.failed", kind=envelope.kind, key=envelope.business_key)
            return _Settled(envelope, _ms(started), error=f"{type(error).__name__}: {error}")
        log.info("message.delivered", kind=envelope.kind, key=envelope.business_key, to=route.to, repeated=received.repeated)
        return _Settled(envelope, _ms(started), reply=received.reply)

    def _settle(self, conn: Connection, post: Post, one: _Settled) -> None:
        at = self.clock.now()
        if one.error is None:
            post.outbox.settle(conn, one.envelope.id, at, ms=one.ms, reply=one.reply)
            return
        post.outbox.fail(conn, one.envelope, one.error, at, final=one.final)
        route = self.routes.get(one.envelope.kind)
        if one.refusal is not None and route is not None and route.refused is not None:
            with correlate(one.envelope.correlation_id, one.envelope.id):
                route.refused(conn, one.envelope, one.refusal)


def _ms(started: float) -> float:
    return (time.perf_counter() - started) * 1000


@dataclass(slots=True)
class Schedule:
    """Jobs run again and again in the background: sweeps, due work, the request journal."""

    jobs: Sequence[tuple[str, float, Callable[[], object]]]
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def run_once(self) -> None:
        """Run every job now."""
        for _, _, job in self.jobs:
            job()

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="schedule", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        due = {name: 0.0 for name, _, _ in self.jobs}
        while not self._stop.wait(0.1):
            for name, every, job in self.jobs:
                if time.monotonic() < due[name]:
                    continue
                due[name] = time.monotonic() + every
                try:
                    with correlate(new_id()):
                        job()
                except Exception:
                    log.exception("job.failed", job=name)
