"""Several processes on one address: shoppers do not notice which one answers, nor that one of them is killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import sqlalchemy as sa

from entrepot.tour.shopper import ADDRESS, API

pytestmark = pytest.mark.slow
T = TypeVar("T")
CABLES = ("TW-CB-USBC-1", "TW-CB-USBC-2", "TW-CB-DP-2")
WORKERS, SHOPPERS, EACH = 2, 6, 4


@pytest.fixture
def serving(data: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The suite as several processes, on the demo store."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "entrepot.cli", "run", "--no-demo", "--data", str(data), "--port", str(port)]
    server = subprocess.Popen([*command, "--workers", str(WORKERS)], stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        patiently(lambda: httpx.get(f"{address}{API}/categories").raise_for_status())
        yield server, address
    finally:
        server.terminate()
        server.wait(timeout=30)


def patiently(ask: Callable[[], T], seconds: float = 60) -> T:
    """Ask again while nobody answers: whoever was killed has a successor in a moment."""
    until = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def check_out(address: str) -> str:
    """A guest's checkout, each step on a connection of its own, so that any process may answer it; the order's number."""
    claim: dict[str, str] = {}

    def ask(method: str, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
        answer = patiently(
            lambda: httpx.request(method, f"{address}{API}/cart/{path}", json=body, headers=claim | (headers or {}), timeout=30)
        )
        assert answer.status_code < 300, answer.text
        if "x-cart-token" in answer.headers:
            claim["x-cart-token"] = answer.headers["x-cart-token"]
        found: dict[str, Any] = answer.json()
        return found

    for number in CABLES:
        ask("POST", "items", {"items": [{"part_number": number, "quantity": "1"}]})
    ask("PUT", "address", {"ship_to": ADDRESS})
    ask("PUT", "shipping", {"mode": "standard"})
    cart = ask("PUT", "payment", {"method": "card", "token": "tok_visa", "brand": "VISA", "last_four": "4242"})
    ready = ask("POST", "prepare", {"version": cart["version"]})
    order = ask("POST", "submit", {"version": ready["version"]}, {"idempotency-key": ready["id"]})
    return str(order["number"])


def children(server: subprocess.Popen[bytes]) -> list[int]:
    return [int(one) for one in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's process files")
def test_orders_are_neither_lost_nor_doubled_when_a_process_is_killed(
    serving: tuple[subprocess.Popen[bytes], str], data: Path
) -> None:
    server, address = serving
    numbers: list[str] = []
    begun = threading.Event()

    def shop() -> None:
        for _ in range(EACH):
            numbers.append(check_out(address))
            begun.set()

    shoppers = [threading.Thread(target=shop) for _ in range(SHOPPERS)]
    for one in shoppers:
        one.start()
    assert begun.wait(60)
    before = children(server)
    assert len(before) == WORKERS + 1
    for victim in before:  # Both that answer and the one that works, one after the other.
        os.kill(victim, signal.SIGKILL)
        time.sleep(0.5)
    for one in shoppers:
        one.join(120)
    assert len(set(numbers)) == len(numbers) == SHOPPERS * EACH
    assert patiently(lambda: transferred(data, len(numbers))) == dict.fromkeys(numbers, True)
    after = children(server)
    assert len(after) == WORKERS + 1 and not set(before) & set(after)


def transferred(data: Path, count: int, seconds: float = 90) -> dict[str, bool]:
    """The placed orders, and whether order management has each exactly once; waited for."""
    commerce, orders = (sa.create_engine(f"sqlite:///{data / name}.db") for name in ("commerce", "order_management"))
    until = time.monotonic() + seconds
    while True:
        with commerce.connect() as conn:
            placed = conn.execute(sa.text("SELECT number, external_id FROM orders WHERE placed_at IS NOT NULL")).all()
        with orders.connect() as conn:
            arrived = [number for (number,) in conn.execute(sa.text("SELECT order_no FROM orders"))]
        found = {number: external is not None and arrived.count(f"WC_{number}") == 1 for number, external in placed}
        if (len(found) >= count and all(found.values())) or time.monotonic() > until:
            return found
        time.sleep(0.2)


def test_asked_to_end_all_end_and_the_address_is_free(serving: tuple[subprocess.Popen[bytes], str]) -> None:
    server, address = serving
    family = children(server)
    server.terminate()
    server.terminate()
    assert server.wait(timeout=30) == 0
    assert not [one for one in family if Path(f"/proc/{one}").exists()]
    with socket.socket() as again:
        again.bind(("127.0.0.1", int(address.rpartition(":")[2])))


def test_without_their_parent_all_end(serving: tuple[subprocess.Popen[bytes], str]) -> None:
    server, _ = serving
    family = children(server)
    server.kill()
    until = time.monotonic() + 30
    while any(Path(f"/proc/{one}").exists() for one in family) and time.monotonic() < until:
        time.sleep(0.1)
    assert not [one for one in family if Path(f"/proc/{one}").exists()]
