"""Compiles a formula into a circuit, in a process of its own with limits on time and memory.

The compiler is a young library that prints to standard output and can run for hours on a hard model; neither may
hurt the server. Sums over many choices are left out of the circuit, where they would multiply its size, and are
answered in a layer above it. A formula that does not compile whole is tried in its independent parts; the solver
answers for those that do not compile, and the report says which.
"""

from __future__ import annotations

import importlib.util
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entrepot.configurator.circuit import Circuit, lay_out
from entrepot.configurator.formula import Clause, Formula
from entrepot.configurator.nnf import read_circuit
from entrepot.configurator.problems import ModelTooLarge
from entrepot.configurator.slots import Found
from entrepot.configurator.split import split
from entrepot.configurator.worker import run_worker
from entrepot.kernel.recent import Recent

SECONDS = 60.0
#: Address space, not memory in use: the compiler reserves some 8,000 before it has done anything.
MEGABYTES = 12_000
MAX_PARTS = 40
MAX_KEPT = 16
_WORKER = Path(__file__).with_name("knowledge_worker.py")
_FALSE = "f 1 0\n"
_TRUE = "t 1 0\n"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What compiling gave: a circuit, and the variables it says nothing of; the solver answers for those.

    ``found`` is what the solver found out when the version was published, so that nobody waits for that again.
    """

    circuit: Circuit | None
    unsettled: tuple[int, ...]
    seconds: float
    parts: int = 1
    found: Found | None = None

    def engine(self, formula: Formula) -> str:
        """How a formula compiled: ``d-dnnf``, with ``+sums`` or ``+sat`` for what is answered above it, or ``sat``."""
        if self.circuit is None:
            return "sat"
        return "d-dnnf" + ("+sums" if formula.bounds() else "") + ("+sat" if self.unsettled else "")

    def report(self, formula: Formula) -> dict[str, Any]:
        """What compiled how, for the modeler."""
        return {
            "engine": self.engine(formula),
            "compile_s": round(self.seconds, 3),
            "parts": self.parts,
            "by_solver": [formula.variables[place].name for place in self.unsettled[:20]],
            "sums": [group.id for group in formula.groups if group.bounds],
            "nodes": self.circuit.nodes if self.circuit else 0,
            "edges": self.circuit.edges if self.circuit else 0,
            "size_bytes": self.circuit.size_bytes if self.circuit else 0,
        }


_kept: Recent[str, Knowledge] = Recent(MAX_KEPT)


def available() -> bool:
    """Whether the compiler is installed."""
    return importlib.util.find_spec("py_d4") is not None


def compile_formula(formula: Formula, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> Knowledge:
    """Compile within the limits; the same formula again is what it was."""
    key = formula.fingerprint()
    known = _kept.get(key)
    if known is not None:
        return known
    started = time.perf_counter()
    found = _compile(formula, _Limits(started + seconds, megabytes))
    made = Knowledge(found.circuit, found.unsettled, time.perf_counter() - started, found.parts)
    if not made.unsettled:
        _kept.put(key, made)
    return made


@dataclass(frozen=True, slots=True)
class _Limits:
    until: float
    megabytes: int

    def left(self) -> float:
        return self.until - time.perf_counter()


def _compile(formula: Formula, limits: _Limits) -> Knowledge:
    everything = tuple(range(len(formula.variables)))
    if not available():
        return Knowledge(None, everything, 0.0)
    layout = lay_out(formula)
    clauses = formula.clauses(bounded=False)
    try:
        whole = _text(clauses, formula.literals, limits.left() * 0.7, limits.megabytes)
        if whole is not None:
            return Knowledge(read_circuit([whole], layout), (), 0.0)
        texts, open_literals, parts = _in_parts(clauses, formula.literals, limits)
        if not texts:
            return Knowledge(None, everything, 0.0, parts)
        unsettled = tuple(
            place
            for place, variable in enumerate(formula.variables)
            if any(abs(literal) in open_literals for literal in variable.literals)
        )
        circuit = read_circuit(texts, layout.without(unsettled))
    except ModelTooLarge:
        return Knowledge(None, everything, 0.0)
    return Knowledge(circuit, unsettled, 0.0, parts)


def _in_parts(clauses: Sequence[Clause], literals: int, limits: _Limits) -> tuple[list[str], set[int], int]:
    """The texts of the parts that compile, and the variables of those that do not. Small parts go together."""
    parts = split(clauses)
    if len(parts) > MAX_PARTS:
        small = parts[: len(parts) - MAX_PARTS]
        parts = [[clause for part in small for clause in part], *parts[-MAX_PARTS:]]
    texts: list[str] = []
    open_literals: set[int] = set()
    hard = len(parts) <= 2 and sum(len(part) > 1 for part in parts) <= 1
    for number, part in enumerate(parts):
        share = limits.left() / (len(parts) - number)
        text = None if hard and number == len(parts) - 1 else _text(part, literals, share, limits.megabytes)
        if text is None:
            open_literals.update(abs(literal) for clause in part for literal in clause)
        else:
            texts.append(text)
    return texts, open_literals, len(parts)


def _text(clauses: Sequence[Clause], literals: int, seconds: float, megabytes: int) -> str | None:
    """The compiler's text for some clauses, or None when it does not finish within the limits."""
    if any(not clause for clause in clauses):
        return _FALSE
    if not clauses:
        return _TRUE
    question = json.dumps({"clauses": clauses, "literals": literals})
    return run_worker(_WORKER, question, seconds, megabytes)
