"""An operator follows an order through all systems, and puts right what could not be delivered."""

from __future__ import annotations

import json

import pytest

from entrepot.bus import Message
from tests.web.staff_suite import CASE, Person, demo_suite, order_by_phone, text_of, two_minutes_later
from tests.web.test_store import the_order


@pytest.fixture
def operator() -> Person:
    return Person("operator")


def say_nonsense(key: str) -> str:
    """A status message about an order of no store; the receiver refuses it. Tells the message's id."""
    house = demo_suite().house
    body = {"Event": "CREATE_ORDER.ON_SUCCESS", "OrderNo": key, "EnterpriseCode": "nowhere", "order_version": 1}
    body |= {"OrderHeaderKey": key, "EntryType": "Call Center", "DraftOrderFlag": "N", "BuyerUserId": "", "Promotions": []}
    with house.order_management.database.write() as conn:
        message = house.order_management.outbox.put(
            conn, Message(kind="order.created", body=body, business_key=f"{key}/1/created", ordering_key=key), house.clock.now()
        )
    two_minutes_later()
    return message


def state_of(message: str) -> str:
    house = demo_suite().house
    with house.order_management.database.read() as conn:
        found = house.order_management.outbox.find(conn, message)
    assert found is not None
    return str(found["state"])


def test_an_order_is_followed_through_every_message_and_question(operator: Person) -> None:
    key = order_by_phone(Person("agent"), {CASE: 1})
    two_minutes_later()
    number = the_order(key).order_no
    page = operator.get("/operations/orders", number=number).text
    shown = text_of(page)
    for step in ("getItemPrice", "getOrderPrice", "CREATE_ORDER.ON_SUCCESS", "CONFIRM_DRAFT_ORDER.ON_SUCCESS"):
        assert step in shown, step
    assert 'class="lane-arrow"' in page and "&#34;Event&#34;: &#34;CREATE_ORDER.ON_SUCCESS&#34;" in page
    assert "Taken by phone" in shown


def test_a_number_nobody_knows_says_so(operator: Person) -> None:
    answer = operator.get("/operations/orders", number="NO-SUCH-1")
    assert answer.status_code == 404 and "No order NO-SUCH-1" in text_of(answer.text)


def test_a_dead_letter_is_corrected_and_takes_effect(operator: Person) -> None:
    message = say_nonsense("dead-1")
    assert state_of(message) == "dead"
    assert message in operator.get("/operations/dead-letters").text
    here = f"/operations/messages/order_management/{message}"
    assert "nowhere" in operator.get(here).text
    broken = operator.post(f"{here}/rerun", {"body": '{"Event": '})
    assert broken.status_code == 422 and "This is no JSON document" in text_of(broken.text)
    assert state_of(message) == "dead"
    house = demo_suite().house
    with house.order_management.database.read() as conn:
        row = house.order_management.outbox.find(conn, message)
    assert row is not None
    page = operator.does(f"{here}/rerun", {"body": json.dumps(row["body"] | {"EnterpriseCode": "tannwerk"})})
    assert "back at its place" in text_of(page)
    two_minutes_later()
    assert state_of(message) == "delivered"
    assert "What it said first" in text_of(operator.get(here).text)


def test_a_dead_letter_is_given_up_for_a_reason_only(operator: Person) -> None:
    message = say_nonsense("dead-2")
    here = f"/operations/messages/order_management/{message}"
    assert operator.post(f"{here}/close", {"reason": " "}).status_code == 422
    assert state_of(message) == "dead"
    page = operator.does(f"{here}/close", {"reason": "sent by mistake"})
    assert state_of(message) == "closed" and "sent by mistake" in text_of(page)
    again = operator.post(f"{here}/rerun", {"body": "{}"})
    assert again.status_code == 409 and "Somebody has already" in text_of(again.text)


def test_the_overview_accounts_for_every_order(operator: Person) -> None:
    shown = text_of(operator.get("/operations").text)
    assert "Captured orders are accounted for" in shown and "Queues" in shown


def test_messages_are_found_by_kind_state_and_order(operator: Person) -> None:
    key = order_by_phone(Person("agent"), {CASE: 1})
    number = the_order(key).order_no
    two_minutes_later()
    assert number in operator.get("/operations/messages", q=number).text
    assert number not in operator.get("/operations/messages", q="inventory.").text
    assert "No such message" in text_of(operator.get("/operations/messages", q="nothing-like-this").text)
