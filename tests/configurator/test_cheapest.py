"""The cheapest kit with quantities: proven it is the cheapest there is, by trying everything; not proven it is one of them."""

from __future__ import annotations

import random

import pytest

from entrepot.configurator import Model, Pick, bounded, compile_model, read_model
from entrepot.configurator import solve as solving
from entrepot.configurator.compile import Compiled
from entrepot.configurator.complete import complete_cheapest
from entrepot.configurator.encode import encode
from entrepot.configurator.engine import LayeredEngine
from entrepot.configurator.knowledge import available, compile_formula
from entrepot.configurator.session import look
from tests.configurator.models import AT, demo, every_configuration

compiler = pytest.mark.skipif(not available(), reason="the circuit compiler (py_d4) is not installed")


def shelf(seed: int, sums: int) -> Model:
    """Boards in quantities under one or two sums, with prices that reward taking few of much."""
    chance = random.Random(seed)
    boards = "".join(
        f"      b{one}: {{part: B{one}, quantity: {{min: 1, max: {chance.randint(2, 4)}}}, "
        f"properties: {{load: {chance.randint(1, 9)}, length: {chance.randint(1, 5)}}}}}\n"
        for one in range(4)
    )
    rules = f"  - {{id: load, holds: sum(load) >= {chance.randint(8, 20)}, message: Too weak.}}\n"
    if sums > 1:
        rules += f"  - {{id: length, holds: sum(length) <= {chance.randint(9, 16)}, message: Too long.}}\n"
    return read_model(
        "model: shelf\norganization: shop\nlanguages: [en]\nproperties: {load: number, length: number}\n"
        "classes:\n  foot: {items: {steel: {part: STEEL, properties: {load: 3}}, oak: {part: OAK}}}\n"
        f"  board:\n    choose: some\n    items:\n{boards}rules:\n{rules}"
    )


def prices_of(model: Model, chance: random.Random) -> dict[str, int]:
    return {item.part: chance.randint(1, 90) for one in model.classes for item in one.items}


def cost(model: Model, picks: tuple[Pick, ...], prices: dict[str, int]) -> int:
    found = 0
    for pick in picks:
        item = model.item(pick)
        assert item is not None
        found += prices[item.part] * max(pick.quantity, 1)
    return found


@pytest.mark.parametrize("sums", [1, 2])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("circuit", [pytest.param(True, marks=compiler), False])
def test_what_is_called_proven_is_the_least_of_all(seed: int, sums: int, circuit: bool) -> None:
    model, chance = shelf(seed, sums), random.Random(seed)
    prices = prices_of(model, chance)
    every = list(every_configuration(model))
    compiled = compile_model(model, 1, AT, compile_formula(encode(model, AT).formula) if circuit else None)
    for own in ((), (Pick("foot", "oak", 1),), (Pick("board", "b1", 2),)):
        fitting = [cost(model, picks, prices) for picks in every if set(own) <= set(picks)]
        found = complete_cheapest(compiled, own, prices)
        assert (found is None) == (not fitting)
        if found is None:
            continue
        assert found.proven and found.cost == min(fitting) == cost(model, found.picks, prices)
        assert look(compiled, found.picks).complete and set(own) <= set(found.picks)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_not_proven_says_so_and_is_a_kit_all_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search for a proof is given no time at all, as in a kit that is too large for it."""
    monkeypatch.setattr(solving, "cheapest_model", lambda *asked: None)
    model, chance = shelf(seed, 2), random.Random(seed)
    prices = prices_of(model, chance)
    least = min(cost(model, picks, prices) for picks in every_configuration(model))
    compiled = compile_model(model, 1, AT)
    found = complete_cheapest(compiled, (), prices)
    assert found is not None and not found.proven
    assert found.cost == cost(model, found.picks, prices) >= least
    assert look(compiled, found.picks).complete


@compiler
def test_a_search_above_the_circuit_that_gives_up_leaves_the_proof_to_the_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """The workstation's sum stands above its circuit: searched there, by the solver, and by neither to the end."""
    model = demo("workstation")
    prices = prices_of(model, random.Random(1))
    compiled = compile_model(model, 1, AT, compile_formula(encode(model, AT).formula))
    assert isinstance(compiled.engine, LayeredEngine)
    searched = complete_cheapest(compiled, (), prices)
    assert searched is not None and searched.proven
    monkeypatch.setattr(bounded, "MAX_TRIED", 0)
    solved = complete_cheapest(compiled, (), prices)
    assert solved is not None and (solved.cost == searched.cost or not solved.proven)
    monkeypatch.setattr(solving, "cheapest_model", lambda *asked: None)
    found = complete_cheapest(compiled, (), prices)
    assert found is not None and not found.proven and found.cost >= searched.cost
    assert look(compiled, found.picks).complete


@pytest.mark.parametrize("name", ["notebook-cto", "workstation"])
def test_what_was_left_out_for_its_price_does_not_come_back_as_a_default(name: str) -> None:
    """The price that was told is the price of the configuration that is shown then."""
    model = demo(name)
    assert model.defaults
    prices = prices_of(model, random.Random(2))
    compiled = compile_model(model, 1, AT, compile_formula(encode(model, AT).formula))
    bases: list[tuple[Pick, ...]] = [(), look(compiled, ()).taken]
    for base in bases:
        found = complete_cheapest(compiled, (), prices, base)
        assert found is not None
        taken = look(compiled, found.picks, base).taken
        assert (
            sum(compiled.costs(prices)[compiled.encoded.layout.place(one)][_value(compiled, one)] for one in taken) == found.cost
        )


def _value(compiled: Compiled, pick: Pick) -> int:
    return compiled.encoded.layout.mask(compiled.encoded.formula, pick).bit_length() - 1
