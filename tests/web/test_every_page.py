"""Every page opens, every link on it leads somewhere, and nonsense in an address is answered, never crashed on."""

from __future__ import annotations

import html
import re
from urllib.parse import quote, urljoin, urlsplit

import pytest
from litestar.routes import HTTPRoute

from tests.web.staff_suite import CASE, NOTEBOOK, Person, application, open_draft, order_by_phone, two_minutes_later

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


@pytest.fixture(scope="module", autouse=True)
def something_to_see() -> None:
    """An order with a gift on its way, and a draft."""
    agent = Person("agent")
    order_by_phone(agent, {NOTEBOOK: 2, CASE: 1})
    open_draft(agent)
    two_minutes_later()


def shape(address: str) -> str:
    """An address without what names one thing among many: pages of one shape are made by one handler."""
    path = re.sub(r"/[^/]*(\d|[A-Z]{2})[^/]*", "/*", urlsplit(address).path)
    return path + "?" + "&".join(sorted(re.findall(r"([\w.]+)=", urlsplit(address).query)))


@pytest.mark.parametrize("name", STARTS, ids=[name or "a guest" for name in STARTS])
def test_every_link_leads_somewhere(name: str) -> None:
    person, waiting, seen, opened = (
        Person(name or None),
        [(one, "the start") for one in STARTS[name]],
        set[str](),
        dict[str, int](),
    )
    while waiting and len(seen) < MOST:
        address, found_on = waiting.pop(0)
        if address in seen or opened.get(shape(address), 0) >= ALIKE:
            continue
        seen.add(address)
        opened[shape(address)] = opened.get(shape(address), 0) + 1
        answer = person.get(address)
        assert answer.status_code < 400, f"{address} on {found_on}: {answer.status_code}"
        if "text/html" in answer.headers.get("content-type", ""):
            waiting += [(link, address) for link in links_of(answer.text, address)]
        elif answer.status_code in (302, 303):
            waiting.append((urljoin(address, answer.headers["location"]), address))


def links_of(page: str, address: str) -> list[str]:
    """Where a page leads within the site."""
    found = [urljoin(address, html.unescape(one)).partition("#")[0] for one in LINK.findall(page)]
    return [one for one in dict.fromkeys(found) if one.startswith("/") and not one.startswith("/schema")]


def test_nonsense_in_an_address_is_answered() -> None:
    person = Person("admin")
    routes = {one.path_format for one in application().routes if isinstance(one, HTTPRoute) and "GET" in one.methods}
    crashed = []
    for route in sorted(route for route in routes if "{" in route):
        for nonsense in NONSENSE:
            address = re.sub(r"\{[^}]+\}", quote(nonsense, safe=""), route)
            answer = person.get(address)
            if answer.status_code >= 500:
                crashed.append(f"{answer.status_code} {route} {nonsense[:10]}")
    assert not crashed
