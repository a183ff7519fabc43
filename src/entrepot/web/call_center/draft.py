"""Working on a draft: items, codes, shipping, payment, and the moment it becomes an order.

Each change is one form; commerce prices the draft anew after it. When commerce does not answer, the change stays and
the draft says that it has no price yet. A change made from a page somebody else has outdated changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Response, post

from entrepot.commerce import charges
from entrepot.kernel.errors import Conflict, Error, Invalid, Unavailable
from entrepot.kernel.money import format_amount
from entrepot.order_management.orders import OrderMovedOn
from entrepot.web import desk
from entrepot.web.call_center.refusals import in_words
from entrepot.web.call_center.shown import ACCOUNT, CARDS, read_order, show_order
from entrepot.web.edge import house_of
from entrepot.web.house import House
from entrepot.web.i18n import mark, translator
from entrepot.web.staff import Asked, Form, back, desk_of, refused, text
from entrepot.web.words import speaker

FIELDS = {"OrderedQty": "quantity", "Quantity": "quantity", "ItemID": "find", "Coupon": "coupon", "Payment": "reference"} | {
    "Amount": "amount",
    "ReasonCode": "reason",
    "NoteText": "adjust_note",
    "OrderLineKey": "target",
}
NOT_PRICED = mark("Commerce does not answer right now. The change is kept; have the order priced again in a moment.")
CODE_REFUSED = mark("The code %(code)s cannot be used: %(reason)s.")
NUMBER_MISSING = mark("An order on account needs the customer's purchase order number.")


class ChoiceMissing(Invalid):
    code = "CHOICE_MISSING"
    message = mark("{path}: choose one of those offered.")


class PurchaseOrderMissing(Invalid):
    code = "PURCHASE_ORDER_MISSING"
    message = NUMBER_MISSING


Doing = Callable[[House, desk.Agent], object]


def attempt(request: Asked, key: str, data: dict[str, Any], done: str, doing: Doing) -> Response[Any]:
    """Do it and show the order anew, or show the form again with what stands in the way."""
    at_desk = desk_of(request)
    entered = {name: text(data, name) for name in data if name != "_csrf_token"}
    try:
        doing(house_of(request), desk.Agent(at_desk.user.logon_id))
    except Unavailable:
        return show_order(request, key, {"": translator(at_desk.locale).gettext(NOT_PRICED)}, status=503, entered=entered)
    except Error as error:
        status, errors = refused(error, FIELDS)
        tell = translator(at_desk.locale).gettext
        if isinstance(error, desk.CouponRefused):
            reason = speaker(at_desk.locale)(f"YPM_RULE_{error.attributes['reason']}")
            errors = {"coupon": tell(CODE_REFUSED) % {"code": error.attributes["coupon"], "reason": reason}}
        elif isinstance(error, PurchaseOrderMissing):
            errors = {"reference": tell(NUMBER_MISSING)}
        elif "doing" in entered:
            errors = dict.fromkeys(errors, in_words(error, at_desk.locale))
        return show_order(request, key, errors, status=status, entered=entered, find=entered.get("find", ""))
    return back(f"/call-center/orders/{key}", done)


@post("/call-center/orders/{key:str}/items", permission="order.capture", sync_to_thread=True)
def add_item(request: Asked, key: str, data: Form) -> Response[Any]:
    """Put an item on the draft."""
    item, quantity, version = text(data, "item"), text(data, "quantity") or "1", text(data, "version")
    return attempt(request, key, data, "added", lambda house, agent: desk.add_item(house, agent, key, version, item, quantity))


@post("/call-center/orders/{key:str}/lines/{line:str}", permission="order.line.quantity", sync_to_thread=True)
def change_line(request: Asked, key: str, line: str, data: Form) -> Response[Any]:
    """Change how many of a line, or take it off."""
    change: dict[str, str] = {"OrderLineKey": line, "Action": "MODIFY", "OrderedQty": text(data, "quantity")}
    if text(data, "do") == "remove":
        change = {"OrderLineKey": line, "Action": "REMOVE"}
    document = {"Version": text(data, "version"), "OrderLines": {"OrderLine": [change]}}
    return attempt(request, key, data, "saved", lambda house, agent: desk.change_draft(house, agent, key, document))


@post("/call-center/orders/{key:str}/coupons", permission="order.coupon", sync_to_thread=True)
def enter_code(request: Asked, key: str, data: Form) -> Response[Any]:
    """Check a code with commerce and put it on the draft, or take one off."""
    coupon, version = text(data, "coupon"), text(data, "version")
    if text(data, "do") == "remove":
        document = {"Version": version, "Coupons": {"Coupon": [{"CouponID": coupon, "Action": "REMOVE"}]}}
        return attempt(request, key, data, "saved", lambda house, agent: desk.change_draft(house, agent, key, document))
    return attempt(request, key, data, "coupon", lambda house, agent: desk.add_coupon(house, agent, key, version, coupon))


@post("/call-center/orders/{key:str}/shipping", permission="order.fulfillment", sync_to_thread=True)
def choose_shipping(request: Asked, key: str, data: Form) -> Response[Any]:
    """Choose how the order travels."""
    service, version = text(data, "service"), text(data, "version")

    def choose(house: House, agent: desk.Agent) -> object:
        with house.commerce.database.read() as conn:
            modes = charges.find_shipping_modes(conn, desk_of(request).store.id)
        mode = next((one for one in modes if one.service == service), None)
        if mode is None:
            raise ChoiceMissing(path="service")
        change = {"Version": version, "SCAC": mode.carrier, "CarrierServiceCode": mode.service}
        return desk.change_draft(house, agent, key, change)

    return attempt(request, key, data, "saved", choose)


@post("/call-center/orders/{key:str}/payment", permission="payment.capture", sync_to_thread=True)
def choose_payment(request: Asked, key: str, data: Form) -> Response[Any]:
    """Choose how the order is paid: a card by its token, or the customer's account."""
    method, reference, version = text(data, "method"), text(data, "reference"), text(data, "version")

    def choose(house: House, agent: desk.Agent) -> object:
        card = next((one for one in CARDS if one[0] == method), None)
        if card is not None:
            means = {
                "PaymentType": "CREDIT_CARD",
                "CreditCardNo": card[0],
                "CreditCardType": card[2],
                "DisplayCreditCardNo": card[3],
            }
        elif method == ACCOUNT:
            if not reference:
                raise PurchaseOrderMissing(path="PaymentReference1")
            means = {"PaymentType": "CUSTOMER_ACCOUNT", "PaymentReference1": reference}
        else:
            raise ChoiceMissing(path="method")
        return desk.change_draft(house, agent, key, {"Version": version, "PaymentMethods": {"PaymentMethod": [means]}})

    return attempt(request, key, data, "saved", choose)


