"""Order preparation: the only path to an order that can be submitted.

It happens in three parts, so that no neighbor is called while rows are locked: `requirement` computes the prices anew
and says what stock is needed, the edge asks order management to reserve it, and `prepare` records the result, provided
that no term has changed in between; else it computes once more. The snapshot is good until the reservation ends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from entrepot.commerce import catalog, promotions
from entrepot.commerce.capture import tables
from entrepot.commerce.capture.calculate import calculate
from entrepot.commerce.capture.calculation import Calculation, Problem
from entrepot.commerce.capture.cart import to_calculate
from entrepot.commerce.capture.checkout import broken_terms, missing
from entrepot.commerce.capture.order import Order, OrderState, Visit
from entrepot.kernel.cache import Terms, current_terms
from entrepot.kernel.errors import Conflict, Refused
from entrepot.kernel.money import format_amount, parse_amount
from entrepot.kernel.words import mark

RESERVATION = timedelta(minutes=15)


class NotReadyToOrder(Refused):
    code = "NOT_READY"
    message = mark("The order cannot be placed yet: {summary}")


class OutOfStock(Refused):
    code = "OUT_OF_STOCK"
    message = mark("Not enough in stock: {summary}")


class PriceChanged(Conflict):
    code = "PRICE_CHANGED"
    message = mark("Prices have changed since you last looked: the total is now {total} {currency}. Please confirm it.")


@dataclass(frozen=True, slots=True)
class Needed:
    """Stock one line needs, as a decimal text of its unit; a kit is needed as its components, per one kit in steps."""

    line: str
    part_number: str
    quantity: str
    backorderable: bool
    components: tuple[tuple[str, int, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Reserved:
    """What order management answered for one need."""

    line: str
    full: bool
    available: str = "0"
    expected_at: str | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """The stock a cart needs, and what it costs by the terms it was calculated with."""

    cart: Order
    needed: list[Needed]
    calculation: Calculation
    visit: Visit
    terms: Terms

    def holds(self, conn: Connection, visit: Visit) -> bool:
        """Whether the same visitor would be charged the same now: no version of anything used has moved."""
        return visit.buyer == self.visit.buyer and self.terms.hold(conn)


def requirement(conn: Connection, visit: Visit, cart: Order) -> Requirement:
    """What has to be reserved for the cart; raises with *all* that is missing when it is not ready.

    Kits are needed as their components, each summed by nobody but order management.
    """
    with current_terms() as terms:
        calculation = calculate(conn, to_calculate(visit, cart))
    priced = replace(cart, calculation=calculation)
    problems = [*missing(priced), *broken_terms(conn, visit, priced)]
    if problems:
        summary = "; ".join(problem.text for problem in problems)
        raise NotReadyToOrder(summary=summary, problems=[msgspec.to_builtins(one) for one in problems])
    components = {line.id: line.components for line in cart.lines}
    numbers = {line.part_number for line in calculation.lines}
    numbers |= {one.part_number for parts in components.values() for one in parts}
    facts = catalog.entries_by_part_numbers(conn, visit.view, numbers)
    needed = []
    for line in calculation.lines:
        parts = components.get(line.id, ())
        stocked = [one.part_number for one in parts if one.required] or [line.part_number]
        policies = [facts[number].policy for number in stocked if facts[number].policy.track_inventory != "N"]
        if policies:
            backorderable = all(policy.backorderable and not policy.discontinued for policy in policies)
            quantity = facts[line.part_number].step.format(line.quantity)
            content = tuple((one.part_number, one.quantity, one.required) for one in parts)
            needed.append(Needed(line.id, line.part_number, quantity, backorderable, content))
    return Requirement(priced, needed, calculation, visit, terms)


def shortages(needed: Sequence[Needed], reserved: Sequence[Reserved]) -> tuple[list[Problem], list[dict[str, Any]]]:
    """What cannot be had at all, and what will come later."""
    answers = {one.line: one for one in reserved}
    refused, later = [], []
    for need in needed:
        answer = answers.get(need.line, Reserved(need.line, False))
        if answer.full:
            continue
        if need.backorderable:
            later.append({"line": need.line, "part_number": need.part_number, "expected_at": answer.expected_at})
        else:
            text = f"{need.part_number}: {answer.available} available, {need.quantity} wanted"
            refused.append(Problem("OUT_OF_STOCK", text, need.line))
    return refused, later


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised for a cart at one of its versions: the price, the reservation, and what will come later."""

    required: Requirement
    reservation_id: str
    later: list[dict[str, Any]]


def prepare(conn: Connection, visit: Visit, cart: Order, promise: Promise, confirmed_total: str | None) -> Order:
    """Record the snapshot the order will be made from; `PRICE_CHANGED` when it costs more than was shown, unconfirmed.

    ``cart`` is as it was read before the stock was reserved: if it has changed since, it is not there to be written.
    What is recorded is the cart the stock was asked for, which may say more of the checkout.
    """
    asked = promise.required.cart
    if promise.required.holds(conn, visit):
        visit, calculation = promise.required.visit, promise.required.calculation
    else:
        with current_terms():
            calculation = calculate(conn, to_calculate(visit, asked))
    agreed = parse_amount(confirmed_total, cart.currency, "confirmed_total") if confirmed_total else 0
    if _costs_more(cart, asked, calculation) and calculation.total > agreed:
        raise PriceChanged(total=format_amount(calculation.total, cart.currency), currency=cart.currency)
    hold_promotions(conn, visit, asked, calculation, expires_at=visit.at + promotions.HOLD)
    prepared = {
        "at": visit.at.isoformat(),
        "expires_at": (visit.at + RESERVATION).isoformat(),
        "reservation_id": promise.reservation_id,
        "digest": digest_of(asked, calculation),
        "later": promise.later,
    }
    after = replace(asked, calculation=calculation, prepared=prepared, version=cart.version + 1, updated_at=visit.at)
    tables.save_order(conn, cart, after)
    return after


def _costs_more(shown: Order, asked: Order, now: Calculation) -> bool:
    """Whether the buyer would pay more than was shown.

    Where the order goes, how, and how it is paid may be said with the preparation: what they add was never shown before,
    but the goods were.
    """
    before = shown.calculation
    if before is None:
        return False
    said = (asked.ship_to, asked.shipping_mode, asked.payment) != (shown.ship_to, shown.shipping_mode, shown.payment)
    return now.for_goods > before.for_goods if said else now.total > before.total


def hold_promotions(
    conn: Connection, visit: Visit, cart: Order, calculation: Calculation, *, expires_at: datetime | None
) -> None:
    """Hold the uses this calculation takes; raises `PromotionUsedUp` when somebody else took the last one."""
    uses = tuple(promotions.Use(one.promotion, one.times, one.code) for one in calculation.applied)
    buyer = cart.logon_id or (cart.ship_to.email.casefold() if cart.ship_to else "")
    promotions.hold_uses(conn, promotions.OrderUse(cart.store_id, cart.id, 0, buyer, uses), visit.at, expires_at)


def digest_of(cart: Order, calculation: Calculation) -> str:
    """A fingerprint of everything the total depends on."""
    lines = [(line.part_number, line.quantity, line.configuration_id) for line in cart.lines]
    parts = (lines, cart.codes, cart.ship_to, cart.bill_to, cart.shipping_mode, cart.payment, calculation)
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def is_prepared(cart: Order, at: datetime) -> bool:
    """Whether the snapshot still stands."""
    if cart.prepared is None or cart.state is not OrderState.PENDING:
        return False
    return at < datetime.fromisoformat(cart.prepared["expires_at"])
