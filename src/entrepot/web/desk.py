"""What an agent does for a customer on the phone: each step an edge between order management and commerce.

Order management keeps the draft; what it costs is asked of commerce through the user exits, between two
transactions, so that nobody waits for a neighbor while an order is locked. When commerce does not answer the
draft stays, marked as not priced, and cannot be confirmed until it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from entrepot.commerce import capture, members
from entrepot.kernel.errors import Conflict, Refused
from entrepot.kernel.ids import new_id
from entrepot.kernel.words import mark
from entrepot.order_management import orders, verbs
from entrepot.order_management.wire import read
from entrepot.web.house import House

Document = dict[str, Any]


class CouponRefused(Refused):
    code = "COUPON_REFUSED"
    message = mark("The code {coupon} cannot be used: {reason}.")


@dataclass(frozen=True, slots=True)
class Agent:
    """Who acts, in which roles, and what they may do; the customer is named in the order."""

    logon_id: str
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()


def agent_of(user: members.User) -> Agent:
    """The member of staff as the one who acts."""
    return Agent(user.logon_id, user.roles, user.permissions)


def invoke(house: House, agent: Agent, verb: str, document: Document) -> Document:
    """Do what a verb of order management says, in one transaction."""
    asking = verbs.Asking(house.clock.now(), agent.logon_id)
    database = house.order_management.database
    if verb in verbs.VERBS and not verbs.VERBS[verb].writes:
        with database.read() as conn:
            return verbs.invoke(conn, verb, document, asking)
    return database.retrying(lambda conn: verbs.invoke(conn, verb, document, asking))


def start_draft(house: House, agent: Agent, store: str, buyer: str, currency: str, **more: Any) -> Document:
    """Begin an order for a customer by logon id; blank is a guest."""
    document = {
        "EnterpriseCode": store,
        "DraftOrderFlag": "Y",
        "EntryType": "Call Center",
        "BuyerUserId": buyer.strip(),
        "PriceInfo": {"Currency": currency},
    }
    return invoke(house, agent, "createOrder", document | more)


def change_draft(house: House, agent: Agent, key: str, change: Document) -> Document:
    """Change a draft and have commerce price it anew."""
    changed = invoke(house, agent, "changeOrder", {"OrderHeaderKey": key, "Action": "MODIFY"} | change)
    return price_draft(house, key) if changed.get("DraftOrderFlag") == "Y" else changed


def add_item(house: House, agent: Agent, key: str, version: str, item: str, quantity: str) -> Document:
    """Put an item on the draft: its own price is asked first, then the order's."""
    with house.order_management.database.read() as conn:
        question = orders.item_price_request(conn, key, [(item, quantity)])
    prices = house.requests.request("getItemPrice", question)
    found = [one for one in prices.get("LineItems", {}).get("LineItem", []) if one["ItemID"] == item]
    if not found:
        raise NoPrice(item=item)
    line = {"Action": "CREATE", "OrderedQty": quantity, "Item": {"ItemID": item}}
    return change_draft(house, agent, key, {"Version": version, "OrderLines": {"OrderLine": [line]}})


class NoPrice(Refused):
    code = "ENT_NO_PRICE"
    message = mark("{item} has no price for this customer. Check the item number.")


def add_coupon(house: House, agent: Agent, key: str, version: str, coupon: str) -> Document:
    """Check a code the customer names, and put it on the draft when it can be used."""
    with house.order_management.database.read() as conn:
        question = orders.coupon_request(conn, key, coupon)
    answer = house.requests.request("validateCoupon", question)
    if answer.get("Valid") != "Y":
        raise CouponRefused(coupon=coupon, reason=str(answer.get("CouponStatusMsgCode", "")).removeprefix("YPM_RULE_"))
    change = {"Version": version, "Coupons": {"Coupon": [{"CouponID": coupon.strip().upper(), "Action": "CREATE"}]}}
    return change_draft(house, agent, key, change)


