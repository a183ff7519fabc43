"""Prices ahead are those of the cheapest whole kit with each value; a ceiling excludes what no kit within it has."""

from __future__ import annotations

import pytest

from entrepot.configurator import Compiled, Model, Pick, compile_model, outlook
from entrepot.configurator.encode import encode
from entrepot.configurator.knowledge import available, compile_formula
from tests.configurator.models import AT, bicycle, demo, every_configuration
from tests.configurator.test_session import admits

PRICES = {"F-S": 900, "F-L": 700, "W-26": 10, "W-28": 200, "RACK": 5, "BAG": 40, "LIGHT": 3, "HUB": 400, "B-500": 70, "B-900": 90}
pytestmark = pytest.mark.skipif(not available(), reason="the circuit compiler (py_d4) is not installed")


def compiled(model: Model) -> Compiled:
    return compile_model(model, 1, AT, compile_formula(encode(model, AT).formula))


def price(model: Model, picks: tuple[Pick, ...]) -> int:
    total = 0
    for pick in picks:
        one = model.find_class(pick.option_class)
        item = one.item(pick.option) if one else None
        total += PRICES.get(item.part, 0) * pick.quantity * model.multiplier(one) if one and item else 0
    return total


@pytest.mark.parametrize("picks", [(), (Pick("frame", "small", 1),), (Pick("motor", "hub", 1), Pick("extras", "bag", 1))])
def test_each_value_has_the_price_of_its_cheapest_kit(picks: tuple[Pick, ...]) -> None:
    model = bicycle()
    every = [(one, price(model, one)) for one in every_configuration(model)]
    found = outlook(compiled(model), picks, PRICES)
    assert found is not None
    assert found.exact
    assert found.lowest == min(cost for one, cost in every if admits(one, picks))
    for (name, option), least in found.values.items():
        one_class = model.find_class(name)
        assert one_class is not None
        single = one_class.single
        others = tuple(pick for pick in picks if pick.option_class != name or (not single and pick.option != option))
        wanted = (*others, Pick(name, option))
        kits = [cost for one, cost in every if admits(one, wanted)]
        assert least == (min(kits) if kits else None), (name, option)
        assert least is None or (found.over(name, option, least - 1) and not found.over(name, option, least))


def test_where_a_large_sum_is_left_aside_it_says_so() -> None:
    model = demo("notebook-cto")
    found = outlook(compiled(model), (), {"TW-NM-H12": 100})
    assert found is not None
    assert not found.exact
    assert outlook(compile_model(model, 1, AT), (), {"TW-NM-H12": 100}) is None
    assert outlook(compiled(model), (), {}) is None
