"""Who does not configure does not pay for solvers, arrays and machine code."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from entrepot.configurator import walks
from entrepot.configurator.encode import encode
from entrepot.configurator.engine import CircuitEngine
from entrepot.configurator.knowledge import available, compile_formula
from tests.configurator.models import AT, bicycle

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]

COSTLY = ("numpy", "numba", "llvmlite", "pysat", "py_d4")
SHOW = f"import sys; print([name for name in {COSTLY!r} if name in sys.modules])"


@pytest.mark.parametrize("imports", ["entrepot.cli", "entrepot.app, entrepot.web.application", "entrepot.configurator"])
def test_importing_the_suite_loads_no_solver(imports: str) -> None:
    done = subprocess.run([sys.executable, "-c", f"import {imports}; {SHOW}"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_serving_a_session_loads_them() -> None:
    """The check above can fail: these are the names that show up once something is solved."""
    work = "from tests.configurator.models import AT, bicycle\nfrom entrepot.configurator import compile_model\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{work}compile_model(bicycle(), 1, AT)\n{SHOW}"], capture_output=True, text=True, check=True
    )
    assert "pysat" in done.stdout


def test_a_small_kit_needs_no_machine_code() -> None:
    """A kit of some fifty options is walked in Python: the compiler would hold more memory than the suite."""
    work = (
        "from datetime import datetime, UTC\nfrom pathlib import Path\nfrom entrepot.configurator.facts import examine\n"
        "from entrepot.configurator.importers import read_formula\n"
        "found = examine(read_formula(Path('demo/models/workstation.yaml'), datetime.now(UTC)), 60.0)\n"
        "print(found.facts.configurations)\n"
    )
    done = subprocess.run([sys.executable, "-c", f"{work}{SHOW}"], capture_output=True, text=True, check=True, cwd=ROOT)
    count, loaded = done.stdout.strip().splitlines()
    assert count == "28436497128" and "numba" not in loaded


@pytest.mark.skipif(not available(), reason="no compiler of circuits on this machine")
def test_both_forms_of_the_walks_answer_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    formula = encode(bicycle(), AT).formula
    knowledge = compile_formula(formula)
    assert knowledge.circuit is not None
    plain = CircuitEngine(formula, knowledge.circuit)
    monkeypatch.setattr(walks, "SMALL", -1)
    machine = CircuitEngine(formula, knowledge.circuit)
    assert plain._passes is not machine._passes
    chance = random.Random(20)
    for _ in range(200):
        chosen = chance.sample(range(len(formula.variables)), 2)
        evidence = {place: 1 << chance.randrange(len(formula.variables[place].values)) for place in chosen}
        costs = {place: tuple(chance.randrange(50) for _ in one.values) for place, one in enumerate(formula.variables)}
        assert plain.domains(evidence) == machine.domains(evidence)
        assert plain.best(evidence, costs) == machine.best(evidence, costs)
        one, other = plain.least(evidence, costs), machine.least(evidence, costs)
        assert (one.total, one.slots.tolist(), one.exact) == (other.total, other.slots.tolist(), other.exact)
