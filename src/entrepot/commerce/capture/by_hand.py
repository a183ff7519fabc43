"""Adjustments given by hand to an order that lives elsewhere, and an order whose promotions stand as they were awarded.

The system that owns the order says what was given, on what, and by which policy; commerce puts it after promotions and
before tax and says back what each came to per line. For an order that is confirmed the owner also sends what promotions
were awarded: then nothing is evaluated again, and only the adjustments and the taxes are computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from entrepot.commerce import catalog, charges
from entrepot.commerce.capture.calculate import priced_line
from entrepot.commerce.capture.calculation import Calculation, LineAdjustment, ShippingCharge, SurchargeRow
from entrepot.commerce.capture.settle import settled
from entrepot.commerce.capture.to_calculate import ToCalculate
from entrepot.kernel.errors import Invalid
from entrepot.kernel.money import format_amount, parse_amount, read_amount

Document = dict[str, Any]

#: The calculation codes of the documents ↔ what an adjustment is on.
CODES = {
    "LineAdjustment": charges.On.LINE,
    "OrderAdjustment": charges.On.ORDER,
    "ShipmentAdjustment": charges.On.SHIPPING,
}


class AdjustmentMalformed(Invalid):
    code = "ADJUSTMENT_MALFORMED"
    message = "{path}: {problem}"


def read_adjustments(body: Document, currency: str) -> tuple[tuple[charges.Manual, ...], charges.Adding]:
    """The adjustments of a *Calculate* document, in the order they were given, and the policy they were given by."""
    found = []
    info = body.get("CalculationInfo") or {}
    for place, one in enumerate(info.get("ExtraAdjustments", ())):
        path = f"CalculationInfo/ExtraAdjustments/{place}"
        on = CODES.get(one.get("CalculationCodeIdentifier", ""))
        if on is None:
            raise AdjustmentMalformed(path=path, problem=f"the calculation code is one of {', '.join(CODES)}")
        amount = parse_amount(one["AdjustmentApplyAmount"], currency, f"{path}/AdjustmentApplyAmount")
        signed = -amount if one.get("Discount") else amount
        line = str(one.get("OrderItemIdentifier", "")) if on is charges.On.LINE else ""
        found.append(charges.Manual(str(one["Identifier"]), on, signed, line))
    policy = info.get("AdjustmentApplyPolicy") or charges.Adding.REPLACEMENT
    if policy not in tuple(charges.Adding):
        raise AdjustmentMalformed(path="CalculationInfo/AdjustmentApplyPolicy", problem=f"there is no policy {policy}")
    return tuple(found), charges.Adding(policy)


def manual_documents(order: ToCalculate, calculation: Calculation) -> list[Document]:
    """Each adjustment that took effect, with what it came to on every line."""
    codes = {on: code for code, on in CODES.items()}
    money = calculation.currency
    found = []
    for one in charges.in_effect(order.manual, order.manual_policy):
        came_to = [(line.id, by.amount) for line in calculation.lines for by in line.by_hand if by.id == one.id]
        shares = [(line, format_amount(abs(amount), money)) for line, amount in came_to if amount]
        found.append(
            {
                "Identifier": one.id,
                "CalculationCodeIdentifier": codes[one.on],
                "Amount": format_amount(abs(one.amount), money),
                "Discount": one.amount < 0,
                "OrderItemIdentifier": one.line,
                "Share": [{"OrderItemIdentifier": line, "Amount": amount} for line, amount in shares],
            }
        )
    return found


@dataclass(frozen=True, slots=True)
class Awarded:
    """What an order was sold with: its promotions per line, under ``""`` those on shipping, and its surcharges."""

    promotions: Mapping[str, tuple[LineAdjustment, ...]]
    surcharges: tuple[SurchargeRow, ...] = ()


def settle_awarded(conn: Connection, order: ToCalculate, sold: Awarded) -> Calculation:
    """What the order costs at the prices, promotions and surcharges it was sold at."""
    awarded = sold.promotions
    view = catalog.View(order.store, order.language, order.price_date)
    facts = catalog.entries_by_part_numbers(conn, view, {line.part_number for line in order.lines})
    locked = order.locked_prices or {}
    bare = [priced_line(one, facts[one.part_number], None, locked[one.id], order.currency) for one in order.lines]
    lines = [msgspec.structs.replace(line, adjustments=awarded.get(line.id, ())) for line in bare]
    shipping = None
    if order.shipping_locked is not None:
        shipping = ShippingCharge(order.shipping_mode or "", "", order.shipping_locked, awarded.get("", ()))
    return settled(conn, order, facts, lines, shipping, sold.surcharges)


def read_awards(body: Document, currency: str) -> Awarded:
    """What a *Calculate* document says an order was sold with."""
    awards = {item["OrderItemIdentifier"]: _awards(item.get("Adjustment", ()), currency) for item in body.get("OrderItem", ())}
    surcharges = tuple(
        SurchargeRow(
            str(one["Code"]),
            str(one.get("Category", "")),
            str(one.get("Description", "")),
            parse_amount(one["Amount"], currency, "Surcharge/Amount"),
            str(one.get("OrderItemIdentifier", "")),
        )
        for one in body.get("Surcharge", ())
    )
    return Awarded(awards | {"": _awards((body.get("Shipping") or {}).get("Adjustment", ()), currency)}, surcharges)


def _awards(sent: Sequence[Document], currency: str) -> tuple[LineAdjustment, ...]:
    """What was taken off by promotions and agents; below zero is what an agent charged."""
    return tuple(
        LineAdjustment(
            str(one.get("PromotionIdentifier", "")),
            0,
            str(one.get("Description", "")),
            read_amount(one["Amount"], currency),
            str(one.get("PromotionCode", "")),
        )
        for one in sent
    )
