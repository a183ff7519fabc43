"""An order as it is decided on: everything about it, read whole, never changed in place.

An operation reads an order, makes another value of it, and the difference is what is written. Amounts are minor units
of the order's currency, quantities whole steps of the line's item, unit prices 1/100,000 of the major unit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from entrepot.kernel.quantity import Step
from entrepot.order_management.orders.statuses import CANCELLED, Rows


class ChargeKind(StrEnum):
    CHARGE = "CHARGE"
    DISCOUNT = "DISCOUNT"
    TAX = "TAX"


@dataclass(frozen=True, slots=True)
class Share:
    """What a line carries of an order-wide amount, recorded for ``basis`` units of that line."""

    line: str
    amount: int
    basis: int


@dataclass(frozen=True, slots=True)
class Charge:
    """An amount on a line (for ``basis`` units of it) or, without a line, on the whole order."""

    key: str
    kind: ChargeKind
    category: str
    name: str
    amount: int
    line: str = ""
    basis: int = 0
    reference: str = ""
    coupon: str = ""
    description: str = ""
    manual: bool = False
    percentage: str = ""
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Gift:
    """Why a line is given free: for every ``buy`` live units of the named lines, ``get`` units are."""

    of: str
    lines: tuple[str, ...] = ()
    buy: int = 1
    get: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    key: str
    prime: int
    sub: int
    item_id: str
    step: Step
    original: int
    ordered: int
    rows: Rows
    description: str = ""
    product_class: str = ""
    unit_price: int = 0
    list_price: int = 0
    price_before: int = 0
    price_reason: str = ""
    price_locked: bool = False
    info_only: bool = False
    kit_code: str = ""
    kit_qty: int = 0
    parent: str = ""
    mode: str = ""
    tracked: bool = True
    gift: Gift | None = None
    delivery_method: str = "SHP"
    ship_node: str = ""
    line_id: str = ""
    configuration_id: str = ""

    @property
    def cancelled(self) -> int:
        return sum(row.quantity for row in self.rows if row.status == CANCELLED)


@dataclass(frozen=True, slots=True)
class Promotion:
    """A promotion the order uses, with the code that opened it and how many times."""

    promotion_id: str
    coupon: str = ""
    times: int = 1
    description: str = ""


@dataclass(frozen=True, slots=True)
class Coupon:
    coupon_id: str
    valid: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    key: str
    hold_type: str
    status: str
    reason: str
    line: str = ""


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """How the order is paid: a gateway's token, never a card number."""

    key: str
    payment_type: str
    token: str = ""
    brand: str = ""
    last_four: str = ""
    expires: str = ""
    reference: str = ""
    sequence: int = 0
    unlimited: bool = True
    limit: int = 0
    authorization_id: str = ""
    authorized: int = 0
    authorization_expires: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    key: str
    enterprise: str
    document_type: str
    order_no: str
    draft: bool
    entry_type: str
    buyer_user_id: str
    currency: str
    order_date: datetime
    version: int
    created_by: str
    created_at: datetime
    modified_at: datetime
    payment_status: str = "AWAIT_PAY_INFO"
    reference: str = ""
    bill_to: dict[str, Any] = field(default_factory=dict)
    ship_to: dict[str, Any] = field(default_factory=dict)
    delivery_method: str = "SHP"
    scac: str = ""
    carrier_service: str = ""
    ship_complete: bool = False
    optimization: str = "02"
    reservation_id: str = ""
    bypass_pricing: bool = False
    priced: bool = False
    price_snapshot: str = ""
    price_valid_until: datetime | None = None
    next_line_no: int = 1
    tax_included: bool = False
    cash_interval: int = 0
    lines: tuple[Line, ...] = ()
    charges: tuple[Charge, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    coupons: tuple[Coupon, ...] = ()
    holds: tuple[Hold, ...] = ()
    payments: tuple[PaymentMethod, ...] = ()

    def line(self, key: str) -> Line:
        return next(line for line in self.lines if line.key == key)

    def components(self, parent: str) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.parent == parent)

    def counted_parts(self, parent: str) -> tuple[Line, ...]:
        """The parts whose progress is the kit's: those with stock; services only where there is nothing else."""
        parts = tuple(part for part in self.components(parent) if part.kit_qty)
        return tuple(part for part in parts if part.tracked or part.kit_code == "BUNDLE") or parts

    def around(self, line: Line) -> tuple[Line, ...]:
        """The kits a line is in, the innermost first; none for what stands by itself."""
        kits: list[Line] = []
        while line.parent:
            line = self.line(line.parent)
            kits.append(line)
        return tuple(kits)

    def leaves(self, line: Line, per_unit: int = 1) -> list[tuple[Line, int]]:
        """What a line comes down to, with the pieces in one of it: itself, or the parts of a kit at all levels."""
        if line.kit_code != "BUNDLE":
            return [(line, per_unit)]
        parts = [part for part in self.components(line.key) if part.kit_qty]
        return [leaf for part in parts for leaf in self.leaves(part, per_unit * part.kit_qty)]

    @property
    def top_lines(self) -> tuple[Line, ...]:
        """The lines a buyer sees: pieces and kits, without the kits' parts."""
        return tuple(line for line in self.lines if not line.parent)

    @property
    def alive(self) -> bool:
        return any(line.ordered for line in self.lines)
