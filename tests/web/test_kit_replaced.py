"""A kit whose article names another model now: what lies in the cart says so, and is brought up to date there."""

from __future__ import annotations

from pathlib import Path

import pytest

from entrepot import configurator, demo
from entrepot.app import Suite
from entrepot.dataload.fill import fill
from tests.web.shopper import ADA, Shopper
from tests.web.test_kits_inside import action_of

KIT = "TW-NOTEBOOK-CTO"


def replace_model(shop: Suite, folder: Path) -> None:
    """Publish the notebook under another model without one of its memories, and let the article name that."""
    house = shop.house
    at = house.clock.now()
    with house.configurator.database.write() as conn:
        stored = configurator.open_version(conn, "notebook-cto", at)
        text = stored.source.replace("model: notebook-cto", "model: notebook-2")
        gone = '\nrules:\n  - id: withdrawn\n    holds: not memory.so-32\n    message: {en-US: "Withdrawn."}\n'
        configurator.publish(conn, text.replace("\nrules:\n", gone, 1), "notebook-2.yaml", at)
    folder.mkdir()
    (folder / "CatalogEntryConfiguration.csv").write_text(
        f"CatalogEntryConfiguration\nPartNumber,Model,Configurable\n{KIT},notebook-2,1\n"
    )
    report = fill(folder, shop.databases, demo.STORE)
    assert not report.problems


@pytest.mark.slow
def test_a_replaced_kit_says_so_at_checkout_and_is_brought_up_to_date_in_the_cart(
    own_shop: Suite, own_guest: Shopper, tmp_path: Path
) -> None:
    own_guest.follow(own_guest.get(own_guest.configure(KIT, memory="so-32")))
    replace_model(own_shop, tmp_path / "load")
    own_guest.follow(own_guest.send("/checkout/address", ADA))
    own_guest.follow(own_guest.send("/checkout/shipping", mode="standard"))
    assert own_guest.send("/checkout/payment", instrument="visa").status_code == 422
    assert "is put together differently now" in own_guest.text and 'name="key"' not in own_guest.page
    own_guest.get("/cart")
    opened = own_guest.send(action_of(own_guest.page)).headers["location"]
    place = own_guest.get(opened).headers["location"]
    own_guest.get(place)
    assert "These no longer fit and were left out: Notebook memory, 32 GB" in own_guest.text
    done = own_guest.send(place, do="done")
    own_guest.follow(own_guest.get(done.headers["location"]))
    assert "Your configuration was changed." in own_guest.text
    own_guest.to_summary()
    assert own_guest.order().status_code == 303 and "differently now" not in own_guest.text


@pytest.mark.slow
def test_what_was_being_configured_meanwhile_does_not_go_into_the_cart(
    own_shop: Suite, own_guest: Shopper, tmp_path: Path
) -> None:
    back = own_guest.configure(KIT)
    replace_model(own_shop, tmp_path / "load")
    own_guest.follow(own_guest.get(back))
    assert "is put together differently now" in own_guest.text and "Your cart is empty" in own_guest.text
