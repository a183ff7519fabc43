"""The page of an article: choosing, availability, why it costs what it costs, and adding with wrong input."""

from __future__ import annotations

import pytest

from tests.web.shopper import Shopper


def test_a_product_shows_the_picture_of_the_chosen_color(guest: Shopper) -> None:
    guest.get("/products/TW-NB14")
    assert "tw-nb14-graphite.svg" in guest.page.partition("gallery-stage")[2][:200]
    guest.get("/products/TW-NB14?a.color=sand")
    assert "tw-nb14-sand.svg" in guest.page.partition("gallery-stage")[2][:200]


def test_what_does_not_go_together_is_greyed_and_leads_to_what_does(guest: Shopper) -> None:
    guest.get("/products/TW-NB14?a.color=pine")
    assert "not with Pine" in guest.text
    option = guest.page.partition('id="o-a.memory-32gb"')[2][:400]
    assert "data-out" in option and "a.color=graphite" in option and "a.memory=32gb" in option


def test_a_chosen_item_tells_price_list_price_and_availability(guest: Shopper) -> None:
    guest.get("/products/TW-NB14?a.color=graphite&a.memory=16gb")
    assert "$1,149.00 before $1,239.00" in guest.text
    assert "In stock" in guest.text or "Only" in guest.text


def test_an_item_asked_for_by_its_number_is_preselected_on_its_products_page(guest: Shopper) -> None:
    guest.get("/products/TW-NB14-SAND-32")
    assert 'id="o-a.color-sand"' in guest.page
    assert '<input type="hidden" name="a.memory" value="32gb">' in guest.page


def test_what_comes_later_says_when(guest: Shopper) -> None:
    guest.get("/products/TW-DP34")
    assert "On backorder" in guest.text and "January 18, 2027" in guest.text


def test_why_this_price_names_contract_and_rule(guest: Shopper) -> None:
    guest.get("/products/TW-DOCK")
    assert "Contract default" in guest.text and "Price rule Shop" in guest.text
    guest.follow(guest.log_in("office-north"))
    guest.get("/products/TW-NB14-GRAPHITE-16")
    assert "nordhof-2026" in guest.text


def test_a_missing_attribute_is_told_at_its_field_and_nothing_is_added(guest: Shopper) -> None:
    answer = guest.add("TW-NB14", "3", color="graphite")
    assert answer.status_code == 422
    assert "Please choose: Memory" in guest.text
    assert 'id="f-a.memory-error"' in guest.page
    assert guest.field("a.color") == "graphite"
    assert 'name="quantity" value="3"' in guest.page
    guest.get("/cart")
    assert "Your cart is empty" in guest.text


def test_a_combination_that_is_not_made_offers_the_nearest(guest: Shopper) -> None:
    assert guest.add("TW-NB14", color="pine", memory="32gb").status_code == 422
    assert "This combination is not made." in guest.text
    assert "Graphite · 32 GB" in guest.text and "Pine · 16 GB" in guest.text


def test_a_value_nobody_knows_is_told_at_its_field(guest: Shopper) -> None:
    assert guest.add("TW-NB14", color="mauve", memory="16gb").status_code == 422
    assert "There is no such value." in guest.text
    assert guest.get("/products/TW-NB14?a.color=mauve").status_code == 200
    assert "There is no such value." in guest.text


@pytest.mark.parametrize("quantity", ["-1", "0", "1.5", "two", "1e3", "99999999", "٣"])
def test_a_bad_quantity_is_told_and_kept(guest: Shopper, quantity: str) -> None:
    answer = guest.add("TW-DOCK", quantity)
    assert answer.status_code == 422
    assert "quantity greater than 0" in guest.text or "steps of" in guest.text
    assert guest.get("/cart").status_code == 200 and "Your cart is empty" in guest.text


def test_cable_is_sold_by_half_meters(guest: Shopper) -> None:
    guest.get("/products/TW-CB-NET")
    assert 'step="0.5"' in guest.page and "$1.80 for 1 m" in guest.text
    assert guest.add("TW-CB-NET", "0.7").status_code == 422
    assert "This is sold in steps of 0.5 meters." in guest.text
    guest.follow(guest.add("TW-CB-NET", "2.5"))
    assert "$4.50" in guest.text


def test_a_price_sent_by_the_browser_changes_nothing(guest: Shopper) -> None:
    guest.follow(guest.send("/cart/lines", part_number="TW-DOCK", quantity="1", unit_price="0.01", price="1"))
    assert "$179.00" in guest.text


def test_a_bundle_falls_apart_into_its_members(guest: Shopper) -> None:
    assert guest.add("TW-HOME-OFFICE").status_code == 422
    assert "Please choose: Layout" in guest.text and "Please choose: Switch" in guest.text
    fields = {"a.TW-KB.layout": "us", "a.TW-KB.switch": "tactile"}
    answer = guest.send("/cart/lines", fields, part_number="TW-HOME-OFFICE", quantity="1")
    text = guest.follow(answer)
    assert "from a bundle" in text and "Murmel trackball" in text and "Anschlag keyboard" in text


def test_a_kit_brings_its_components(guest: Shopper) -> None:
    guest.get("/products/TW-CABLE-KIT")
    assert "What is in it" in guest.text and "5 m × Network cable by the meter" in guest.text
    assert "4 parts in it" in guest.follow(guest.add("TW-CABLE-KIT"))


def test_a_kit_made_to_order_is_configured_and_shows_its_suggestion(guest: Shopper) -> None:
    guest.get("/products/TW-NOTEBOOK-CTO")
    assert "What the suggestion contains" in guest.text and "from $1,256.00" in guest.text
    answer = guest.send("/products/TW-NOTEBOOK-CTO/configure")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/configurator?token=")
    assert guest.add("TW-NOTEBOOK-CTO").status_code == 422
    assert "has to be configured" in guest.text


def test_what_has_no_model_cannot_be_configured(guest: Shopper) -> None:
    assert guest.send("/products/TW-DOCK/configure").status_code == 422
    assert "cannot be configured" in guest.text


def test_htmx_gets_the_buy_box_alone(guest: Shopper) -> None:
    answer = guest.get("/products/TW-NB14?a.color=sand", fragment=True)
    assert answer.text.lstrip().startswith('<div id="product"')
    guest.send("/cart/lines", fragment=True, part_number="TW-DOCK", quantity="2")
    assert 'id="shop-cart"' in guest.page and 'hx-swap-oob="true"' in guest.page
    assert "It is in your cart." in guest.text


def test_a_form_without_its_token_is_refused(guest: Shopper) -> None:
    guest.get("/")
    answer = guest.client.post("/cart/lines", data={"part_number": "TW-DOCK"})
    assert answer.status_code == 403
