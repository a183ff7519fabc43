"""Tables of structured books: narrowed and swept they have the configurations that their rows allow, and no others."""

from __future__ import annotations

import random
import re
from itertools import product
from pathlib import Path

import pytest
from bench.hard import price_book, range_book

from entrepot.configurator import sweep as sweeping
from entrepot.configurator.census import count
from entrepot.configurator.circuit import lay_out
from entrepot.configurator.engine import CircuitEngine
from entrepot.configurator.facts import check
from entrepot.configurator.formula import Formula
from entrepot.configurator.importers import read_formula
from entrepot.configurator.knowledge import Knowledge, available
from entrepot.configurator.narrow import narrowed_clauses
from entrepot.configurator.nnf import read_circuit
from entrepot.configurator.solver import open_solver
from entrepot.configurator.sweep import sweep
from tests.configurator.agreement import agree
from tests.configurator.along import count_along
from tests.configurator.models import AT

compiler = pytest.mark.skipif(not available(), reason="the circuit compiler (py_d4) is not installed")
BOOKS = {
    **{f"ranges {seed}": range_book(7, 6, 120, seed, reach=4, largest=9) for seed in range(12)},
    **{f"rows {seed}": price_book(6, 5, 60, seed) for seed in range(4)},
    "nothing": price_book(5, 3, 20, 1).replace('semantics="supports"', 'semantics="conflicts"'),
}


def read(folder: Path, text: str) -> Formula:
    (folder / "book.xml").write_text(text)
    return read_formula(folder / "book.xml", AT)


def by_trying(text: str) -> int:
    """The configurations of a book of few variables, from its text alone."""
    sizes = [int(size) for size in re.findall(r'domain="D(\d+)"', text)]
    said = re.findall(r'semantics="(\w+)">([^<]*)<', text)
    scopes = [[int(one) for one in re.findall(r"V(\d+)", scope)] for scope in re.findall(r'scope="([^"]*)"', text)]
    tables = [(scope, kind == "supports", set(rows.split("|"))) for scope, (kind, rows) in zip(scopes, said, strict=True)]
    return sum(
        all((" ".join(str(taken[one]) for one in scope) in rows) == allowed for scope, allowed, rows in tables)
        for taken in product(*map(range, sizes))
    )


def swept(formula: Formula) -> Knowledge:
    text = sweep(formula)
    assert text is not None
    return Knowledge(read_circuit([text], lay_out(formula)), (), 0.0)


@pytest.mark.parametrize("name", [name for name in BOOKS if name.startswith("ranges")])
def test_a_swept_book_has_the_configurations_of_its_rows(name: str, tmp_path: Path) -> None:
    formula = read(tmp_path, BOOKS[name])
    expected = by_trying(BOOKS[name]) if formula.options < 40 else count_along(formula)
    assert count(formula, swept(formula)) == expected == count_along(formula)


@pytest.mark.parametrize("name", BOOKS)
def test_circuit_of_a_swept_book_and_solver_agree(name: str, tmp_path: Path) -> None:
    formula = read(tmp_path, BOOKS[name])
    knowledge = swept(formula)
    assert knowledge.circuit is not None
    agree(formula, CircuitEngine(formula, knowledge.circuit), random.Random(name), steps=20)


@pytest.mark.parametrize("name", BOOKS)
def test_what_narrowing_leaves_says_the_same_of_every_value(name: str, tmp_path: Path) -> None:
    formula = read(tmp_path, BOOKS[name])
    clauses, most = narrowed_clauses(formula)
    assert max((abs(literal) for clause in clauses for literal in clause), default=0) <= most
    plain, narrowed = open_solver("minisat22", formula.clauses()), open_solver("minisat22", clauses)
    for variable in formula.variables:
        for literal in variable.literals:
            assert plain.solve(assumptions=[literal]) == narrowed.solve(assumptions=[literal])


def test_what_reaches_too_far_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "MAX_CASES", 50)
    assert sweep(read(tmp_path, BOOKS["ranges 0"])) is None


@pytest.mark.slow
@compiler
def test_a_book_of_a_car_makers_size_is_counted(tmp_path: Path) -> None:
    """268 variables, 332 tables of up to 26,881 rows: the same number along the variables as they come, without a compiler."""
    formula = read(tmp_path, range_book(268, 332, 26_881, 1))
    facts = check(formula)
    assert (facts.engine, facts.configurations) == ("d-dnnf", str(count_along(formula)))
