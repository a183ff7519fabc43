"""Every page opens, every link on it leads somewhere, and nonsense in an address is answered, never crashed on."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from entrepot import demo
from entrepot.app import build
from entrepot.commerce import capture
from entrepot.settings import Settings
from entrepot.web import shop
from entrepot.web.application import web_application
from tests.web.shopper import ADA
from tests.web.staff_suite import CASE, NOTEBOOK

STARTS = {
    "": ["/", "/search?q=notebook", "/login", "/cart", "/design", "/staff/login", "/configurator/saved"],
    "mara": ["/", "/account", "/cart", "/checkout"],
    "office-north": ["/account"],
    "agent": ["/call-center"],
    "store": ["/store"],
    "merch": ["/management"],
    "operator": ["/operations"],
    "admin": ["/management", "/operations", "/store", "/call-center"],
}
#: Of pages that differ only in what they show (`/products/…`), this many are opened by each person.
ALIKE, MOST = 3, 250
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]+)"')
NONSENSE = ["x", "0", "-1", "NaN", "9" * 40, "ä" * 300, "💥", "' OR 1=1 --", "a b%c", "..", "\x00"]


@pytest.fixture(scope="module")
def site(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Litestar]:
    """A demo store of these tests' own, with an order that is on its way and a cart that is not yet one."""
    folder = tmp_path_factory.mktemp("every page") / "data"
    shutil.copytree(demo_data, folder)
    suite = build(Settings(data=folder, secret="a secret of the tests"))
    house = suite.house
    cart, secret = shop.add_to_cart(house, shop.Caller(demo.STORE), [capture.Adding(NOTEBOOK, "2"), capture.Adding(CASE, "1")])
    guest = shop.Caller(demo.STORE, secret=capture.hashed(secret or ""))
    said = capture.Details(
        ship_to=capture.as_address({name: value for name, value in ADA.items() if name != "same"}),
        shipping_mode="standard",
        payment=capture.Payment(method="card", token="tok_visa", brand="VISA", last_four="4242"),
    )
    ready = house.requests.conduct(shop.prepare(house, guest, cart.version, details=said))
    shop.submit(house, guest, "the order", ready.version)
    shop.add_to_cart(house, shop.Caller(demo.STORE, "mara"), [capture.Adding(CASE, "1")])
    suite.settle()
    yield web_application(house)
    suite.stop()


def visitor(site: Litestar, logon_id: str) -> TestClient[Litestar]:
    """Somebody at a browser, logged on unless a guest."""
    client = TestClient(site)
    if logon_id:
        client.get("/staff/login")
        known = {"logon_id": logon_id, "password": demo.PASSWORD, "_csrf_token": client.cookies["csrftoken"]}
        assert client.post("/staff/login", data=known, follow_redirects=False).status_code == 303
    return client


def shape(address: str) -> str:
    """An address without what names one thing among many: pages of one shape are made by one handler."""
    path = re.sub(r"/[^/]*(\d|[A-Z]{2})[^/]*", "/*", urlsplit(address).path)
    return path + "?" + "&".join(sorted(re.findall(r"([\w.]+)=", urlsplit(address).query)))


@pytest.mark.parametrize("name", STARTS, ids=[name or "a guest" for name in STARTS])
def test_every_link_leads_somewhere(name: str, site: Litestar) -> None:
    person, waiting = visitor(site, name), [(one, "the start") for one in STARTS[name]]
    seen, opened = set[str](), dict[str, int]()
    while waiting and len(seen) < MOST:
        address, found_on = waiting.pop(0)
        if address in seen or opened.get(shape(address), 0) >= ALIKE:
            continue
        seen.add(address)
        opened[shape(address)] = opened.get(shape(address), 0) + 1
        answer = person.get(address, follow_redirects=False)
        assert answer.status_code < 400, f"{address} on {found_on}: {answer.status_code}"
        if "text/html" in answer.headers.get("content-type", ""):
            waiting += [(link, address) for link in links_of(answer.text, address)]
        elif answer.status_code in (302, 303):
            waiting.append((urljoin(address, answer.headers["location"]), address))


def links_of(page: str, address: str) -> list[str]:
    """Where a page leads within the site."""
    found = [urljoin(address, html.unescape(one)).partition("#")[0] for one in LINK.findall(page)]
    return [one for one in dict.fromkeys(found) if one.startswith("/") and not one.startswith("/schema")]


def test_nonsense_in_an_address_is_answered(site: Litestar) -> None:
    person = visitor(site, "admin")
    routes = {one.path_format for one in site.routes if isinstance(one, HTTPRoute) and "GET" in one.methods}
    crashed = []
    for route in sorted(route for route in routes if "{" in route):
        for nonsense in NONSENSE:
            address = re.sub(r"\{[^}]+\}", quote(nonsense, safe=""), route)
            answer = person.get(address, follow_redirects=False)
            if answer.status_code >= 500:
                crashed.append(f"{answer.status_code} {route} {nonsense[:10]}")
    assert not crashed
