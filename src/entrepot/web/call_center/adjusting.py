"""Giving and charging by hand: the form on an order's page, and the list of what waits for somebody's approval."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from entrepot.commerce import capture
from entrepot.kernel.errors import Error, Unavailable
from entrepot.kernel.money import format_amount, format_price
from entrepot.kernel.typed import typed_amount, typed_price
from entrepot.order_management import orders
from entrepot.order_management.orders import Level
from entrepot.web import cart_desk, desk
from entrepot.web.call_center.adjusted import ORDER, SHIPPING, written
from entrepot.web.call_center.draft import attempt
from entrepot.web.call_center.refusals import in_words
from entrepot.web.call_center.shown import read_order
from entrepot.web.edge import house_of
from entrepot.web.house import House
from entrepot.web.i18n import mark, translator
from entrepot.web.staff import Asked, Form, back, desk_of, refused, show, text

SILENT = mark("Commerce does not answer right now. Nothing was changed; try again in a moment.")


@post("/call-center/orders/{key:str}/adjustments", permission="order.charge.line", sync_to_thread=True)
def enter(request: Asked, key: str, data: Form) -> Response[Any]:
    """Give a discount, charge extra or set a unit price by hand."""
    target, doing = text(data, "target"), text(data, "doing")
    codes = {ORDER: Level.ORDER, SHIPPING: Level.SHIPMENT}
    change = {
        "Version": text(data, "version"),
        "CalculationCode": str(Level.PRICE if doing == "price" else codes.get(target, Level.LINE)),
        "OrderLineKey": "" if target in codes else target,
        "Amount": text(data, "amount"),
        "IsDiscount": "N" if doing == "charge" else "Y",
        "ReasonCode": text(data, "reason"),
        "NoteText": text(data, "adjust_note"),
    }
    agent = desk.agent_of(desk_of(request).user)
    return attempt(request, key, data, "by_hand", lambda house, _: desk.adjust(house, agent, key, _read(house, key, change)))


def _read(house: House, key: str, change: dict[str, str]) -> dict[str, str]:
    """The change with its amount as documents write it; refused as on every page where it cannot be read."""
    currency = read_order(house, key).currency
    if change["CalculationCode"] == Level.PRICE:
        return change | {"Amount": format_price(typed_price(change["Amount"], "Amount"), currency)}
    return change | {"Amount": format_amount(typed_amount(change["Amount"], currency, "Amount"), currency)}


@post("/call-center/orders/{key:str}/adjustments/{adjustment:str}/remove", permission="order.charge.line", sync_to_thread=True)
def remove(request: Asked, key: str, adjustment: str, data: Form) -> Response[Any]:
    """Take an adjustment off again."""
    change = {"Version": text(data, "version"), "Action": "REMOVE", "AdjustmentID": adjustment}
    agent = desk.agent_of(desk_of(request).user)
    return attempt(request, key, data, "by_hand", lambda house, _: desk.adjust(house, agent, key, change))


@get("/call-center/approvals", permission="override.approve", sync_to_thread=False)
def approvals(request: Asked) -> Response[str]:
    """What waits for somebody with wider limits."""
    return _approvals(request, {})


@post("/call-center/approvals/{key:str}/{adjustment:str}", permission="override.approve", sync_to_thread=True)
def decide(request: Asked, key: str, adjustment: str, data: Form) -> Response[Any]:
    """Let an adjustment stand, or take it off."""
    house, user = house_of(request), desk_of(request).user
    action = "APPROVE" if text(data, "do") == "approve" else "REJECT"
    change = {"Action": action, "AdjustmentID": adjustment, "NoteText": text(data, "note"), "Version": text(data, "version")}
    try:
        desk.adjust(house, desk.agent_of(user), key, change)
    except Unavailable:
        return _approvals(request, {"": translator(desk_of(request).locale).gettext(SILENT)}, status=503)
    except Error as error:
        status, _ = refused(error)
        return _approvals(request, {"": in_words(error, desk_of(request).locale)}, status=status)
    return back("/call-center/approvals", "approved" if action == "APPROVE" else "rejected")


@post("/call-center/approvals/carts/{customer:str}/{grant:str}", permission="override.approve", sync_to_thread=True)
def decide_on_cart(request: Asked, customer: str, grant: str, data: Form) -> Response[Any]:
    """Let something granted on a customer's cart take effect, or take it off."""
    yes = text(data, "do") == "approve"
    try:
        cart_desk.decide(house_of(request), desk_of(request), customer, (grant, yes, text(data, "note")[:300]))
    except Error as error:
        status, errors = refused(error)
        return _approvals(request, errors, status=status)
    return back("/call-center/approvals", "approved" if yes else "rejected")


def _approvals(request: Asked, errors: dict[str, str], *, status: int = 200) -> Response[str]:
    at_desk = desk_of(request)
    with house_of(request).order_management.database.read() as conn:
        waiting = orders.awaiting_approval(conn, at_desk.store.identifier)
        versions = {one.fact.order_key: orders.load_order(conn, one.fact.order_key) for one in waiting}
    with house_of(request).commerce.database.read() as conn:
        carts = capture.grants_waiting(conn, at_desk.store.id)
    return show(
        request,
        "call_center/approvals.html",
        status=status,
        errors=errors,
        waiting=waiting,
        carts=carts,
        orders=versions,
        totals={key: orders.totals(order) for key, order in versions.items()},
        own=at_desk.user.logon_id.casefold(),
        written=written,
    )


routes: list[Any] = [enter, remove, approvals, decide, decide_on_cart]
