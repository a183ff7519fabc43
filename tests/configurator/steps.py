"""How many steps of random sessions the engines were compared on: `make agree`.

Circuit and solver answer every step of every source, and of the random formulas trying every assignment does, too.
The solver answers twice where that differs: asked about every value, and by moves from one configuration to others.
A mismatch ends it with the evidence it was found at; its seed is said before.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from bench.hard import car, price_book, tangle

from entrepot.configurator import encode as encoding
from entrepot.configurator import solve, walks
from entrepot.configurator.encode import encode
from entrepot.configurator.engine import open_engine
from entrepot.configurator.formula import Formula
from entrepot.configurator.importers import read_formula
from entrepot.configurator.knowledge import compile_formula
from tests.configurator.agreement import agree, random_formula
from tests.configurator.models import AT, bicycle, demo
from tests.configurator.test_facts import PUBLISHED, REAL

#: Models made to be hard, one of each kind.
HARD = {
    "car.uvl": car(300, 60, 11, largest=40),
    "book.xml": price_book(14, 12, 200, 12),
    "tangle.dimacs": tangle(120, 330, 13),
}
#: Steps of one seed over each kind of source.
RANDOM, DEMO, HARD_STEPS, REAL_STEPS = 4_000, 400, 60, 100
#: How long the solver looks for a proof of the cheapest: of real models always to the end; hard ones may be left unproven.
PATIENT, BRIEF = 120.0, 0.5
HARD_SECONDS = 10.0


def fresh() -> int:
    """Another seed in every run; ENTREPOT_SEED repeats one that failed."""
    return int(os.environ.get("ENTREPOT_SEED") or int.from_bytes(os.urandom(4), "big"))


def compared(seed: int) -> Iterator[tuple[str, int]]:
    """Walk every source with a seed; gives each source's name and the steps that agreed."""
    chance = random.Random(seed)
    steps = 0
    while steps < RANDOM:
        steps += _agree(random_formula(chance), chance, 200, brute=True)
    yield "random formulas (beside trying everything)", steps
    for most, said in ((0, "sums above the circuit"), (400, "sums inside")):
        with patch.object(encoding, "MAX_SUM_CLAUSES", most):
            for model in (bicycle(), demo("notebook-cto")):
                yield f"{model.name}, {said}", _agree(encode(model, AT).formula, chance, DEMO)
    with patch.object(solve, "BEST_SECONDS", PATIENT):
        yield "workstation", _agree(encode(demo("workstation"), AT).formula, chance, REAL_STEPS)
        for name, *_ in PUBLISHED:
            if (REAL / name).exists():
                yield name, _agree(read_formula(REAL / name, AT), chance, REAL_STEPS)
    with patch.object(solve, "BEST_SECONDS", BRIEF):
        for name, text in HARD.items():
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, name)
                path.write_text(text)
                formula = read_formula(path, AT)
            engine = open_engine(formula, compile_formula(formula, HARD_SECONDS))
            for large, said in ((0, "by moves"), (1_000_000, "by asking")):
                with patch.object(walks, "LARGE", large):
                    yield f"hard {name}, {said}", agree(formula, engine, chance, HARD_STEPS)


def _agree(formula: Formula, chance: random.Random, steps: int, *, brute: bool = False) -> int:
    return agree(formula, open_engine(formula, compile_formula(formula)), chance, steps, brute=brute)


def main() -> None:
    """Compare with a fixed seed and a fresh one, and say how much."""
    asked = argparse.ArgumentParser(description=main.__doc__)
    asked.add_argument("--seed", type=int, action="append", help="Walk with this seed (more than once for more).")
    started, total = time.perf_counter(), 0
    for seed in asked.parse_args().seed or [1, fresh()]:
        print(f"seed {seed}", flush=True)
        for source, steps in compared(seed):
            total += steps
            print(f"  {steps:6}  {source}", flush=True)
    print(f"{total} steps, no mismatch, {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