def price_draft(house: House, key: str) -> Document:
    """Ask commerce what the draft costs and write the answer down; asked again when the order moved on meanwhile."""
    database = house.order_management.database
    for _ in range(3):
        with database.read() as conn:
            question = orders.pricing_request(conn, key)
        if not question["OrderLines"]["OrderLine"]:
            with database.read() as conn:
                return orders.get_order_details(conn, key)
        reply = house.requests.request("getOrderPrice", question)
        version = int(question["Version"])
        try:
            return database.retrying(lambda conn: orders.apply_pricing(conn, key, reply, house.clock.now(), version))  # noqa: B023
        except orders.OrderMovedOn:
            continue
    raise Conflict()


def adjust(house: House, agent: Agent, key: str, change: Document) -> Document:
    """Give or charge something by hand, take it off again, or decide on what waits for approval.

    Commerce is asked what the order would come to before anything is written; when it refuses or is silent nothing is.
    """
    database = house.order_management.database
    fresh = {"AdjustmentID": new_id()} if change.get("Action", "ENTER") == "ENTER" else {}
    sent = read(orders.AdjustOrder, {"OrderHeaderKey": key} | change | fresh)
    by = orders.By(agent.logon_id, house.clock.now(), agent.roles, agent.permissions, *_granted_today(house, agent, key))
    if sent.action == "APPROVE":
        return database.retrying(lambda conn: orders.approve_adjustment(conn, sent, by))
    with database.read() as conn:
        question = orders.adjustment_request(conn, sent, by)
    reply = house.requests.request("getOrderPrice", question)
    return database.retrying(lambda conn: orders.record_adjustment(conn, sent, reply, by))


def _granted_today(house: House, agent: Agent, key: str) -> tuple[int, int]:
    """What the agent gave and charged on carts on this day, in the order's currency: it counts against the same limits."""
    with house.order_management.database.read() as conn:
        currency = orders.load_order(conn, key).currency
    with house.commerce.database.read() as conn:
        of = (conn, agent.logon_id, currency, house.clock.now())
        return capture.given_on_day(*of), capture.charged_on_day(*of)


def confirm_draft(house: House, agent: Agent, key: str) -> Document:
    """Price the draft a last time and make it an order."""
    priced = price_draft(house, key)
    return invoke(house, agent, "confirmDraftOrder", {"OrderHeaderKey": key, "Version": str(priced["Version"])})


@dataclass(frozen=True, slots=True)
class Cancelling:
    """What of an order is to be cancelled, and why; ``version`` is the order's as it was seen.

    Without a line it is all of the order; ``override`` also stops what a node has in hand already.
    """

    version: str
    line: str = ""
    quantity: str = ""
    reason: str = ""
    override: bool = False


def cancel_quantity(house: House, agent: Agent, key: str, wish: Cancelling) -> Document:
    """Cancel some of a line of a confirmed order; a gift whose reason is gone goes with it."""
    change = {
        "OrderHeaderKey": key,
        "Version": wish.version,
        "Action": "MODIFY",
        "ReasonCode": wish.reason,
        "Override": "Y" if wish.override else "N",
        "OrderLines": {"OrderLine": [{"OrderLineKey": wish.line, "QuantityToCancel": wish.quantity}]},
    }
    return invoke(house, agent, "changeOrder", change)


def cancel_order(house: House, agent: Agent, key: str, wish: Cancelling) -> Document:
    """Cancel the whole order, or refuse it as a whole."""
    document = {"OrderHeaderKey": key, "Version": wish.version, "ReasonCode": wish.reason}
    return invoke(house, agent, "cancelOrder", document | {"Override": "Y" if wish.override else "N"})


def promotion_details(house: House, store: str, promotion: str, locale: str) -> Document:
    """What a promotion is about, as commerce tells it."""
    question = {"PricingRuleName": promotion, "OrganizationCode": store, "DisplayLocalizedFieldInLocale": locale}
    return house.requests.request("getPricingRuleDetails", question)


def address_document(address: Document) -> Document:
    """An address of a form as a person's info on the order side."""
    names = {
        "first_name": "FirstName",
        "last_name": "LastName",
        "company": "Company",
        "line1": "AddressLine1",
        "line2": "AddressLine2",
        "city": "City",
        "state": "State",
        "postal_code": "ZipCode",
        "country": "Country",
        "phone": "DayPhone",
        "email": "EMailID",
    }
    return {there: str(address.get(here, "")).strip() for here, there in names.items()}
