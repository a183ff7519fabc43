"""Other people's systems beside ours, each a process of its own: a foreign shop launches our configurator and gets its
shopper back with a bill of material; a foreign configurator puts together what our shop sells, up to a placed order."""

from __future__ import annotations

import html
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from entrepot.commerce.catalog.entry_tables import configurable_entry
from entrepot.kernel.db import Database
from entrepot.tour.shopper import ADDRESS, API
from tests.journeys.test_serving_together import patiently

pytestmark = pytest.mark.slow
KIT, PARTS = "TW-NOTEBOOK-CTO", ["TW-NC-14-SAND", "TW-NM-H12"]


@dataclass(frozen=True)
class Ground:
    """The suite as it serves, and how to work with it at the command line."""

    data: Path
    port: int
    host: str = "127.0.0.1"

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"

    def partner(self, *words: str, typed: str = "") -> str:
        command = [sys.executable, "-m", "entrepot.cli", "partner", *words, "--data", str(self.data)]
        done = subprocess.run(command, input=typed, capture_output=True, text=True, timeout=60, check=True)
        return done.stdout

    def configured_at(self, address: str) -> None:
        """Let the demo's notebook be put together elsewhere."""
        database = Database(f"sqlite:///{self.data}/commerce.db", "commerce")
        with database.write() as conn:
            conn.execute(configurable_entry.update().where(configurable_entry.c.model == "notebook-cto").values(url=address))
        database.close()

    def connect(self, role: str, code: str, own: str) -> dict[str, Any]:
        """Take a partner up and give it a key."""
        self.partner("add", role, code, "--name", code.title(), "--store", "tannwerk", "--origin", own)
        return {"site": self.address, "own": own, **json.loads(self.partner("key", role, code, "--json"))}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(data: Path, host: str = "127.0.0.1") -> Iterator[Ground]:
    """The store of a data folder served for real, under a name of this machine."""
    made = Ground(data, free_port(), host)
    command = [sys.executable, "-m", "entrepot.cli", "run", "--no-demo", "--data", str(data), "--port", str(made.port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | {"ENTREPOT_ADDRESS": made.address})
    try:
        patiently(lambda: httpx.get(f"{made.address}{API}/categories").raise_for_status())
        yield made
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture
def ground(data: Path) -> Iterator[Ground]:
    """The demo store served; its configured notebook is put together elsewhere where a test says so."""
    with served(data) as made:
        yield made


@contextmanager
def site(kind: str, port: int, known: dict[str, Any]) -> Iterator[None]:
    """The partner's own process."""
    command = [sys.executable, "-m", "tests.journeys.partner_site", kind, str(port)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=Path(__file__).parents[2])
    try:
        assert process.stdin
        process.stdin.write(json.dumps(known).encode())
        process.stdin.close()
        patiently(lambda: httpx.get(f"http://127.0.0.1:{port}/nothing"))
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def onward(page: httpx.Response) -> str:
    """Where the page between two sites leads, by itself and by its link."""
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.text)
    assert page.status_code == 200 and found, page.text[:500]
    assert f'href="{found.group(1)}"' in page.text
    return html.unescape(found.group(1))


def press(shopper: httpx.Client, page: httpx.Response, **pressed: str) -> httpx.Response:
    """Send the form of a configuring page, as a browser without scripts does."""
    token = re.search(r'name="_csrf_token" value="([^"]+)"', page.text)
    assert token, page.text[:500]
    return shopper.post(str(page.url), data=pressed | {"_csrf_token": token.group(1)})


def picks(shopper: httpx.Client, page: httpx.Response) -> set[tuple[str, str, int]]:
    session = urlsplit(str(page.url)).path.rpartition("/")[2]
    state = shopper.get(f"{page.url.scheme}://{page.url.netloc.decode()}/api/configurator/sessions/{session}").json()
    return {(one["option_class"], one["option"], one["quantity"]) for one in state["picks"]}


