"""The phone story through the pages: a draft, a code, an order, one notebook less, the gift gone, everything cancelled."""

from __future__ import annotations

import re

import pytest

from entrepot.order_management import order_page
from entrepot.web.trail import follow
from tests.web.staff_suite import (
    CASE,
    MARA,
    NOTEBOOK,
    Person,
    demo_suite,
    open_draft,
    order_by_phone,
    text_of,
    two_minutes_later,
    version_of,
)


@pytest.fixture
def agent() -> Person:
    return Person("agent")


def the_order(key: str) -> order_page.OrderPage:
    house = demo_suite().house
    with house.order_management.database.read() as conn:
        return order_page.order_page(conn, key, house.clock.now())


def quantities(key: str) -> dict[str, str]:
    return {line.item_id: line.quantity for line in the_order(key).lines}


def test_a_caller_orders_two_notebooks_with_a_code_then_thinks_again(agent: Person) -> None:
    key = open_draft(agent)
    here = f"/call-center/orders/{key}"
    found = agent.get(here, find="Tannwerk 14")
    assert NOTEBOOK in found.text and "$1,149.00" in text_of(found.text)
    page = agent.does(f"{here}/items", {"version": version_of(found.text), "item": NOTEBOOK, "quantity": "2"})
    assert quantities(key) == {NOTEBOOK: "2", CASE: "1"}
    assert "Gift" in text_of(page) and "Buy two notebooks, get a case" in text_of(page)
    assert "the means of payment do not cover the total" in text_of(page)

    wrong = agent.post(f"{here}/coupons", {"version": version_of(page), "coupon": "NOPE"})
    assert wrong.status_code == 422
    assert "The code NOPE cannot be used: nobody knows this code." in text_of(wrong.text)
    assert 'value="NOPE"' in wrong.text, "what was entered is still there"
    before = the_order(key).total
    page = agent.does(f"{here}/coupons", {"version": version_of(page), "coupon": "welcome10"})
    assert the_order(key).total < before
    assert "applied" in text_of(page)

    told = agent.get("/call-center/promotions/two-notebooks-case", order=key)
    assert "For every two notebooks in your order we add a notebook case for free." in text_of(told.text)
    page = agent.does(f"{here}/payment", {"version": version_of(page), "method": "account", "reference": "PO-77"})
    assert "Nothing is missing" in text_of(page)
    total = re.search(r'name="total" value="([\d.]+)"', page)
    assert total
    page = agent.does(f"{here}/confirm", {"version": version_of(page), "total": total.group(1)})
    assert not the_order(key).draft and "The draft is an order now." in text_of(page)

    line = next(one.key for one in the_order(key).lines if one.item_id == NOTEBOOK)
    wish = {"version": version_of(page), "quantity": "1", "reason": "CUSTOMER_REQUEST"}
    page = agent.does(f"{here}/lines/{line}/cancel", wish)
    assert quantities(key) == {NOTEBOOK: "1", CASE: "0"}, "the free case goes with its reason"
    page = agent.does(f"{here}/cancel", {"version": version_of(page), "reason": "CUSTOMER_REQUEST"})
    assert "Cancelled" in text_of(page) and set(quantities(key).values()) == {"0"}
    demo_suite().settle()
    hops = follow(demo_suite().house, the_order(key).order_no)
    events = [hop.kind for hop in hops if hop.outcome == "delivered"]
    for event in (
        "CREATE_ORDER.ON_SUCCESS",
        "CONFIRM_DRAFT_ORDER.ON_SUCCESS",
        "CHANGE_ORDER.ON_SUCCESS",
        "CHANGE_ORDER.ON_CANCEL",
    ):
        assert event in events


def test_an_order_of_which_less_is_authorized_after_a_cancellation_is_still_shown(agent: Person) -> None:
    key = open_draft(agent)
    here = f"/call-center/orders/{key}"
    page = agent.does(f"{here}/items", {"version": version_of(agent.get(here).text), "item": NOTEBOOK, "quantity": "2"})
    card = re.search(r'<option value="([^"]+)"[^>]*>[^<]*Visa', page)
    assert card
    page = agent.does(f"{here}/payment", {"version": version_of(page), "method": card.group(1)})
    total = re.search(r'name="total" value="([\d.]+)"', page)
    assert total
    agent.does(f"{here}/confirm", {"version": version_of(page), "total": total.group(1)})
    demo_suite().settle()
    line = next(one.key for one in the_order(key).lines if one.item_id == NOTEBOOK)
    wish = {"version": version_of(agent.get(here).text), "quantity": "1", "reason": "CUSTOMER_REQUEST"}
    agent.does(f"{here}/lines/{line}/cancel", wish)
    demo_suite().settle()
    requests = [row["RequestAmount"] for row in the_order(key).payments]
    assert any(amount.startswith("-") for amount in requests), "what is no longer owed is given free again"
    assert "-$" in text_of(agent.get(here).text)


