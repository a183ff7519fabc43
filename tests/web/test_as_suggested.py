"""A predefined kit is bought as the catalog suggests it, without configuring, and can be changed afterward."""

from __future__ import annotations

import re

import httpx
import pytest
from litestar.testing import TestClient

from entrepot.web import defined_kits
from tests.web.shopper import Shopper
from tests.web.staff_suite import application

KIT = "TW-NOTEBOOK-CTO"
CART = "/api/stores/tannwerk/cart"


def test_the_suggestion_goes_into_the_cart_at_the_price_the_page_shows() -> None:
    shopper = Shopper(application())
    shopper.get(f"/products/{KIT}")
    price = re.search(r"\$([\d,]+\.\d\d)", shopper.text)
    assert price and "Take it as suggested" in shopper.text
    text = shopper.follow(shopper.send(f"/products/{KIT}/as-suggested"))
    assert "It is in your cart" in text and f"Total ${price.group(1)}" in text
    line = re.search(r"/cart/lines/(\w+)/configure", shopper.page)
    assert line
    opened = shopper.send(f"/cart/lines/{line.group(1)}/configure")
    session = shopper.client.post(
        "/api/configurator/sessions", json={"token": httpx.URL(opened.headers["location"]).params["token"]}
    )
    assert "chassis.graphite-14" in {f"{one['option_class']}.{one['option']}" for one in session.json()["picks"]}
    shopper.to_summary()
    assert "Thank you" in shopper.follow(shopper.order())


def test_only_a_kit_with_a_suggestion_is_taken_as_it_is() -> None:
    shopper = Shopper(application())
    for number in ("TW-WORKSTATION", "TW-DOCK"):
        assert shopper.send(f"/products/{number}/as-suggested").status_code == 422
        assert "has to be configured" in shopper.text and "Take it as suggested" not in shopper.text
    assert shopper.send("/products/NOBODY/as-suggested").status_code == 404


def test_a_kit_that_is_put_together_elsewhere_is_not_suggested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(defined_kits, "is_ours", lambda house, url: False)
    shopper = Shopper(application())
    shopper.get(f"/products/{KIT}")
    assert "Configure and buy" in shopper.text and "Take it as suggested" not in shopper.text
    assert shopper.send(f"/products/{KIT}/as-suggested").status_code == 422


def test_programs_name_its_part_number() -> None:
    client = TestClient(application())
    made = client.post(f"{CART}/configurations", json={"part_number": KIT, "quantity": "2"})
    assert made.status_code == 201 and made.json()["lines"][0]["quantity"] == "2"
    assert len(made.json()["lines"][0]["components"]) == 12
    for wrong in ({}, {"part_number": KIT, "configuration_id": "x"}):
        refused = client.post(f"{CART}/configurations", json=wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, "CONFIGURATION_INVALID")
    refused = client.post(f"{CART}/configurations", json={"part_number": "TW-WORKSTATION"})
    assert (refused.status_code, refused.json()["code"]) == (422, "CONFIGURATION_REQUIRED")
