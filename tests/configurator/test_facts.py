"""Engines agree with each other and with trying everything; real models have their published facts."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from entrepot.configurator import ModelInvalid, read_model
from entrepot.configurator import encode as encoding
from entrepot.configurator.circuit import read_bytes
from entrepot.configurator.encode import encode
from entrepot.configurator.engine import CircuitEngine, LayeredEngine, open_engine
from entrepot.configurator.facts import check, describe
from entrepot.configurator.importers import read_formula
from entrepot.configurator.knowledge import Knowledge, available, compile_formula
from entrepot.configurator.problems import CircuitUnreadable
from entrepot.configurator.solve import SatEngine
from tests.configurator.agreement import agree, random_formula
from tests.configurator.models import AT, bicycle, demo, every_configuration, model_texts

PLACES = [parent / "shared" / "data" / "models" for parent in Path(__file__).parents]
REAL = next((place for place in PLACES if place.exists()), PLACES[0])
compiler = pytest.mark.skipif(not available(), reason="the circuit compiler (py_d4) is not installed")


@pytest.mark.slow
@compiler
@pytest.mark.parametrize("most", [0, 400])
@given(text=model_texts())
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_every_configuration_is_counted_once(monkeypatch: pytest.MonkeyPatch, most: int, text: str) -> None:
    """Sums inside the circuit and sums above it count the same."""
    monkeypatch.setattr(encoding, "MAX_SUM_CLAUSES", most)
    model = read_model(text)
    facts = check(encode(model, AT).formula)
    assert facts.configurations == str(sum(1 for _ in every_configuration(model)))
    assert facts.void == (facts.configurations == "0")


@pytest.mark.slow
@compiler
@pytest.mark.parametrize("most", [0, 400, 100_000])
@pytest.mark.parametrize("model", ["bicycle", "notebook-cto"])
def test_circuit_and_solver_agree_on_every_domain(monkeypatch: pytest.MonkeyPatch, model: str, most: int) -> None:
    monkeypatch.setattr(encoding, "MAX_SUM_CLAUSES", most)
    formula = encode(bicycle() if model == "bicycle" else demo(model), AT).formula
    engine = open_engine(formula, compile_formula(formula))
    assert isinstance(engine, LayeredEngine if formula.bounds() else CircuitEngine)
    agree(formula, engine, random.Random(7), steps=25)


@compiler
def test_an_unfinished_part_is_answered_by_the_solver() -> None:
    """A circuit that says nothing of two variables, and the solver for those, are as good as the whole."""
    formula = encode(demo("notebook-cto"), AT).formula
    whole = compile_formula(formula)
    unsettled = tuple(place for place, one in enumerate(formula.variables) if one.name in ("keyboard", "system"))
    engine = open_engine(formula, replace(whole, unsettled=unsettled))
    agree(formula, engine, random.Random(8), steps=25)


@pytest.mark.slow
@compiler
def test_engines_agree_on_random_formulas() -> None:
    chance = random.Random(20)
    for _ in range(8):
        formula = random_formula(chance)
        agree(formula, open_engine(formula, compile_formula(formula)), chance, steps=30, brute=True)


@compiler
def test_what_cannot_be_compiled_in_time_is_solved() -> None:
    chance = random.Random(3)
    formula = random_formula(chance)
    knowledge = compile_formula(formula, seconds=0.0)
    assert knowledge.engine(formula) == "sat"
    engine = open_engine(formula, knowledge)
    assert isinstance(engine, SatEngine)
    agree(formula, engine, chance, steps=20, brute=True)


@compiler
def test_what_did_not_compile_is_named_as_the_model_or_as_a_part_of_it() -> None:
    formula = encode(demo("notebook-cto"), AT).formula
    whole, variables = compile_formula(formula), len(formula.variables)

    def said(unsettled: int) -> str:
        knowledge = replace(whole, unsettled=tuple(range(unsettled)))
        [told] = describe(formula, knowledge, open_engine(formula, knowledge)).facts.not_proven
        return told

    assert said(variables).startswith("configurations: the model did not compile")
    assert said(2).startswith(f"configurations: a part of it (2 of {variables} variables) did not compile")


@compiler
def test_a_stored_circuit_answers_like_a_fresh_one() -> None:
    formula = encode(bicycle(), AT).formula
    fresh = compile_formula(formula)
    assert fresh.circuit is not None
    stored = Knowledge(read_bytes(fresh.circuit.to_bytes()), (), 0.0)
    assert open_engine(formula, stored).domains({0: 1}) == open_engine(formula, fresh).domains({0: 1})
    for damaged in (b"", b"x" * 40, fresh.circuit.to_bytes()[:-9]):
        with pytest.raises(CircuitUnreadable):
            read_bytes(damaged)


def test_the_fingerprint_changes_with_every_clause() -> None:
    formula = encode(bicycle(), AT).formula
    fewer = replace(formula, groups=formula.groups[1:])
    assert formula.fingerprint() == encode(bicycle(), AT).formula.fingerprint()
    assert formula.fingerprint() != fewer.fingerprint()


PUBLISHED: list[tuple[str, dict[str, Any], str]] = [
    ("pc-richmond.uvl", {"options": 364, "clauses": 1314, "always_on": 9, "dead": 0}, "554424990964054425600"),
    ("fs01.dimacs", {"options": 771, "clauses": 7238, "always_on": 22, "dead": 0}, "97451212554676"),
    ("automotive01.uvl", {"options": 2513, "clauses": 10311, "always_on": 100, "dead": 195}, ""),
    ("renault_medium_domainsorted.xml", {"options": 426}, "278744"),
]


@pytest.mark.slow
@compiler
@pytest.mark.parametrize(("name", "known", "count"), PUBLISHED)
def test_real_models_have_their_published_facts(name: str, known: dict[str, Any], count: str) -> None:
    if not (REAL / name).exists():
        pytest.skip(f"{name} is not beside this repository")
    facts = check(read_formula(REAL / name, AT))
    assert facts.engine == "d-dnnf"
    assert not facts.void
    assert {field: getattr(facts, field) for field in known} == known
    if count:
        assert facts.configurations == count
    else:
        assert len(facts.configurations) == 211
        assert facts.configurations.startswith("527853921982131467027457769897")


@pytest.mark.parametrize("text", ["p cnf 2 1\n1 x 0\n", "1 2 0\n", "p cnf 1 1\n1 2 0\n", "p cnf 2 1\n1 2\n"])
def test_bad_dimacs_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.dimacs").write_text(text)
    with pytest.raises(ModelInvalid):
        read_formula(tmp_path / "bad.dimacs", AT)
