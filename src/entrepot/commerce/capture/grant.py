"""What an agent grants a shopper on an open cart, for a reason: something off, a charge on top, or another price.

A grant follows the cart. It is on a line, on all of them or on shipping, comes after promotions and before tax (a unit price that
was set before them) and is computed anew whenever the cart changes: an amount taken off shrinks in proportion with goods
that are taken off, a percentage of a cart that grows and a price of more pieces stop at what their giver may give, and with the
last line every grant ends. What waits for approval is not in effect. Limits are kept by who owns orders and handed in
(`Allowance`); they hold for what is charged as for what is given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

import msgspec

from entrepot.commerce import charges
from entrepot.commerce.capture.calculation import Calculation
from entrepot.commerce.capture.set_price import SetPrice
from entrepot.kernel.errors import Invalid
from entrepot.kernel.money import percent_of
from entrepot.kernel.typed import typed_amount, typed_percent, typed_price
from entrepot.kernel.words import mark

APPEASEMENT, OTHER = "APPEASEMENT", "OTHER"
REASONS = (APPEASEMENT, "PRICE_MATCH", "PRICE_ADJUSTMENT", "SUBSTITUTION", "DAMAGED", "LATE_DELIVERY", OTHER)
LONGEST_NOTE = 300
ONE_OF = mark("Write one of amount, percent, charge and price.")


class GrantMalformed(Invalid):
    code = "GRANT_MALFORMED"
    message = "{problem}"


class How(StrEnum):
    """What a grant does: takes something off, charges something on top, or sets what a unit or shipping costs."""

    OFF = "off"
    EXTRA = "extra"
    SET = "set"


class GrantState(StrEnum):
    WITHIN_LIMITS = "within"
    PENDING = "pending"
    APPROVED = "approved"


class Granted(msgspec.Struct, frozen=True):
    """A grant that stands on a cart: ``amount`` in minor units or ``percent`` as decimal text, at most ``most``.

    ``given_on`` is what the goods it is on cost when it was given. One that sets the price of a line has it in ``price``, one
    that sets what shipping costs in ``amount``; ``was`` is what it cost before.
    """

    id: str
    on: charges.On
    reason: str
    by: str
    at: datetime
    state: GrantState
    currency: str
    amount: int = 0
    percent: str = ""
    line: str = ""
    note: str = ""
    most: int | None = None
    given_on: int = 0
    approved_by: str = ""
    how: How = How.OFF
    price: int = 0
    was: int = 0

    @property
    def in_effect(self) -> bool:
        return self.state is not GrantState.PENDING

    @property
    def prices_line(self) -> bool:
        return self.how is How.SET and self.on is charges.On.LINE

    def replaces(self, other: Granted) -> bool:
        """Whether it takes the other's place: on one target there is one adjustment and one price."""
        return (self.on, self.line, self.prices_line) == (other.on, other.line, other.prices_line)


class Wish(msgspec.Struct, frozen=True):
    """What an agent wants to grant, on a line, on the whole cart or on shipping."""

    on: charges.On = charges.On.ORDER
    line: str = ""
    how: How = How.OFF
    amount: int = 0
    percent: str = ""
    price: int = 0
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much somebody may give alone, in minor units; None is without limit."""

    line_percent: int | None = 0
    line_amount: int | None = 0
    order_amount: int | None = 0
    day_amount: int | None = 0

    def most_on(self, on: charges.On) -> int | None:
        """The most that one grant may ever come to."""
        bounds = [self.order_amount, self.day_amount, *([self.line_amount] if on is charges.On.LINE else [])]
        return min((bound for bound in bounds if bound is not None), default=None)

    def passed(self, calculation: Calculation, grant: Granted, today: int) -> bool:
        """Whether a cart with ``grant`` on it passes this, on the line, on the cart, or on the day.

        Judged is what is given, or of a charge what is charged: neither makes up for the other. ``today`` is what the same
        person did on the day besides, in the same direction.
        """
        came_to = calculation.came_to(grant.id)
        sign = 1 if came_to > 0 else -1

        def standing(line: str = "") -> int:
            return sum(max(0, sign * one.amount) for one in calculation.by_hand(line))

        checks = [(self.order_amount, standing()), (self.day_amount, today + abs(came_to))]
        if grant.on is charges.On.LINE:
            line = next((one for one in calculation.lines if one.id == grant.line), None)
            full = line.amount - (line.price_set.amount if line.price_set else 0) if line is not None else 0
            percent = None if self.line_percent is None else percent_of(full, self.line_percent)
            checks += [(percent, standing(grant.line)), (self.line_amount, standing(grant.line))]
        return any(most is not None and has > most for most, has in checks)


def read_wish(target: tuple[charges.On, str], how: str, value: str, why: tuple[str, str], currency: str) -> Wish:
    """A wish from what was typed: on what, ``how`` one of *amount*, *percent*, *charge* and *price*, the reason and the note."""
    (on, line), (reason, note) = target, (why[0], why[1].strip())
    if reason not in REASONS:
        raise GrantMalformed(path="reason", problem=mark("Choose a reason from the list."))
    if len(note) > LONGEST_NOTE or (reason == OTHER and not note):
        problem = mark("Say in a note of at most 300 characters what the other reason is.")
        raise GrantMalformed(path="note", problem=problem)
    wish = Wish(on, line, reason=reason, note=note)
    if how == "price":
        if on is charges.On.ORDER:
            raise GrantMalformed(path="how", problem=mark("Only an article or shipping has a price. Choose which."))
        if on is charges.On.SHIPPING:
            return msgspec.structs.replace(wish, how=How.SET, amount=typed_amount(value, currency, "value"))
        return msgspec.structs.replace(wish, how=How.SET, price=typed_price(value, "value"))
    if how == "percent":
        wish = msgspec.structs.replace(wish, percent=typed_percent(value, "value"))
    elif how in ("amount", "charge"):
        doing = How.EXTRA if how == "charge" else How.OFF
        wish = msgspec.structs.replace(wish, how=doing, amount=typed_amount(value, currency, "value"))
    else:
        raise GrantMalformed(path="how", problem=mark("Choose what to do."))
    if not wish.amount and wish.percent in ("", "0"):
        raise GrantMalformed(path="value", problem=mark("Write more than zero."))
    return wish


def manual_of(granted: Iterable[Granted], currency: str) -> tuple[charges.Manual, ...]:
    """The grants in effect as the calculation takes them, those on lines first; an amount counts in its own currency alone."""
    found = [_manual(one) for one in granted if one.in_effect and one.currency == currency and not one.prices_line]
    return tuple(sorted(found, key=lambda one: one.on is charges.On.ORDER))


def _manual(one: Granted) -> charges.Manual:
    if one.how is How.SET:
        return charges.Manual(one.id, one.on, 0, kind=one.reason, most=one.most, given_on=one.was, to=one.amount)
    return charges.Manual(
        id=one.id,
        on=one.on,
        amount=one.amount if one.how is How.EXTRA else -one.amount,
        line=one.line,
        kind=one.reason,
        percent=Fraction(one.percent or "0"),
        most=one.most,
        given_on=one.given_on,
        yields=True,
    )


def prices_of(granted: Iterable[Granted], currency: str) -> tuple[SetPrice, ...]:
    """The unit prices in effect that were set on lines."""
    return tuple(
        SetPrice(one.id, one.line, one.price, one.was, one.reason, one.most)
        for one in granted
        if one.prices_line and one.in_effect and one.currency == currency
    )
