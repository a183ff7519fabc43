"""A process killed right after an order was captured: on restart the order arrives, exactly once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from entrepot.app import build
from entrepot.bus import Post
from entrepot.settings import Settings

CHILD = """
import os, sys
from dataclasses import replace
from pathlib import Path
from entrepot.app import build
from entrepot.settings import Settings
from tests.commerce.capture.test_cart_to_order import Shopper
from entrepot.web import shop

suite = build(Settings(data=Path(sys.argv[1]), secret="a secret of the tests"))
shopper = Shopper(suite)
shopper.add("TW-DOCK", "2")
ready = shopper.ready()
order, _ = shop.submit(shopper.house, shopper.caller, "key-1", ready.version)
print(order.number, flush=True)
sys.stdin.readline()
"""


@pytest.mark.slow
@pytest.mark.parametrize("point", ["before the relay", "after the receiver"])
def test_the_order_arrives_exactly_once(point: str, data: Path) -> None:
    number = _killed_after_submit(data)
    if point == "after the receiver":
        _deliver_without_settling(data)
    suite = build(Settings(data=data, secret="a secret of the tests"))
    try:
        if point == "after the receiver":
            _end_leases(suite.house.commerce)
        suite.settle()
        orders = suite.house.order_management
        with orders.database.read() as conn:
            found = conn.execute(
                sa.text("SELECT order_no FROM orders WHERE order_no = :number"), {"number": f"WC_{number}"}
            ).all()
        with suite.house.commerce.database.read() as conn:
            state, external = conn.execute(
                sa.text("SELECT state, external_id FROM orders WHERE number = :number"), {"number": number}
            ).one()
            waiting = suite.house.commerce.outbox.counts(conn)
    finally:
        suite.stop()
    assert len(found) == 1
    assert state == "G" and external
    assert set(waiting) == {"delivered"}


def _killed_after_submit(data: Path) -> str:
    """A real process submits an order and is killed with -9 before its relay runs; tells the order's number."""
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    )
    try:
        assert child.stdout is not None
        number = child.stdout.readline().strip()
        child.send_signal(signal.SIGKILL)
        assert child.wait(timeout=30) == -signal.SIGKILL
    finally:
        if child.poll() is None:
            child.kill()
    assert number
    return number


def _deliver_without_settling(data: Path) -> None:
    """The relay handed the message over and died before it could note that it had."""
    suite = build(Settings(data=data, secret="a secret of the tests"))
    commerce, receiver = suite.house.commerce, suite.house.order_management
    now = suite.house.clock.now()
    with commerce.database.write() as conn:
        (envelope,) = commerce.outbox.claim(conn, now)
    route = suite.house.relay.routes[envelope.kind]
    with receiver.database.write() as conn:
        receiver.inbox.receive(conn, envelope, route.translate(envelope.body), route.handler, now)
    suite.stop()


def _end_leases(post: Post) -> None:
    with post.database.write() as conn:
        conn.execute(post.outbox.table.update().values(lease_until=None))
