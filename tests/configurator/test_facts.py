"""Engines agree with each other and with trying everything; real models have their published facts."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from entrepot.configurator import ModelInvalid, read_model
from entrepot.configurator.circuit import CircuitEngine
from entrepot.configurator.encode import encode
from entrepot.configurator.facts import check, open_engine
from entrepot.configurator.formula import Formula
from entrepot.configurator.importers import read_formula
from entrepot.configurator.knowledge import available, compile_circuit
from entrepot.configurator.solve import SatEngine
from tests.configurator.models import AT, bicycle, demo, every_configuration, model_texts

REAL = Path(__file__).parents[3] / "shared" / "data" / "models"
compiler = pytest.mark.skipif(not available(), reason="the circuit compiler (py_d4) is not installed")


@compiler
@given(model_texts())
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_circuit_counts_every_configuration_once(text: str) -> None:
    model = read_model(text)
    formula = encode(model, AT).formula
    circuit = compile_circuit(formula)
    assert circuit is not None
    assert CircuitEngine(formula, circuit).count() == sum(1 for _ in every_configuration(model))


@compiler
@pytest.mark.parametrize("model", ["bicycle", "notebook-cto"])
def test_circuit_and_solver_agree_on_every_domain(model: str) -> None:
    formula = encode(bicycle() if model == "bicycle" else demo(model), AT).formula
    engine, _ = open_engine(formula)
    assert isinstance(engine, CircuitEngine)
    solver = SatEngine(formula)
    agree(formula, engine, solver, random.Random(7), sessions=4)


def agree(formula: Formula, engine: CircuitEngine, solver: SatEngine, chance: random.Random, sessions: int) -> None:
    costs = {place: tuple(chance.randrange(50) for _ in one.values) for place, one in enumerate(formula.variables)}
    for _ in range(sessions):
        evidence: dict[int, int] = {}
        while True:
            domains = engine.domains(evidence)
            assert domains == solver.domains(evidence)
            left = [place for place, mask in enumerate(domains.masks) if mask & (mask - 1) and place not in evidence]
            if not left or len(evidence) > 6:
                break
            place = chance.choice(left)
            bits = [bit for bit in range(len(formula.variables[place].values)) if domains.masks[place] >> bit & 1]
            evidence[place] = 1 << chance.choice(bits)
        best, cheapest = engine.best(evidence, costs), solver.best(evidence, costs)
        assert best is not None
        assert cheapest is not None
        assert best[0] == cheapest[0]
        assert engine.consistent({place: 1 << value for place, value in enumerate(best[1])})


PUBLISHED = [
    ("pc-richmond.uvl", 364, 9, 0, "554424990964054425600"),
    ("fs01.dimacs", 771, 22, 0, "97451212554676"),
    ("automotive01.uvl", 2513, 100, 195, "527853921982131467027457769897"),
    ("renault_medium_domainsorted.xml", None, None, None, "278744"),
]


@compiler
@pytest.mark.parametrize(("name", "options", "always", "dead", "count"), PUBLISHED)
def test_real_models_have_their_published_facts(
    name: str, options: int | None, always: int | None, dead: int | None, count: str
) -> None:
    if not (REAL / name).exists():
        pytest.skip(f"{name} is not beside this repository")
    facts = check(read_formula(REAL / name))
    assert facts.engine == "d-dnnf"
    assert facts.configurations.startswith(count)
    if options is not None:
        assert (facts.options, facts.always_on, facts.dead) == (options, always, dead)


@pytest.mark.parametrize("text", ["p cnf 2 1\n1 x 0\n", "1 2 0\n", "p cnf 1 1\n1 2 0\n", "p cnf 2 1\n1 2\n"])
def test_bad_dimacs_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.dimacs").write_text(text)
    with pytest.raises(ModelInvalid):
        read_formula(tmp_path / "bad.dimacs")
