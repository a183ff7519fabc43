"""What an agent grants a shopper on an open cart: an amount or a percentage, on a line or on all of it, for a reason.

A grant follows the cart. It comes after promotions and before tax and is computed anew whenever the cart changes: an amount
shrinks in proportion with goods that are taken off, a percentage of a cart that grows stops at what its giver may give,
and with the last line every grant ends. What waits for approval is not in effect. Limits are kept by who owns orders and
handed in (`Allowance`).
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
from entrepot.kernel.errors import Invalid
from entrepot.kernel.money import parse_amount, percent_of
from entrepot.kernel.words import mark

APPEASEMENT, OTHER = "APPEASEMENT", "OTHER"
REASONS = (APPEASEMENT, "PRICE_MATCH", "PRICE_ADJUSTMENT", "SUBSTITUTION", "DAMAGED", "LATE_DELIVERY", OTHER)
LONGEST_NOTE = 300
EITHER = mark("Write either an amount or a percentage.")


class GrantMalformed(Invalid):
    code = "GRANT_MALFORMED"
    message = "{problem}"


class GrantState(StrEnum):
    WITHIN_LIMITS = "within"
    PENDING = "pending"
    APPROVED = "approved"


class Granted(msgspec.Struct, frozen=True):
    """A grant that stands on a cart: ``amount`` in minor units or ``percent`` as decimal text, at most ``most``.

    ``given_on`` is what the goods it is on cost when it was given.
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

    @property
    def in_effect(self) -> bool:
        return self.state is not GrantState.PENDING


class Wish(msgspec.Struct, frozen=True):
    """What an agent wants to grant: an amount or a percentage, on a line or (blank) on the whole cart."""

    line: str = ""
    amount: int = 0
    percent: str = ""
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

    def passed(self, calculation: Calculation, grant: Granted, given_today: int) -> bool:
        """Whether a cart with ``grant`` on it gives more than this, on the line, on the cart, or on the day."""
        worth = -calculation.came_to(grant.id)
        checks = [(self.order_amount, -calculation.manual), (self.day_amount, given_today + worth)]
        if grant.on is charges.On.LINE:
            line = next((one for one in calculation.lines if one.id == grant.line), None)
            full, on_line = (line.amount, -line.manual) if line is not None else (0, 0)
            percent = None if self.line_percent is None else percent_of(full, self.line_percent)
            checks += [(percent, on_line), (self.line_amount, on_line)]
        return any(most is not None and has > most for most, has in checks)


def read_wish(line: str, how: str, value: str, why: tuple[str, str], currency: str) -> Wish:
    """A wish from what was typed: ``how`` is *amount* or *percent*, ``why`` the reason and the note."""
    reason, note = why[0], why[1].strip()
    if reason not in REASONS:
        raise GrantMalformed(path="reason", problem=mark("Choose a reason from the list."))
    if len(note) > LONGEST_NOTE or (reason == OTHER and not note):
        problem = mark("Say in a note of at most 300 characters what the other reason is.")
        raise GrantMalformed(path="note", problem=problem)
    typed = value.replace(",", ".").strip().removesuffix("%").strip()
    if how == "percent":
        whole, _, rest = typed.partition(".")
        plain = whole.isascii() and whole.isdecimal() and len(whole) < 4 and (not rest or (rest.isdecimal() and len(rest) < 3))
        if not plain or not 0 < Fraction(typed) <= 100:
            raise GrantMalformed(path="value", problem=mark("Write a percentage between 0 and 100, such as 5 or 7.5."))
        return Wish(line, 0, typed, reason, note)
    try:
        amount = parse_amount(typed, currency, "value")
    except Invalid:
        amount = 0
    if not amount:
        raise GrantMalformed(path="value", problem=mark("Write an amount such as 12.50, without a sign."))
    return Wish(line, amount, "", reason, note)


def manual_of(granted: Iterable[Granted], currency: str) -> tuple[charges.Manual, ...]:
    """The grants in effect as the calculation takes them, those on lines first; an amount counts in its own currency alone."""
    found = [
        charges.Manual(
            id=one.id,
            on=one.on,
            amount=-one.amount,
            line=one.line,
            kind=one.reason,
            percent=Fraction(one.percent or "0"),
            most=one.most,
            given_on=one.given_on,
            yields=True,
        )
        for one in granted
        if one.in_effect and one.currency == currency
    ]
    return tuple(sorted(found, key=lambda one: one.on is charges.On.ORDER))
