"""The guide for programs that order is true: its program and its document make an order."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

GUIDE = Path(__file__).parents[2] / "docs/ordering.md"
ITEMS = [{"part_number": "TW-CB-USBC-1", "quantity": "2"}, {"part_number": "TW-DOCK", "quantity": "1"}]


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert found
    return found.group(1)


@pytest.fixture
def program() -> dict[str, Any]:
    made: dict[str, Any] = {}
    exec(block("python"), made)
    return made


@pytest.fixture
def checkout() -> dict[str, Any]:
    said: dict[str, Any] = json.loads(block("json"))
    return said


@pytest.fixture
def store(shop_app: Litestar) -> TestClient[Litestar]:
    client = TestClient(shop_app)
    client.base_url = client.base_url.join("/api/stores/tannwerk/")
    return client


def test_the_program_of_the_guide_orders(program: dict[str, Any], checkout: dict[str, Any], store: TestClient[Litestar]) -> None:
    order = program["order"](store, ITEMS, checkout)
    assert order["number"]
    assert [(line["part_number"], line["quantity"]) for line in order["lines"]] == [("TW-CB-USBC-1", "2"), ("TW-DOCK", "1")]
    assert (order["ship_to"]["city"], order["shipping_mode"], order["payment"]["brand"]) == ("Seattle", "standard", "VISA")


REFUSED = [
    ({"ship_to": {"last_name": "Winter", "town": "Seattle"}}, "ADDRESS_INVALID"),
    ({"bill_to": {}}, "ADDRESS_INVALID"),
    ({"shipping_mode": "balloon"}, "SHIP_MODE_NOT_USABLE"),
    ({"payment": None}, "NOT_READY"),
]


@pytest.mark.parametrize(("said", "code"), REFUSED, ids=[code for _, code in REFUSED])
def test_what_is_refused_is_told_and_nothing_of_it_kept(
    said: dict[str, Any], code: str, program: dict[str, Any], checkout: dict[str, Any], store: TestClient[Litestar]
) -> None:
    with pytest.raises(RuntimeError, match=f"^{code}: "):
        program["order"](store, ITEMS, checkout | said)
    cart = store.get("cart/").json()
    assert (cart["ship_to"], cart["shipping_mode"], cart["payment"], cart["prepared"]) == (None, None, None, None)
