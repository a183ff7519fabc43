"""An order of a kit inside a kit is told as the tree it is: to the agent, at the packing table, to the shopper, to programs."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from entrepot.order_management import order_page, orders
from tests.web.shopper import Shopper
from tests.web.staff_suite import Person, application, demo_suite, text_of, two_minutes_later

INNER = "TW-NOTEBOOK-CTO"


@cache
def ordered() -> tuple[Shopper, str, str]:
    """A workplace with its notebook ordered by a guest: the guest, the shop's number, order management's key."""
    guest = Shopper(application())
    guest.follow(guest.get(guest.configure("TW-WORKPLACE")))
    guest.to_summary()
    guest.follow(guest.order())
    number = re.findall(r"/orders/([A-Z0-9-]+)", guest.page)[0]
    two_minutes_later()
    with demo_suite().house.order_management.database.read() as conn:
        key = orders.order_key(conn, key="", enterprise="tannwerk", document_type="0001", order_no=f"WC_{number}")
    return guest, number, key


def page() -> order_page.OrderPage:
    house = demo_suite().house
    with house.order_management.database.read() as conn:
        return order_page.order_page(conn, ordered()[2], house.clock.now())


def notebook() -> order_page.LinePart:
    return next(part for part in page().lines[0].components if part.item_id == INNER)


def test_order_management_has_the_inner_kit_as_a_line_with_lines_below_it() -> None:
    assert notebook().is_kit and {part.item_id for part in notebook().components} >= {"TW-NC-14-GRAPHITE"}
    others = [part.item_id for part in page().lines[0].components]
    assert "TW-NC-14-GRAPHITE" not in others and len(others) > 1
    assert notebook().status == page().status == "Included In Shipment"


def test_an_agent_sees_each_part_below_its_kit_and_hears_which() -> None:
    shown = Person("agent").get(f"/call-center/orders/{ordered()[2]}").text
    assert re.search(r'data-depth="1">.{0,200}TW-NOTEBOOK-CTO', shown, re.DOTALL)
    inner = re.search(r'data-depth="2">.{0,200}TW-NC-14-GRAPHITE', shown, re.DOTALL)
    assert inner and "In Notebook made to order:" in inner[0]


def test_the_packer_has_the_parts_below_their_kits_and_picks_only_parts() -> None:
    store = Person("store")
    (shipment,) = page().shipments
    here = f"/store/shipments/{shipment['ShipmentNo']}"
    shown = store.get(here).text
    assert re.search(r'data-depth="2">.{0,900}TW-NC-14-GRAPHITE', shown, re.DOTALL)
    fields = dict(re.findall(r'name="picked_(\w+)" value="([\d.]+)"', shown))
    kits = {line["OrderLineKey"] for line in shipment["ShipmentLines"] if line["KitCode"] == "BUNDLE"}
    assert len(kits) == 2 and not kits & set(fields) and "part of Notebook made to order" in text_of(shown)
    waiting = text_of(store.get("/store").text)
    assert "1 × Tannwerk workplace, put together (kit)" in waiting, "in the list a kit is one thing"
    missing = next(key for key, quantity in fields.items() if quantity == "1")
    sent = {f"picked_{key}": "0" if key == missing else quantity for key, quantity in fields.items()}
    refused = store.post(here, sent | {"rest": "backorder"})
    assert refused.status_code == 422 and "whole kits" in text_of(refused.text)


def test_the_shopper_sees_the_kit_and_below_it_what_is_in_it() -> None:
    guest, number, _ = ordered()
    shown = guest.client.get(f"/orders/{number}").text
    parcel = shown.partition('class="parcel"')[2].partition("</section>")[0]
    inner = '1 ×</span> Notebook made to order<ul role="list"><li><span class="number muted">1 ×</span> Chassis 14, graphite</li>'
    assert shown.count(inner) == 2 and inner in parcel, "in the parcel and in the order"


def test_a_program_reads_the_cart_as_a_tree() -> None:
    program, cart = Shopper(application()).client, "/api/stores/tannwerk/cart"
    kit = {"part_number": "TW-WORKPLACE", "return_url": "/cart"}
    token = str(program.post(f"{cart}/launch", json=kit).json()["url"]).rpartition("token=")[2]
    session = program.post("/api/configurator/sessions", json={"token": token}).json()["session"]
    done = program.post(f"/api/configurator/sessions/{session}/finish").json()
    answer = program.post(f"{cart}/configurations", json={"configuration_id": done["configuration_id"]})
    (line,) = answer.json()["lines"]
    inner: dict[str, Any] = next(one for one in line["components"] if one["part_number"] == INNER)
    assert inner["quantity"] == 1 and {"TW-NC-14-GRAPHITE"} <= {one["part_number"] for one in inner["components"]}


def test_the_whole_is_cancelled_with_everything_inside() -> None:
    agent, key = Person("admin"), ordered()[2]
    shown = agent.get(f"/call-center/orders/{key}").text
    version = re.findall(r'name="version" value="(\d+)"', shown)[0]
    agent.does(f"/call-center/orders/{key}/cancel", {"version": version, "reason": "CUSTOMER"})
    assert page().lines[0].quantity == notebook().quantity == "0"
    assert {part.quantity for part in notebook().components} == {"0"}
