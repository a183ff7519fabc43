"""Giving and charging by hand: on a draft or on an order of which nothing has left yet.

It takes two halves, like all pricing: the first says what commerce has to be asked for the order as it would be, the
second records the adjustment together with the answer, so that nothing is half done when commerce is silent. What passes
the giver's limits waits: the order is held until somebody with wider limits, never the giver, approves or rejects it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refused
from entrepot.kernel.money import format_amount, format_price, parse_amount, parse_price
from entrepot.kernel.words import mark, phrase
from entrepot.order_management.orders import adjustment_facts as facts_kept
from entrepot.order_management.orders import tasks
from entrepot.order_management.orders.adjustment import (
    APPEASEMENT,
    OTHER,
    PERMISSIONS,
    REASONS,
    Action,
    Excess,
    Fact,
    Level,
    Policy,
    State,
    alike,
    judge,
    limits_of,
    signed,
    standing,
    worth,
)
from entrepot.order_management.orders.adjustment_hold import held, reopened
from entrepot.order_management.orders.audit import Doing
from entrepot.order_management.orders.create import answered
from entrepot.order_management.orders.documents import AdjustOrder, OrderPrice
from entrepot.order_management.orders.events import say
from entrepot.order_management.orders.load import load_order
from entrepot.order_management.orders.modification import require
from entrepot.order_management.orders.order import Charge, ChargeKind, Line, Order
from entrepot.order_management.orders.pricing import pricing_question, take_reply, with_settlement
from entrepot.order_management.orders.save import OrderMovedOn, save_order
from entrepot.order_management.orders.totals import check, totals
from entrepot.order_management.wire import read

APPROVE = "override.approve"
_CATEGORIES = {APPEASEMENT: "CUSTOMER_APPEASEMENT", "PRICE_MATCH": "PriceMatch"}


class OwnOrder(Refused):
    code = "ENT_OWN_ORDER"
    message = mark("Nobody adjusts an order of their own. Ask a colleague.")


class NotPriced(Conflict):
    code = "ENT_PRICE_STALE"
    message = mark("The order has no current price. Have it priced, then adjust it.")


class NothingShipped(Refused):
    code = "ENT_NO_SHIPPING"
    message = mark("Shipping costs nothing on this order, so there is nothing to adjust. Choose how it travels first.")


class AdjustmentNotFound(NotFound):
    code = "ENT_ADJUSTMENT_NOT_FOUND"
    message = mark("This adjustment does not stand on the order any more. Reload the order.")


class NotWaiting(Conflict):
    code = "ENT_NOT_WAITING"
    message = mark("This adjustment does not wait for approval any more. Reload the list.")


class ApproverTooNear(Refused):
    code = "ENT_APPROVER"
    message = mark("Whoever gave it cannot approve it. Somebody else has to decide.")


class ApproverTooLow(Refused):
    code = "ENT_APPROVER_LIMIT"
    message = mark("This passes your own limits too. Somebody with wider limits has to decide.")


class AdjustmentMalformed(Invalid):
    code = "ENT_INVALID"
    message = "{path}: {what}"


@dataclass(frozen=True, slots=True)
class By:
    """Who adjusts and when, in which roles, and what they may do; what they gave or charged today elsewhere counts, too."""

    user: str
    at: datetime
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    given_elsewhere: int = 0
    charged_elsewhere: int = 0


def adjustment_request(conn: Connection, sent: AdjustOrder, by: By) -> dict[str, Any]:
    """What commerce has to be asked for the order as it would be; refused when it may not be so."""
    order = load_order(conn, sent.order_header_key)
    policy = facts_kept.policy_of(conn, order.enterprise)
    after, _ = _proposed(order, standing(facts_kept.facts_of(conn, order.key)), sent, by, policy)
    return pricing_question(after, policy)


def record_adjustment(conn: Connection, sent: AdjustOrder, reply: Mapping[str, Any], by: By) -> dict[str, Any]:
    """Write the adjustment down with what the order costs now; above the giver's limits it waits for approval."""
    before = load_order(conn, sent.order_header_key, lock=True)
    known = standing(facts_kept.facts_of(conn, before.key))
    policy = facts_kept.policy_of(conn, before.enterprise)
    proposed, fact = _proposed(before, known, sent, by, policy)
    if before.draft:
        after = take_reply(conn, proposed, reply, by.at)
    else:
        after = with_settlement(proposed, read(OrderPrice, dict(reply), "ignore"))
    fact = replace(fact, order_total=totals(after).grand)
    if fact.action in (Action.ENTER, Action.CHANGE):
        fact = replace(fact, worth=worth(after, fact.level, fact.line_key, fact.before, fact.after))
        known[fact.adjustment] = fact
        if _excess(conn, after, known, fact, by):
            fact = known[fact.adjustment] = replace(fact, state=State.PENDING)
    else:
        known.pop(fact.adjustment)
    again = reopened(after, known, by.user, by.at)
    facts_kept.add_facts(conn, [fact, *again])
    after = held(after, known | {one.adjustment: one for one in again})
    saved = save_order(conn, before, after, Doing("ADJUST", by.user, by.at, _words(fact)))
    if not saved.draft:
        tasks.wake(conn, saved.key, tasks.PAYMENT, by.at)
        _go_on(conn, before, saved, by.at)
    say(conn, "order.changed", saved, by.at)
    return answered(saved) | {"AdjustmentID": fact.adjustment, "AdjustmentState": fact.state.value}


