"""Processes of one start see the same numbers at once, and only one of them has a place, however its holder ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from entrepot.bus import PipeBell
from entrepot.kernel.cache import Versioned, changing
from entrepot.kernel.db import Database
from entrepot.kernel.shared import Place, shared_number

metadata = sa.MetaData()
number = sa.Table("shared_number", metadata, sa.Column("value", sa.Integer, nullable=False))


def apart(work: Callable[..., object], *given: Any) -> BaseProcess:
    """A process forked from this one."""
    process = multiprocessing.get_context("fork").Process(target=work, args=given)
    process.start()
    return process


def test_a_number_is_one_and_the_same() -> None:
    mine = shared_number("d")

    def write() -> None:
        mine[0] = 2.5

    apart(write).join(10)
    assert mine[0] == 2.5


def test_a_bell_rung_by_another_process_is_heard_once() -> None:
    bell = PipeBell()
    assert not bell.wait(0)
    ringing = [apart(bell.set) for _ in range(3)]
    assert bell.wait(10)
    for one in ringing:
        one.join(10)
    bell.clear()
    assert not bell.wait(0)


def test_a_bell_that_nobody_hears_may_be_rung_for_ever() -> None:
    bell = PipeBell()
    for _ in range(100_000):
        bell.set()
    assert bell.wait(0)
    bell.clear()
    assert not bell.wait(0)


def test_one_process_at_a_time_has_the_place(tmp_path: Path) -> None:
    file, counted = str(tmp_path / "place"), tmp_path / "count"
    counted.write_text("0")

    def count() -> None:
        place = Place(file)
        for _ in range(200):
            with place:
                counted.write_text(str(int(counted.read_text()) + 1))

    counting = [apart(count) for _ in range(3)]
    for one in counting:
        one.join(60)
    assert counted.read_text() == "600"


def test_the_place_of_a_killed_process_is_free(tmp_path: Path) -> None:
    file, there = str(tmp_path / "place"), tmp_path / "there"

    def stay() -> None:
        with Place(file):
            there.touch()
            time.sleep(60)

    def enter() -> None:
        with Place(file):
            pass

    holder = apart(stay)
    until = time.monotonic() + 10
    while not there.exists() and time.monotonic() < until:
        time.sleep(0.01)
    waiting = apart(enter)
    waiting.join(0.3)
    assert waiting.is_alive() and holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    waiting.join(10)
    assert waiting.exitcode == 0


def test_what_a_sibling_changed_is_seen_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'numbers.db'}"
    database = Database(url, "numbers", together=True)
    metadata.create_all(database.engine)
    with database.write() as conn:
        conn.execute(number.insert(), {"value": 1})
    cache = Versioned[int](_value, ttl=60)
    assert _read(cache, database) == 1
    apart(_change, url).join(10)
    assert _read(cache, database) == 2
    database.close()


def _value(conn: sa.Connection, scope: Any = None) -> int:
    return int(conn.execute(sa.select(number.c.value)).scalar_one())


def _read(cache: Versioned[int], database: Database) -> int:
    with database.read() as conn:
        return cache.get(conn, "all", "value", lambda: _value(conn))


def _change(url: str) -> None:
    database = Database(url, "numbers", together=True)
    with database.write() as conn:
        changing()
        conn.execute(number.update().values(value=2))
    database.close()
