"""Runs a library that may be slow, greedy or broken in a process of its own, with limits on time and memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

#: A worker that does not get the processor is waited for so much longer than the time it may use.
PATIENCE = 4


def run_worker(script: Path, question: str, seconds: float, megabytes: int, *more: str) -> str | None:
    """The worker's answer to a question (both are files to it), or None when it does not finish within the limits.

    It imports nothing of the suite; what it prints is thrown away. ``seconds`` are of its own processor time, which
    it limits itself, as it does its memory; by the clock it gets `PATIENCE` times as long.
    """
    if seconds <= 0:
        return None
    with tempfile.TemporaryDirectory(prefix="entrepot-") as folder:
        asked, answer = Path(folder, "question"), Path(folder, "answer")
        asked.write_text(question, encoding="utf-8")
        command = [sys.executable, "-P", str(script), str(asked), str(answer), str(megabytes), str(seconds), *more]
        quiet = subprocess.DEVNULL
        try:
            subprocess.run(command, timeout=seconds * PATIENCE, stdin=quiet, stdout=quiet, stderr=quiet, check=True)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            return None
        return answer.read_text(encoding="utf-8") if answer.exists() else None


def used_by_workers() -> float:
    """Processor seconds of all workers that have ended; by the clock where the system does not say."""
    try:
        import resource
    except ImportError:
        return time.perf_counter()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
