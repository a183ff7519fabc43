"""How fast a model answers: random sessions over its engine, each question timed by itself."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from entrepot.configurator.contract import Costs, Engine
from entrepot.configurator.engine import CircuitEngine, LayeredEngine, open_engine
from entrepot.configurator.formula import NONE, Evidence, Formula, assumptions
from entrepot.configurator.knowledge import SECONDS, compile_formula
from entrepot.configurator.problems import SearchUnfinished
from entrepot.configurator.reasons import Reasoner

T = TypeVar("T")
STEPS = 12
EXPLAINED = 10
#: By the clock, for all questions together once the model is compiled. One that was begun is ended.
LIMIT = 300.0


@dataclass(slots=True)
class Series:
    """Milliseconds by the clock, and of this thread's processor time: a busy machine shows in the first alone."""

    clock: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, float | int]:
        return {**spread(self.clock), "cpu_p95": spread(self.cpu)["p95"]}


@dataclass(slots=True)
class _Times:
    """What each kind of question took."""

    step: Series = field(default_factory=Series)
    explanation: Series = field(default_factory=Series)
    repair: Series = field(default_factory=Series)
    cheapest: Series = field(default_factory=Series)
    differences: Series = field(default_factory=Series)


def bench(formula: Formula, sessions: int = 20, seed: int = 1, seconds: float = SECONDS, limit: float = LIMIT) -> dict[str, Any]:
    """Median and p95 milliseconds of a step (all domains), an explanation, a repair and a cheapest completion.

    All steps come first; one whole session comes before the clock counts, so that everything is measured warm. Where
    ``limit`` seconds do not suffice, ``left_out`` says what was not measured: the first half is for steps, the rest for
    the other questions.
    """
    knowledge = compile_formula(formula, seconds)
    engine = open_engine(formula, knowledge)
    reasoner = Reasoner(formula)
    chance = random.Random(seed)
    costs = {
        place: tuple(chance.randrange(1000) if value != NONE else 0 for value in variable.values)
        for place, variable in enumerate(formula.variables)
    }
    times = _Times()
    if isinstance(engine, CircuitEngine | LayeredEngine):
        engine.hurry()
    begun = time.perf_counter()
    evidence, masks = _walk(engine, chance, _Times())
    _ask(engine, costs, evidence, _Times())
    _explain(engine, reasoner, masks, evidence, chance, _Times())
    walked: list[tuple[dict[int, int], tuple[int, ...]]] = []
    asked = 0
    while len(walked) < sessions and time.perf_counter() - begun < limit / 2:
        walked.append(_walk(engine, chance, times))
    for evidence, masks in walked:
        if time.perf_counter() - begun >= limit:
            break
        _ask(engine, costs, evidence, times)
        _explain(engine, reasoner, masks, evidence, chance, times)
        asked += 1
    return {
        "engine": knowledge.engine(formula),
        "compile_s": round(knowledge.seconds, 3),
        "options": formula.options,
        "sessions": sessions,
        "seed": seed,
        "steps": len(times.step.clock),
        "step_ms": times.step.figures(),
        "explanation_ms": times.explanation.figures(),
        "repair_ms": times.repair.figures(),
        "cheapest_ms": times.cheapest.figures(),
        "differences_ms": times.differences.figures(),
        "peak_memory_mb": peak_memory(),
        **_left_out(sessions, len(walked), asked, limit),
    }


def _left_out(sessions: int, walked: int, asked: int, limit: float) -> dict[str, list[str]]:
    """What the time did not suffice for; nothing where everything was measured."""
    said = []
    if walked < sessions:
        said.append(f"steps of {sessions - walked} of {sessions} sessions: half of {limit:g} s was over")
    if asked < walked:
        said.append(f"explanations, repairs and cheapest of {walked - asked} of {walked} sessions: {limit:g} s were over")
    return {"left_out": said} if said else {}


def _walk(engine: Engine, chance: random.Random, times: _Times) -> tuple[dict[int, int], tuple[int, ...]]:
    """One session: choose at random what is possible; ends with the choices and what is possible then."""
    variables = engine.formula.variables
    evidence: dict[int, int] = {}
    for _ in range(STEPS):
        domains = _timed(times.step, lambda: engine.domains(evidence))
        if domains is None:
            break
        left = [place for place, mask in enumerate(domains.masks) if mask & (mask - 1) and place not in evidence]
        if not left:
            break
        place = chance.choice(left)
        bits = [bit for bit in range(len(variables[place].values)) if domains.masks[place] >> bit & 1]
        evidence[place] = 1 << chance.choice(bits)
    return evidence, engine.domains(evidence).masks


def _ask(engine: Engine, costs: Costs, evidence: Evidence, times: _Times) -> None:
    """The cheapest completion, and what each value would make of the price."""
    _timed(times.cheapest, lambda: engine.best(evidence, costs))
    if isinstance(engine, CircuitEngine | LayeredEngine):
        circuit = engine
        _timed(times.differences, lambda: circuit.least(evidence, costs))


def _explain(
    engine: Engine, reasoner: Reasoner, masks: tuple[int, ...], evidence: Evidence, chance: random.Random, times: _Times
) -> None:
    """Reasons and repairs of a few excluded values."""
    variables = engine.formula.variables
    excluded = [
        (place, bit)
        for place, mask in enumerate(masks)
        if mask and mask != variables[place].everything
        for bit in range(len(variables[place].values))
        if not mask >> bit & 1
    ]
    for place, bit in chance.sample(excluded, min(EXPLAINED, len(excluded))):
        target = assumptions(variables, {place: 1 << bit})
        choices = [assumptions(variables, {one: mask}) for one, mask in evidence.items() if one != place]
        _timed(times.explanation, lambda: reasoner.reason(target, choices))  # noqa: B023
        _timed(times.repair, lambda: reasoner.corrections(target, choices))  # noqa: B023


def _timed(into: Series, work: Callable[[], T]) -> T | None:
    """What was found, None where a search had no answer in its time; that took as long as it took."""
    started, used = time.perf_counter(), time.thread_time()
    found = None
    with suppress(SearchUnfinished):
        found = work()
    into.cpu.append((time.thread_time() - used) * 1000)
    into.clock.append((time.perf_counter() - started) * 1000)
    return found


def spread(values: list[float]) -> dict[str, float | int]:
    """Median and p95 of some milliseconds, and how many there were.

    >>> spread([1.0, 2.0, 9.0])
    {'median': 2.0, 'p95': 9.0, 'n': 3}
    """
    if not values:
        return {"median": 0.0, "p95": 0.0, "n": 0}
    ordered = sorted(values)
    middle, late = ordered[len(ordered) // 2], ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]
    return {"median": round(middle, 4), "p95": round(late, 4), "n": len(ordered)}


def peak_memory() -> float:
    """The most memory this process has had, in megabytes; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (1_000_000 if sys.platform == "darwin" else 1_000), 1)
