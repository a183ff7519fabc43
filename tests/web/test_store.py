"""An associate picks a shipment, says what left, and puts stock right, through the pages."""

from __future__ import annotations

import re

import pytest

from entrepot.order_management import order_page
from tests.web.staff_suite import Person, demo_suite, order_by_phone, text_of, two_minutes_later

ITEM = "TW-CASE-16"


@pytest.fixture
def store() -> Person:
    return Person("store")


def released(item: str = ITEM, quantity: int = 1) -> tuple[str, str]:
    """An order with its shipment waiting; tells the order's key and the shipment's number."""
    key = order_by_phone(Person("agent"), {item: quantity}, buyer="jonas")
    two_minutes_later()
    return key, str(the_order(key).shipments[0]["ShipmentNo"])


def the_order(key: str) -> order_page.OrderPage:
    house = demo_suite().house
    with house.order_management.database.read() as conn:
        return order_page.order_page(conn, key, house.clock.now())


def picks(page: str) -> dict[str, str]:
    """The fields for what was picked, as the form offers them."""
    found = dict(re.findall(r'name="(picked_\w+)" value="([\d.]+)"', page))
    assert found
    return found


def test_a_shipment_is_picked_confirmed_and_gone(store: Person) -> None:
    key, number = released()
    assert number in store.get("/store").text
    here = f"/store/shipments/{number}"
    page = store.does(here, picks(store.get(here).text) | {"tracking": "TRACK-1"})
    assert "The shipment is confirmed" in text_of(page) and "TRACK-1" in page
    assert number not in store.get("/store").text
    assert number in store.get("/store/shipped").text
    demo_suite().settle()
    assert the_order(key).status == "Shipped" and the_order(key).invoices


def test_less_than_planned_needs_an_answer_and_keeps_what_was_entered(store: Person) -> None:
    key, number = released(quantity=2)
    here = f"/store/shipments/{number}"
    less = dict.fromkeys(picks(store.get(here).text), "1") | {"tracking": "TRACK-2"}
    refused = store.post(here, less)
    assert refused.status_code == 422
    assert "Say whether the rest is cancelled or backordered" in text_of(refused.text)
    assert 'value="TRACK-2"' in refused.text and the_order(key).status != "Shipped"
    store.does(here, less | {"rest": "cancel"})
    assert the_order(key).lines[0].quantity == "1" and the_order(key).status == "Shipped"


def test_more_than_planned_is_refused(store: Person) -> None:
    _, number = released()
    here = f"/store/shipments/{number}"
    answer = store.post(here, dict.fromkeys(picks(store.get(here).text), "7"))
    assert answer.status_code == 422 and "Only 1" in text_of(answer.text)


def test_the_list_is_narrowed_by_node_and_words(store: Person) -> None:
    _, number = released()
    assert number not in store.get("/store", q="no such words").text
    assert number in store.get("/store", node="", q=ITEM).text
    elsewhere = [node for node in ("FREUDENSTADT", "PORTLAND") if number in store.get("/store", node=node).text]
    assert len(elsewhere) == 1, "a shipment waits at one node"


def test_stock_is_looked_up_and_adjusted_once_however_often_the_form_is_sent(store: Person) -> None:
    assert "TW-KB-US-LINEAR" in store.get("/store/stock", q="TW-KB-US-LINEAR").text
    here = "/store/stock/TW-KB-US-LINEAR"

    def on_hand() -> int:
        return int(re.findall(r'data-label="On hand" data-align="end">(\d+)', store.get(here).text)[0])

    before = on_hand()
    key = re.search(r'name="key" value="(\w+)"', store.get(here).text)
    assert key
    wish = {"node": "FREUDENSTADT", "direction": "more", "quantity": "3", "reason": "FOUND", "key": key.group(1)}
    for _ in range(2):
        store.does(here, wish)
    assert on_hand() == before + 3
    refused = store.post(here, wish | {"quantity": "many", "key": "other"})
    assert refused.status_code == 422 and 'value="many"' in refused.text
    assert on_hand() == before + 3


def test_who_may_only_look_cannot_adjust() -> None:
    agent = Person("agent")
    assert agent.get("/store/stock/TW-CASE-14").status_code == 200
    assert agent.post("/store/stock/TW-CASE-14", {"quantity": "1"}).status_code == 403
