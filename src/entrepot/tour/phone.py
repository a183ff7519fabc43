"""The phone call: a draft for a registered customer, priced by commerce, confirmed, partly cancelled, cancelled."""

from __future__ import annotations

from typing import Any

import httpx

from entrepot.demo import STORE
from entrepot.tour.guide import Guide, wait_for
from entrepot.tour.warehouse import OMS

DESK = "/api/order-management"
PERSON = {
    "FirstName": "Mara",
    "LastName": "Lindqvist",
    "AddressLine1": "418 Cedar Street",
    "City": "Seattle",
    "State": "WA",
    "ZipCode": "98101",
    "Country": "US",
    "EMailID": "mara@example.com",
}
EVENTS = ("CREATE_ORDER.ON_SUCCESS", "CONFIRM_DRAFT_ORDER.ON_SUCCESS", "CHANGE_ORDER.ON_SUCCESS", "CHANGE_ORDER.ON_CANCEL")


def order_by_phone(guide: Guide) -> None:
    """An agent takes an order for mara, changes it and cancels it; commerce counts the promotions all along."""
    story, agent = guide.story, guide.person("agent")
    story.chapter("A customer calls")
    draft = _start(agent)
    key = draft["OrderHeaderKey"]
    story.fact("the agent starts a draft by the customer's logon id", draft["DraftOrderFlag"] == "Y", draft["OrderNo"])
    priced = _item(agent, key, draft["Version"], "TW-NB14-SAND-16", "2")
    lines = _lines(agent, key)
    gift = [one for one in lines if one.get("IsGift") == "Y"]
    story.fact("commerce prices the draft, the free case is on it", len(gift) == 1, priced["TotalAmount"])
    bad = agent.post(f"{DESK}/drafts/{key}/coupons", params={"version": priced["Version"]}, json={"coupon": "NOPE"})
    story.fact("a code nobody knows is refused", bad.json().get("code") == "COUPON_REFUSED", bad.json().get("detail"))
    good = agent.post(f"{DESK}/drafts/{key}/coupons", params={"version": priced["Version"]}, json={"coupon": "welcome10"}).json()
    story.fact("a good one lowers the total", float(good["TotalAmount"]) < float(priced["TotalAmount"]), good["TotalAmount"])
    told = agent.get(f"{DESK}/promotions/welcome", params={"store": STORE, "locale": "de-DE"}).json()
    story.fact("the agent can say what the promotion is about", bool(told.get("Description")), told.get("Description"))
    _ready(agent, key, good["Version"])
    confirmed = agent.post(f"{DESK}/drafts/{key}/confirm").json()
    story.fact(
        "the draft becomes an order", confirmed.get("DraftOrderFlag") == "N", confirmed.get("detail", confirmed.get("Status"))
    )
    story.orders.append({"number": draft["OrderNo"], "external_id": key, "total": confirmed.get("TotalAmount")})
    _change_of_mind(guide, key, draft["OrderNo"])


def _change_of_mind(guide: Guide, key: str, number: str) -> None:
    story, agent, operator = guide.story, guide.person("agent"), guide.person("operator")
    story.chapter("The customer thinks again")
    notebook = next(one for one in _lines(agent, key) if one["Item"]["ItemID"] == "TW-NB14-SAND-16")
    change = {
        "OrderHeaderKey": key,
        "Version": _details(agent, key)["Version"],
        "Action": "MODIFY",
        "ReasonCode": "CUSTOMER_REQUEST",
        "OrderLines": {"OrderLine": [{"OrderLineKey": notebook["OrderLineKey"], "QuantityToCancel": "1"}]},
    }
    cancelled = agent.post(f"{OMS}/changeOrder", json=change)
    gift = next(one for one in _lines(agent, key) if one.get("IsGift") == "Y")
    story.fact(
        "with one notebook cancelled the free case goes too", gift["OrderedQty"] == "0", cancelled.json().get("TotalAmount")
    )
    version = _details(agent, key)["Version"]
    whole = agent.post(f"{OMS}/cancelOrder", json={"OrderHeaderKey": key, "Version": version, "ReasonCode": "CUSTOMER_REQUEST"})
    story.fact(
        "the whole order is cancelled",
        whole.status_code == 200 and "9000" in str(whole.json().get("Status")),
        whole.json().get("Status"),
    )
    hops = wait_for(lambda: _all_events(operator, number))
    seen = [hop["kind"] for hop in hops or []]
    for event in EVENTS:
        story.fact(f"{event} was delivered to commerce", event in seen, _action(hops or [], event))
    story.hops(hops or operator.get(f"/api/operations/orders/{number}/trail").json())


def _start(agent: httpx.Client) -> dict[str, Any]:
    document = {
        "EnterpriseCode": STORE,
        "DraftOrderFlag": "Y",
        "EntryType": "Call Center",
        "BuyerUserId": "mara",
        "PriceInfo": {"Currency": "USD"},
        "PersonInfoShipTo": PERSON,
        "PersonInfoBillTo": PERSON,
        "CarrierServiceCode": "Standard",
        "PaymentMethods": {
            "PaymentMethod": [{"PaymentType": "CREDIT_CARD", "CreditCardNo": "tok_visa", "DisplayCreditCardNo": "4242"}]
        },
    }
    answer: dict[str, Any] = agent.post(f"{OMS}/createOrder", json=document).json()
    return answer


def _item(agent: httpx.Client, key: str, version: str, item: str, quantity: str) -> dict[str, Any]:
    found = agent.post(f"{DESK}/drafts/{key}/items", params={"version": version}, json={"item": item, "quantity": quantity})
    answer: dict[str, Any] = found.json()
    return answer


def _ready(agent: httpx.Client, key: str, version: str) -> None:
    """What the agent types in before confirming is on the draft already; a note says that it was read back."""
    note = {"OrderHeaderKey": key, "Version": version, "Notes": {"Note": [{"NoteText": "Read the order back to the customer."}]}}
    agent.post(f"{OMS}/changeOrder", json=note)


def _details(agent: httpx.Client, key: str) -> dict[str, Any]:
    found = agent.post(f"{OMS}/getOrderDetails", json={"OrderHeaderKey": key}).json()
    order: dict[str, Any] = found.get("Order", found)
    return order


def _lines(agent: httpx.Client, key: str) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = _details(agent, key)["OrderLines"]["OrderLine"]
    return lines


def _all_events(operator: httpx.Client, number: str) -> list[dict[str, Any]] | None:
    hops: list[dict[str, Any]] = operator.get(f"/api/operations/orders/{number}/trail").json()
    delivered = {hop["kind"] for hop in hops if hop["outcome"] == "delivered"}
    return hops if delivered >= set(EVENTS) else None


def _action(hops: list[dict[str, Any]], event: str) -> str:
    return next((str((hop.get("reply") or {}).get("Action", "")) for hop in hops if hop["kind"] == event), "")
