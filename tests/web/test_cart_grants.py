"""An agent opens a shopper's cart on the phone and grants something; the shopper sees it in cart, checkout and order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from entrepot import demo
from entrepot.commerce import capture
from entrepot.commerce.capture.tables import cart_grant
from entrepot.order_management import order_page, orders
from entrepot.web import shop
from tests.web.shopper import Shopper
from tests.web.staff_suite import NOTEBOOK, Person, application, demo_suite, text_of

CARTS = "/call-center/carts"


@pytest.fixture
def mara() -> Iterator[Shopper]:
    """Mara with two notebooks and a cable in her cart; afterward it is empty, and nothing counts on the agents' day."""
    house = demo_suite().house
    limits = {"enterprise": "tannwerk", "role": "csr", "currency": "USD", "line_percent": 10, "line_amount": 5000}
    with house.order_management.database.write() as conn:
        orders.put_limits(conn, [limits | {"order_amount": 10_000, "day_amount": 10_000_000}])
    shopper = Shopper(application())
    shopper.log_in("mara")
    empty(shopper)
    shopper.add(NOTEBOOK, "2")
    shopper.add("TW-CB-USBC-1", "1")
    yield shopper
    empty(shopper)
    with house.order_management.database.write() as conn:
        orders.put_limits(conn, [limits | {"order_amount": 10_000, "day_amount": 30_000}])
    with house.commerce.database.write() as conn:
        conn.execute(cart_grant.delete())


def empty(shopper: Shopper) -> None:
    page = shopper.follow(shopper.get("/cart"))
    raw = shopper.page
    for line in re.findall(r'action="/cart/lines/([^/"]+)/remove"', raw):
        version = re.search(r'name="version" value="(\d+)"', shopper.get("/cart").text)
        if version:
            shopper.send(f"/cart/lines/{line}/remove", version=version.group(1))
    assert page


def seen(person: Person, customer: str = "mara") -> dict[str, str]:
    """The form an agent has before them: the cart's version and the lines that can be granted something."""
    page = person.get(CARTS, customer=customer).text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version, text_of(page)
    targets = {name: key for key, name in re.findall(r'<option value="([^"]+)"[^>]*>([^<]+)</option>', page)}
    return {"customer": customer, "version": version.group(1)} | targets


def grant(person: Person, value: str, how: str = "amount", on: str = "The whole order", **more: str) -> str:
    form = seen(person)
    target = next(key for name, key in form.items() if name.startswith(on))
    sent = {"customer": "mara", "version": form["version"], "target": target, "how": how, "value": value, "reason": "DAMAGED"}
    return text_of(person.does(f"{CARTS}/grant", sent | more))


def the_order(placed: httpx.Response) -> capture.Order:
    """The order somebody was led to after placing it."""
    number = placed.headers["location"].partition("?")[0].rpartition("/")[2]
    with demo_suite().house.commerce.database.read() as conn:
        found = capture.order_by_number(conn, number)
    assert found is not None
    return found


def test_what_is_granted_is_named_in_cart_checkout_and_order_and_both_systems_agree(mara: Shopper) -> None:
    agent = Person("agent")
    agent.get(CARTS)
    page = grant(agent, "20", on="The whole order", reason="APPEASEMENT")
    assert "The customer sees it in the cart now." in page and "Goodwill discount from our service" in page
    cart = mara.follow(mara.get("/cart"))
    assert "Goodwill discount from our service" in cart and "-$20.00" in cart.replace("−", "-").replace("–", "-")
    summary = mara.to_summary()
    assert "Goodwill discount from our service" in summary
    mara.follow(mara.send("/checkout/prepare", version=field(mara, "version")))
    answer = mara.send("/checkout/order", key=field(mara, "key"), version=field(mara, "version"))
    assert answer.status_code == 303 and "/orders/" in answer.headers["location"]
    assert "Goodwill discount from our service" in mara.follow(answer)
    demo_suite().settle()
    order = the_order(answer)
    assert order.calculation is not None and order.calculation.manual == -2000
    house = demo_suite().house
    with house.order_management.database.read() as conn:
        key = orders.order_key(conn, key="", enterprise="tannwerk", document_type="0001", order_no=f"WC_{order.number}")
        there = order_page.order_page(conn, key, house.clock.now())
    assert there.total == order.calculation.total
    given = [charge for line in there.lines for charge in line.charges if charge.category == "CUSTOMER_APPEASEMENT"]
    assert sum(one.amount for one in given) == -2000 and {one.name for one in given} == {"APPEASEMENT"}
    told = text_of(agent.get(f"/call-center/orders/{key}").text)
    assert "Given by hand" in told


