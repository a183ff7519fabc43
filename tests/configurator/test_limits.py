"""A model that is too large, or made to hurt, is refused by a stated limit before it does; one that is only hard works."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from entrepot.configurator import ModelContradictory, ModelInvalid, compile_model, read_model
from entrepot.configurator.encode import encode
from entrepot.configurator.engine import LayeredEngine, open_engine
from entrepot.configurator.formula import Builder, Formula, Value
from entrepot.configurator.importers import read_formula
from entrepot.configurator.knowledge import available, compile_formula
from entrepot.configurator.problems import ModelTooLarge
from entrepot.configurator.publish import prepare
from entrepot.configurator.solve import SatEngine
from entrepot.configurator.split import split
from entrepot.configurator.worker import run_worker
from tests.configurator.agreement import agree
from tests.configurator.models import AT, BICYCLE

pytestmark = pytest.mark.slow


compiler = pytest.mark.skipif(not available(), reason="the circuit compiler (py_d4) is not installed")


def test_a_contradictory_model_is_refused_with_the_fewest_rules() -> None:
    text = BICYCLE.replace("choose: optional\n    items:\n      hub", "items:\n      hub").replace(
        "defaults: [frame.large, {choose: extras.light, when: motor.hub}, battery.b9, battery.b5]",
        "  - {id: only-large, holds: battery.b9, message: Large.}\n  - {id: only-small, holds: frame.small, message: Small.}",
    )
    with pytest.raises(ModelContradictory) as caught:
        compile_model(read_model(text), 1, AT)
    assert set(caught.value.rules.split(", ")) == {"only-large", "only-small", "long-range"}
    with pytest.raises(ModelContradictory):
        prepare(text, "bicycle.yaml", AT)


def test_a_million_rules_are_refused() -> None:
    rule = "  - {id: r%d, holds: not frame.small, message: No.}\n"
    many = "".join(rule % number for number in range(101_000))
    with pytest.raises(ModelInvalid, match="more than 100,000 rules"):
        read_model(BICYCLE.replace("rules:\n", "rules:\n" + many))
    with pytest.raises(ModelInvalid, match="longer than 16000000 characters"):
        read_model(BICYCLE + "# " + "x" * 16_000_000)


def test_a_table_of_ten_million_rows_is_refused() -> None:
    text = BICYCLE.replace("holds: wheels.inch = frame.inch", "table: {allowed: csv, file: sizes.csv}")
    with pytest.raises(ModelInvalid, match="more than 200,000 rows"):
        read_model(text, "bicycle.yaml", {"sizes.csv": "frame,wheels\n" + "s,w\n" * 10_000_000})


def test_a_ratio_cycle_and_deep_nesting_are_refused() -> None:
    with pytest.raises(ModelInvalid, match="exists already"):
        read_model(BICYCLE.replace("          battery:", "          frame:"))
    deep = "".join(f"{'  ' * (2 * n)}c{n}:\n{'  ' * (2 * n + 1)}classes:\n" for n in range(1, 60))
    with pytest.raises(ModelInvalid, match="nesting is deeper"):
        read_model(f"model: deep\norganization: o\nlanguages: [en]\nclasses:\n{deep}")


def test_a_sum_with_too_many_cases_is_refused() -> None:
    items = ", ".join(f"i{n}: {{quantity: {{min: 1, max: 100}}, properties: {{n: {n * 7919 + 1}.37}}}}" for n in range(60))
    text = (
        "model: big\norganization: o\nlanguages: [en]\nproperties: {n: number}\n"
        f"classes:\n  c: {{choose: any, items: {{{items}}}}}\n"
        "rules:\n  - {id: sum, holds: sum(n) <= 9999999, message: Too much.}\n"
    )
    with pytest.raises(ModelTooLarge, match="more than 400000 cases"):
        compile_model(read_model(text), 1, AT)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.dimacs", "p cnf 60000 1\n1 0\n", "more than 50,000 options"),
        ("a.xml", '<instance><domain name="D">0..99999999</domain></instance>', "more than 50,000 options"),
        ("a.xml", '<!DOCTYPE x [<!ENTITY a "b">]><instance/>', "document types are refused"),
        ("a.xml", "<instance>", "this is no XML"),
        ("a.uvl", "features\n\tA\n\t\toptional\n" + "".join(f"\t\t\tF{n}\n" for n in range(50_001)), "more than 50,000 options"),
        ("a.uvl", "features\n\tA\nconstraints\n\t" + "(!" * 101 + "A" + ")" * 101, "nest more than 100 deep"),
        ("a.txt", "x", "this format is not known"),
        ("a.yaml", "model: x", "has no `organization`"),
    ],
)
def test_foreign_bombs_and_what_cannot_be_said_are_refused(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises((ModelInvalid, ModelTooLarge), match=says):
        read_formula(tmp_path / name, AT)


def test_a_worker_that_hangs_is_ended(tmp_path: Path) -> None:
    script = tmp_path / "hang.py"
    script.write_text("import time\ntime.sleep(60)\n")
    assert run_worker(script, "{}", 0.3, 1000) is None
    script.write_text("import sys\nprint('noise')\nopen(sys.argv[2], 'w').write(open(sys.argv[1]).read())\n")
    assert run_worker(script, "{}", 10, 1000) == "{}"


MEASURED = """
import resource, sys, time
from pathlib import Path
from entrepot.configurator.problems import ModelInvalid, ModelTooLarge
from entrepot.configurator.importers import read_model_file
started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_model_file(Path(sys.argv[1]))
except (ModelInvalid, ModelTooLarge) as refused:
    print(refused)
