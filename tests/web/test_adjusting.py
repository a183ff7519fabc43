"""Giving by hand on the phone: on drafts and on orders, within limits and beyond, and what the colleagues decide."""

from __future__ import annotations

import pytest

from entrepot.commerce import members
from entrepot.kernel.errors import NotPermitted
from entrepot.order_management import order_page, orders
from entrepot.order_management.order_page import OrderPage
from entrepot.web import desk
from tests.web.staff_suite import NOTEBOOK, Person, demo_suite, open_draft, order_by_phone, text_of, version_of

CABLE = "TW-CB-USBC-1"


@pytest.fixture
def agent() -> Person:
    return Person("agent")


@pytest.fixture
def supervisor() -> Person:
    return Person("supervisor")


def the_order(key: str) -> OrderPage:
    house = demo_suite().house
    with house.order_management.database.read() as conn:
        return order_page.order_page(conn, key, house.clock.now())


def line_of(key: str, item: str = NOTEBOOK) -> str:
    return next(line.key for line in the_order(key).lines if line.item_id == item)


def draft_with(agent: Person, items: dict[str, int], buyer: str = "") -> str:
    key = open_draft(agent, buyer)
    here = f"/call-center/orders/{key}"
    for item, quantity in items.items():
        agent.does(f"{here}/items", {"version": version_of(agent.get(here).text), "item": item, "quantity": str(quantity)})
    return key


def given(person: Person, key: str, target: str, amount: str, doing: str = "discount", **more: str) -> dict[str, str]:
    version = version_of(person.get(f"/call-center/orders/{key}").text)
    return {"version": version, "target": target, "doing": doing, "amount": amount, "reason": "DAMAGED", **more}


def give(person: Person, key: str, target: str, amount: str, doing: str = "discount", **more: str) -> str:
    return person.does(f"/call-center/orders/{key}/adjustments", given(person, key, target, amount, doing, **more))


def take_off(person: Person, key: str, adjustment: str) -> None:
    here = f"/call-center/orders/{key}"
    person.does(f"{here}/adjustments/{adjustment}/remove", {"version": version_of(person.get(here).text)})


def test_a_discount_on_a_line_lowers_its_tax_too_and_a_new_one_replaces_it(agent: Person) -> None:
    key = draft_with(agent, {NOTEBOOK: 1})
    before = the_order(key)
    page = give(agent, key, line_of(key), "12.50")
    after = the_order(key)
    assert "The order is adjusted." in text_of(page) and "Within limits" in text_of(page)
    assert after.discount - before.discount == 1250
    tax = before.tax - after.tax
    assert tax in (81, 82), "6.5 % of what was taken off"
    assert after.total == before.total - 1250 - tax and after.price_current
    give(agent, key, line_of(key), "5.00", reason="OTHER", adjust_note="scratched lid")
    assert the_order(key).discount - before.discount == 500
    assert [fact.action.value for fact in the_order(key).adjusted] == ["CHANGE", "ENTER"]
    take_off(agent, key, after.adjustments[0].adjustment)
    assert the_order(key).total == before.total


def test_what_is_given_on_the_whole_order_is_shared_out_and_survives_another_item(agent: Person) -> None:
    key = draft_with(agent, {NOTEBOOK: 2})
    without = the_order(key).discount
    give(agent, key, "order", "40.00", reason="APPEASEMENT")
    charge = next(one for one in the_order(key).order.charges if one.manual)
    assert sum(share.amount for share in charge.shares) == 4000 and charge.category == "CUSTOMER_APPEASEMENT"
    here = f"/call-center/orders/{key}"
    agent.does(f"{here}/items", {"version": version_of(agent.get(here).text), "item": CABLE, "quantity": "3"})
    charge = next(one for one in the_order(key).order.charges if one.manual)
    assert sum(share.amount for share in charge.shares) == 4000 and len(charge.shares) >= 2
    assert the_order(key).discount >= without + 4000, "promotions stay beside it"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount": "999999.00"}, "more than it costs"),
        ({"amount": "0"}, "amount above zero"),
        ({"amount": "-5"}, "without a sign"),
        ({"reason": ""}, "Choose a reason"),
        ({"reason": "OTHER"}, "Say in a note"),
        ({"doing": "price"}, "Your role does not allow this"),
    ],
)
def test_what_cannot_be_given_changes_nothing_and_says_why(agent: Person, change: dict[str, str], words: str) -> None:
    key = draft_with(agent, {NOTEBOOK: 1})
    before = the_order(key)
    answer = agent.post(f"/call-center/orders/{key}/adjustments", given(agent, key, line_of(key), "5.00") | change)
    assert answer.status_code in (403, 422, 400) and words in text_of(answer.text)
    assert (the_order(key).version, the_order(key).adjusted) == (before.version, ())