def test_a_foreign_shop_uses_our_configurator(ground: Ground) -> None:
    port = free_port()
    own = f"http://127.0.0.1:{port}"
    known = ground.connect("shop", "suedwind", own) | {"model": "workstation", "item": "TW-WORKSTATION"}
    with site("shop", port, known), httpx.Client(follow_redirects=True, timeout=60) as shopper:
        page = shopper.get(f"{own}/buy")
        assert str(page.url).startswith(f"{ground.address}/configurator/s/"), page.text[:500]
        page = press(shopper, page, do="complete")
        chosen = picks(shopper, page)
        home = onward(press(shopper, page, do="done"))
        assert home.startswith(f"{own}/back?token=")

        forged = home[:-4] + ("AAAA" if not home.endswith("AAAA") else "BBBB")
        assert shopper.get(forged).status_code == 400
        told = shopper.get(home)
        assert told.status_code == 200, told.text
        returned, bill = told.json()["returned"], told.json()["bill"]
        assert (returned["ItemID"], returned["Quantity"], returned["orderItemId"]) == ("TW-WORKSTATION", "2", "basket-7")
        assert {(one["OptionClass"], one["OptionItem"], int(one["Quantity"])) for one in bill["Pick"]} == chosen
        assert all(one["ItemID"].startswith("TW-") for one in bill["BOMLine"] if one["ItemID"])
        assert shopper.get(home).status_code == 400, "the shop takes an answer once"

        again = shopper.get(f"{own}/buy", params={"again": bill["ConfigurationId"]})
        assert picks(shopper, again) == chosen, "it opens as it was"

        ground.partner("revoke", "shop", "suedwind", known["key"])
        refused = shopper.get(f"{own}/buy")
        assert refused.status_code == 422 and "not valid" in refused.text


def test_a_foreign_configurator_stands_before_our_shop(ground: Ground) -> None:
    port = free_port()
    own = f"http://127.0.0.1:{port}"
    known = ground.connect("configurator", "kitwerk", own) | {"parts": PARTS}
    ground.configured_at(f"{own}/start")
    with site("configurator", port, known), httpx.Client(base_url=ground.address, follow_redirects=True, timeout=60) as shopper:
        shopper.get("/search")
        configure = {"_csrf_token": shopper.cookies["csrftoken"]}
        there = shopper.get(onward(shopper.post(f"/products/{KIT}/configure", data=configure)))
        fields = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', there.text)}
        action = re.search(r'action="([^"]+)"', there.text)
        assert action and action.group(1) == f"{ground.address}/cart/configured"
        sent = {"token": fields["token"], "bom": fields["bom"].replace("\n", "\r\n")}  # As browsers send line ends.

        with httpx.Client(follow_redirects=False) as stranger:
            kept = stranger.post(action.group(1), data=sent, headers={"origin": own})
            assert kept.status_code == 303 and "launch=" in kept.headers["location"]
            stolen = stranger.get(f"{ground.address}{kept.headers['location']}", follow_redirects=True)
            assert "Your cart is empty" in stolen.text, "somebody else's return goes into no cart but its own"
        assert "taken over already" in shopper.post(action.group(1), data=sent, headers={"origin": own}).text
        cart = shopper.get(kept.headers["location"])
        assert "Your configuration is in the cart" in cart.text, cart.text[:2000]

        claim = {"x-cart-token": next(value for name, value in shopper.cookies.items() if "cart" in name)}
        line = httpx.get(f"{ground.address}{API}/cart", headers=claim).json()["lines"][0]
        assert (line["part_number"], float(line["quantity"])) == (KIT, 2)
        assert {one["part_number"] for one in line["components"]} == set(PARTS) and float(line["unit_price"]) > 1
        order = check_out(ground.address, claim)
        assert order["lines"][0]["configuration_id"] == f"kit-of-{launch_in(kept.headers['location'])}"


def launch_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["launch"][0]


def check_out(address: str, claim: dict[str, str]) -> dict[str, Any]:
    """Order the cart; the order as it was placed."""
    with httpx.Client(base_url=f"{address}{API}/cart", headers=claim, timeout=60) as shopper:
        shopper.put("/address", json={"ship_to": ADDRESS}).raise_for_status()
        shopper.put("/shipping", json={"mode": "standard"}).raise_for_status()
        card = {"method": "card", "token": "tok_visa", "brand": "visa", "last_four": "4242"}
        version = shopper.put("/payment", json=card).raise_for_status().json()["version"]
        prepared = shopper.post("/prepare", json={"version": version}).raise_for_status().json()
        key = {"idempotency-key": "one-order-of-this-journey"}
        placed = shopper.post("/submit", json={"version": prepared["version"]}, headers=key).raise_for_status()
        return dict(placed.json())
