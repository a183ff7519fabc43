"""Circuit, solver and trying everything say the same at every step; every reason is minimal, every repair works."""

from __future__ import annotations

import random

import pytest

from entrepot.configurator.encode import encode
from entrepot.configurator.engine import CircuitEngine, LayeredEngine, open_engine
from entrepot.configurator.formula import Formula, assumptions
from entrepot.configurator.importers import read_formula
from entrepot.configurator.knowledge import available, compile_formula
from entrepot.configurator.reasons import Reasoner
from tests.configurator.agreement import agree, random_formula
from tests.configurator.models import AT, bicycle, demo
from tests.configurator.steps import compared, fresh
from tests.configurator.test_facts import PUBLISHED, REAL

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not available(), reason="the circuit compiler (py_d4) is not installed"),
]


def reasons_are_minimal(formula: Formula, chance: random.Random, rounds: int) -> int:
    """Take random choices; for what they exclude, check the reason and the corrections by removal."""
    reasoner = Reasoner(formula)
    engine = open_engine(formula, compile_formula(formula))
    checked = 0
    for _ in range(rounds):
        evidence: dict[int, int] = {}
        for _ in range(5):
            masks = engine.domains(evidence).masks
            left = [place for place, mask in enumerate(masks) if mask & (mask - 1) and place not in evidence]
            if not left:
                break
            place = chance.choice(left)
            bits = [bit for bit in range(len(formula.variables[place].values)) if masks[place] >> bit & 1]
            evidence[place] = 1 << chance.choice(bits)
        masks = engine.domains(evidence).masks
        excluded = [
            (place, bit)
            for place, mask in enumerate(masks)
            for bit in range(len(formula.variables[place].values))
            if not mask >> bit & 1
        ]
        for place, bit in chance.sample(excluded, min(4, len(excluded))):
            others = {one: mask for one, mask in evidence.items() if one != place}
            checked += check_reason(formula, reasoner, engine, (place, bit), others)
    return checked


def check_reason(
    formula: Formula,
    reasoner: Reasoner,
    engine: CircuitEngine | LayeredEngine,
    wanted: tuple[int, int],
    others: dict[int, int],
) -> int:
    target = assumptions(formula.variables, {wanted[0]: 1 << wanted[1]})
    choices = [assumptions(formula.variables, {place: mask}) for place, mask in others.items()]
    found = reasoner.reason(target, choices)
    assert found is not None
    picked, rules = [choices[place] for place in found[0]], found[1]
    assert not reasoner.holds(target, picked, rules)
    for place in range(len(picked)):
        assert reasoner.holds(target, [*picked[:place], *picked[place + 1 :]], reasoner.rules)
    for rule in rules:
        assert reasoner.holds(target, picked, [one for one in rules if one != rule])
    possible_at_all = engine.consistent({wanted[0]: 1 << wanted[1]})
    corrections = reasoner.corrections(target, choices).sets
    assert bool(corrections) == possible_at_all
    places = list(others)
    for dropped in corrections:
        kept = {place: others[place] for number, place in enumerate(places) if number not in dropped}
        assert engine.consistent({**kept, wanted[0]: 1 << wanted[1]})
    sizes = [len(dropped) for dropped in corrections]
    assert sizes == sorted(sizes)
    return 1


@pytest.mark.parametrize("model", ["bicycle", "notebook-cto", "workstation"])
def test_reasons_and_corrections_of_the_demo_models(model: str) -> None:
    formula = encode(bicycle() if model == "bicycle" else demo(model), AT).formula
    assert reasons_are_minimal(formula, random.Random(5), 6) > 5


def test_reasons_of_random_formulas_are_minimal() -> None:
    chance = random.Random(fresh())
    for _ in range(5):
        formula = random_formula(chance)
        if open_engine(formula, compile_formula(formula)).consistent({}):
            reasons_are_minimal(formula, chance, 4)


def test_a_missing_rule_is_noticed() -> None:
    """The comparison can fail: an engine for a formula with one rule less does not agree."""
    formula = encode(bicycle(), AT).formula
    less = Formula(formula.variables, formula.exclusive, formula.groups[:-1], formula.literals)
    with pytest.raises(AssertionError):
        agree(formula, open_engine(less, compile_formula(less)), random.Random(1), steps=60)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, None])
def test_ten_thousand_steps_without_a_mismatch(seed: int | None) -> None:
    seed = fresh() if seed is None else seed
    print(f"ENTREPOT_SEED={seed}")
    assert sum(steps for _, steps in compared(seed)) >= 5_000


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, *_ in PUBLISHED])
def test_reasons_of_the_real_models_are_minimal(name: str) -> None:
    if not (REAL / name).exists():
        pytest.skip(f"{name} is not here")
    assert reasons_are_minimal(read_formula(REAL / name, AT), random.Random(3), 3) > 0
