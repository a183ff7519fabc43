"""Messages arrive once in effect, in order per key, whatever happens on the way."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from entrepot.bus import Envelope, Inbox, Message, Outbox, Post, Relay, Route
from entrepot.bus.outbox import ATTEMPTS
from entrepot.kernel.clock import FixedClock
from entrepot.kernel.db import Database
from entrepot.kernel.errors import Error, Refused

Open = Callable[[sa.MetaData, str], Database]


class Neighbor:
    """Two systems joined by a relay; the receiving one can be told to fail."""

    def __init__(self, open_database: Open) -> None:
        self.clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
        self.posts = {name: self._post(open_database, name) for name in ("here", "there")}
        self.effects: list[Any] = []
        self.refused: list[str] = []
        self.fail: Callable[[Any], None] = lambda body: None
        route = Route("there", self.take, refused=self.told)
        self.relay = Relay(self.posts, {"thing": route}, self.clock)

    def _post(self, open_database: Open, name: str) -> Post:
        metadata = sa.MetaData()
        outbox, inbox = Outbox(metadata, name), Inbox(metadata)
        return Post(name, open_database(metadata, name), outbox, inbox)

    def take(self, conn: sa.Connection, body: dict[str, Any], at: datetime) -> dict[str, Any]:
        self.fail(body)
        self.effects.append(body["n"])
        return {"taken": body["n"]}

    def told(self, conn: sa.Connection, envelope: Envelope, error: Error) -> None:
        self.refused.append(envelope.business_key)

    def say(self, n: int, key: str = "one") -> str:
        with self.posts["here"].database.write() as conn:
            return self.posts["here"].outbox.put(conn, Message("thing", {"n": n}, f"{key}/{n}", key), self.clock.now())

    def states(self) -> dict[str, int]:
        with self.posts["here"].database.read() as conn:
            return self.posts["here"].outbox.counts(conn)


@pytest.fixture
def neighbor(open_database: Open) -> Neighbor:
    return Neighbor(open_database)


def test_messages_of_a_key_arrive_in_order(neighbor: Neighbor) -> None:
    for n in range(20):
        neighbor.say(n)
    assert neighbor.relay.drain() == 20
    assert neighbor.effects == list(range(20))
    assert neighbor.states() == {"delivered": 20}


def test_a_message_that_was_never_committed_is_never_sent(neighbor: Neighbor) -> None:
    post = neighbor.posts["here"]
    with pytest.raises(ValueError), post.database.write() as conn:
        post.outbox.put(conn, Message("thing", {"n": 1}, "k", "k"), neighbor.clock.now())
        raise ValueError
    assert neighbor.relay.drain() == 0


def test_a_failing_neighbor_is_tried_again_and_others_go_on(neighbor: Neighbor) -> None:
    def fail(body: dict[str, Any]) -> None:
        if body["n"] == 1:
            raise RuntimeError("away")

    neighbor.fail = fail
    neighbor.say(1, "a")
    neighbor.say(2, "a")
    neighbor.say(3, "b")
    neighbor.relay.drain()
    assert neighbor.effects == [3]
    neighbor.fail = lambda body: None
    neighbor.clock.advance(minutes=2)
    neighbor.relay.drain()
    assert neighbor.effects == [3, 1, 2]


def test_after_enough_attempts_it_is_a_dead_letter_that_can_be_corrected(neighbor: Neighbor) -> None:
    def fail(body: dict[str, Any]) -> None:
        if body.get("bad"):
            raise RuntimeError("cannot read this")

    neighbor.fail = fail
    post = neighbor.posts["here"]
    with post.database.write() as conn:
        broken = post.outbox.put(conn, Message("thing", {"n": 1, "bad": True}, "a/1", "a"), neighbor.clock.now())
    neighbor.say(2, "a")
    for _ in range(ATTEMPTS):
        neighbor.relay.drain()
        neighbor.clock.advance(minutes=2)
    assert neighbor.states() == {"dead": 1, "pending": 1}
    with post.database.write() as conn:
        post.outbox.rerun(conn, broken, neighbor.clock.now(), {"n": 1})
    neighbor.relay.drain()
    assert neighbor.effects == [1, 2]
    with post.database.read() as conn:
        row = conn.execute(sa.select(post.outbox.table).where(post.outbox.table.c.id == broken)).mappings().one()
    assert row["original_body"] == {"n": 1, "bad": True}


def test_a_business_refusal_is_final_and_the_sender_is_told(neighbor: Neighbor) -> None:
    def fail(body: dict[str, Any]) -> None:
        raise Refused("no such item")

    neighbor.fail = fail
    neighbor.say(1)
    neighbor.relay.drain()
    assert neighbor.refused == ["one/1"]
    assert neighbor.states() == {"dead": 1}


def test_a_closed_dead_letter_lets_its_followers_go(neighbor: Neighbor) -> None:
    def fail(body: dict[str, Any]) -> None:
        if body["n"] == 1:
            raise Refused("no")

    neighbor.fail = fail
    first = neighbor.say(1)
    neighbor.say(2)
    neighbor.relay.drain()
    post = neighbor.posts["here"]
    with post.database.write() as conn:
        post.outbox.close(conn, first, "sent by letter", neighbor.clock.now())
    neighbor.relay.drain()
    assert neighbor.effects == [2]


def test_a_lost_settlement_means_a_second_delivery_without_a_second_effect(neighbor: Neighbor) -> None:
    neighbor.say(7)
    post = neighbor.posts["here"]
    with post.database.write() as conn:
        (envelope,) = post.outbox.claim(conn, neighbor.clock.now())
    there = neighbor.posts["there"]
    with there.database.write() as conn:
        there.inbox.receive(conn, envelope, envelope.body, neighbor.take, neighbor.clock.now())
    neighbor.clock.advance(seconds=31)  # the lease of the relay that died runs out
    neighbor.relay.drain()
    assert neighbor.effects == [7]
    with post.database.read() as conn:
        row = conn.execute(sa.select(post.outbox.table)).mappings().one()
    assert row["reply"] == {"taken": 7}


def test_any_repetition_in_any_order_has_each_effect_once(neighbor: Neighbor) -> None:
    for n in range(6):
        neighbor.say(n, f"k{n}")
    post, there = neighbor.posts["here"], neighbor.posts["there"]
    with post.database.write() as conn:
        envelopes = post.outbox.claim(conn, neighbor.clock.now()) * 4
    random.Random(7).shuffle(envelopes)
    for envelope in envelopes:
        with there.database.write() as conn:
            there.inbox.receive(conn, envelope, envelope.body, neighbor.take, neighbor.clock.now())
    assert sorted(neighbor.effects) == list(range(6))


def test_a_leased_message_is_not_leased_again_until_the_lease_ends(neighbor: Neighbor) -> None:
    neighbor.say(1)
    post = neighbor.posts["here"]
    with post.database.write() as conn:
        assert len(post.outbox.claim(conn, neighbor.clock.now())) == 1
        assert post.outbox.claim(conn, neighbor.clock.now()) == []
        assert len(post.outbox.claim(conn, neighbor.clock.now() + timedelta(seconds=31))) == 1
