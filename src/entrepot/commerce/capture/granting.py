"""Granting something on a shopper's open cart, taking it off again, and deciding on what passed somebody's limits.

One grant stands on a line, one on the whole cart and one on shipping, and a line has one price set by hand: a new one replaces
the old. What passes the giver's limits, judged on everything that stands on the cart and all they gave on the day (UTC), waits:
it is not in effect until somebody with wider limits, never the giver, approves it. Each step is a fact that is only ever added.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from entrepot.commerce import charges
from entrepot.commerce.capture.calculate import calculate
from entrepot.commerce.capture.calculation import Calculation
from entrepot.commerce.capture.cart import change, to_calculate
from entrepot.commerce.capture.grant import APPEASEMENT, Allowance, Granted, GrantMalformed, GrantState, How, Wish
from entrepot.commerce.capture.order import Order, OrderState, Visit
from entrepot.commerce.capture.tables import cart_grant, orders
from entrepot.kernel.errors import Conflict, NotFound, NotPermitted, Refused
from entrepot.kernel.ids import new_id
from entrepot.kernel.words import mark

PERMISSIONS = {
    charges.On.LINE: "order.charge.line",
    charges.On.ORDER: "order.charge.header",
    charges.On.SHIPPING: "order.charge.header",
}
OVERRIDE = "order.price.override"
APPROVE = "override.approve"
_ENDED = ("withdrawn", "rejected")


class OwnCart(Refused):
    code = "OWN_CART"
    message = mark("Nobody grants something on a cart of their own. Ask a colleague.")


class NothingToGrant(Refused):
    code = "NOTHING_TO_GRANT"
    message = mark("This costs nothing already, so there is nothing to take off.")


class CostsThatAlready(Refused):
    code = "COSTS_THAT_ALREADY"
    message = mark("That is what it costs already. Write another price.")


class ShippingNotChosen(Refused):
    code = "SHIPPING_NOT_CHOSEN"
    message = mark("The customer has not chosen yet how the order ships, so shipping has no price that could be changed.")


class GrantNotFound(NotFound):
    code = "GRANT_NOT_FOUND"
    message = mark("This does not stand on the cart any more. Look at the cart as it is now.")


class GrantNotWaiting(Conflict):
    code = "GRANT_NOT_WAITING"
    message = mark("Somebody has decided on this already.")


class GrantOfOneself(Refused):
    code = "GRANT_APPROVER"
    message = mark("Whoever gave it cannot approve it. Somebody else has to decide.")


class GrantBeyondApprover(Refused):
    code = "GRANT_APPROVER_LIMIT"
    message = mark("This passes your own limits too. Somebody with wider limits has to decide.")


@dataclass(frozen=True, slots=True)
class Giver:
    """Who grants or decides, what they may do and how far, and what they gave and charged today elsewhere, in minor units."""

    logon_id: str
    permissions: frozenset[str]
    allowance: Allowance
    given_elsewhere: int = 0
    charged_elsewhere: int = 0

    def require(self, permission: str) -> None:
        if permission not in self.permissions:
            raise NotPermitted(permission=permission)


@dataclass(frozen=True, slots=True)
class GrantFact:
    """One thing that happened to a grant.

    ``worth`` is what the cart cost less by it (more: below zero), ``total`` what it came to then.
    """

    granted: Granted
    order_id: str
    action: str
    part_number: str
    worth: int
    total: int
    customer: str
    user: str
    note: str
    at: datetime


def grant(conn: Connection, visit: Visit, cart: Order, wish: Wish, giver: Giver) -> Order:
    """Put a grant on the cart, in the place of an earlier one on the same; beyond the giver's limits it waits."""
    new = _new(visit, cart, wish, giver)
    giver.require(_permission(new))
    if wish.reason == APPEASEMENT:
        giver.require("order.appease")
    if giver.logon_id.casefold() == cart.logon_id.casefold():
        raise OwnCart()
    if wish.on is charges.On.LINE and all(line.id != wish.line for line in cart.lines):
        raise GrantMalformed(path="target", problem=mark("Choose a line that is bought; a gift costs nothing already."))
    replaced = next((one for one in cart.granted if new.replaces(one)), None)
    others = tuple(one for one in cart.granted if one is not replaced)
    if new.how is How.SET:
        new = replace(new, was=_cost(calculate(conn, to_calculate(visit, replace(cart, granted=others))), new))
    tried = calculate(conn, to_calculate(visit, replace(cart, granted=(*others, new))))
    if new.on is charges.On.SHIPPING and tried.shipping is None:
        raise ShippingNotChosen()
    worth = -tried.came_to(new.id)
    if not worth:
        raise CostsThatAlready() if new.how is How.SET else NothingToGrant()
    beyond = giver.allowance.passed(tried, new, _today(conn, giver, new, replaced, visit.at, charged=worth < 0))
    state = GrantState.PENDING if beyond else GrantState.WITHIN_LIMITS
    if worth > 0 and (new.percent or new.how is How.SET):
        new = replace(new, most=worth if beyond else giver.allowance.most_on(new.on))
    if new.how is How.OFF and new.on is not charges.On.SHIPPING:
        new = replace(new, given_on=_goods(tried, new))
    new = replace(new, state=state)
    after = change(conn, visit, cart, replace(cart, granted=(*others, new)))
    if replaced is not None:
        _note(conn, after, replaced, "withdrawn", giver.logon_id, (0, visit.at, ""))
    _note(conn, after, new, "granted", giver.logon_id, (worth, visit.at, wish.note))
    return after