def field(shopper: Shopper, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', shopper.page)
    assert found, name
    return found.group(1)


def test_a_percentage_follows_the_cart_and_a_new_grant_replaces_the_old(mara: Shopper) -> None:
    agent = Person("agent")
    agent.get(CARTS)
    grant(agent, "10 %", "percent", "USB")
    page = grant(agent, "5", "percent", "USB")
    assert page.count("Within limits") >= 1 and "5 %" in page and "Taken off" in page
    cart = open_cart_of("mara")
    line = next(one for one in cart.lines if one.part_number == "TW-CB-USBC-1")
    assert line.manual == -(((line.amount - line.discount) * 5 + 50) // 100)
    shopper_page = mara.follow(mara.get("/cart"))
    assert "Discount for a flaw" in shopper_page
    mara.add("TW-CB-USBC-1", "2")
    line = next(one for one in open_cart_of("mara").lines if one.part_number == "TW-CB-USBC-1")
    assert line.manual == -(((line.amount - line.discount) * 5 + 50) // 100), "computed anew from three cables"


def open_cart_of(customer: str) -> capture.Calculation:
    house = demo_suite().house
    with house.commerce.database.read() as conn:
        visit = shop.visit(conn, shop.Caller("tannwerk", customer), house)
        cart = capture.current_cart(conn, visit)
    assert cart is not None and cart.calculation is not None
    return cart.calculation


def test_beyond_the_limits_it_takes_nothing_off_before_somebody_else_approves(mara: Shopper) -> None:
    agent, supervisor = Person("agent"), Person("supervisor")
    agent.get(CARTS)
    supervisor.get(CARTS)
    before = open_cart_of("mara").total
    page = grant(agent, "150", on="The whole order", reason="OTHER", note="three calls already")
    assert "waits for approval" in page and "Waits for approval" in page
    assert open_cart_of("mara").total == before and "Discount from our service" not in mara.follow(mara.get("/cart"))
    listed = supervisor.get("/call-center/approvals").text
    assert "Cart of mara" in text_of(listed) and "$150.00" in listed and "three calls already" in listed
    path = re.search(r'action="(/call-center/approvals/carts/mara/[^"]+)"', listed)
    assert path
    assert agent.post(path.group(1), {"do": "approve"}).status_code == 403
    supervisor.does(path.group(1), {"do": "approve", "note": "fine"})
    assert open_cart_of("mara").manual == -15000
    assert "Discount from our service" in mara.follow(mara.get("/cart"))
    again = supervisor.post(path.group(1), {"do": "approve"})
    assert again.status_code == 409 and "Somebody has decided on this already." in text_of(again.text)
    history = text_of(supervisor.get(CARTS, customer="mara").text)
    assert "Approved: The whole order" in history and "supervisor" in history and "given by agent" in history


def test_what_was_given_today_counts_on_carts_and_orders_alike(mara: Shopper) -> None:
    agent = Person("agent")
    agent.get(CARTS)
    house = demo_suite().house
    with house.commerce.database.read() as conn:
        before = capture.given_on_day(conn, "agent", "USD", house.clock.now())
    grant(agent, "4", on="USB")
    with house.commerce.database.read() as conn:
        assert capture.given_on_day(conn, "agent", "USD", house.clock.now()) == before + 400
    form = seen(agent)
    page = agent.get(CARTS, customer="mara").text
    grant_id = re.search(r'name="grant" value="([^"]+)"', page)
    assert grant_id
    agent.does(f"{CARTS}/withdraw", {"customer": "mara", "version": form["version"], "grant": grant_id.group(1)})
    with house.commerce.database.read() as conn:
        assert capture.given_on_day(conn, "agent", "USD", house.clock.now()) == before
    assert open_cart_of("mara").manual == 0


REFUSED = [
    ({"value": "much"}, "Write an amount such as 12.50"),
    ({"value": "-5"}, "Write an amount such as 12.50"),
    ({"value": "101", "how": "percent"}, "Write a percentage between 0 and 100"),
    ({"reason": ""}, "Choose a reason from the list."),
    ({"reason": "OTHER"}, "Say in a note"),
    ({"target": "no-such-line"}, "Choose a line that is bought"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_what_cannot_be_granted_is_said_at_its_field(mara: Shopper, change: dict[str, str], words: str) -> None:
    agent = Person("agent")
    form = {"how": "amount", "value": "5", "reason": "DAMAGED", "target": "order"} | seen(agent) | change
    answer = agent.post(f"{CARTS}/grant", form)
    assert answer.status_code == 422 and words in text_of(answer.text)


def test_an_agent_and_a_shopper_do_not_overwrite_each_other(mara: Shopper) -> None:
    agent = Person("agent")
    form = {"how": "amount", "value": "5", "reason": "DAMAGED", "target": "order"} | seen(agent)
    mara.add("TW-CLOTH", "1")
    answer = agent.post(f"{CARTS}/grant", form)
    assert answer.status_code == 409 and "changed in the meantime" in text_of(answer.text)
    assert open_cart_of("mara").manual == 0


def test_an_amount_shrinks_with_the_goods_and_ends_with_the_last_line(mara: Shopper) -> None:
    agent = Person("agent")
    agent.get(CARTS)
    grant(agent, "50", on="The whole order")
    before = open_cart_of("mara")
    page = mara.get("/cart").text
    notebook = re.findall(r'action="/cart/lines/([^/"]+)/quantity"', page)[0]
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version and before.manual == -5000
    mara.send(f"/cart/lines/{notebook}/remove", version=version.group(1))
    after = open_cart_of("mara")
    left, full = after.goods - after.discount, before.goods - before.discount
    assert after.manual == -((5000 * left * 2 + full) // (2 * full)) and after.total > 0
    empty(mara)
    mara.add("TW-CB-USBC-1", "1")
    assert open_cart_of("mara").manual == 0, "a new cart begins without what was granted on the old one"


def test_who_is_not_known_has_no_cart_and_who_may_not_sees_none() -> None:
    agent = Person("agent")
    answer = agent.get(CARTS, customer="nobody-of-this-name")
    assert answer.status_code == 404 and "has no open cart" in text_of(answer.text)
    german = Person("agent", locale="de-DE").get(CARTS, customer="nobody-of-this-name")
    assert "hat in diesem Shop keinen offenen Warenkorb" in text_of(german.text)
    merch = Person("merch")
    assert merch.get(CARTS, customer="mara").status_code == 403


API = "/api/stores/tannwerk/customers/mara/cart/grants"


def cents(amount: str) -> int:
    return int(amount.replace(".", ""))


@pytest.fixture
def program() -> Callable[..., Any]:
    """A program that asks with the token of one of the demo's accounts."""
    client, tokens = TestClient(application()), dict[str, str]()

    def ask(who: str, method: str, path: str = API, **sent: Any) -> Any:
        if who not in tokens:
            answer = client.post("/api/sessions", json={"logon_id": who, "password": demo.PASSWORD})
            tokens[who] = answer.json()["token"]
        return client.request(method, path, headers={"authorization": f"Bearer {tokens[who]}"}, **sent)

    return ask


def test_a_program_grants_asks_approval_and_takes_back(mara: Shopper, program: Callable[..., Any]) -> None:
    offered = program("agent", "GET").json()
    cable = next(one for one in offered["targets"] if one["part_number"] == "TW-CB-USBC-1")
    assert offered["targets"][-1]["line"] is None and "DAMAGED" in offered["reasons"] and offered["grants"] == []
    wish = {"version": offered["version"], "reason": "DAMAGED"}
    given = program("agent", "POST", json=wish | {"line": cable["line"], "percent": "5"})
    assert given.status_code == 201, given.text
    (small,) = given.json()["grants"]
    assert small["state"] == "within" and cents(small["off"]) == (cents(cable["net"]) * 5 + 50) // 100
    assert program("agent", "POST", json=wish | {"amount": "1.00"}).status_code == 409, "the cart has moved on"
    large = program("agent", "POST", json=wish | {"version": given.json()["version"], "amount": "150.00"}).json()
    pending = next(one for one in large["grants"] if one["line"] is None)
    assert (pending["state"], pending["off"]) == ("pending", "0.00")
    (waits,) = program("supervisor", "GET", "/api/stores/tannwerk/grants/waiting").json()
    assert (waits["grant"], waits["customer"], waits["worth"]) == (pending["id"], "mara", "150.00")
    decision = f"{API}/{pending['id']}/decision"
    assert program("agent", "POST", decision, json={"approve": True}).status_code == 403
    approved = program("supervisor", "POST", decision, json={"approve": True, "note": "fine"}).json()
    assert [(one["state"], one["approved_by"]) for one in approved["grants"] if one["line"] is None] == [
        ("approved", "supervisor")
    ]
    assert program("supervisor", "POST", decision, json={"approve": False}).status_code == 409
    left = program("agent", "DELETE", f"{API}/{small['id']}", params={"version": approved["version"]}).json()
    assert [one["id"] for one in left["grants"]] == [pending["id"]]
    assert program("agent", "DELETE", f"{API}/{small['id']}", params={"version": left["version"]}).status_code == 404


@pytest.mark.parametrize(
    ("who", "change", "status"),
    [
        ("agent", {"amount": "5", "percent": "5"}, 422),
        ("agent", {}, 422),
        ("agent", {"amount": "5", "reason": "BECAUSE"}, 422),
        ("agent", {"amount": "5", "line": "no-such-line"}, 422),
        ("merch", {"amount": "5"}, 403),
        ("mara", {"amount": "5"}, 403),
    ],
)
def test_what_a_program_may_not_grant_is_refused(
    mara: Shopper, program: Callable[..., Any], who: str, change: dict[str, str], status: int
) -> None:
    version = program("agent", "GET").json()["version"]
    answer = program(who, "POST", json={"version": version, "reason": "DAMAGED"} | change)
    assert answer.status_code == status and open_cart_of("mara").manual == 0
