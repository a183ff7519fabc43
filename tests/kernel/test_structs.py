"""Threads that read a struct for the first time at once do not bring the process down."""

from __future__ import annotations

import subprocess
import sys

import msgspec

from entrepot.kernel.structs import make_ready

PROGRAM = """
import sys, threading
from typing import Optional
import msgspec
from entrepot.kernel.structs import make_ready
sys.setswitchinterval(1e-6)
names = [f"f{i}" for i in range(30)]
made = {"__annotations__": dict.fromkeys(names, Optional[int]), "__module__": "__main__", **dict.fromkeys(names)}
classes = [type(msgspec.Struct)(f"Read{n}", (msgspec.Struct,), dict(made)) for n in range(300)]
assert make_ready() >= len(classes)
for one in classes:
    start = threading.Barrier(4)
    def read():
        start.wait()
        assert msgspec.json.decode(b'{"f29": 3}', type=one).f29 == 3
    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""


class Holder(msgspec.Struct):
    """What no document says."""

    call: type[object] | int


def test_what_was_made_ready_is_read_by_many_at_once() -> None:
    assert subprocess.run([sys.executable, "-c", PROGRAM], check=False, timeout=120).returncode == 0


def test_what_no_document_says_is_passed_over() -> None:
    assert make_ready() > 0