def _new(visit: Visit, cart: Order, wish: Wish, giver: Giver) -> Granted:
    """The grant as it is tried, as if it were within limits."""
    return Granted(
        id=new_id(),
        on=wish.on,
        reason=wish.reason,
        by=giver.logon_id,
        at=visit.at,
        state=GrantState.WITHIN_LIMITS,
        currency=cart.currency,
        amount=wish.amount,
        percent=wish.percent,
        line=wish.line,
        note=wish.note,
        how=wish.how,
        price=wish.price,
    )


def _permission(granted: Granted) -> str:
    return OVERRIDE if granted.prices_line else PERMISSIONS[granted.on]


def _cost(bare: Calculation, new: Granted) -> int:
    """What the thing costs whose price is set: a unit of the line, or shipping after promotions."""
    if new.on is charges.On.SHIPPING:
        return bare.shipping_net
    return next((line.unit_price for line in bare.lines if line.id == new.line), 0)


def _today(conn: Connection, giver: Giver, new: Granted, replaced: Granted | None, at: datetime, *, charged: bool) -> int:
    """What the giver gave on the day besides, on carts and on orders, or (charged) what they charged."""
    but = replaced.id if replaced else ""
    if charged:
        return charged_on_day(conn, giver.logon_id, new.currency, at, but) + giver.charged_elsewhere
    return given_on_day(conn, giver.logon_id, new.currency, at, but) + giver.given_elsewhere


def _goods(tried: Calculation, new: Granted) -> int:
    """What the goods cost that a grant is on, before it and what comes after it."""
    lines = [line for line in tried.lines if line.id == new.line or not new.line]
    after = [by.amount for line in lines for by in line.by_hand if by.id == new.id or new.line]
    return sum(line.net for line in lines) - sum(after)


def withdraw(conn: Connection, visit: Visit, cart: Order, grant_id: str, giver: Giver) -> Order:
    """Take a grant off the cart again."""
    standing = _standing(cart, grant_id)
    giver.require(_permission(standing))
    return _without(conn, visit, cart, standing, ("withdrawn", giver.logon_id, ""))


def decide(conn: Connection, visit: Visit, cart: Order, decision: tuple[str, bool, str], approver: Giver) -> Order:
    """Let a grant that waits take effect, or take it off: ``decision`` is which, yes or no, and a note."""
    grant_id, yes, note = decision
    approver.require(APPROVE)
    waiting = _standing(cart, grant_id)
    if waiting.state is not GrantState.PENDING:
        raise GrantNotWaiting()
    if waiting.by.casefold() == approver.logon_id.casefold():
        raise GrantOfOneself()
    if not yes:
        return _without(conn, visit, cart, waiting, ("rejected", approver.logon_id, note))
    approved = replace(waiting, state=GrantState.APPROVED, approved_by=approver.logon_id)
    granted = tuple(approved if one is waiting else one for one in cart.granted)
    after = change(conn, visit, cart, replace(cart, granted=granted))
    assert after.calculation is not None, "a changed cart has been calculated"
    worth = -after.calculation.came_to(approved.id)
    on_day = charged_on_day if worth < 0 else given_on_day
    if approver.allowance.passed(after.calculation, approved, on_day(conn, waiting.by, cart.currency, visit.at, waiting.id)):
        raise GrantBeyondApprover()
    _note(conn, after, approved, "approved", approver.logon_id, (worth, visit.at, note))
    return after


