"""A suite with the demo store in it, and people who work in it through its pages."""

from __future__ import annotations

import html
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

from entrepot import demo
from entrepot.app import Suite, build
from entrepot.kernel.clock import FixedClock, SystemClock
from entrepot.settings import read_settings
from entrepot.web.application import web_application

NOTEBOOK, CASE = "TW-NB14-SAND-16", "TW-CASE-14"
MARA = {
    "bill_first_name": "Mara",
    "bill_last_name": "Lindqvist",
    "bill_line1": "418 Cedar Street",
    "bill_postal_code": "98101",
    "bill_city": "Seattle",
    "bill_state": "WA",
    "bill_country": "US",
}


CLOCK = FixedClock(SystemClock().now())


@cache
def demo_suite() -> Suite:
    """The demo store, loaded once for all tests of a process; nothing runs by itself, `settle` does what is due."""
    folder = Path(tempfile.mkdtemp(prefix="entrepot-staff-"))
    suite = build(read_settings(data=folder), clock=CLOCK)
    report = demo.load(suite)
    assert not report.problems
    suite.settle()
    return suite


def two_minutes_later() -> None:
    """Do what is due now, and what comes due once an order taken on the phone goes to the warehouse."""
    demo_suite().settle()
    CLOCK.advance(minutes=2)
    demo_suite().settle()


@cache
def application() -> Litestar:
    return web_application(demo_suite().house)


class Person:
    """Somebody at a browser, logged on as one of the demo's accounts."""

    def __init__(self, logon_id: str = "", locale: str = "en-US") -> None:
        self.client = TestClient(application())
        self.client.cookies.set("entrepot_locale", locale)
        if logon_id:
            self.client.get("/staff/login")
            answer = self.post("/staff/login", {"logon_id": logon_id, "password": demo.PASSWORD})
            assert answer.status_code == 303, answer.text

    def get(self, path: str, **params: Any) -> Any:
        return self.client.get(path, params=params or None, follow_redirects=False)

    def post(self, path: str, data: dict[str, Any]) -> Any:
        token = self.client.cookies.get("csrftoken", "")
        return self.client.post(path, data=data | {"_csrf_token": token}, follow_redirects=False)

    def does(self, path: str, data: dict[str, Any]) -> str:
        """Send a form that is expected to work; the page it leads to."""
        answer = self.post(path, data)
        assert answer.status_code == 303, text_of(answer.text)
        page = self.get(answer.headers["location"])
        assert page.status_code == 200, text_of(page.text)
        return str(page.text)


def text_of(page: str) -> str:
    """What a reader reads of a page."""
    body = re.sub(r"(?s)<(script|style|template).*?</\1>", " ", page)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body))).strip()


def version_of(page: str) -> str:
    """The version a form of the page would send."""
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found, "the page has a form with the order's version"
    return found.group(1)


def open_draft(agent: Person, buyer: str = "mara") -> str:
    """A draft for a customer, ready for items; tells the order's key."""
    agent.get("/call-center/new")
    answer = agent.post("/call-center/new", MARA | {"buyer": buyer, "currency": "USD", "ship_same": "yes", "do": "create"})
    assert answer.status_code == 303, text_of(answer.text)
    return str(answer.headers["location"]).split("/")[-1].partition("?")[0]


def order_by_phone(agent: Person, items: dict[str, int], buyer: str = "mara") -> str:
    """A confirmed order taken by phone; tells its key."""
    key = open_draft(agent, buyer)
    here = f"/call-center/orders/{key}"
    for item, quantity in items.items():
        agent.does(f"{here}/items", {"version": version_of(agent.get(here).text), "item": item, "quantity": str(quantity)})
    page = agent.does(f"{here}/payment", {"version": version_of(agent.get(here).text), "method": "tok_visa"})
    total = re.search(r'name="total" value="([\d.]+)"', page)
    assert total
    agent.does(f"{here}/confirm", {"version": version_of(page), "total": total.group(1)})
    return key