def test_a_page_somebody_outdated_changes_nothing_and_says_so(agent: Person) -> None:
    key = open_draft(agent)
    here = f"/call-center/orders/{key}"
    seen = version_of(agent.get(here).text)
    Person("supervisor").does(f"{here}/items", {"version": seen, "item": "TW-CASE-16", "quantity": "1"})
    answer = agent.post(f"{here}/items", {"version": seen, "item": NOTEBOOK, "quantity": "1"})
    assert answer.status_code == 409
    assert "Somebody else changed this order" in text_of(answer.text)
    assert quantities(key) == {"TW-CASE-16": "1"}


def test_confirming_tells_everything_that_is_missing_at_once(agent: Person) -> None:
    key = open_draft(agent)
    page = agent.get(f"/call-center/orders/{key}")
    answer = agent.post(f"/call-center/orders/{key}/confirm", {"version": version_of(page.text), "total": "0.00"})
    assert answer.status_code == 422 and "it has no lines" in text_of(answer.text)
    assert the_order(key).draft


@pytest.mark.parametrize(
    ("buyer", "told"),
    [
        ("mara", "Registered as Mara Lindqvist"),
        ("nobody-at-all", "the order is priced as a guest's"),
        ("", "Without a logon id the order is priced as a guest's"),
    ],
)
def test_the_agent_is_told_who_is_calling(agent: Person, buyer: str, told: str) -> None:
    agent.get("/call-center/new")
    page = agent.post("/call-center/new", {"buyer": buyer, "currency": "USD", "ship_same": "yes", "do": "look_up"})
    assert told in text_of(page.text)
    assert ('value="418 Cedar Street"' in page.text) == (buyer == "mara"), "the address book fills in"


def test_a_form_that_lacks_something_keeps_what_was_typed(agent: Person) -> None:
    agent.get("/call-center/new")
    entered = MARA | {"bill_city": "", "buyer": "mara", "currency": "USD", "ship_same": "yes", "do": "create"}
    answer = agent.post("/call-center/new", entered)
    assert answer.status_code == 422
    assert 'href="#f-bill_city"' in answer.text and 'value="98101"' in answer.text


def test_a_search_finds_by_number_customer_and_item(agent: Person) -> None:
    key = order_by_phone(agent, {NOTEBOOK: 1})
    number = the_order(key).order_no
    for words in (number, "mara", "Lindqvist", f"lindqvist {NOTEBOOK.lower()}"):
        assert number in agent.get("/call-center", q=words).text, words
    assert "Nothing fits" in text_of(agent.get("/call-center", q="no such words").text)


def test_what_the_warehouse_has_in_hand_only_a_supervisor_stops(agent: Person) -> None:
    key = order_by_phone(agent, {CASE: 2})
    two_minutes_later()
    here = f"/call-center/orders/{key}"
    page = agent.get(here).text
    assert "The warehouse has it in hand already" in text_of(page)
    wish = {"version": version_of(page), "quantity": "1", "reason": "CUSTOMER_REQUEST"}
    line = the_order(key).lines[0].key
    refused = agent.post(f"{here}/lines/{line}/cancel", wish)
    assert refused.status_code == 422 and quantities(key) == {CASE: "2"}
    Person("supervisor").does(f"{here}/lines/{line}/cancel", wish)
    assert quantities(key) == {CASE: "1"}


def test_a_hold_stops_the_order_until_it_is_resolved(agent: Person) -> None:
    key = order_by_phone(agent, {CASE: 1})
    here = f"/call-center/orders/{key}"
    agent.does(f"{here}/holds", {"hold_type": "FRAUD_CHECK", "reason_text": "unusual"})
    two_minutes_later()
    assert not the_order(key).shipments
    assert agent.post(f"{here}/holds/resolve", {"hold_type": "FRAUD_CHECK"}).status_code == 403
    page = Person("supervisor").does(f"{here}/holds/resolve", {"hold_type": "FRAUD_CHECK", "reason_text": "called back"})
    assert "resolved" in text_of(page)
    two_minutes_later()
    assert the_order(key).shipments


def test_a_note_is_in_the_history_and_a_card_number_is_refused(agent: Person) -> None:
    key = order_by_phone(agent, {CASE: 1})
    here = f"/call-center/orders/{key}"
    page = agent.does(f"{here}/notes", {"version": version_of(agent.get(here).text), "note": "Call back on Friday."})
    assert "Call back on Friday." in text_of(page)
    refused = agent.post(f"{here}/notes", {"version": version_of(page), "note": "4111 1111 1111 1111"})
    assert refused.status_code == 422


def test_the_pages_speak_german() -> None:
    page = text_of(Person("agent", "de-DE").get("/call-center", view="drafts").text)
    assert "Aufträge" in page and "Entwürfe" in page
