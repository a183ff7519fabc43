"""A state worked out in columns is the one worked out value by value, over random sessions on several models."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from bench.hard import car

from entrepot import configurator
from entrepot.configurator import Compiled, Pick, Picks, View, choose, compile_model, look, outlook, retract
from entrepot.configurator.encode import encode
from entrepot.configurator.engine import CircuitEngine
from entrepot.configurator.knowledge import available, compile_formula
from entrepot.configurator.problems import OptionExcluded, UnknownOption
from entrepot.configurator.uvl import import_uvl
from tests.configurator.models import AT, bicycle, demo
from tests.configurator.plain import Plain, Shown

pytestmark = pytest.mark.slow

MODELS = ["bicycle", "workstation", "notebook-cto", "car"]


def made(name: str, *, circuit: bool = True) -> Compiled:
    if name == "car":
        import yaml

        document = import_uvl("car.uvl", car(300, 40, 7, reach=8, largest=20), "shop")
        model = configurator.read_model(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), "car.yaml")
    else:
        model = bicycle() if name == "bicycle" else demo(name)
    return compile_model(model, 1, AT, compile_formula(encode(model, AT).formula) if circuit else None)


def seen(view: View) -> Shown:
    return {
        one.option_class.name: (
            one.asked,
            one.missing,
            one.mine,
            tuple((value.option, str(value.state), value.quantity, value.quantities) for value in one.values),
        )
        for one in view.classes
    }


def walk(compiled: Compiled, chance: random.Random, steps: int) -> list[Picks]:
    """Choices and retractions at random, now and then of something excluded or with an open quantity."""
    picks: Picks = ()
    found = [picks]
    classes = [one for one in compiled.model.classes if one.items]
    for _ in range(steps):
        one = chance.choice(classes)
        if picks and chance.random() < 0.2:
            picks = retract(picks, chance.choice(picks).option_class)
        else:
            item = chance.choice(one.items)
            wanted = Pick(one.name, item.name if chance.random() < 0.9 else "", 0)
            try:
                picks = choose(compiled, picks, wanted)
            except (OptionExcluded, UnknownOption):
                continue
        found.append(picks)
    return found


@pytest.mark.skipif(not available(), reason="the circuit compiler (py_d4) is not installed")
@pytest.mark.parametrize("name", MODELS)
def test_columns_say_what_plain_python_says(name: str) -> None:
    compiled, chance = made(name), random.Random(11)
    bases = [(), *compiled.model.configurations.values()]
    for number in range(4):
        base = bases[number % len(bases)]
        for picks in walk(compiled, chance, 12):
            view, plain = look(compiled, picks, base), Plain(compiled, picks, base)
            assert view.consistent == plain.consistent
            assert view.taken == plain.taken_picks()
            assert seen(view) == plain.shown(), (name, picks, base)
            assert view.missing == tuple(one for one, (_, missing, _, _) in plain.shown().items() if missing)


def test_the_solver_alone_gives_the_same_columns() -> None:
    compiled = made("bicycle", circuit=False)
    for picks in walk(compiled, random.Random(5), 25):
        assert seen(look(compiled, picks)) == Plain(compiled, picks).shown()


def test_picks_that_exclude_each_other_are_shown_as_chosen() -> None:
    compiled = made("bicycle", circuit=False)
    picks = (Pick("frame", "small", 1), Pick("wheels", "w28", 1))
    view = look(compiled, picks)
    assert not view.consistent
    assert seen(view) == Plain(compiled, picks).shown()


@pytest.mark.skipif(not available(), reason="the circuit compiler (py_d4) is not installed")
@pytest.mark.parametrize("name", ["bicycle", "car"])
def test_what_is_not_named_as_changed_stands_as_it_did(name: str) -> None:
    compiled, chance = made(name), random.Random(3)
    prices = {item.part or item.name: chance.randrange(1, 900) * 1000 for one in compiled.model.classes for item in one.items}
    states = [(look(compiled, picks), outlook(compiled, picks, prices)) for picks in walk(compiled, chance, 30)]
    for (before, past), (now, ahead) in pairwise(states):
        assert past is not None
        assert ahead is not None
        changed, moved = now.changed(before), ahead.changed(past)
        for number, (old, new) in enumerate(zip(before.classes, now.classes, strict=True)):
            assert changed[number] or old == new
            rise = ahead.total - past.total
            after = [None if one is None else one + rise for one in past.of_class(number)]
            assert moved[number] or ahead.of_class(number) == after
    assert isinstance(compiled.engine, CircuitEngine)
