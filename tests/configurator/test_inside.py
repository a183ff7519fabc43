"""The cheapest kit reaches into the kits inside, and so does "from": compared with trying everything in a nested pair."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
import sqlalchemy as sa

from entrepot import configurator
from entrepot.configurator import Pick
from entrepot.configurator.composed import Composed
from entrepot.configurator.inside import Filled
from entrepot.configurator.nested import Session
from entrepot.configurator.solve import SatEngine
from entrepot.kernel.db import Database
from tests.configurator.desk import again, opened
from tests.configurator.models import AT

PARTS = ["F-R", "F-S", "A-S", "A-L", "B-W", "B-C", "B-O", "B-P", "L-P"]
MADE = Pick("lights", "made", 2)


def with_lamp(conn: sa.Connection, session: Session, *picks: Pick) -> Session:
    inner = configurator.open_kit(conn, session, ("lights", "made"), AT)
    for pick in picks:
        inner = configurator.choose_option(conn, inner, pick, AT)
    return again(conn, session)


def some_prices(seed: int) -> dict[str, int]:
    dice = random.Random(seed)
    return {part: dice.choice((0, dice.randint(1, 30), dice.randint(1, 300))) for part in PARTS}


def every_lamp(*fixed: Pick) -> Iterator[tuple[Pick, ...]]:
    for foot in ("round", "square"):
        for arm in ("short", "long"):
            for bulb in ("warm", "cold"):
                taken = (Pick("foot", foot, 1), Pick("arm", arm, 1), Pick("bulb", bulb, 1))
                if not (arm == "long" and foot == "round") and set(fixed) <= set(taken):
                    yield taken


def every_desk(*fixed: Pick) -> Iterator[tuple[Pick, ...]]:
    lights = (), (Pick("lights", "plain", 1),), (Pick("lights", "made", 1),), (MADE,)
    for board in ("oak", "pine"):
        for some in lights:
            if set(fixed) <= {Pick("board", board, 1), *some}:
                yield (Pick("board", board, 1), *some)


def sum_of(session: Session, desk: tuple[Pick, ...], lamp: tuple[Pick, ...], prices: Mapping[str, int]) -> int:
    """What a whole desk costs by its bill of material."""
    place = ("lights", "made")
    inner = Composed(session.kits[place].compiled, lamp)
    parts = configurator.parts_in(Composed(session.compiled, desk, {place: inner}))
    return sum(prices.get(part, 0) * pieces for part, pieces in parts)


def tried(session: Session, prices: Mapping[str, int], outside: tuple[Pick, ...], inside: tuple[Pick, ...]) -> int:
    whole = ((desk, lamp) for desk in every_desk(*outside) for lamp in every_lamp(*inside))
    return min(sum_of(session, desk, lamp, prices) for desk, lamp in whole)


CHOSEN = [
    ((), ()),
    ((MADE,), ()),
    ((MADE,), (Pick("arm", "long", 1),)),
    ((MADE, Pick("board", "oak", 1)), (Pick("foot", "round", 1), Pick("bulb", "cold", 1))),
    ((Pick("board", "pine", 1),), (Pick("bulb", "warm", 1),)),
]


@pytest.mark.parametrize(("outside", "inside"), CHOSEN)
def test_the_cheapest_and_the_least_price_are_those_of_trying_everything(
    desk_database: Database, outside: tuple[Pick, ...], inside: tuple[Pick, ...]
) -> None:
    with desk_database.write() as conn:
        session = with_lamp(conn, opened(conn, *outside), *inside)
    for seed in range(40):
        prices = some_prices(seed)
        least = tried(session, prices, outside, inside)
        filled, ahead = configurator.fill_cheapest(session, prices), configurator.ahead_of(session, prices)
        assert filled is not None and filled.completion.proven and filled.completion.cost == least, (seed, prices)
        assert ahead is not None and ahead.exact and ahead.lowest == least, (seed, prices)
        with desk_database.write() as conn:
            done = taken_over(conn, session, filled)
            wanted = [pick for pick in outside if pick not in done.view().taken]
            assert not wanted and set(inside) <= set(done.kits["lights", "made"].view().taken), "what was chosen stays"
            parts = configurator.parts_in(done.composed(done.view().taken))
            assert done.complete(done.view()) and sum(prices.get(part, 0) * pieces for part, pieces in parts) == least
            conn.rollback()


def taken_over(conn: sa.Connection, session: Session, filled: Filled) -> Session:
    done = configurator.set_picks(conn, session, filled.completion.picks, AT)
    inner = configurator.open_kit(conn, done, ("lights", "made"), AT)
    configurator.set_picks(conn, inner, filled.kits["lights", "made"].completion.picks, AT)
    return again(conn, done)


def test_the_least_price_with_each_value_is_that_of_trying_everything(desk_database: Database) -> None:
    with desk_database.write() as conn:
        session = opened(conn)
    for seed in range(20):
        prices = some_prices(seed)
        ahead = configurator.ahead_of(session, prices)
        assert ahead is not None
        for value in (("board", "oak"), ("board", "pine"), ("lights", "plain"), ("lights", "made")):
            desks = [desk for desk in every_desk() if value in {(pick.option_class, pick.option) for pick in desk}]
            least = min(sum_of(session, desk, lamp, prices) for desk in desks for lamp in every_lamp())
            assert ahead.values[value] == least, (seed, value)


def test_without_a_circuit_inside_the_least_price_is_a_floor_and_says_so(desk_database: Database) -> None:
    with desk_database.write() as conn:
        session = opened(conn, MADE)
    lamp = session.kits["lights", "made"]
    unknown = replace(lamp, compiled=replace(lamp.compiled, engine=SatEngine(lamp.compiled.encoded.formula)))
    session = replace(session, kits={("lights", "made"): unknown})
    for seed in range(40):
        prices = some_prices(seed)
        ahead = configurator.ahead_of(session, prices)
        assert ahead is not None and ahead.lowest is not None and not ahead.exact
        assert ahead.lowest <= tried(session, prices, (MADE,), ())
        filled = configurator.fill_cheapest(session, prices)
        assert filled is not None and filled.completion.cost == tried(session, prices, (MADE,), ()), "the solver finds it"
