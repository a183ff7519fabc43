"""Compiles a formula into a circuit, in a process of its own with limits on time and memory.

The compiler is a young library that prints to standard output and can run for hours on a hard model; neither may
hurt the server. Where it does not finish, or is not installed, there is no circuit and the solver answers.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from entrepot.configurator.circuit import Circuit, read_circuit
from entrepot.configurator.formula import Formula

SECONDS = 60.0
#: Address space, not memory in use: the compiler reserves some 8,000 before it has done anything.
MEGABYTES = 12_000


def available() -> bool:
    """Whether the compiler is installed."""
    return importlib.util.find_spec("py_d4") is not None


def compile_circuit(formula: Formula, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> Circuit | None:
    """The circuit of a formula, or None when it does not fit the limits."""
    if not available() or not formula.literals:
        return None
    with tempfile.TemporaryDirectory(prefix="entrepot-") as folder:
        question, answer = Path(folder, "formula.json"), Path(folder, "circuit.nnf")
        question.write_text(json.dumps({"clauses": formula.clauses(), "literals": formula.literals, "megabytes": megabytes}))
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        command = [sys.executable, "-m", "entrepot.configurator.knowledge", str(question), str(answer)]
        try:
            subprocess.run(
                command, env=environment, timeout=seconds, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
            )
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            return None
        return read_circuit(answer.read_text(), formula.literals)


def _work(question: Path, answer: Path) -> None:
    """What runs in the process of its own."""
    import resource

    import py_d4

    asked = json.loads(question.read_text())
    limit = asked["megabytes"] * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    if [] in asked["clauses"]:
        answer.write_text("f 1 0\n")
        return
    answer.write_text(py_d4.Solver(asked["clauses"], asked["literals"]).compile().getNNFString())


if __name__ == "__main__":
    _work(Path(sys.argv[1]), Path(sys.argv[2]))
