"""What can be said of a model: how large, void or not, what is dead or always on, how many configurations, how fast."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from entrepot.configurator.circuit import CircuitEngine
from entrepot.configurator.formula import NONE, Formula
from entrepot.configurator.knowledge import SECONDS, compile_circuit
from entrepot.configurator.solve import Domains, Engine, SatEngine


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a model; ``configurations`` is exact, and empty where only the solver answers."""

    options: int
    clauses: int
    configurations: str
    always_on: int
    dead: int
    void: bool
    compile_s: float
    engine: str
    size_bytes: int

    def document(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def open_engine(formula: Formula, seconds: float = SECONDS) -> tuple[Engine, float]:
    """The best engine for a formula and how long it took to make: a circuit within the limit, else the solver."""
    started = time.perf_counter()
    circuit = compile_circuit(formula, seconds)
    engine: Engine = SatEngine(formula) if circuit is None else CircuitEngine(formula, circuit)
    return engine, time.perf_counter() - started


def check(formula: Formula, seconds: float = SECONDS) -> Facts:
    """The facts of a formula."""
    engine, took = open_engine(formula, seconds)
    domains = engine.domains({})
    always, dead = _always_and_dead(formula, domains) if domains.consistent else (0, formula.options)
    compiled = engine if isinstance(engine, CircuitEngine) else None
    return Facts(
        options=formula.options,
        clauses=len(formula.clauses()),
        configurations=str(compiled.count()) if compiled else "",
        always_on=always,
        dead=dead,
        void=not domains.consistent,
        compile_s=round(took, 3),
        engine="d-dnnf" if compiled else "sat",
        size_bytes=compiled.circuit.size * 48 if compiled else 0,
    )


def _always_and_dead(formula: Formula, domains: Domains) -> tuple[int, int]:
    always = dead = 0
    for variable, mask in zip(formula.variables, domains.masks, strict=True):
        for bit, value in enumerate(variable.values):
            if value != NONE:
                always += mask == 1 << bit
                dead += not mask >> bit & 1
    return always, dead


def bench(formula: Formula, sessions: int = 20, seed: int = 1, seconds: float = SECONDS) -> dict[str, Any]:
    """Median and p95 milliseconds of a step and of a cheapest completion, over random sessions."""
    engine, took = open_engine(formula, seconds)
    chance = random.Random(seed)
    costs = {
        place: tuple(chance.randrange(1000) if value != NONE else 0 for value in variable.values)
        for place, variable in enumerate(formula.variables)
    }
    steps: list[float] = []
    cheapest: list[float] = []
    for _ in range(sessions):
        evidence: dict[int, int] = {}
        for _ in range(12):
            domains, ms = _timed(lambda: engine.domains(evidence))  # noqa: B023
            steps.append(ms)
            left = [place for place, mask in enumerate(domains.masks) if mask & (mask - 1) and place not in evidence]
            if not left:
                break
            place = chance.choice(left)
            evidence[place] = 1 << chance.choice([bit for bit in range(64) if domains.masks[place] >> bit & 1])
        cheapest.append(_timed(lambda: engine.best(evidence, costs))[1])  # noqa: B023
    return {"compile_s": round(took, 3), "step_ms": _spread(steps), "cheapest_ms": _spread(cheapest), "steps": len(steps)}


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    found = work()
    return found, (time.perf_counter() - started) * 1000


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {"median": round(ordered[len(ordered) // 2], 3), "p95": round(ordered[int(len(ordered) * 0.95)], 3)}