def test_beyond_the_limits_the_order_waits_until_a_supervisor_approves(agent: Person, supervisor: Person) -> None:
    key = draft_with(agent, {NOTEBOOK: 1})
    give(agent, key, line_of(key), "45.00")
    give(agent, key, "order", "60.00")
    page = the_order(key)
    assert [fact.state.name for fact in page.adjustments] == ["WITHIN_LIMITS", "PENDING"], "45 + 60 pass 100 together"
    assert "hold APPROVAL_PENDING" in page.missing_to_confirm
    waiting = supervisor.get("/call-center/approvals")
    assert page.order_no in text_of(waiting.text)
    pending = page.adjustments[1].adjustment
    wish = {"version": str(page.version), "do": "approve", "note": "a regular"}
    assert agent.post(f"/call-center/approvals/{key}/{pending}", wish).status_code == 403
    supervisor.does(f"/call-center/approvals/{key}/{pending}", wish)
    page = the_order(key)
    assert page.adjustments[1].state.name == "APPROVED" and "hold APPROVAL_PENDING" not in page.missing_to_confirm
    here = f"/call-center/orders/{key}"
    agent.does(f"{here}/items", {"version": version_of(agent.get(here).text), "item": CABLE, "quantity": "1"})
    assert the_order(key).adjustments[1].state.name == "PENDING", "the order comes to more, so it is asked again"


def test_a_rejection_takes_it_off_an_order_that_was_confirmed(agent: Person, supervisor: Person) -> None:
    key = order_by_phone(agent, {NOTEBOOK: 1})
    before = the_order(key)
    give(agent, key, line_of(key), "200.00")
    held = the_order(key)
    assert held.total < before.total - 20000 and any(h.hold_type == "APPROVAL_PENDING" for h in held.holds if h.status == "1100")
    wish = {"version": str(held.version), "do": "reject", "note": "too much"}
    supervisor.does(f"/call-center/approvals/{key}/{held.adjustments[0].adjustment}", wish)
    after = the_order(key)
    assert (after.total, after.adjustments) == (before.total, ())
    assert not any(h.status == "1100" for h in after.holds)
    assert after.adjusted[0].state.name == "REJECTED"


def test_whoever_gave_it_does_not_approve_it(supervisor: Person) -> None:
    key = draft_with(supervisor, {NOTEBOOK: 1})
    give(supervisor, key, line_of(key), "900.00")
    page = the_order(key)
    wish = {"version": str(page.version), "do": "approve"}
    answer = supervisor.post(f"/call-center/approvals/{key}/{page.adjustments[0].adjustment}", wish)
    assert answer.status_code == 422 and "Somebody else has to decide" in text_of(answer.text)


def test_an_overridden_price_keeps_what_it_was_and_promotions_stay(supervisor: Person) -> None:
    key = draft_with(supervisor, {NOTEBOOK: 2})
    before = the_order(key)
    gifts = [line.item_id for line in before.lines if line.is_gift]
    give(supervisor, key, line_of(key), "1100.00", "price", reason="PRICE_MATCH")
    after = the_order(key)
    assert after.order.line(line_of(key)).unit_price == 110_000_000
    assert [line.item_id for line in after.lines if line.is_gift] == gifts != []
    take_off(supervisor, key, after.adjustments[0].adjustment)
    assert the_order(key).total == before.total


def test_a_removed_line_takes_its_adjustment_along(agent: Person) -> None:
    key = draft_with(agent, {NOTEBOOK: 1, CABLE: 2})
    give(agent, key, line_of(key, CABLE), "2.00")
    here = f"/call-center/orders/{key}"
    version = version_of(agent.get(here).text)
    agent.does(f"{here}/lines/{line_of(key, CABLE)}", {"version": version, "do": "remove"})
    page = the_order(key)
    assert page.adjustments == () and page.adjusted[0].action.value == "REMOVE"
    assert not any(charge.manual for charge in page.order.charges)


def test_commerce_and_order_management_come_to_the_same_on_a_shipping_discount(agent: Person) -> None:
    key = draft_with(agent, {NOTEBOOK: 1})
    here = f"/call-center/orders/{key}"
    agent.does(f"{here}/shipping", {"version": version_of(agent.get(here).text), "service": "Express"})
    before = the_order(key)
    assert before.shipping > 0
    give(agent, key, "shipping", "3.00")
    assert the_order(key).shipping == before.shipping - 300
    give(agent, key, "shipping", "4.00", "charge")
    assert the_order(key).shipping == before.shipping + 400


def test_a_store_may_let_adjustments_add_up(agent: Person) -> None:
    key = draft_with(agent, {NOTEBOOK: 1})
    before = the_order(key)
    oms = demo_suite().house.order_management.database
    with oms.write() as conn:
        orders.put_policy(conn, "tannwerk", orders.Policy.ADDITION)
    try:
        give(agent, key, line_of(key), "12.50")
        give(agent, key, line_of(key), "5.00")
        assert the_order(key).discount - before.discount == 1750
        assert len(the_order(key).adjustments) == 2
    finally:
        with oms.write() as conn:
            orders.put_policy(conn, "tannwerk", orders.Policy.REPLACEMENT)


def test_programs_adjust_by_the_same_rules(agent: Person) -> None:
    key = draft_with(agent, {NOTEBOOK: 1})
    version = str(the_order(key).version)
    house = demo_suite().house
    with house.commerce.database.read() as conn:
        users = {name: members.find_user(conn, name) for name in ("agent", "mara")}
    wish = {"CalculationCode": "LineAdjustment", "OrderLineKey": line_of(key), "Amount": "3.00", "ReasonCode": "DAMAGED"}
    answer = desk.adjust(house, desk.agent_of(users["agent"]), key, wish | {"Version": version})
    assert answer["AdjustmentState"] == "1400"
    with pytest.raises(NotPermitted):
        desk.adjust(house, desk.agent_of(users["mara"]), key, wish | {"Version": answer["Version"]})
