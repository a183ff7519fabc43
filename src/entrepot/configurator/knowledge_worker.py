"""What runs in the process of its own that compiles: read clauses, write the circuit's text.

It stands alone on purpose: run by its path it imports nothing of the suite, so that starting it costs little.
"""

import json
import math
import sys
from pathlib import Path


def work(question: Path, answer: Path, megabytes: int, seconds: float, way: str) -> None:
    """Compile within limits of processor time and address space; the answer appears only when it is whole."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 1_000_000, megabytes * 1_000_000))
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), math.ceil(seconds) + 1))
    except (ImportError, ValueError):
        pass  # No such limits on this system; the time limit still holds.
    import py_d4

    asked = json.loads(question.read_text())
    solver = py_d4.Solver(asked["clauses"], asked["literals"])
    if way == "recent":
        options = py_d4.dump_options_to_dict(solver.getOptions())
        options["branching"]["branchingHeuristicType"] = "classic"
        solver.setOptions(py_d4.load_options_from_dict(options))
    text = solver.compile().getNNFString()
    answer.with_suffix(".part").write_text(text)
    answer.with_suffix(".part").rename(answer)


if __name__ == "__main__":
    work(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), sys.argv[5])