def approve_adjustment(conn: Connection, sent: AdjustOrder, by: By) -> dict[str, Any]:
    """Let an adjustment stand that passed its giver's limits; the order goes on when nothing else waits."""
    before = load_order(conn, sent.order_header_key, lock=True)
    _seen(before, sent)
    known = standing(facts_kept.facts_of(conn, before.key))
    fact = _waiting(known, sent, by)
    if _excess(conn, before, known, fact, by):
        raise ApproverTooLow()
    grand = totals(before).grand
    said = replace(
        fact, action=Action.APPROVE, state=State.APPROVED, user=by.user, at=by.at, note=sent.note_text, order_total=grand
    )
    facts_kept.add_facts(conn, [said])
    after = held(before, known | {said.adjustment: said})
    saved = save_order(conn, before, after, Doing("ADJUST", by.user, by.at, _words(said)))
    _go_on(conn, before, saved, by.at)
    return answered(saved) | {"AdjustmentID": said.adjustment, "AdjustmentState": said.state.value}


def _proposed(order: Order, known: Mapping[str, Fact], sent: AdjustOrder, by: By, policy: Policy) -> tuple[Order, Fact]:
    """The order as it would be, and what is to be written down of it."""
    _seen(order, sent)
    if sent.action == "ENTER":
        return _entered(order, known, sent, by, policy)
    if sent.action == "REJECT":
        return _without(order, _waiting(known, sent, by), sent, by, Action.REJECT)
    if sent.action != "REMOVE":
        raise AdjustmentMalformed(path="Action", what=mark("ENTER, REMOVE, APPROVE or REJECT."))
    fact = known.get(sent.adjustment_id)
    if fact is None:
        raise AdjustmentNotFound(adjustment=sent.adjustment_id)
    _require_permitted(PERMISSIONS[fact.level], by)
    return _without(order, fact, sent, by, Action.REMOVE)


def _entered(order: Order, known: Mapping[str, Fact], sent: AdjustOrder, by: By, policy: Policy) -> tuple[Order, Fact]:
    level = _level(sent)
    _require_permitted(PERMISSIONS[level], by)
    if order.buyer_user_id and order.buyer_user_id.casefold() == by.user.casefold():
        raise OwnOrder(order_no=order.order_no)
    _require_reason(sent, by)
    require(order, "CHANGE_PRICE" if level is Level.PRICE else "MANUAL_CHARGE")
    if not order.priced:
        raise NotPriced(order_no=order.order_no)
    line = _line(order, sent) if level in (Level.LINE, Level.PRICE) else None
    old = _replaced(known, level, line, policy)
    fact = Fact(
        order_key=order.key,
        adjustment=old.adjustment if old else sent.adjustment_id,
        action=Action.CHANGE if old else Action.ENTER,
        state=State.WITHIN_LIMITS,
        level=level,
        line_key=line.key if line else "",
        item_id=line.item_id if line else "",
        before=0,
        after=0,
        worth=0,
        order_total=0,
        currency=order.currency,
        reason=sent.reason_code,
        note=sent.note_text.strip(),
        policy=policy.value,
        customer=order.buyer_user_id,
        requester=by.user,
        user=by.user,
        at=by.at,
    )
    if level is Level.PRICE and line is not None:
        price = parse_price(sent.amount, "Amount")
        changed = replace(line, unit_price=price, price_locked=True)
        lines = tuple(changed if one.key == line.key else one for one in order.lines)
        return replace(order, lines=lines), replace(fact, before=old.before if old else line.unit_price, after=price)
    charge = _charge(order, sent, fact)
    others = tuple(one for one in order.charges if one.key != charge.key)
    after = replace(order, charges=(*others, charge))
    if level is Level.SHIPMENT and not any(one.category == "Shipping" and not one.manual for one in order.charges):
        raise NothingShipped(order_no=order.order_no)
    before = [signed(one) for one in order.charges if one.key == charge.key]
    return check(after), replace(fact, before=before[0] if before else 0, after=signed(charge))


def _without(order: Order, fact: Fact, sent: AdjustOrder, by: By, action: Action) -> tuple[Order, Fact]:
    """The order as if it had not been given: an overridden price goes back to what it was."""
    after = replace(order, charges=tuple(one for one in order.charges if one.key != fact.adjustment))
    if fact.level is Level.PRICE:
        lines = tuple(
            replace(one, unit_price=fact.before, price_locked=not order.draft) if one.key == fact.line_key else one
            for one in order.lines
        )
        after = replace(after, lines=lines)
    require(order, "CHANGE_PRICE" if fact.level is Level.PRICE else "MANUAL_CHARGE")
    said = replace(fact, action=action, before=fact.after, after=fact.before if fact.level is Level.PRICE else 0, worth=0)
    state = State.REJECTED if action is Action.REJECT else fact.state
    return after, replace(said, state=state, user=by.user, at=by.at, note=sent.note_text.strip())


