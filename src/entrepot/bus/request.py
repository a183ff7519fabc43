"""Asking another system for an answer that is needed now.

Every question has a time limit and is journaled (kind, who asked whom, milliseconds, outcome), so that an
operator can follow a business process through it. Asking while a writing transaction is open is a bug: the
neighbor's slowness would hold our locks. In one process a question is dispatched directly; a port of the same
form carries it to a broker or a foreign system.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.bus.envelope import correlation
from entrepot.kernel.db import BigKey, Database, Instant, any_of, in_write
from entrepot.kernel.errors import Error, NotFound, Unavailable

T = TypeVar("T")
Document = dict[str, Any]
Question = tuple[str, Document]
#: A business process that puts questions to others and goes on with their answers; it holds nothing while it waits.
Steps = Generator[Question, Document | None, T]


class ServiceUnknown(NotFound):
    code = "SERVICE_UNKNOWN"
    message = "Nobody here answers {kind}."


@dataclass(frozen=True, slots=True)
class Service:
    """Who answers a kind of question, how, and how long the asker waits (seconds).

    With ``prompt`` the answer is a matter of a few rows of that database: what it wrote is on the disk before the asker hears
    of it, and where the database is a file of this process, a task that serves others asks without a thread in between.
    """

    kind: str
    caller: str
    callee: str
    answer: Callable[[Document], Document]
    timeout: float
    prompt: Database | None = None

    def answered(self, body: Document) -> Document:
        """The answer, with what it wrote on the disk."""
        answer = self.answer(body)
        if self.prompt is not None:
            self.prompt.flush()
        return answer


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that was put, for the journal."""

    kind: str
    caller: str
    callee: str
    correlation_id: str
    asked_at: datetime
    ms: float
    outcome: str


class Requests:
    """The questions that can be asked in this process, and the record of those that were."""

    def __init__(self, services: Mapping[str, Service], workers: int = 8) -> None:
        self.services = dict(services)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="request")
        self._asked: deque[Asked] = deque(maxlen=10_000)

    def request(self, kind: str, body: Document) -> Document:
        """Ask and wait for the answer; raises the callee's refusal, or `Unavailable` when it takes too long."""
        with self._noted(kind) as service:
            return self._pool.submit(copy_context().run, service.answered, body).result(service.timeout)

    async def ask(self, kind: str, body: Document) -> Document:
        """The same for whoever serves others while it waits."""
        with self._noted(kind) as service:
            if service.prompt is not None and service.prompt.embedded:
                answer = copy_context().run(service.answer, body)
                await asyncio.wait_for(service.prompt.flushed(), service.timeout)
                return answer
            asked = asyncio.get_running_loop().run_in_executor(self._pool, copy_context().run, service.answered, body)
            return await asyncio.wait_for(asked, service.timeout)

    def conduct(self, steps: Steps[T]) -> T:
        """Go through a process that puts questions on its way, answering each; what a question raises is raised in it."""
        step = _step(steps, None, None)
        while not isinstance(step, _Done):
            answer, refusal = None, None
            try:
                answer = self.request(*step)
            except Error as error:
                refusal = error
            step = _step(steps, answer, refusal)
        return step.value

    async def conduct_beside(self, steps: Steps[T]) -> T:
        """The same for whoever serves others while it waits."""
        step = _step(steps, None, None)
        while not isinstance(step, _Done):
            answer, refusal = None, None
            try:
                answer = await self.ask(*step)
            except Error as error:
                refusal = error
            step = _step(steps, answer, refusal)
        return step.value

    @contextmanager
    def _noted(self, kind: str) -> Iterator[Service]:
        """Who answers, with what came of it journaled and its failures told as `Unavailable`."""
        service = self.services.get(kind)
        if service is None:
            raise ServiceUnknown(kind=kind)
        assert not in_write(), f"{kind} was asked while a writing transaction is open"
        started, outcome = time.perf_counter(), "answered"
        at = datetime.now(UTC)
        try:
            yield service
        except TooLate:
            outcome = "too late"
            raise Unavailable(service=service.callee) from None
        except Error as error:
            outcome = error.code
            raise
        except Exception as error:
            outcome = type(error).__name__
            raise Unavailable(service=service.callee) from error
        finally:
            ms = (time.perf_counter() - started) * 1000
            self._asked.append(Asked(kind, service.caller, service.callee, correlation(), at, ms, outcome))

    def take_journal(self) -> list[Asked]:
        """The questions put since the last call; whoever stores them calls this."""
        taken = []
        while self._asked:
            taken.append(self._asked.popleft())
        return taken

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Done(Generic[T]):
    value: T


def _step(steps: Steps[T], answer: Document | None, refusal: Error | None) -> Question | _Done[T]:
    try:
        return steps.send(answer) if refusal is None else steps.throw(refusal)
    except StopIteration as end:
        return _Done(end.value)


class Journal:
    """The stored record of questions: a trace for people, never a truth anything is decided on."""

    def __init__(self, metadata: sa.MetaData) -> None:
        self.table = sa.Table(
            "request_journal",
            metadata,
            sa.Column("position", BigKey, primary_key=True, autoincrement=True),
            sa.Column("kind", sa.String(80), nullable=False),
            sa.Column("caller", sa.String(40), nullable=False),
            sa.Column("callee", sa.String(40), nullable=False),
            sa.Column("correlation_id", sa.String(64), nullable=False),
            sa.Column("asked_at", Instant, nullable=False),
            sa.Column("ms", sa.Float, nullable=False),
            sa.Column("outcome", sa.String(80), nullable=False),
            sa.Index("request_journal_correlation", "correlation_id"),
        )

    def store(self, conn: Connection, asked: list[Asked]) -> None:
        """Write down questions, all in one statement."""
        names = Asked.__dataclass_fields__
        conn.execute(self.table.insert(), [{name: getattr(one, name) for name in names} for one in asked])

    def trail(self, conn: Connection, correlation_ids: list[str]) -> list[sa.RowMapping]:
        """The questions put in those business processes, oldest first."""
        query = sa.select(self.table).where(any_of(self.table.c.correlation_id, "keys")).order_by(self.table.c.position)
        return list(conn.execute(query, {"keys": correlation_ids}).mappings())

    def failed(self, conn: Connection, limit: int = 20) -> list[sa.RowMapping]:
        """The latest questions that got no answer or a refusal."""
        t = self.table
        query = sa.select(t).where(t.c.outcome != "answered").order_by(t.c.position.desc()).limit(limit)
        return list(conn.execute(query).mappings())
