"""A cart and the order it becomes: one thing, in one table, in one life.

A cart is an order in the state *pending*. What is on it is a set of facts recorded when they were decided: unit
prices with their contract and rule, each promotion's share per line, taxes. Nothing is recomputed after
submission; later changes subtract from what was recorded.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from entrepot.commerce.capture.calculation import Calculation
from entrepot.commerce.capture.grant import Granted
from entrepot.commerce.catalog import Store, View
from entrepot.commerce.members import Buyer, logon_key
from entrepot.commerce.pricing import Customer
from entrepot.kernel.errors import Conflict, Invalid, NotFound, Refused
from entrepot.kernel.quantity import Step
from entrepot.kernel.words import mark

MOST_LINES = 500
MOST_CODES = 50


class OrderState(StrEnum):
    """The documented one-letter states of an order in commerce."""

    PENDING = "P"
    DISCARDED = "J"
    SUBMITTED = "I"
    READY = "F"
    TRANSFERRED = "G"
    FAILED = "H"
    CANCELLED = "X"


#: What a cart or order may become; anything else is refused and changes nothing.
MOVES: dict[OrderState, frozenset[OrderState]] = {
    OrderState.PENDING: frozenset({OrderState.SUBMITTED, OrderState.READY, OrderState.CANCELLED, OrderState.DISCARDED}),
    OrderState.SUBMITTED: frozenset({OrderState.READY, OrderState.CANCELLED}),
    OrderState.READY: frozenset({OrderState.TRANSFERRED, OrderState.FAILED, OrderState.CANCELLED}),
    OrderState.FAILED: frozenset({OrderState.READY, OrderState.CANCELLED}),
    OrderState.TRANSFERRED: frozenset({OrderState.CANCELLED}),
    OrderState.CANCELLED: frozenset(),
    OrderState.DISCARDED: frozenset(),
}


class CartNotFound(NotFound):
    code = "CART_NOT_FOUND"
    message = mark("There is no such cart. It may have expired; start a new one.")


class OrderNotFound(NotFound):
    code = "ORDER_NOT_FOUND"
    message = mark("There is no such order.")


class LineNotFound(NotFound):
    code = "LINE_NOT_FOUND"
    message = mark("There is no such line in the cart.")


class StaleVersion(Conflict):
    code = "STALE_VERSION"
    message = mark("Your cart changed in the meantime (it is at version {version}). Reload it and try again.")


class CartNotOpen(Conflict):
    code = "ORDER_STATE"
    message = mark("This cart has already become an order and can no longer be changed.")


class TooManyLines(Refused):
    code = "TOO_MANY_LINES"
    message = mark("A cart holds at most {most} lines.")


class KitComponentsLocked(Refused):
    code = "KIT_COMPONENTS_LOCKED"
    message = mark("The parts of a kit cannot be changed one by one; configure the kit again.")


class ConfigurationRequired(Refused):
    code = "CONFIGURATION_REQUIRED"
    message = mark("{part_number} has to be configured before it can be added.")


class AddressInvalid(Invalid):
    code = "ADDRESS_INVALID"
    message = "{path}: {problem}"


class Address(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where goods or bills go; an order keeps its own copy."""

    first_name: str = ""
    last_name: str
    company: str = ""
    line1: str
    line2: str = ""
    city: str
    state: str = ""
    postal_code: str
    country: str
    phone: str = ""
    email: str = ""


class Payment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the order is paid: a gateway's token, never a card number."""

    method: str
    token: str = ""
    brand: str = ""
    last_four: str = ""
    expires: str = ""
    purchase_order: str = ""


class Component(msgspec.Struct, frozen=True):
    """One component of a kit line; ``quantity`` is per one kit, in the component's steps."""

    entry_id: int
    part_number: str
    name: str
    quantity: int
    required: bool = True
    unit_price: int | None = None
    step: Step = Step()


class OrderLine(msgspec.Struct, frozen=True):
    """One line: an atomic entry, its quantity, and for a kit what it consists of."""

    id: str
    position: int
    entry_id: int
    part_number: str
    quantity: int
    configuration_id: str | None = None
    configuration: dict[str, Any] | None = None
    components: tuple[Component, ...] = ()
    bundle: str | None = None
    chosen: dict[str, str] = msgspec.field(default_factory=dict)


class Order(msgspec.Struct, frozen=True):
    """A cart or an order with everything that was decided about it."""

    id: str
    number: str | None
    store_id: int
    state: OrderState
    version: int
    currency: str
    language: str
    buyer_id: int | None
    logon_id: str
    lines: tuple[OrderLine, ...]
    created_at: datetime
    updated_at: datetime
    codes: tuple[str, ...] = ()
    granted: tuple[Granted, ...] = ()
    declined_gifts: tuple[str, ...] = ()
    ship_to: Address | None = None
    bill_to: Address | None = None
    shipping_mode: str | None = None
    payment: Payment | None = None
    calculation: Calculation | None = None
    prepared: dict[str, Any] | None = None
    placed_at: datetime | None = None
    external_id: str | None = None
    transfer_error: str | None = None
    tracking: dict[str, Any] | None = None
    correlation_id: str | None = None

    def line(self, line_id: str) -> OrderLine:
        for line in self.lines:
            if line.id == line_id:
                return line
        raise LineNotFound(line=line_id)

    @property
    def count(self) -> int:
        """How many things are in the cart, for the badge."""
        return sum(line.quantity for line in self.lines)


class Visit(msgspec.Struct, frozen=True):
    """Who is shopping where, in which language and currency, at which instant.

    ``secret`` is the hash of a guest's token: the token is a guest's only claim to a cart.
    """

    store: Store
    buyer: Buyer
    language: str
    currency: str
    at: datetime
    secret: str | None = None

    @property
    def view(self) -> View:
        return View(self.store, self.language, self.at)

    @property
    def customer(self) -> Customer:
        return customer_of(self.buyer)


def customer_of(buyer: Buyer) -> Customer:
    """The buyer as pricing sees one: segments by member group, organizations by membership."""
    kind = "guests" if buyer.is_guest else "registered"
    return Customer(frozenset({kind, "everybody", *buyer.groups}), tuple(buyer.organization_ids), logon_key(buyer.logon_id))