@post("/call-center/orders/{key:str}/price", permission="order.capture", sync_to_thread=True)
def price_again(request: Asked, key: str, data: Form) -> Response[Any]:
    """Have commerce price the draft."""
    return attempt(request, key, data, "priced", lambda house, agent: desk.price_draft(house, key))


@post("/call-center/orders/{key:str}/confirm", permission="order.confirm", sync_to_thread=True)
def confirm(request: Asked, key: str, data: Form) -> Response[Any]:
    """Make the draft an order, as the agent has seen it."""
    version = text(data, "version")

    def make(house: House, agent: desk.Agent) -> object:
        seen = read_order(house, key)
        if str(seen.version) != version:
            raise OrderMovedOn(order_no=seen.order_no, version=seen.version)
        desk.price_draft(house, key)
        now = read_order(house, key)
        if format_amount(now.total, now.currency) != text(data, "total"):
            raise PriceMoved()
        return desk.confirm_draft(house, agent, key)

    return attempt(request, key, data, "confirmed", make)


class PriceMoved(Conflict):
    code = "PRICE_MOVED"
    message = mark("Commerce asks another price than a moment ago. Tell the customer the new total, then confirm.")


@post("/call-center/orders/{key:str}/discard", permission="order.cancel", sync_to_thread=True)
def discard(request: Asked, key: str, data: Form) -> Response[Any]:
    """Give the draft up."""
    wish = desk.Cancelling(text(data, "version"), reason=text(data, "reason"))
    return attempt(request, key, data, "cancelled", lambda house, agent: desk.cancel_order(house, agent, key, wish))


routes: list[Any] = [add_item, change_line, enter_code, choose_shipping, choose_payment, price_again, confirm, discard]
