"""Classes with a part of their own, counted in what is cheapest and least: compared with the bill of material of every kit."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import product

import pytest
import sqlalchemy as sa

from entrepot import configurator
from entrepot.configurator import Launch, Pick, read_launch, sign_launch
from entrepot.configurator.composed import Composed
from entrepot.configurator.database import metadata
from entrepot.configurator.session import look
from entrepot.kernel.db import Database
from tests.configurator.desk import KEY
from tests.configurator.models import AT

Open = Callable[[sa.MetaData, str], Database]

LAUNCH = Launch(model="shelf", organization="shop", item="SHELF", return_url="/", currency="EUR", locale="en-US", store="shop")
#: A frame that is always there, a light that comes with its option, doors whose hinge no single class decides about.
SHELF = """
model: shelf
organization: shop
languages: [en-US]
classes:
  frame: {part: FRAME, ratio: 2, items: {oak: {part: OAK}, pine: {part: PINE}}}
  light:
    choose: optional
    part: CABLE
    ratio: 3
    items:
      lamp: {part: LAMP, classes: {shade: {part: HOOK, items: {linen: {part: LINEN}, glass: {part: GLASS}}}}}
      strip: {part: STRIP}
  doors: {choose: any, HINGE items: {left: {part: LEFT}, right: {part: RIGHT}}}
rules:
  - {id: heavy, when: shade.glass, requires: frame.oak, message: Glass needs oak.}
  - {id: lit, when: doors.left, requires: light, message: Behind a door it is dark.}
"""
PARTS = ["FRAME", "OAK", "PINE", "CABLE", "LAMP", "HOOK", "LINEN", "GLASS", "STRIP", "HINGE", "LEFT", "RIGHT"]


@pytest.fixture
def database(open_database: Callable[[sa.MetaData, str], Database]) -> Database:
    return open_database(metadata, "configurator")


def opened(conn: sa.Connection, hinge: str) -> configurator.Session:
    configurator.publish(conn, SHELF.replace("HINGE", hinge), "shelf.yaml", AT)
    return configurator.open_session(conn, read_launch(KEY, sign_launch(KEY, LAUNCH, AT), AT), AT)


def every_shelf() -> list[tuple[Pick, ...]]:
    found = []
    lights = [(), (("light", "strip"),), (("light", "lamp"), ("shade", "linen")), (("light", "lamp"), ("shade", "glass"))]
    doors = [(), (("doors", "left"),), (("doors", "right"),), (("doors", "left"), ("doors", "right"))]
    for frame, light, door in product(("oak", "pine"), lights, doors):
        wood_fits = ("shade", "glass") not in light or frame == "oak"
        if wood_fits and (light or ("doors", "left") not in door):
            found.append(tuple(Pick(*one, 1) for one in (("frame", frame), *light, *door)))
    return found


def test_every_shelf_is_one(database: Database) -> None:
    with database.write() as conn:
        compiled = opened(conn, "").compiled
    assert len({look(compiled, picks).taken for picks in every_shelf() if look(compiled, picks).complete}) == len(every_shelf())


@pytest.mark.parametrize(("hinge", "counted"), [("", True), ("part: HINGE,", False)])
def test_the_least_is_that_of_trying_everything_or_says_it_is_only_a_floor(database: Database, hinge: str, counted: bool) -> None:
    with database.write() as conn:
        session = opened(conn, hinge)
    for seed in range(30):
        dice = random.Random(seed)
        prices = {part: dice.choice((0, dice.randint(1, 30), dice.randint(1, 300))) for part in PARTS}
        sums = {
            picks: sum(prices[part] * pieces for part, pieces in configurator.parts_in(Composed(session.compiled, picks)))
            for picks in every_shelf()
        }
        ahead, filled = configurator.ahead_of(session, prices), configurator.fill_cheapest(session, prices)
        assert ahead is not None and ahead.lowest is not None and filled is not None
        assert ahead.exact == counted and filled.completion.proven == counted
        least = min(sums.values())
        assert ahead.lowest == filled.completion.cost == least if counted else ahead.lowest <= least
        for (name, option), price in ahead.values.items():
            with_it = [
                cost for picks, cost in sums.items() if option and (name, option) in {(p.option_class, p.option) for p in picks}
            ]
            if with_it:
                assert price is not None
                assert price == min(with_it) if counted else price <= min(with_it), (seed, name, option)