def _seen(order: Order, sent: AdjustOrder) -> None:
    if sent.version != str(order.version):
        raise OrderMovedOn(order_no=order.order_no, version=order.version)


def _waiting(known: Mapping[str, Fact], sent: AdjustOrder, by: By) -> Fact:
    _require_permitted(APPROVE, by)
    fact = known.get(sent.adjustment_id)
    if fact is None or fact.state is not State.PENDING:
        raise NotWaiting(adjustment=sent.adjustment_id)
    if fact.requester.casefold() == by.user.casefold():
        raise ApproverTooNear()
    return fact


def _excess(conn: Connection, order: Order, known: Mapping[str, Fact], fact: Fact, by: By) -> list[Excess]:
    """The limits of ``by`` that the adjustment passes, with all alike that stands and that its giver did on the day."""
    limits = limits_of(by.roles, facts_kept.stored_limits(conn, order.enterprise, order.currency), order.currency)
    today = facts_kept.given_on_day(conn, fact.requester, order.currency, fact.at)
    given = alike([one.worth for key, one in today.items() if key != fact.adjustment] + [fact.worth], fact.worth)
    if fact.requester == by.user:
        given += by.charged_elsewhere if fact.worth < 0 else by.given_elsewhere
    return judge(order, known, fact, limits, given)


def _level(sent: AdjustOrder) -> Level:
    if sent.calculation_code not in tuple(Level):
        raise AdjustmentMalformed(path="CalculationCode", what=phrase(mark("choose one of {names}."), names=", ".join(Level)))
    return Level(sent.calculation_code)


def _require_permitted(permission: str, by: By) -> None:
    if permission not in by.permissions:
        raise NotPermitted(permission=permission)


def _require_reason(sent: AdjustOrder, by: By) -> None:
    if sent.reason_code not in REASONS:
        raise AdjustmentMalformed(path="ReasonCode", what=mark("choose a reason from the list."))
    if sent.reason_code == OTHER and not sent.note_text.strip():
        raise AdjustmentMalformed(path="NoteText", what=mark("say in a note what the other reason is."))
    if len(sent.note_text) > 300:
        raise AdjustmentMalformed(path="NoteText", what=mark("write at most 300 characters."))
    if sent.reason_code == APPEASEMENT:
        _require_permitted("order.appease", by)


def _line(order: Order, sent: AdjustOrder) -> Line:
    for line in order.top_lines:
        if line.key == sent.order_line_key and line.ordered and not line.gift:
            return line
    raise AdjustmentMalformed(path="OrderLineKey", what=mark("choose a line that is bought; a gift costs nothing already."))


def _replaced(known: Mapping[str, Fact], level: Level, line: Line | None, policy: Policy) -> Fact | None:
    """The adjustment that a new one takes the place of."""
    if policy is Policy.ADDITION and level is not Level.PRICE:
        return None
    key = line.key if line else ""
    return next((fact for fact in known.values() if fact.level is level and fact.line_key == key), None)


def _charge(order: Order, sent: AdjustOrder, fact: Fact) -> Charge:
    amount = parse_amount(sent.amount, order.currency, "Amount")
    if not amount:
        raise AdjustmentMalformed(path="Amount", what=mark("write an amount above zero."))
    discount, shipment = sent.is_discount == "Y", fact.level is Level.SHIPMENT
    if discount:
        category = "ShippingDiscount" if shipment else _CATEGORIES.get(fact.reason, "Discount")
    else:
        category = "Shipping" if shipment else "Price"
    return Charge(
        key=fact.adjustment,
        kind=ChargeKind.DISCOUNT if discount else ChargeKind.CHARGE,
        category=category,
        name=fact.reason,
        amount=amount,
        line=fact.line_key,
        basis=order.line(fact.line_key).ordered if fact.line_key else 0,
        manual=True,
    )


def _go_on(conn: Connection, before: Order, after: Order, at: datetime) -> None:
    """Have the work go on that a hold stopped."""
    if before.holds != after.holds and not after.draft:
        tasks.wake(conn, after.key, tasks.SCHEDULE, at)
        tasks.wake(conn, after.key, tasks.RELEASE, at)


def _words(fact: Fact) -> str:
    """The adjustment as the order's history tells it."""
    write = format_price if fact.level is Level.PRICE else format_amount
    amounts = f"{write(fact.before, fact.currency)} → {write(fact.after, fact.currency)} {fact.currency}"
    on = f" on {fact.item_id}" if fact.item_id else ""
    return f"{fact.action.value} {fact.level.value}{on}: {amounts} ({fact.reason}, {fact.state.name.lower()})"
