"""Somebody shopping in a browser without scripts: follows links, fills in forms, reads pages."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

import httpx
from litestar import Litestar
from litestar.testing import TestClient

from entrepot import demo

ADA = {
    "first_name": "Ada",
    "last_name": "Winter",
    "line1": "12 Harbor Street",
    "city": "Seattle",
    "state": "WA",
    "postal_code": "98101",
    "country": "US",
    "email": "ada@example.com",
    "same": "yes",
}


class Shopper:
    """A browser of its own: cookies, a language, and the form tokens of the pages it was shown."""

    def __init__(self, app: Litestar, locale: str = "en-US", base: str = "") -> None:
        self.client = TestClient(app, raise_server_exceptions=True)
        self.client.headers["accept-language"] = locale
        self.base = base
        self.page = ""

    def get(self, path: str, *, fragment: bool = False) -> httpx.Response:
        headers = {"hx-request": "true"} if fragment else {}
        return self._seen(self.client.get(self.base + path, headers=headers, follow_redirects=False))

    def send(self, path: str, fields: Mapping[str, str] | None = None, *, fragment: bool = False, **more: str) -> httpx.Response:
        """Send a form; the token is the one every page carries."""
        if "csrftoken" not in self.client.cookies:
            self.get("/search")
        headers = {"hx-request": "true"} if fragment else {}
        data = {"_csrf_token": self.client.cookies["csrftoken"], **(fields or {}), **more}
        return self._seen(self.client.post(self.base + path, data=data, headers=headers, follow_redirects=False))

    def follow(self, answer: httpx.Response) -> str:
        """Go where a redirect leads, as far as it leads; the text of the page there."""
        for _ in range(5):
            if answer.status_code != 303:
                break
            answer = self._seen(self.client.get(answer.headers["location"], follow_redirects=False))
        assert answer.status_code == 200, answer.text[:500]
        return self.text

    def add(self, part_number: str, quantity: str = "1", **chosen: str) -> httpx.Response:
        fields = {f"a.{name}": value for name, value in chosen.items()}
        return self.send("/cart/lines", fields, part_number=part_number, quantity=quantity)

    def log_in(self, logon_id: str, password: str = demo.PASSWORD, **fields: str) -> httpx.Response:
        return self.send("/login", fields, logon_id=logon_id, password=password)

    def configure(self, part_number: str, **picks: str) -> str:
        """Put a kit together in the configurator; the address it sends the shopper back to."""
        launched = self.send(f"/products/{part_number}/configure")
        token = httpx.URL(launched.headers["location"]).params["token"]
        session = self.client.post("/api/configurator/sessions", json={"token": token}).json()
        place = f"/api/configurator/sessions/{session['session']}"
        for option_class, option in picks.items():
            self.client.post(f"{place}/choices", json={"option_class": option_class, "option": option}).raise_for_status()
        return str(self.client.post(f"{place}/finish").json()["return_url"])

    def to_summary(self, **address: str) -> str:
        """Through address, shipping and payment to the summary of a filled cart."""
        self.follow(self.send("/checkout/address", ADA | address))
        self.follow(self.send("/checkout/shipping", mode="standard"))
        return self.follow(self.send("/checkout/payment", instrument="visa"))

    def order(self, **fields: str) -> httpx.Response:
        """Place the order the summary shows."""
        return self.send("/checkout/order", {"version": self.field("version"), "key": self.field("key")} | fields)

    def field(self, name: str) -> str:
        """The value of the first field of this name on the page."""
        found = re.search(rf'name="{re.escape(name)}"[^>]*value="([^"]*)"', self.page)
        assert found is not None, f"the page has no field {name}"
        return html.unescape(found[1])

    def line(self, name: str) -> str:
        """The id of the cart line of this article on the page."""
        before = self.page.partition(f'aria-label="Remove {name}"')[0]
        assert before != self.page, f"the cart shows no {name}"
        return str(re.findall(r"/lines/([^/\"]+)/remove", before)[-1])

    @property
    def text(self) -> str:
        """What a reader reads of the page."""
        body = re.sub(r"(?s)<(script|style|template).*?</\1>", " ", self.page)
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body))).strip()

    def _seen(self, answer: httpx.Response) -> httpx.Response:
        self.page = answer.text
        return answer