def _standing(cart: Order, grant_id: str) -> Granted:
    for one in cart.granted:
        if one.id == grant_id:
            return one
    raise GrantNotFound()


def _without(conn: Connection, visit: Visit, cart: Order, gone: Granted, said: tuple[str, str, str]) -> Order:
    action, user, note = said
    after = change(conn, visit, cart, replace(cart, granted=tuple(one for one in cart.granted if one is not gone)))
    _note(conn, after, gone, action, user, (0, visit.at, note))
    return after


def _note(conn: Connection, cart: Order, granted: Granted, action: str, user: str, what: tuple[int, datetime, str]) -> None:
    worth, at, note = what
    parts = {line.id: line.part_number for line in cart.lines}
    row = {
        "grant_id": granted.id,
        "order_id": cart.id,
        "store_id": cart.store_id,
        "action": action,
        "state": "ended" if action in _ENDED else str(granted.state),
        "granted": msgspec.to_builtins(granted),
        "part_number": parts.get(granted.line, ""),
        "worth": worth,
        "total": cart.calculation.total if cart.calculation else 0,
        "currency": granted.currency,
        "customer": cart.logon_id,
        "requester": granted.by,
        "user": user,
        "note": note,
        "at": at,
    }
    conn.execute(cart_grant.insert(), row)


_t = cart_grant.c
_other = cart_grant.alias("other")
#: A line of the history is the last word on its grant.
_LAST = _t.id == sa.select(sa.func.max(_other.c.id)).where(_other.c.grant_id == _t.grant_id).scalar_subquery()


def grants_of(conn: Connection, order_id: str) -> list[GrantFact]:
    """Everything that happened to a cart's grants, the newest first."""
    rows = conn.execute(sa.select(cart_grant).where(_t.order_id == order_id).order_by(_t.id.desc())).mappings()
    return [_fact(row) for row in rows]


def grants_waiting(conn: Connection, store_id: int) -> list[GrantFact]:
    """What waits for approval on open carts of a store, the oldest first."""
    query = (
        sa.select(cart_grant, orders.c.granted.label("standing"))
        .join(orders, orders.c.id == _t.order_id)
        .where(_t.store_id == store_id, _t.state == str(GrantState.PENDING), _LAST, orders.c.state == str(OrderState.PENDING))
        .order_by(_t.id)
    )
    rows = conn.execute(query).mappings()
    return [_fact(row) for row in rows if any(one["id"] == row["grant_id"] for one in row["standing"] or ())]


def given_on_day(conn: Connection, user: str, currency: str, at: datetime, but: str = "") -> int:
    """What somebody has granted on the day (UTC) of ``at`` and what of it stands, in minor units."""
    return _on_day(conn, user, currency, at, sa.case((_t.worth > 0, _t.worth), else_=0), but)


def charged_on_day(conn: Connection, user: str, currency: str, at: datetime, but: str = "") -> int:
    """What somebody has charged by hand on carts on the day (UTC) of ``at`` and what of it stands."""
    return _on_day(conn, user, currency, at, sa.case((_t.worth < 0, -_t.worth), else_=0), but)


def _on_day(conn: Connection, user: str, currency: str, at: datetime, what: sa.ColumnElement[int], but: str) -> int:
    since = at.replace(hour=0, minute=0, second=0, microsecond=0)
    mine = sa.select(_other.c.grant_id).where(
        _other.c.requester == user, _other.c.at >= since, _other.c.action == "granted", _other.c.currency == currency
    )
    query = sa.select(sa.func.coalesce(sa.func.sum(what), 0)).where(_t.grant_id.in_(mine), _t.grant_id != but, _LAST)
    return int(conn.execute(query).scalar_one())


def _fact(row: Any) -> GrantFact:
    plain = ("order_id", "action", "part_number", "worth", "total", "customer", "user", "note", "at")
    return GrantFact(msgspec.convert(row["granted"], Granted), **{name: row[name] for name in plain})
