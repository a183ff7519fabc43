"""Use of promotions is counted exactly, on both databases, whatever arrives twice, late or out of order."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from entrepot.commerce import promotions
from entrepot.commerce.database import metadata
from entrepot.commerce.promotions import OrderUse, PromotionUsedUp, Use, UseState
from entrepot.kernel.db import Database

Open = Callable[[sa.MetaData, str], Database]
AT = datetime(2026, 6, 15, tzinfo=UTC)


@pytest.fixture
def database(open_database: Open) -> Database:
    opened = open_database(metadata, "commerce")
    rewards = [{"type": "percent_off", "percent": "10"}]
    rows = [
        {"identifier": "free", "level": "order", "conditions": [], "rewards": rewards},
        {"identifier": "once", "level": "order", "conditions": [], "rewards": rewards, "limit_total": 1},
        {"identifier": "mine", "level": "order", "conditions": [], "rewards": rewards, "limit_shopper": 1},
    ]
    with opened.write() as conn:
        promotions.put_promotions(conn, 1, rows)
    return opened


def use(order: str, version: int, *uses: str, buyer: str = "mara") -> OrderUse:
    return OrderUse(1, order, version, buyer, tuple(Use(name, 1) for name in uses))


def used(database: Database) -> dict[str, int]:
    with database.read() as conn:
        names = {one.id: one.identifier for one in promotions.find_promotions(conn, 1)}
        return {names[key]: count for key, count in promotions.counters(conn, list(names)).items() if count}


def test_finalize_again_changes_nothing(database: Database) -> None:
    for _ in range(3):
        with database.write() as conn:
            promotions.set_uses(conn, use("o1", 1, "free", "mine"), UseState.FINAL, AT)
    assert used(database) == {"free": 1, "mine": 1}


def test_update_replaces_the_set_and_gives_back(database: Database) -> None:
    with database.write() as conn:
        promotions.set_uses(conn, use("o1", 1, "free", "once"), UseState.FINAL, AT)
        promotions.set_uses(conn, use("o1", 2, "free"), UseState.FINAL, AT)
    assert used(database) == {"free": 1}


def test_cancel_gives_everything_back_and_closes(database: Database) -> None:
    with database.write() as conn:
        promotions.set_uses(conn, use("o1", 1, "once", "mine"), UseState.FINAL, AT)
        promotions.cancel_uses(conn, "o1", 2)
        late = promotions.set_uses(conn, use("o1", 3, "once"), UseState.FINAL, AT)
    assert not late.applied
    assert used(database) == {}


def test_every_order_of_repeated_messages_ends_alike(database: Database) -> None:
    steps = ["finalize", "finalize", "update", "cancel"]
    for number, order in enumerate(sorted(set(itertools.permutations(steps)))):
        ref = f"o{number}"
        with database.write() as conn:
            for step in order:
                if step == "cancel":
                    promotions.cancel_uses(conn, ref, 3)
                else:
                    version, names = (1, ("free", "mine")) if step == "finalize" else (2, ("free",))
                    promotions.set_uses(conn, use(ref, version, *names, buyer=ref), UseState.FINAL, AT)
    assert used(database) == {}


def test_a_late_use_is_overdrawn_outside_the_counter(database: Database) -> None:
    with database.write() as conn:
        promotions.set_uses(conn, use("o1", 1, "once"), UseState.FINAL, AT)
        late = promotions.set_uses(conn, use("o2", 1, "once"), UseState.FINAL, AT)
        states = [row["state"] for row in promotions.uses_of(conn, "o2")]
    assert late.overdrawn == ("once",)
    assert states == ["overdrawn"]
    assert used(database) == {"once": 1}


def test_a_limit_per_shopper_is_the_shoppers_own(database: Database) -> None:
    with database.write() as conn:
        assert not promotions.set_uses(conn, use("o1", 1, "mine", buyer="Mara"), UseState.FINAL, AT).overdrawn
        assert promotions.set_uses(conn, use("o2", 1, "mine", buyer="mara"), UseState.FINAL, AT).overdrawn
        assert not promotions.set_uses(conn, use("o3", 1, "mine", buyer="jonas"), UseState.FINAL, AT).overdrawn


def test_holds_nobody_used_are_given_back(database: Database) -> None:
    with database.write() as conn:
        promotions.hold_uses(conn, use("cart", 0, "once"), AT, AT + timedelta(minutes=30))
    with pytest.raises(PromotionUsedUp), database.write() as conn:
        promotions.hold_uses(conn, use("other", 0, "once"), AT, AT + timedelta(minutes=30))
    with database.write() as conn:
        assert promotions.release_expired(conn, AT + timedelta(minutes=31)) == 1
        promotions.hold_uses(conn, use("other", 0, "once"), AT, None)
    assert used(database) == {"once": 1}


def test_fifty_buyers_for_the_last_use(database: Database) -> None:
    won: list[str] = []

    def buy(number: int) -> None:
        def work(conn: sa.Connection) -> None:
            promotions.hold_uses(conn, use(f"o{number}", 0, "once", buyer=f"b{number}"), AT, None)

        try:
            database.retrying(work, attempts=20)
            won.append(f"o{number}")
        except PromotionUsedUp:
            pass

    threads = [threading.Thread(target=buy, args=(number,)) for number in range(50)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    assert len(won) == 1
    assert used(database) == {"once": 1}


def test_a_promotion_may_keep_its_uses_when_an_order_is_cancelled(database: Database) -> None:
    rewards = [{"type": "percent_off", "percent": "10"}]
    settings = {"returns_use": False}
    row = {"identifier": "kept", "level": "order", "conditions": [], "rewards": rewards, "limit_shopper": 1, "settings": settings}
    with database.write() as conn:
        promotions.put_promotions(conn, 1, [row])
        promotions.set_uses(conn, use("o1", 1, "kept", "mine"), UseState.FINAL, AT)
        promotions.cancel_uses(conn, "o1", 2)
        kept = {one.identifier: one for one in promotions.find_promotions(conn, 1)}["kept"]
        assert promotions.exhausted(conn, 1, [kept], "mara", "o2") == {kept.id}
        assert kept.settings.returns_use is False
    assert used(database) == {"kept": 1}


def test_what_was_only_held_is_free_again_in_any_case(database: Database) -> None:
    rewards = [{"type": "percent_off", "percent": "10"}]
    row = {"identifier": "kept", "level": "order", "conditions": [], "rewards": rewards, "settings": {"returns_use": False}}
    with database.write() as conn:
        promotions.put_promotions(conn, 1, [row])
        promotions.set_uses(conn, use("o1", 1, "kept"), UseState.HELD, AT)
        promotions.cancel_uses(conn, "o1", 2)
    assert used(database) == {}
