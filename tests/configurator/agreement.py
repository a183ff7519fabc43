"""Random sessions in which every engine must say the same: the circuit, the solver, and trying everything."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import product

from entrepot.configurator.contract import Costs, Engine
from entrepot.configurator.domains import Domains
from entrepot.configurator.formula import NONE, Builder, Formula, Value
from entrepot.configurator.solve import SatEngine


def agree(formula: Formula, engine: Engine, chance: random.Random, steps: int, *, brute: bool = False) -> int:
    """Walk random sessions and compare every domain, every consistency and every cheapest completion."""
    solver = SatEngine(formula)
    every = list(assignments(formula)) if brute else None
    costs = {place: tuple(chance.randrange(50) for _ in one.values) for place, one in enumerate(formula.variables)}
    done = 0
    while done < steps:
        evidence: dict[int, int] = {}
        for _ in range(7):
            done += 1
            domains = engine.domains(evidence)
            assert domains == solver.domains(evidence), (evidence, formula)
            if every is not None:
                assert domains == tried(formula, every, evidence), (evidence, formula)
            assert domains.consistent == engine.consistent(evidence) == solver.consistent(evidence)
            if not _step(formula, domains, evidence, chance):
                break
        compare_cheapest(formula, engine, solver, evidence, costs)
    return done


def _step(formula: Formula, domains: Domains, evidence: dict[int, int], chance: random.Random) -> bool:
    """Choose something possible, sometimes several values; now and then something that is excluded."""
    places = [place for place, one in enumerate(formula.variables) if len(one.values) > 1 and place not in evidence]
    if not places:
        return False
    place = chance.choice(places)
    size = len(formula.variables[place].values)
    possible = [bit for bit in range(size) if domains.masks[place] >> bit & 1]
    if chance.random() < 0.15 or not possible:
        evidence[place] = chance.randrange(0, 1 << size) if chance.random() < 0.5 else 1 << chance.randrange(size)
    else:
        evidence[place] = 1 << chance.choice(possible) | (1 << chance.choice(possible) if chance.random() < 0.2 else 0)
    return True


def compare_cheapest(formula: Formula, engine: Engine, solver: Engine, evidence: dict[int, int], costs: Costs) -> None:
    best, cheapest = engine.best(evidence, costs), solver.best(evidence, costs)
    assert (best is None) == (cheapest is None) == (not solver.consistent(evidence))
    if best is None or cheapest is None:
        return
    assert best.cost == sum(row[best.values[place]] for place, row in costs.items())
    # Nothing is cheaper than what is proven; on a busy machine both may have run out of time.
    assert best.cost >= cheapest.cost or not cheapest.proven
    assert best.cost <= cheapest.cost or not best.proven
    assert solver.consistent({place: 1 << value for place, value in enumerate(best.values)})
    assert all(evidence.get(place, -1) >> value & 1 for place, value in enumerate(best.values))


def assignments(formula: Formula) -> Iterator[tuple[int, ...]]:
    """Every assignment that satisfies all clauses; only for formulas without helpers."""
    clauses = formula.clauses()
    literals = [variable.literals for variable in formula.variables]
    for values in product(*(range(len(one)) for one in literals)):
        true = set()
        for place, value in enumerate(values):
            taken = literals[place][value]
            true |= {taken} if len(literals[place]) == 2 else {lit if lit == taken else -lit for lit in literals[place]}
        if all(any(literal in true for literal in clause) for clause in clauses):
            yield values


def tried(formula: Formula, every: Sequence[tuple[int, ...]], evidence: dict[int, int]) -> Domains:
    """The domains by looking at every assignment."""
    masks = []
    for place in range(len(formula.variables)):
        others = [(one, mask) for one, mask in evidence.items() if one != place]
        found = 0
        for values in every:
            if all(mask >> values[one] & 1 for one, mask in others):
                found |= 1 << values[place]
        masks.append(found)
    consistent = any(all(mask >> values[one] & 1 for one, mask in evidence.items()) for values in every)
    return Domains(tuple(masks), consistent)


def random_formula(chance: random.Random) -> Formula:
    """A few variables of two to five values with random clauses; some have no configuration at all."""
    builder = Builder()
    for number in range(chance.randint(3, 7)):
        options = [Value(f"o{one}", 1) for one in range(chance.randint(2, 5))]
        if chance.random() < 0.5:
            options[0] = NONE
        builder.variable(f"v{number}", options)
    literals = [literal for variable in builder.variables for literal in variable.literals]
    for number in range(chance.randint(0, 14)):
        clause = [chance.choice(literals) * chance.choice((1, -1)) for _ in range(chance.randint(1, 4))]
        if not any(-one in clause for one in clause):
            builder.group(f"r{number}", [tuple(dict.fromkeys(clause))])
    return builder.build()
