"""Runs a library that may be slow, greedy or broken in a process of its own, with limits on time and memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path


def run_worker(script: Path, question: str, seconds: float, megabytes: int, *more: str) -> str | None:
    """The worker's answer to a question (both are files to it), or None when it does not finish within the limits.

    It imports nothing of the suite; what it prints is thrown away.
    """
    if seconds <= 0:
        return None
    with tempfile.TemporaryDirectory(prefix="entrepot-") as folder:
        asked, answer = Path(folder, "question"), Path(folder, "answer")
        asked.write_text(question, encoding="utf-8")
        command = [sys.executable, "-P", str(script), str(asked), str(answer), str(megabytes), *more]
        quiet = subprocess.DEVNULL
        try:
            subprocess.run(command, timeout=seconds, stdin=quiet, stdout=quiet, stderr=quiet, check=True)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            return None
        return answer.read_text(encoding="utf-8") if answer.exists() else None
