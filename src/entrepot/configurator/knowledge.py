"""Compiles a formula into a circuit, in a process of its own with limits on processor time and memory.

The compiler is a young library that prints to standard output and can run for hours on a hard model; neither may
hurt the server. It knows two ways to choose what to decide next, and some models are quick in only one of them. Sums
over many choices are left out of the circuit, where they would multiply its size, and are answered in a layer above
it. A formula that does not compile whole is tried in its independent parts; the solver answers for those that do not
compile, and the report says which.
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
from entrepot.configurator.narrow import narrowed_clauses
from entrepot.configurator.nnf import read_circuit
from entrepot.configurator.problems import ModelTooLarge
from entrepot.configurator.slots import Found
from entrepot.configurator.split import split
from entrepot.configurator.sweep import sweep
from entrepot.configurator.worker import run_worker, used_by_workers
from entrepot.kernel.recent import Recent

#: Processor time of the compiler, so that a busy machine does not change what compiles.
SECONDS = 60.0
#: Of that, what the whole formula gets; the rest is for its parts. Larger circuits come of the second way, so it comes second.
WHOLE = 0.5
FIRST_SECONDS = 12.0
#: What a formula of tables alone gets before it is swept, which takes longer than the compiler where that is quick.
BRIEFLY_SECONDS = 2.0
#: How the compiler chooses: along a tree decomposition of all clauses, or what was of use lately.
TREE, RECENT = "tree", "recent"
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
    found = _compile(formula, _Limits(used_by_workers() + seconds, megabytes))
    made = Knowledge(found.circuit, found.unsettled, time.perf_counter() - started, found.parts)
    if not made.unsettled:
        _kept.put(key, made)
    return made


@dataclass(frozen=True, slots=True)
class _Limits:
    until: float
    megabytes: int

    def left(self) -> float:
        return self.until - used_by_workers()


def _compile(formula: Formula, limits: _Limits) -> Knowledge:
    everything = tuple(range(len(formula.variables)))
    if not available():
        return Knowledge(None, everything, 0.0)
    layout = lay_out(formula)
    clauses, literals = narrowed_clauses(formula)
    try:
        whole = _whole(formula, clauses, literals, limits)
        if whole is not None:
            return Knowledge(read_circuit([whole], layout), (), 0.0)
        texts, open_literals, parts = _in_parts(clauses, literals, limits)
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


def _whole(formula: Formula, clauses: Sequence[Clause], literals: int, limits: _Limits) -> str | None:
    share = limits.left() * WHOLE
    first = min(FIRST_SECONDS, share * 0.7)
    if formula.of_tables:
        found = _text(clauses, literals, min(BRIEFLY_SECONDS, first), limits.megabytes) or sweep(formula)
        if found is not None:
            return found
    found = _text(clauses, literals, first, limits.megabytes)
    return found or _text(clauses, literals, share - first, limits.megabytes, RECENT)


def _in_parts(clauses: Sequence[Clause], literals: int, limits: _Limits) -> tuple[list[str], set[int], int]:
    """The texts of the parts that compile, and the variables of those that do not. Small parts go together.

    Where all that is hard is in one part, that is the whole formula once more, with all the time that is left.
    """
    parts = split(clauses)
    if len(parts) > MAX_PARTS:
        small = parts[: len(parts) - MAX_PARTS]
        parts = [[clause for part in small for clause in part], *parts[-MAX_PARTS:]]
    texts: list[str] = []
    open_literals: set[int] = set()
    for number, part in enumerate(parts):
        text = _text(part, literals, limits.left() / (len(parts) - number), limits.megabytes)
        if text is None:
            open_literals.update(abs(literal) for clause in part for literal in clause)
        else:
            texts.append(text)
    return texts, open_literals, len(parts)


def _text(clauses: Sequence[Clause], literals: int, seconds: float, megabytes: int, way: str = TREE) -> str | None:
    """The compiler's text for some clauses, or None when it does not finish within the limits."""
    if any(not clause for clause in clauses):
        return _FALSE
    if not clauses:
        return _TRUE
    question = json.dumps({"clauses": clauses, "literals": literals})
    return run_worker(_WORKER, question, seconds, megabytes, way)
