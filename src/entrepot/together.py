"""Several processes that answer on one address, and one that does the background work.

The first process opens no database and starts no thread: it loads the code, takes the address, forks the others off,
and forks again whichever ends unasked. What they have in common is the databases, the pace of background work and the
relay's bell; everything else they keep is a cache with a version.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NoReturn

from rich.console import Console

from entrepot.app import build
from entrepot.bus import Bell, PipeBell
from entrepot.kernel.pace import Pace
from entrepot.serving import prepare, serve
from entrepot.settings import Settings

#: A process that ends sooner (seconds) than this has not served; after as many in a row nothing is started again.
SOON, MOST_SOON = 5.0, 5
#: How long (seconds) processes have for what they are at when all is to end.
LAST = 15.0
Start = Callable[[], None]


class _Ended(Exception):
    """Somebody asked the whole to end."""


def prepare_apart(settings: Settings, console: Console, *, demo: bool) -> None:
    """Databases up to date and the demo store in them, done by a process that ends with it; exits where it fails."""
    status = os.waitpid(_fork(lambda: prepare(settings, console, demo=demo).stop()), 0)[1]
    if status:
        sys.exit(1)


def serve_together(settings: Settings, places: Sequence[socket.socket], console: Console) -> None:
    """Serve on each place by a process of its own until asked to end; whatever ends unasked is started again."""
    pace, bell = Pace(), PipeBell()
    starts: list[Start] = [partial(_answer, settings, place, pace, bell) for place in places]
    starts.append(partial(_work, settings, pace, bell))
    gc.collect()
    gc.freeze()  # What is loaded stays one copy in memory, for it is not looked through again.
    gc.enable()
    family = _Family(starts)
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    try:
        family.watch(console)
    except _Ended:
        pass
    finally:
        family.end()


def _answer(settings: Settings, place: socket.socket, pace: Pace, bell: Bell) -> None:
    suite = build(settings, pace=pace, bell=bell)
    serve(suite, place, on_startup=suite.start_answering)


def _work(settings: Settings, pace: Pace, bell: Bell) -> None:
    suite = build(settings, pace=pace, bell=bell)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    suite.start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    suite.stop()


@dataclass(slots=True)
class _Family:
    """The processes under way, by what each was started for, and since when."""

    starts: Sequence[Start]
    running: dict[int, tuple[int, float]] = field(default_factory=dict)

    def watch(self, console: Console) -> None:
        """Start all, and again whichever ends; gives up (exit status 1) where they end as soon as they begin."""
        soon = 0
        for number in range(len(self.starts)):
            self._start(number)
        while True:
            ended, status = os.wait()
            number, since = self.running.pop(ended)
            soon = soon + 1 if time.monotonic() - since < SOON else 0
            console.print(f"[yellow]A process ended ({_how(status)}); another takes its place.[/yellow]")
            if soon >= MOST_SOON:
                console.print("[red]They end as soon as they begin; see what they said above. Nothing is started again.[/red]")
                sys.exit(1)
            self._start(number)

    def end(self) -> None:
        """Ask all to end, wait for what they are at, and end those that do not."""
        for one in self.running:
            os.kill(one, signal.SIGTERM)
        until = time.monotonic() + LAST
        while self.running and time.monotonic() < until:
            for one in [one for one in self.running if os.waitpid(one, os.WNOHANG)[0]]:
                del self.running[one]
            time.sleep(0.02)
        for one in self.running:
            os.kill(one, signal.SIGKILL)

    def _start(self, number: int) -> None:
        self.running[_fork(self.starts[number])] = (number, time.monotonic())


def _fork(start: Start) -> int:
    """Run it in a process of its own, which ends with it; the process's id."""
    sys.stdout.flush()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _be_child(start, parent)
    return child


def _be_child(start: Start, parent: int) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_end_with, args=(parent,), name="parent", daemon=True).start()
    status = 1
    try:
        start()
        status = 0
    except KeyboardInterrupt:
        pass
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        os._exit(status)


def _end_with(parent: int) -> None:
    """End when the parent is gone, however it went: nobody would start or stop this process any more."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def _end(number: int, frame: object) -> NoReturn:
    """Asked once is enough: a terminal asks the whole family, and some ask twice."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise _Ended


def _how(status: int) -> str:
    return f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"status {os.WEXITSTATUS(status)}"
