"""What is promised is on the disk before anybody hears of it, and waiting for that keeps no writer out."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from entrepot.kernel import wal
from entrepot.kernel.db import Database, after_commit
from entrepot.kernel.errors import Unavailable

metadata = sa.MetaData()
thing = sa.Table("flushed_thing", metadata, sa.Column("name", sa.String(40), primary_key=True))


class Disk:
    """A disk that can be held up; it notes who went to it and what was in the log by then."""

    def __init__(self) -> None:
        self.trips = 0
        self.open = threading.Event()
        self.reached = threading.Event()
        self.error: OSError | None = None
        self.open.set()

    def sync(self, log: int) -> None:
        self.trips += 1
        self.reached.set()
        assert self.open.wait(10)
        if self.error is not None:
            raise self.error


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    one = Disk()
    monkeypatch.setattr(wal, "_sync", one.sync)
    return one


@pytest.fixture
def database(tmp_path: Path, disk: Disk) -> Database:
    made = Database(f"sqlite:///{tmp_path / 'wal.db'}", "wal")
    with made.write(relaxed=True) as conn:
        metadata.create_all(conn)
    assert disk.trips == 0
    return made


def write(database: Database, name: str, *, relaxed: bool = False) -> None:
    with database.write(relaxed=relaxed) as conn:
        conn.execute(thing.insert(), {"name": name})


def run(*works: Callable[[], None]) -> list[threading.Thread]:
    threads = [threading.Thread(target=work) for work in works]
    for one in threads:
        one.start()
    return threads


def _count(database: Database, expected: int) -> int:
    """How many are there, once those who write have come so far."""
    found = 0
    for _ in range(1000):
        with database.read() as conn:
            found = conn.execute(sa.select(sa.func.count()).select_from(thing)).scalar_one()
        if found == expected:
            break
        threading.Event().wait(0.01)
    return found


def test_only_a_relaxed_commit_does_not_wait(database: Database, disk: Disk) -> None:
    for relaxed, trips in ((True, 0), (False, 1), (True, 1), (False, 2)):
        write(database, f"{relaxed} {trips}", relaxed=relaxed)
        assert disk.trips == trips


def test_nothing_is_told_before_the_disk_has_it(database: Database, disk: Disk) -> None:
    told: list[int] = []

    with database.write() as conn:
        conn.execute(thing.insert(), {"name": "a"})
        after_commit(lambda: told.append(disk.trips))
        assert disk.trips == 0
    assert told == [1]


def test_a_writer_who_waits_keeps_no_other_out_and_one_trip_serves_all(database: Database, disk: Disk) -> None:
    disk.open.clear()
    first = run(lambda: write(database, "first"))
    assert disk.reached.wait(10)
    # The first is at the disk: others write meanwhile, and those who wait need one more trip together.
    write(database, "relaxed", relaxed=True)
    threads = run(*(partial(write, database, name) for name in ("a", "b", "c", "d")))
    assert _count(database, 6) == 6
    assert disk.trips == 1
    disk.open.set()
    for one in (*first, *threads):
        one.join(10)
    assert 2 <= disk.trips < 5


def test_a_disk_that_refused_is_not_trusted_again(database: Database, disk: Disk) -> None:
    disk.error = OSError(5, "input/output error")
    with pytest.raises(Unavailable):
        write(database, "a")
    disk.error = None
    with pytest.raises(Unavailable):
        write(database, "b")


def test_a_log_that_was_carried_over_needs_no_trip(tmp_path: Path, disk: Disk) -> None:
    wal.Log(str(tmp_path / "none.db")).wait()
    assert disk.trips == 0


def test_who_serves_others_meanwhile_waits_beside(database: Database, disk: Disk) -> None:
    with database.write(flush=False) as conn:
        conn.execute(thing.insert(), {"name": "a"})
    assert disk.trips == 0
    asyncio.run(database.flushed())
    assert disk.trips == 1


def test_nobody_waits_for_what_the_disk_has(database: Database, disk: Disk) -> None:
    write(database, "a")
    asyncio.run(database.flushed())
    database.flush()
    assert disk.trips == 1
    write(database, "relaxed", relaxed=True)
    database.flush()
    assert disk.trips == 2


def test_what_somebody_is_about_to_commit_may_have_been_read(database: Database, disk: Disk) -> None:
    write(database, "a")
    with database.write(flush=False) as conn:
        conn.execute(thing.insert(), {"name": "b"})
        # Between its commit and the note of it others see the row already: who reads then goes to the disk.
        database.flush()
        assert disk.trips == 2
