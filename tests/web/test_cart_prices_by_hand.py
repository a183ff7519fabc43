"""A price set, a charge added and shipping waived on a shopper's cart: seen alike by shopper, program and order management."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from entrepot.commerce import capture
from entrepot.commerce.capture.tables import orders as cart_rows
from entrepot.kernel.money import format_price
from entrepot.order_management import order_page, orders
from tests.web import test_cart_grants as carts
from tests.web.shopper import Shopper
from tests.web.staff_suite import Person, demo_suite, text_of

mara = carts.mara
program = carts.program
CABLE = "TW-CB-USBC-1"


@pytest.fixture
def supervisor(mara: Shopper) -> Iterator[Person]:
    mara.to_summary()
    mara.follow(mara.send("/checkout/shipping", mode="express"))
    mara.follow(mara.get("/checkout/summary"))
    person = Person("supervisor")
    person.get(carts.CARTS)
    yield person


def the_cable() -> capture.PricedLine:
    return next(line for line in carts.open_cart_of("mara").lines if line.part_number == CABLE)


def test_price_charge_and_shipping_are_one_order_in_both_systems(mara: Shopper, supervisor: Person) -> None:
    own = the_cable().unit_price
    carts.grant(supervisor, "9,50", "price", "USB", reason="PRICE_MATCH")
    carts.grant(supervisor, "12", "charge", "The whole order", reason="OTHER", note="engraving")
    page = carts.grant(supervisor, "0", "price", "Shipping", reason="LATE_DELIVERY")
    assert "The customer sees it in the cart now." in page and "Extra charge $12.00" in page
    calculation = carts.open_cart_of("mara")
    assert the_cable().unit_price == 950_000 and the_cable().price_set is not None and calculation.shipping_net == 0
    cart = mara.follow(mara.get("/cart"))
    assert f"Price match by our service: $9.50 instead of ${own / 100_000:.2f}" in cart
    assert "Extra charge agreed with our service" in cart and "Discount for late delivery" in cart
    mara.follow(mara.send("/checkout/prepare", version=carts.field(mara, "version")))
    answer = mara.send("/checkout/order", key=carts.field(mara, "key"), version=carts.field(mara, "version"))
    assert "Price match by our service: $9.50" in mara.follow(answer)
    demo_suite().settle()
    order, house = carts.the_order(answer), demo_suite().house
    assert order.calculation is not None and order.calculation.manual == 1200
    with house.order_management.database.read() as conn:
        key = orders.order_key(conn, key="", enterprise="tannwerk", document_type="0001", order_no=f"WC_{order.number}")
        there = order_page.order_page(conn, key, house.clock.now())
    assert there.total == order.calculation.total
    line = next(one for one in there.lines if one.item_id == CABLE)
    assert (line.unit_price, line.price_before, line.price_reason) == (950_000, own, "PRICE_MATCH")
    assert sum(one.amount for part in there.lines for one in part.charges if one.name == "OTHER") == 1200
    told = text_of(supervisor.get(f"/call-center/orders/{key}").text)
    assert "unit price was" in told and "Charged by hand" in told and "Given by hand" in told


def test_an_agent_may_not_set_a_price_but_a_charge_has_limits(mara: Shopper) -> None:
    agent = Person("agent")
    agent.get(carts.CARTS)
    form = carts.seen(agent)
    cable = next(key for name, key in form.items() if name.startswith("USB"))
    sent = {"customer": "mara", "version": form["version"], "target": cable, "how": "price", "value": "1", "reason": "OTHER"}
    assert agent.post(f"{carts.CARTS}/grant", sent | {"note": "x"}).status_code == 403
    before = carts.open_cart_of("mara").total
    page = carts.grant(agent, "150", "charge", reason="OTHER", note="gift box")
    assert "waits for approval" in page and carts.open_cart_of("mara").total == before
    supervisor = Person("supervisor")
    listed = supervisor.get("/call-center/approvals").text
    assert "charges $150.00" in text_of(listed)
    page = carts.grant(agent, "5", "charge", reason="OTHER", note="gift box")
    assert "The customer sees it in the cart now." in page and carts.open_cart_of("mara").manual == 500


def test_shipping_that_is_not_chosen_has_no_price_yet(mara: Shopper) -> None:
    with demo_suite().house.commerce.database.write() as conn:
        conn.execute(cart_rows.update().where(cart_rows.c.logon_id == "mara").values(shipping_mode=None))
    agent = Person("agent")
    assert "as soon as the customer has chosen how it ships" in text_of(agent.get(carts.CARTS, customer="mara").text)
    form = carts.seen(agent) | {"target": "shipping", "how": "percent", "value": "100", "reason": "DAMAGED"}
    answer = agent.post(f"{carts.CARTS}/grant", form)
    assert answer.status_code == 422 and "has not chosen yet how the order ships" in text_of(answer.text)


def test_a_program_does_the_same(mara: Shopper, supervisor: Person, program: Callable[..., Any]) -> None:
    offered = program("supervisor", "GET").json()
    assert {one["on"] for one in offered["targets"]} == {"line", "shipping", "order"}
    cable = next(one["line"] for one in offered["targets"] if one["part_number"] == CABLE)
    wish = {"version": offered["version"], "reason": "PRICE_MATCH"}
    for wrong in ({"price": "5"}, {"charge": "5", "price": "5"}, {"price": "5", "line": cable, "shipping": True}):
        assert program("supervisor", "POST", json=wish | wrong).status_code == 422
    own = program("supervisor", "POST", json=wish | {"price": format_price(the_cable().unit_price), "line": cable})
    assert own.status_code == 422 and own.json()["code"] == "COSTS_THAT_ALREADY"
    answer = program("supervisor", "POST", json=wish | {"price": "9.5", "line": cable})
    assert answer.status_code == 201, answer.text
    given = answer.json()
    (one,) = given["grants"]
    assert (one["on"], one["how"], one["price"], one["amount"]) == ("line", "set", "9.50", None)
    given = program("supervisor", "POST", json=wish | {"version": given["version"], "percent": "100", "shipping": True}).json()
    assert {one["on"]: one["off"] for one in given["grants"]}["shipping"] != "0.00"
    assert carts.open_cart_of("mara").shipping_net == 0
