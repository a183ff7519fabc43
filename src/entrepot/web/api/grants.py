"""What staff grants on a shopper's open cart, for programs: what may be granted, granting it, and deciding on what waits.

The same steps as on the call center's page, with the same limits: what passes the caller's waits for somebody with wider
ones and takes nothing off until then.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, delete, get, post

from entrepot.commerce import capture, catalog, charges
from entrepot.kernel.money import format_amount, format_price
from entrepot.web import cart_desk
from entrepot.web.edge import house_of, require_user
from entrepot.web.i18n import mark
from entrepot.web.staff import Desk

ORDER_WIDE, GOODWILL = "order.charge.header", "order.appease"


class ToGrant(msgspec.Struct, forbid_unknown_fields=True):
    """One of an amount or a percentage off, a charge on top and a new price, as decimal text.

    It is on the line of that id, without one on the whole cart, or (`shipping`) on shipping. A price is of a unit of a line,
    or of shipping.
    """

    version: int
    reason: str
    amount: str = ""
    percent: str = ""
    charge: str = ""
    price: str = ""
    shipping: bool = False
    line: str = ""
    note: str = ""


class Decision(msgspec.Struct, forbid_unknown_fields=True):
    """Whether what waits takes effect, and a note for the history."""

    approve: bool
    note: str = ""


class GrantDocument(msgspec.Struct):
    """A grant that stands on a cart; `state` is within, pending or approved.

    `on` is line, order or shipping, `how` is off, extra or set; `off` is what the cart costs less by it now, below zero what it
    costs more.
    """

    id: str
    state: str
    on: str
    how: str
    line: str | None
    amount: str | None
    percent: str | None
    price: str | None
    off: str
    reason: str
    note: str
    by: str
    at: datetime
    approved_by: str | None


class Target(msgspec.Struct):
    """Something that can be taken less or more for: a line, the whole cart or shipping (`on`); `net` is what it costs now."""

    on: str
    line: str | None
    part_number: str
    net: str


class GrantsDocument(msgspec.Struct):
    """The cart as it is now, what stands on it, and what the caller may grant on what, for which reasons."""

    customer: str
    version: int
    currency: str
    total: str
    grants: list[GrantDocument]
    targets: list[Target]
    reasons: list[str]


class Waiting(msgspec.Struct):
    """A grant that waits for approval, and on whose cart; a charge has a worth below zero."""

    customer: str
    on: str
    how: str
    grant: str
    part_number: str
    worth: str
    currency: str
    reason: str
    note: str
    by: str
    at: datetime


class GrantApi(Controller):
    """`/api/stores/{store}/customers/{customer}/cart/grants`: for staff, by bearer token; the customer by logon id."""

    path = "/api/stores/{store:str}"
    tags = ["Grants"]

    @get("/customers/{customer:str}/cart/grants", permission="customer.search", sync_to_thread=False)
    def offered(self, request: Request[Any, Any, Any], store: str, customer: str) -> GrantsDocument:
        """What stands on the customer's open cart, and what the caller may grant on it."""
        at_desk, house = _desk(request, store), house_of(request)
        with house.commerce.database.read() as conn:
            return _document(at_desk, customer, cart_desk.open_cart(conn, house, at_desk, customer).cart)

    @post("/customers/{customer:str}/cart/grants", permission="order.charge.line", sync_to_thread=True)
    def grant(self, request: Request[Any, Any, Any], store: str, customer: str, data: ToGrant) -> GrantsDocument:
        """Grant something on the cart as it was seen, in the place of an earlier grant on the same.

        What passes the caller's limits stands as *pending*: that is how approval is asked for.
        """
        at_desk, house = _desk(request, store), house_of(request)
        with house.commerce.database.read() as conn:
            currency = cart_desk.open_cart(conn, house, at_desk, customer).cart.currency
        wish = _wish(data, currency)
        return _document(at_desk, customer, cart_desk.grant(house, at_desk, customer, data.version, wish))

    @delete(
        "/customers/{customer:str}/cart/grants/{grant:str}", permission="order.charge.line", sync_to_thread=True, status_code=200
    )
    def withdraw(self, request: Request[Any, Any, Any], store: str, customer: str, grant: str, version: int) -> GrantsDocument:
        """Take a grant off the cart again, whether it takes effect or waits."""
        at_desk = _desk(request, store)
        return _document(at_desk, customer, cart_desk.withdraw(house_of(request), at_desk, customer, version, grant))

    @post(
        "/customers/{customer:str}/cart/grants/{grant:str}/decision",
        permission="override.approve",
        sync_to_thread=True,
        status_code=200,
    )
    def decide(self, request: Request[Any, Any, Any], store: str, customer: str, grant: str, data: Decision) -> GrantsDocument:
        """Approve a grant that waits, or take it off; never by whoever gave it, nor beyond the decider's own limits."""
        at_desk = _desk(request, store)
        decision = (grant, data.approve, data.note[: capture.LONGEST_NOTE])
        return _document(at_desk, customer, cart_desk.decide(house_of(request), at_desk, customer, decision))

    @get("/grants/waiting", permission="override.approve", sync_to_thread=False)
    def waiting(self, request: Request[Any, Any, Any], store: str) -> list[Waiting]:
        """What waits for approval on open carts of the store, the oldest first."""
        at_desk = _desk(request, store)
        with house_of(request).commerce.database.read() as conn:
            return [_waiting(one) for one in capture.grants_waiting(conn, at_desk.store.id)]


