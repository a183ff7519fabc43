"""Models made to be hard, of every kind: what the engines say of them holds, and they say it in bounded time."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from bench.hard import tangle

from entrepot.configurator import solve, walks
from entrepot.configurator.engine import open_engine
from entrepot.configurator.formula import Formula, assumptions
from entrepot.configurator.importers import read_formula
from entrepot.configurator.knowledge import compile_formula
from entrepot.configurator.reasons import Reasoner
from entrepot.configurator.solve import SatEngine
from tests.configurator.agreement import agree
from tests.configurator.models import AT
from tests.configurator.steps import HARD

pytestmark = pytest.mark.slow


def read(folder: Path, name: str) -> Formula:
    (folder / name).write_text(HARD[name])
    return read_formula(folder / name, AT)


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("machine", [False, True])
def test_reasons_exclude_and_none_of_them_can_be_spared(
    name: str, machine: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walks, "FEW", 0 if machine else 1_000_000)
    formula = read(tmp_path, name)
    reasoner, engine, chance = Reasoner(formula), SatEngine(formula), random.Random(5)
    asked = 0
    for _ in range(6):
        evidence: dict[int, int] = {}
        for place in chance.sample(range(len(formula.variables)), min(14, len(formula.variables))):
            bit = chance.randrange(len(formula.variables[place].values))
            if engine.consistent({**evidence, place: 1 << bit}):
                evidence[place] = 1 << bit
        choices = [assumptions(formula.variables, {place: mask}) for place, mask in evidence.items()]
        domains = engine.domains(evidence)
        for place in chance.sample(range(len(formula.variables)), min(30, len(formula.variables))):
            bit = chance.randrange(len(formula.variables[place].values))
            if place in evidence or domains.masks[place] >> bit & 1:
                continue
            asked += 1
            target = assumptions(formula.variables, {place: 1 << bit})
            found = reasoner.reason(target, choices)
            assert found is not None
            which, rules = [choices[one] for one in found[0]], list(found[1])
            assert not reasoner.holds(target, which, rules)
            for one in which:
                assert reasoner.holds(target, [other for other in which if other is not one], reasoner.rules)
            for rule in rules:
                assert reasoner.holds(target, which, [other for other in rules if other != rule])
    assert asked > 5


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("moving", [False, True])
def test_circuit_and_solver_agree_on_them(name: str, moving: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the solver is asked about every value, or only about what moves between configurations do not reach."""
    monkeypatch.setattr(walks, "LARGE", 0 if moving else 1_000_000)
    formula = read(tmp_path, name)
    agree(formula, open_engine(formula, compile_formula(formula, 20)), random.Random(6), steps=60 if moving else 30)


@pytest.mark.parametrize("name", HARD)
def test_what_was_found_serves_the_next_process(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session over stored configurations is answered mostly by moves, and as it would be by asking alone."""
    formula = read(tmp_path, name)
    monkeypatch.setattr(walks, "LARGE", 1_000_000)
    plain = SatEngine(formula)
    plain.domains({})
    moving, chance = SatEngine(formula, plain.found()), random.Random(8)
    for _ in range(6):
        evidence: dict[int, int] = {}
        for _ in range(8):
            monkeypatch.setattr(walks, "LARGE", 0)
            found, beside = moving.domains(evidence), moving.open_domains(evidence)
            monkeypatch.setattr(walks, "LARGE", 1_000_000)
            assert found == plain.domains(evidence)
            assert beside == plain.open_domains(evidence)
            open_places = [place for place, mask in enumerate(found.masks) if mask & (mask - 1) and place not in evidence]
            if not open_places:
                break
            place = chance.choice(open_places)
            bits = [bit for bit in range(len(formula.variables[place].values)) if found.masks[place] >> bit & 1]
            evidence[place] = 1 << chance.choice(bits)
    assert moving._reach is not None and moving._reach.sound


def test_a_cheapest_that_cannot_be_proven_in_time_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solve, "BEST_SECONDS", 0.3)
    (tmp_path / "hard.dimacs").write_text(tangle(700, 2400, 3))
    formula = read_formula(tmp_path / "hard.dimacs", AT)
    chance = random.Random(7)
    costs = {place: (chance.randrange(900), chance.randrange(900)) for place in range(len(formula.variables))}
    engine = SatEngine(formula)
    found = engine.best({0: 1}, costs)
    assert found is not None and not found.proven
    assert engine.consistent({place: 1 << value for place, value in enumerate(found.values)})
    assert found.values[0] == 0
    assert found.cost == sum(row[found.values[place]] for place, row in costs.items())
