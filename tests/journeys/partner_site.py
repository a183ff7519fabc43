"""A foreign shop or a foreign configurator, as a process of its own: run with what `entrepot partner key` printed.

Everything about the tokens it does with the program in `docs/partners.md`, as that stands there.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

GUIDE = Path(__file__).parents[2] / "docs/partners.md"


def read_program() -> dict[str, Any]:
    """The functions of the guide's example."""
    found = re.search(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert found, "the guide has a program"
    program: dict[str, Any] = {}
    exec(found.group(1), program)
    return program


class Site(BaseHTTPRequestHandler):
    """What both have in common: an answer to GET, and 400 with the reason where something is not as it should be."""

    known: dict[str, Any]
    program = read_program()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        try:
            status, headers, text = self.answer(parts.path, {name: one[0] for name, one in parse_qs(parts.query).items()})
        except (ValueError, KeyError, OSError) as error:
            status, headers, text = 400, {}, f"{type(error).__name__}: {error}"
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def answer(self, path: str, asked: dict[str, str]) -> tuple[int, dict[str, str], str]:
        raise NotImplementedError

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Shop(Site):
    """`/buy` sends the shopper to configure, `/buy?again=ID` once more; `/back` tells what came home."""

    awaited: set[str] = set()

    def answer(self, path: str, asked: dict[str, str]) -> tuple[int, dict[str, str], str]:
        known = self.known
        if path == "/back":
            returned, bill = self.program["back"](known["site"], known["secret"], asked["token"], self.awaited)
            return 200, {"content-type": "application/json"}, json.dumps({"returned": returned, "bill": bill})
        back = {"ReturnURL": f"{known['own']}/back", "currency": "USD", "LocaleCode": "en-US", "orderItemId": "basket-7"}
        fields = {"Model": known["model"], "organizationCode": "tannwerk", "ItemID": known["item"], "quantity": "2", **back}
        if "again" in asked:
            fields["ConfigurationId"] = asked["again"]
        address = self.program["launch"](known["site"], known["key"], known["secret"], fields, self.awaited)
        return 303, {"location": address}, ""


class Configurator(Site):
    """`/start` has one kit to offer, and sends it back signed in a form."""

    def answer(self, path: str, asked: dict[str, str]) -> tuple[int, dict[str, str], str]:
        known = self.known
        read = self.program["unseal"](known["secret"], "launch", asked["token"])
        wanted, own = read["launch"], f"kit-of-{read['id']}"
        parts = "\n".join(f'<Component WCSPartNumber="{part}" Quantity="1" UnitPrice="0.01"/>' for part in known["parts"])
        root = (
            f'<Configuration ConfigurationId="{own}" DynamicKitPartNumber="{wanted["ItemID"]}" ConfiguratorURL="{known["own"]}">'
        )
        bom = f'{root}\n<ComponentList Currency="{wanted["currency"]}">\n{parts}\n</ComponentList>\n</Configuration>\n'
        returned = {
            "LaunchId": read["id"],
            "ConfigurationId": own,
            "Model": wanted["Model"],
            "ModelVersion": "2026-1",
            "ItemID": wanted["ItemID"],
            "Quantity": "2",
            "Digest": hashlib.sha256(bom.encode()).hexdigest(),
        }
        content = {"id": own[:60], "key": known["key"], "expires": read["expires"], "returned": returned}
        token = self.program["seal"](known["secret"], "return", content)
        fields = "".join(
            f'<input name="{name}" value="{html.escape(value)}">' for name, value in {"token": token, "bom": bom}.items()
        )
        return 200, {"content-type": "text/html"}, f'<form method="post" action="{wanted["ReturnURL"]}">{fields}</form>'


if __name__ == "__main__":
    kind = {"shop": Shop, "configurator": Configurator}[sys.argv[1]]
    kind.known = json.loads(sys.stdin.read())
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), kind).serve_forever()
