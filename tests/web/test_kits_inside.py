"""A kit inside a kit: a shopper steps into it and back out, and orders the whole as one thing."""

from __future__ import annotations

from typing import Any

import httpx

from tests.web.shopper import Shopper

KIT = "TW-WORKPLACE"


def launched(guest: Shopper) -> str:
    """The address of a fresh configuration of the workplace, its page shown."""
    answer = guest.send(f"/products/{KIT}/configure")
    entered = guest.get(answer.headers["location"])
    assert guest.get(entered.headers["location"]).status_code == 200
    return str(entered.headers["location"])


def state(guest: Shopper, address: str) -> dict[str, Any]:
    return dict(guest.client.get(f"/api/configurator/sessions/{address.rpartition('/')[2]}").json())


def test_from_the_product_page_through_the_inner_kit_to_the_order(guest: Shopper) -> None:
    outer = launched(guest)
    assert "Change what is in it" in guest.page and "Chassis 14, graphite" in guest.page
    before = state(guest, outer)
    inside = guest.send(outer, open="computer.notebook")
    inner = inside.headers["location"]
    guest.get(inner)
    assert 'aria-label="Breadcrumb"' in guest.page and "Back to Tannwerk workplace, put together" in guest.page
    assert "/configurator/shared/" not in guest.page, "the whole is shared, not a kit inside"
    guest.follow(guest.send(inner, choose="board.h8"))
    back = guest.send(inner, do="done")
    assert back.headers["location"] == f"{outer}#q-computer"
    guest.get(outer)
    after = state(guest, outer)
    assert "Processor module Korund H8" in guest.page
    dearer = float(after["kits"][0]["price"]) - float(before["kits"][0]["price"])
    assert 0 < float(after["price"]) - float(before["price"]) <= dearer, "priced by the rules of the outer kit"
    done = guest.send(outer, do="done")
    assert "Your configuration is in the cart." in guest.follow(guest.get(done.headers["location"]))
    assert f"${float(after['price']):,.2f}" in guest.page
    inside = (
        '1 ×</span> Notebook made to order<ul role="list"><li><span class="number muted">1 ×</span> Chassis 14, graphite</li>'
    )
    assert inside in guest.page, "the parts of the notebook stand below it"
    guest.to_summary()
    assert f"{float(after['price']):,.2f}" in guest.page and inside in guest.page


def test_a_kit_inside_reopens_from_the_cart_and_is_told_to_programs(guest: Shopper) -> None:
    outer = launched(guest)
    place = f"/api/configurator/sessions/{outer.rpartition('/')[2]}"
    opened = guest.client.post(f"{place}/kits", json={"option_class": "computer", "option": "notebook"})
    assert opened.status_code == 201 and opened.json()["within"] and opened.json()["model"] == "notebook-cto"
    inner = f"/api/configurator/sessions/{opened.json()['session']}"
    guest.client.post(f"{inner}/choices", json={"option_class": "chassis", "option": "sand-14"}).raise_for_status()
    refused = guest.client.post(f"{inner}/finish")
    assert (refused.status_code, refused.json()["code"]) == (422, "PART_OF_ANOTHER_KIT")
    told = state(guest, outer)["kits"][0]
    assert told["complete"] and {"option_class": "chassis", "option": "sand-14", "quantity": 1} in told["picks"]
    finished = guest.client.post(f"{place}/finish").json()
    assert finished["bom"]["NestedKit"][0]["ItemID"] == "TW-NOTEBOOK-CTO"
    guest.follow(guest.get(finished["return_url"]))
    line = guest.page.partition("/configure/")[2] or guest.page
    assert "Change configuration" in line
    cart = guest.client.get("/cart").text
    again = guest.send(action_of(cart))
    entered = guest.get(again.headers["location"])
    reopened = state(guest, entered.headers["location"])
    assert {"option_class": "chassis", "option": "sand-14", "quantity": 1} in reopened["kits"][0]["picks"]
    assert reopened["kits"][0]["session"] != told["session"]


def action_of(page: str) -> str:
    """Where the form that changes a configured line leads."""
    before = page.partition("Change configuration")[0]
    return before.rpartition('action="')[2].partition('"')[0]


def test_what_is_not_chosen_cannot_be_opened(guest: Shopper) -> None:
    outer = launched(guest)
    guest.send(outer, choose="computer.own")
    refused = guest.client.post(
        f"/api/configurator/sessions/{outer.rpartition('/')[2]}/kits", json={"option_class": "computer", "option": "notebook"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "NOT_INSIDE")
    assert state(guest, outer)["kits"] == [] and "Change what is in it" not in guest.client.get(outer).text


def test_an_inner_kit_without_javascript_and_with_it_leads_to_the_same_place(guest: Shopper) -> None:
    outer = launched(guest)
    plain = guest.send(outer, open="computer.notebook").headers["location"]
    swapped = guest.send(outer, fragment=True, open="computer.notebook")
    assert httpx.URL(swapped.headers["hx-redirect"]).path == httpx.URL(plain).path


def test_the_cheapest_reaches_into_the_kit_inside(guest: Shopper) -> None:
    outer = launched(guest)
    guest.send(outer, choose="computer.notebook")
    before = state(guest, outer)
    guest.follow(guest.send(outer, do="cheapest"))
    after = state(guest, outer)
    inside = after["kits"][0]
    opened = guest.client.post(
        f"/api/configurator/sessions/{outer.rpartition('/')[2]}/kits", json={"option_class": "computer", "option": "notebook"}
    ).json()
    assert after["complete"] and float(inside["price"]) < float(before["kits"][0]["price"])
    assert float(opened["lowest_price"]) == float(inside["price"]), "nothing inside can be had for less"
    assert "the cheapest kit we found" not in guest.page


def test_what_is_chosen_inside_stays_when_the_whole_is_filled_in_as_cheap_as_possible(guest: Shopper) -> None:
    outer = launched(guest)
    inner = guest.send(outer, open="computer.notebook").headers["location"]
    guest.send(inner, choose="board.h8")
    guest.send(outer, choose="computer.notebook")
    guest.follow(guest.send(outer, do="cheapest"))
    kit = state(guest, outer)["kits"][0]
    assert {"option_class": "board", "option": "h8", "quantity": 1} in kit["picks"] and kit["complete"]
