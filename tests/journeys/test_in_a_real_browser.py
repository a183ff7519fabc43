"""A shopper, an associate and an operator with a real browser: configure, order, ship, and agree on what happened.

Screenshots of every step are kept in ``artifacts/``; they are for looking at, not for comparing.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from entrepot.demo import PASSWORD
from tests.conftest import CHROMIUM

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / "artifacts"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Winter",
    "line1": "12 Harbor Street",
    "city": "Seattle",
    "state": "WA",
    "postal_code": "98101",
    "email": "ada@example.com",
}
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def address(data: Path) -> Iterator[str]:
    """The suite as a process of its own, as ``make run`` starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "entrepot.cli", "run", "--no-demo", "--data", str(data), "--port", str(port)]
    environment = os.environ | {"ENTREPOT_SECRET": "a secret of the tests"}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            break
        except OSError:
            assert server.poll() is None, "the server ended"
            time.sleep(0.2)
    yield url
    server.terminate()
    server.wait(timeout=30)


@pytest.fixture
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


class Visitor:
    """One person with a browser window of their own; what the browser complains about is kept."""

    def __init__(self, browser: Any, address: str, name: str) -> None:
        self.address, self.name, self.complaints, self.shots = address, name, list[str](), 0
        self.page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US").new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("console", lambda said: self._complain(said) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _complain(self, said: Any) -> None:
        where = said.location
        self.complaints.append(f"{said.text} (on {self.page.url}, {where['url']}:{where['lineNumber']})")

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.shot()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()

    def submit(self) -> None:
        self.page.locator("main button[type=submit]").last.click()

    def shot(self) -> None:
        ARTIFACTS.mkdir(exist_ok=True)
        self.shots += 1
        # Hiding the caret leaves empty style attributes behind, which a swapped-in fragment takes over and the policy refuses.
        self.page.screenshot(path=ARTIFACTS / f"{self.name}-{self.shots:02}.png", full_page=True, caret="initial")

    def log_on(self, logon_id: str) -> None:
        self.page.locator("main [name=logon_id]").fill(logon_id)
        self.page.locator("main [name=password]").fill(PASSWORD)
        self.submit()


def test_configure_order_ship_and_follow(address: str, browser: Any) -> None:
    shopper = Visitor(browser, address, "shopper")
    number = order_something(shopper)
    ship_it(Visitor(browser, address, "associate"), number)
    shopper.go(f"/orders/{number}")
    shopper.page.get_by_text("Shipped").first.wait_for()
    shopper.shot()
    agent = Visitor(browser, address, "agent")
    agent.go(f"/call-center?q=WC_{number}")
    agent.log_on("agent")
    agent.page.get_by_text(f"WC_{number}").first.wait_for()
    agent.shot()
    operator = Visitor(browser, address, "operator")
    operator.go(f"/operations/orders?number={number}")
    operator.log_on("operator")
    operator.page.get_by_text("CREATE_ORDER.ON_SUCCESS").first.wait_for()
    operator.shot()
    for person in (shopper, agent, operator):
        assert person.complaints == [], person.name


def test_a_kit_inside_a_kit_is_changed_compared_and_ordered(address: str, browser: Any) -> None:
    shopper = Visitor(browser, address, "workplace")
    page = shopper.page
    shopper.go("/products/TW-WORKPLACE")
    shopper.press("Configure")
    page.wait_for_url("**/configurator/s/**")
    outer = page.url
    shopper.press("Save this configuration")
    page.wait_for_url("**/configurator/saved**")
    page.goto(outer)
    shopper.press("Change what is in it")
    page.get_by_label("Breadcrumb").wait_for()
    chosen = page.get_by_role("button", name="Chassis 14, sand")
    chosen.focus()
    page.keyboard.press("Enter")
    page.locator('[aria-pressed="true"]', has_text="Chassis 14, sand").wait_for()
    assert page.evaluate("document.activeElement.id") == "o-chassis-sand-14", "the focus stays where it was"
    shopper.shot()
    shopper.press("Back to Tannwerk workplace, put together")
    page.wait_for_url(f"{outer}**")
    page.get_by_role("link", name="Compare with another one").click()
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_text("They differ in 1 place.").wait_for()
    shopper.shot()
    page.get_by_role("link", name="Go on with this one A").click()
    page.wait_for_url(f"{outer}**")
    shopper.press("Take it")
    page.wait_for_url("**/cart")
    page.get_by_text("Your configuration,").click()
    page.get_by_text("Chassis 14, sand").wait_for()
    shopper.shot()
    order_the_cart(shopper)
    assert page.get_by_text("Chassis 14, sand").count() >= 1
    assert shopper.complaints == []


def order_something(shopper: Visitor) -> str:
    """Two notebooks with their free case, and a notebook made to order; tells the order's number."""
    page = shopper.page
    shopper.go("/")
    shopper.go("/categories/NOTEBOOKS")
    shopper.go("/products/TW-NB14")
    page.get_by_text("Graphite", exact=True).click()
    page.wait_for_url("**a.color=graphite**")
    page.get_by_text("16 GB", exact=True).click()
    page.wait_for_url("**a.memory=16gb**")
    page.get_by_text("In stock").first.wait_for()
    page.get_by_label("Quantity").fill("2")
    shopper.press("Add to cart")
    page.get_by_text("It is in your cart").first.wait_for()
    shopper.go("/products/TW-NOTEBOOK-CTO")
    shopper.press("Configure")
    page.wait_for_url("**/configurator/s/**")
    shopper.shot()
    shopper.press("Notebook memory, 32 GB")
    shopper.shot()
    shopper.press("Take it")
    page.wait_for_url("**/cart")
    shopper.shot()
    assert page.get_by_text("Notebook case 14").count() >= 1
    return order_the_cart(shopper)


def order_the_cart(shopper: Visitor) -> str:
    """Through the checkout to the order of what is in the cart; its number."""
    page = shopper.page
    shopper.go("/checkout")
    for name, value in ADDRESS.items():
        page.locator(f"main [name={name}]").fill(value)
    page.locator("main [name=country]").select_option("US")
    shopper.submit()
    for step in ("shipping", "payment"):
        page.wait_for_url(f"**/checkout/{step}")
        page.locator("main input[type=radio]").first.check(force=True)
        shopper.shot()
        shopper.submit()
    page.wait_for_url("**/checkout/summary")
    shopper.shot()
    shopper.press("Place order")
    page.wait_for_url("**/orders/**")
    page.get_by_text("transferred to fulfillment").first.wait_for(timeout=30_000)
    shopper.shot()
    return str(page.url).rsplit("/", 1)[-1].partition("?")[0]


def ship_it(associate: Visitor, number: str) -> None:
    """The associate finds the shipment of the order and confirms it with a tracking number."""
    page = associate.page
    associate.go("/store")
    associate.log_on("store")
    page.get_by_text(f"WC_{number}").first.wait_for()
    associate.shot()
    page.get_by_role("link", name=f"WC_{number}-1").first.click()
    tracking = page.locator("main [name=tracking_no], main [name=tracking]").first
    tracking.fill("TRACK-1")
    associate.shot()
    associate.press("It has left")
    page.wait_for_timeout(800)
    associate.shot()
    assert associate.complaints == []
