"""What runs in the process of its own that compiles: read clauses, write the circuit's text.

It stands alone on purpose: run by its path it imports nothing of the suite, so that starting it costs little.
"""

import json
import sys
from pathlib import Path


def work(question: Path, answer: Path, megabytes: int) -> None:
    """Compile within a limit of address space; the answer appears only when it is whole."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 1_000_000, megabytes * 1_000_000))
    except (ImportError, ValueError):
        pass  # No such limits on this system; the time limit still holds.
    import py_d4

    asked = json.loads(question.read_text())
    text = py_d4.Solver(asked["clauses"], asked["literals"]).compile().getNNFString()
    answer.with_suffix(".part").write_text(text)
    answer.with_suffix(".part").rename(answer)


if __name__ == "__main__":
    work(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
