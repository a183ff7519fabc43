"""What an agent gives or charges by hand, and how far each role may go on its own.

An adjustment is what its history says of it: entered, changed, approved, taken off. It stands beside promotions and never
touches one. By the policy *FixedReplacement* there is one of each kind on a target, and a new one replaces it; by
*FixedAdjustment* they add up. Limits are judged on everything that stands on the order, whoever gave it, what was granted on
the cart before it included, and on all that one person gave on a day (UTC), so that splitting a discount does not help.
They hold for what is charged as for what is given, each by itself: a charge makes no room for a discount.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from entrepot.kernel.money import exponent, extend, percent_of
from entrepot.order_management.orders.order import Charge, ChargeKind, Line, Order
from entrepot.order_management.orders.totals import SHIPPING, goods, now


class Level(StrEnum):
    """What is adjusted; the values are the calculation codes of the documents."""

    LINE = "LineAdjustment"
    ORDER = "OrderAdjustment"
    SHIPMENT = "ShipmentAdjustment"
    PRICE = "PriceOverride"


class Policy(StrEnum):
    REPLACEMENT = "FixedReplacement"
    ADDITION = "FixedAdjustment"


class State(StrEnum):
    PENDING = "1100"
    APPROVED = "1200"
    REJECTED = "1300"
    WITHIN_LIMITS = "1400"
    EXPIRED = "9000"


class Action(StrEnum):
    ENTER = "ENTER"
    CHANGE = "CHANGE"
    REMOVE = "REMOVE"
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    REOPEN = "REOPEN"
    EXPIRE = "EXPIRE"


ENDED = frozenset({Action.REMOVE, Action.REJECT, Action.EXPIRE})
PERMISSIONS = {
    Level.LINE: "order.charge.line",
    Level.ORDER: "order.charge.header",
    Level.SHIPMENT: "order.charge.header",
    Level.PRICE: "order.price.override",
}
APPEASEMENT, OTHER = "APPEASEMENT", "OTHER"
REASONS = (APPEASEMENT, "PRICE_MATCH", "PRICE_ADJUSTMENT", "SUBSTITUTION", "DAMAGED", "LATE_DELIVERY", OTHER)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened to an adjustment, and who did it.

    ``before`` and ``after`` are minor units, a discount below zero; of a price override they are unit prices. ``worth`` is
    what the order costs less because of it, below zero what it costs more; ``order_total`` what it came to afterward.
    """

    order_key: str
    adjustment: str
    action: Action
    state: State
    level: Level
    line_key: str
    item_id: str
    before: int
    after: int
    worth: int
    order_total: int
    currency: str
    reason: str
    note: str
    policy: str
    customer: str
    requester: str
    user: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one may give away, or charge, alone, in minor units; None is without limit."""

    line_percent: int | None = 0
    line_amount: int | None = 0
    order_amount: int | None = 0
    day_amount: int | None = 0


#: What holds where a store has set no limits: in major units of any currency.
SHIPPED = {
    "csr": Limits(10, 50, 100, 300),
    "csr_supervisor": Limits(50, 500, 1000, 5000),
    "administrator": Limits(None, None, None, None),
}


@dataclass(frozen=True, slots=True)
class Excess:
    """A limit that was passed: which one, where it lies, and what it came to."""

    limit: str
    most: int
    has: int


def standing(facts: Iterable[Fact]) -> dict[str, Fact]:
    """The adjustments that count, by id: the last word on each that was not taken off."""
    last = {fact.adjustment: fact for fact in facts}
    return {key: fact for key, fact in last.items() if fact.action not in ENDED}


def level_of(charge: Charge) -> Level:
    """What a charge by hand is on."""
    if charge.line:
        return Level.LINE
    return Level.SHIPMENT if charge.category in SHIPPING else Level.ORDER


def signed(charge: Charge) -> int:
    return -charge.amount if charge.kind is ChargeKind.DISCOUNT else charge.amount


def worth(order: Order, level: Level, line: str, before: int, after: int) -> int:
    """What an adjustment takes off the order in minor units; what it adds, a charge or a higher price, is below zero."""
    if level is not Level.PRICE:
        return -after
    of = order.line(line)
    full, asked = (extend(price, of.ordered, order.currency, of.step.fraction) for price in (before, after))
    return full - asked


def alike(worths: Iterable[int], about: int) -> int:
    """What goes the same way as ``about`` comes to: all that is given, or all that is charged.

    >>> alike([500, -300, 200], 1), alike([500, -300, 200], -1)
    (700, 300)
    """
    sign = 1 if about > 0 else -1
    return sum(max(0, sign * one) for one in worths)


def limits_of(roles: Iterable[str], stored: Mapping[str, Limits], currency: str) -> Limits:
    """The widest limits of several roles; the store's own where it has any for a role, else the shipped ones.

    >>> limits_of(["csr", "store_associate"], {}, "EUR").line_amount, limits_of([], {}, "EUR").order_amount
    (5000, 0)
    """
    scale = 10 ** exponent(currency)
    found = [
        stored[role] if role in stored else _scaled(SHIPPED[role], scale) for role in roles if role in stored or role in SHIPPED
    ]
    return Limits(*(_widest([getattr(one, name) for one in found]) for name in Limits.__dataclass_fields__))


def judge(order: Order, facts: Mapping[str, Fact], about: Fact, limits: Limits, given_today: int) -> list[Excess]:
    """The limits that ``about`` passes with all alike that stands on the order; ``given_today`` includes it."""
    if not about.worth:
        return []
    charged, on_line = about.worth < 0, 0
    on_order = alike([fact.worth for fact in facts.values()], about.worth) + granted_before(order, facts, charged=charged)
    if about.line_key:
        on_line = alike([fact.worth for fact in facts.values() if fact.line_key == about.line_key], about.worth)
        on_line += granted_before(order, facts, about.line_key, charged=charged)
    checks = [
        ("line_percent", _percent(limits, _full_price(order, facts, about.line_key)) if about.line_key else None, on_line),
        ("line_amount", limits.line_amount, on_line),
        ("order_amount", limits.order_amount, on_order),
        ("day_amount", limits.day_amount, given_today),
    ]
    return [Excess(name, most, has) for name, most, has in checks if most is not None and has > most]


def given_on_cart(charge: Charge) -> bool:
    """Whether an agent gave or charged it on the cart that became the order: it came under its reason, by no promotion."""
    return charge.kind is not ChargeKind.TAX and not charge.manual and not charge.reference and charge.name in REASONS


def granted_before(order: Order, facts: Mapping[str, Fact], line: str = "", *, charged: bool = False) -> int:
    """What an agent granted on the cart that became the order, as far as it stands: on a line, or on all of them.

    Discounts and lower unit prices, or with ``charged`` charges and higher ones; here all are facts of the sale.
    """
    kind, sign = (ChargeKind.CHARGE, -1) if charged else (ChargeKind.DISCOUNT, 1)
    charges = [one for one in order.charges if one.kind is kind and given_on_cart(one)]
    by_charge = sum(now(order, charge) for charge in charges if not line or charge.line == line)
    priced = [one for one in order.lines if one.price_before and (not line or one.key == line)]
    by_price = [_at(order, one, one.price_before) - _at(order, one, _came_with(facts, one)) for one in priced]
    return by_charge + alike(by_price, sign)


def _came_with(facts: Mapping[str, Fact], line: Line) -> int:
    """The unit price a line had before anybody changed it here."""
    return next((one.before for one in facts.values() if one.level is Level.PRICE and one.line_key == line.key), line.unit_price)


def _at(order: Order, line: Line, price: int) -> int:
    return extend(price, line.ordered, order.currency, line.step.fraction)


def _percent(limits: Limits, amount: int) -> int | None:
    return None if limits.line_percent is None else percent_of(amount, limits.line_percent)


def _full_price(order: Order, facts: Mapping[str, Fact], key: str) -> int:
    """What a line would cost at the price it had before anybody changed it by hand."""
    line = order.line(key)
    before = line.price_before or _came_with(facts, line)
    return goods(order, line) if before == line.unit_price else _at(order, line, before)


def _scaled(limits: Limits, scale: int) -> Limits:
    amounts = (limits.line_amount, limits.order_amount, limits.day_amount)
    return Limits(limits.line_percent, *(None if one is None else one * scale for one in amounts))


def _widest(values: Sequence[int | None]) -> int | None:
    if any(value is None for value in values):
        return None
    return max((value for value in values if value is not None), default=0)