def _wish(data: ToGrant, currency: str) -> capture.Wish:
    given = {name: value for name in ("amount", "percent", "charge", "price") if (value := getattr(data, name))}
    if len(given) != 1:
        raise capture.GrantMalformed(path="amount", problem=capture.ONE_OF)
    if data.shipping and data.line:
        raise capture.GrantMalformed(path="line", problem=mark("Say a line or shipping, not both."))
    ((how, value),) = given.items()
    whole = charges.On.SHIPPING if data.shipping else charges.On.ORDER
    target = (charges.On.LINE, data.line) if data.line else (whole, "")
    return capture.read_wish(target, how, value, (data.reason, data.note), currency)


def _desk(request: Request[Any, Any, Any], store: str) -> Desk:
    with house_of(request).commerce.database.read() as conn:
        found = catalog.find_store(conn, store)
    return Desk(require_user(request), found, found.default_language)


def _document(at_desk: Desk, customer: str, cart: capture.Order) -> GrantsDocument:
    calculation, may = cart.calculation, at_desk.user.permissions
    assert calculation is not None, "an open cart has been calculated"
    lines = [line for line in calculation.lines if not line.gift_of]
    targets = [Target("line", line.id, line.part_number, format_amount(line.net, cart.currency)) for line in lines]
    if ORDER_WIDE in may and calculation.shipping is not None:
        targets.append(Target("shipping", None, "", format_amount(calculation.shipping_net, cart.currency)))
    if ORDER_WIDE in may and lines:
        targets.append(Target("order", None, "", format_amount(sum(line.net for line in lines), cart.currency)))
    return GrantsDocument(
        customer=customer,
        version=cart.version,
        currency=cart.currency,
        total=format_amount(calculation.total, cart.currency),
        grants=[_grant_document(one, calculation) for one in cart.granted],
        targets=targets if "order.charge.line" in may else [],
        reasons=[one for one in capture.GRANT_REASONS if one != "APPEASEMENT" or GOODWILL in may],
    )


def _grant_document(one: capture.Granted, calculation: capture.Calculation) -> GrantDocument:
    return GrantDocument(
        id=one.id,
        state=str(one.state),
        on=str(one.on),
        how=str(one.how),
        line=one.line or None,
        amount=None if one.percent or one.prices_line else format_amount(one.amount, one.currency),
        percent=one.percent or None,
        price=format_price(one.price, one.currency) if one.prices_line else None,
        off=format_amount(-calculation.came_to(one.id), calculation.currency),
        reason=one.reason,
        note=one.note,
        by=one.by,
        at=one.at,
        approved_by=one.approved_by or None,
    )


def _waiting(fact: capture.GrantFact) -> Waiting:
    one = fact.granted
    return Waiting(
        customer=fact.customer,
        on=str(one.on),
        how=str(one.how),
        grant=one.id,
        part_number=fact.part_number,
        worth=format_amount(fact.worth, one.currency),
        currency=one.currency,
        reason=one.reason,
        note=one.note,
        by=one.by,
        at=one.at,
    )