print(time.process_time() - started)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.parametrize("bomb", ["rules", "rows", "nesting", "aliases"])
def test_a_bomb_is_refused_before_it_takes_time_or_memory(bomb: str, tmp_path: Path) -> None:
    """Read in a process of its own, whose processor time and memory are looked at."""
    model = tmp_path / "bomb.yaml"
    if bomb == "rules":
        rules = "".join(f"  - {{id: r{number}, holds: not frame.small, message: No.}}\n" for number in range(1_000_000))
        model.write_text(BICYCLE.replace("rules:\n", "rules:\n" + rules))
    elif bomb == "rows":
        model.write_text(BICYCLE.replace("holds: wheels.inch = frame.inch", "table: {allowed: csv, file: sizes.csv}"))
        (tmp_path / "sizes.csv").write_text("frame,wheels\n" + "s,w\n" * 10_000_000)
    elif bomb == "nesting":
        model.write_text("model: " + "[" * 100_000)
    else:
        lines = [f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9) if number else 'x'}]" for number in range(30)]
        model.write_text("\n".join(lines))
    command = [sys.executable, "-c", MEASURED, str(model)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    refused, seconds, megabytes = done.stdout.strip().splitlines()[-3:]
    assert refused
    assert float(seconds) < 5 and float(megabytes) < 300, (refused, seconds, megabytes)


def pigeons(holes: int) -> Formula:
    """One more pigeon than holes may not be placed: hard to compile, and beside it something easy."""
    builder = Builder()
    for number in range(holes):
        builder.variable(f"p{number}", [Value(f"h{one}", 1) for one in range(holes + 1)])
    for value in range(holes + 1):
        clauses = [
            (-builder.variables[one].literals[value], -builder.variables[other].literals[value])
            for one in range(holes)
            for other in range(one)
        ]
        builder.group(f"hole {value}", clauses)
    builder.variable("easy", [Value("a", 1), Value("b", 1), Value("c", 1)])
    builder.variable("simple", [Value("x", 1), Value("y", 1)])
    builder.group("beside", [(-builder.variables[-2].literals[0], builder.variables[-1].literals[1])])
    return builder.build()


@compiler
def test_what_does_not_compile_in_time_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that does not finish is answered by the solver, beside a circuit for the rest."""
    from entrepot.configurator import knowledge as module

    text = module._text
    monkeypatch.setattr(module, "_text", lambda clauses, *limits: None if len(clauses) > 50 else text(clauses, *limits))
    formula = pigeons(5)
    knowledge = compile_formula(formula)
    assert knowledge.engine(formula) == "d-dnnf+sat"
    assert [formula.variables[place].name for place in knowledge.unsettled] == ["p0", "p1", "p2", "p3", "p4"]
    engine = open_engine(formula, knowledge)
    assert isinstance(engine, LayeredEngine)
    agree(formula, engine, random.Random(4), steps=40, brute=True)
    monkeypatch.setattr(module, "_text", lambda clauses, *limits: None)
    hopeless = pigeons(4)
    assert isinstance(open_engine(hopeless, compile_formula(hopeless)), SatEngine)


def test_parts_have_no_variable_in_common() -> None:
    formula = pigeons(4)
    parts = [{abs(literal) for clause in part for literal in clause} for part in split(formula.clauses())]
    assert len(parts) == 2
    assert not parts[0] & parts[1]


def test_a_rule_about_one_of_many_values_takes_two_literals() -> None:
    """With "one of the 299 others" for "not this one" 60,000 such rules were ten million literals, and did not compile."""
    items = "".join(f"      {{name}}{number}: {{{{title: T}}}}\n" for number in range(300))
    classes = "".join(f"  {name}:\n    items:\n{items.format(name=name)}" for name in "ab")
    rule = "rules:\n  - {id: r, holds: a.a7 -> not b.b9, message: No.}\n"
    text = f"model: m\norganization: o\nlanguages: [en-US]\ntitle: M\nclasses:\n{classes}{rule}"
    formula = encode(read_model(text), AT).formula
    group = next(group for group in formula.groups if group.id == "r")
    assert [len(clause) for clause in group.clauses] == [2]


def test_parts_of_a_long_chain_are_found_in_a_few_rounds() -> None:
    chance = random.Random(1)
    links = [(one, one + 1) for number in range(20) for one in range(1 + 5_000 * number, 5_000 * (number + 1))]
    chance.shuffle(links)
    parts = split(links)
    assert [len(part) for part in parts] == [4_999] * 20
    assert all(len({(literal - 1) // 5_000 for clause in part for literal in clause}) == 1 for part in parts)
