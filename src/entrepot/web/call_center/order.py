"""An order on the agent's screen: what it is, how far it has come, and what may still be done to it."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from entrepot.kernel.errors import Unavailable
from entrepot.order_management import orders
from entrepot.web import desk
from entrepot.web.call_center.draft import attempt
from entrepot.web.call_center.shown import OVERRIDE, show_order
from entrepot.web.edge import house_of
from entrepot.web.staff import Asked, Form, back, desk_of, show, text


@get("/call-center/orders/{key:str}", permission="order.view", sync_to_thread=True)
def order_screen(request: Asked, key: str, find: str = "") -> Response[str]:
    """The order or draft; ``find`` looks for items to add to a draft."""
    return show_order(request, key, find=find[:200])


@get("/call-center/orders", permission="order.view", sync_to_thread=False)
def by_number(request: Asked, number: str = "") -> Response[Any]:
    """The order of this number, in whichever of its forms."""
    store = desk_of(request).store.identifier
    bare = number.strip().removeprefix("WC_")
    with house_of(request).order_management.database.read() as conn:
        for candidate in (bare, f"WC_{bare}"):
            try:
                key = orders.order_key(conn, key="", enterprise=store, document_type="0001", order_no=candidate)
            except orders.OrderNotFound:
                continue
            return back(f"/call-center/orders/{key}")
    return back(f"/call-center?q={bare}")


@post("/call-center/orders/{key:str}/lines/{line:str}/cancel", permission="order.cancel", sync_to_thread=True)
def cancel_line(request: Asked, key: str, line: str, data: Form) -> Response[Any]:
    """Cancel some of a line; a gift it earned goes too."""
    wish = desk.Cancelling(text(data, "version"), line, text(data, "quantity"), text(data, "reason"), _may_override(request))
    return attempt(request, key, data, "cancelled", lambda house, agent: desk.cancel_quantity(house, agent, key, wish))


@post("/call-center/orders/{key:str}/cancel", permission="order.cancel", sync_to_thread=True)
def cancel(request: Asked, key: str, data: Form) -> Response[Any]:
    """Cancel the whole order."""
    wish = desk.Cancelling(text(data, "version"), reason=text(data, "reason"), override=_may_override(request))
    return attempt(request, key, data, "cancelled", lambda house, agent: desk.cancel_order(house, agent, key, wish))


def _may_override(request: Asked) -> bool:
    """Whether this agent may stop what a node has in hand already."""
    return OVERRIDE in desk_of(request).user.permissions


@post("/call-center/orders/{key:str}/holds", permission="order.hold.apply", sync_to_thread=True)
def hold(request: Asked, key: str, data: Form) -> Response[Any]:
    """Put a hold on the order."""
    document = {"OrderHeaderKey": key, "HoldType": text(data, "hold_type"), "ReasonText": text(data, "reason_text")}
    return attempt(request, key, data, "hold", lambda house, agent: desk.invoke(house, agent, "applyHold", document))


@post("/call-center/orders/{key:str}/holds/resolve", permission="order.hold.resolve", sync_to_thread=True)
def resolve(request: Asked, key: str, data: Form) -> Response[Any]:
    """Let the order go on."""
    document = {"OrderHeaderKey": key, "HoldType": text(data, "hold_type"), "ReasonText": text(data, "reason_text")}
    return attempt(request, key, data, "resolved", lambda house, agent: desk.invoke(house, agent, "resolveHold", document))


@post("/call-center/orders/{key:str}/notes", permission="order.note", sync_to_thread=True)
def note(request: Asked, key: str, data: Form) -> Response[Any]:
    """Write a note into the history."""
    document = {
        "OrderHeaderKey": key,
        "Version": text(data, "version"),
        "Notes": {"Note": [{"NoteText": text(data, "note")[:4000]}]},
    }
    if not text(data, "note"):
        return back(f"/call-center/orders/{key}")
    return attempt(request, key, data, "noted", lambda house, agent: desk.invoke(house, agent, "changeOrder", document))


@get("/call-center/promotions/{promotion:str}", permission="order.view", sync_to_thread=True)
def promotion_page(request: Asked, promotion: str, order: str = "") -> Response[str]:
    """What a promotion is about, as commerce tells it in the agent's language."""
    at_desk = desk_of(request)
    try:
        details = desk.promotion_details(house_of(request), at_desk.store.identifier, promotion, at_desk.view_language)
    except Unavailable:
        details = {}
    return show(request, "call_center/promotion.html", promotion=promotion, details=details, order_key=order)


routes: list[Any] = [order_screen, by_number, cancel_line, cancel, hold, resolve, note, promotion_page]
