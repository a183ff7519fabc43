"""Questions have a time limit, are journaled, and are never asked while rows are locked."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from entrepot.bus import Requests, Service, Steps
from entrepot.kernel import wal
from entrepot.kernel.db import Database
from entrepot.kernel.errors import Refused, Unavailable


def answering(answer: Callable[[dict[str, Any]], dict[str, Any]], timeout: float = 1.0) -> Requests:
    return Requests({"ask": Service("ask", "here", "there", answer, timeout)})


def test_an_answer_comes_back_and_is_journaled() -> None:
    requests = answering(lambda body: {"double": body["n"] * 2})
    assert requests.request("ask", {"n": 4}) == {"double": 8}
    (asked,) = requests.take_journal()
    assert (asked.kind, asked.caller, asked.callee, asked.outcome) == ("ask", "here", "there", "answered")
    assert requests.take_journal() == []


def test_a_slow_neighbor_is_not_waited_for() -> None:
    requests = answering(lambda body: time.sleep(0.5) or {}, timeout=0.05)
    with pytest.raises(Unavailable):
        requests.request("ask", {})
    assert requests.take_journal()[0].outcome == "too late"


def test_a_refusal_is_passed_on_and_a_crash_is_not() -> None:
    def refuse(body: dict[str, Any]) -> dict[str, Any]:
        raise Refused("no")

    def crash(body: dict[str, Any]) -> dict[str, Any]:
        raise ZeroDivisionError

    with pytest.raises(Refused):
        answering(refuse).request("ask", {})
    with pytest.raises(Unavailable):
        answering(crash).request("ask", {})


def test_asking_inside_a_transaction_is_a_bug(open_database: Callable[[sa.MetaData, str], Database]) -> None:
    database = open_database(sa.MetaData(), "locked")
    with database.write(), pytest.raises(AssertionError, match="transaction is open"):
        answering(lambda body: {}).request("ask", {})


def counting_down(start: int) -> Steps[list[int]]:
    """A process that asks until there is nothing left, and lives with one refusal."""
    seen = [start]
    while seen[-1] > 0:
        try:
            answer = yield "ask", {"n": seen[-1]}
        except Refused:
            answer = {"less": 0}
        assert answer is not None
        seen.append(answer["less"])
    return seen


def one_less(body: dict[str, Any]) -> dict[str, Any]:
    if body["n"] == 2:
        raise Refused("not two")
    return {"less": body["n"] - 1}


def test_a_process_gets_its_answers_and_its_refusals() -> None:
    assert answering(one_less).conduct(counting_down(4)) == [4, 3, 2, 0]
    assert asyncio.run(answering(one_less).conduct_beside(counting_down(4))) == [4, 3, 2, 0]
    assert answering(one_less).conduct(counting_down(0)) == [0]


def test_whoever_waits_beside_others_waits_no_longer() -> None:
    requests = answering(lambda body: time.sleep(0.5) or {}, timeout=0.05)
    with pytest.raises(Unavailable):
        asyncio.run(requests.conduct_beside(counting_down(1)))
    assert requests.take_journal()[0].outcome == "too late"


def test_a_prompt_answer_takes_no_thread_and_is_on_the_disk_first(
    open_database: Callable[[sa.MetaData, str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(sa.MetaData(), "prompt")
    trips: list[int] = []
    monkeypatch.setattr(wal, "_sync", trips.append)

    def answer(body: dict[str, Any]) -> dict[str, Any]:
        with database.write(flush=False):
            return {"less": 0, "thread": threading.get_ident(), "trips": len(trips)}

    def process() -> Steps[dict[str, Any]]:
        answer = yield "ask", {}
        assert answer is not None
        return answer | {"trips": len(trips) - answer["trips"]}

    requests = Requests({"ask": Service("ask", "here", "there", answer, 1.0, database)})
    beside, waiting = asyncio.run(requests.conduct_beside(process())), requests.conduct(process())
    assert (beside["thread"] == threading.get_ident()) is database.embedded
    assert waiting["thread"] != threading.get_ident()
    assert [beside["trips"], waiting["trips"]] == ([1, 1] if database.embedded else [0, 0])
