"""The last step of the calculation: surcharges, what was adjusted by hand, and the taxes on every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

import msgspec
from sqlalchemy.engine import Connection

from entrepot.commerce import charges
from entrepot.commerce.capture.calculation import (
    POLICY,
    POLICY_ELSEWHERE,
    ByHand,
    Calculation,
    PricedLine,
    ShippingCharge,
    SurchargeRow,
    TaxRow,
)
from entrepot.commerce.capture.elsewhere import STANDARD, elsewhere
from entrepot.commerce.capture.to_calculate import ToCalculate
from entrepot.commerce.catalog import EntryFacts
from entrepot.kernel.money import format_price

Facts = Mapping[str, EntryFacts]
Adjustable = TypeVar("Adjustable", PricedLine, ShippingCharge)


def settled(
    conn: Connection,
    order: ToCalculate,
    facts: Facts,
    lines: Sequence[PricedLine],
    shipping: ShippingCharge | None,
    surcharges: Sequence[SurchargeRow] = (),
) -> Calculation:
    """Lines, shipping and surcharges as they are before tax, made into what has to be paid."""
    rates = charges.find_tax_rates(conn, order.store.id)

    def rated(category: str | None) -> tuple[charges.TaxRate, ...]:
        return charges.taxes_due(rates, category or STANDARD, order.destination)

    known = {number: facts[number].tax_category for line in lines if (number := line.part_number) in facts}
    categories = {one.code: one.tax_category for one in charges.find_surcharges(conn, order.store.id)} if surcharges else {}
    due = charges.settle(
        charges.Bill(
            lines=tuple([charges.Charge(line.id, line.net, rated(known.get(line.part_number))) for line in lines]),
            shipping=charges.Charge("shipping", shipping.net, rated("shipping")) if shipping is not None else None,
            surcharges=tuple(charges.Charge(one.code, one.amount, rated(categories.get(one.code))) for one in surcharges),
            manual=order.manual,
            prices_include_tax=order.store.prices_include_tax,
            manual_policy=order.manual_policy,
        )
    )
    reasons = {one.id: one.kind for one in order.manual}
    return Calculation(
        currency=order.currency,
        tax_included=order.store.prices_include_tax,
        policy=POLICY_ELSEWHERE if elsewhere(conn, order.store, order.destination, order.currency) else POLICY,
        cash_interval=charges.cash_interval(charges.find_cash_roundings(conn, order.store.id), order.currency, order.destination),
        lines=tuple([_due(line, row, reasons) for line, row in zip(lines, due.lines, strict=True)]),
        shipping=_due(shipping, due.shipping, reasons) if shipping is not None and due.shipping is not None else None,
        surcharges=tuple(
            msgspec.structs.replace(one, taxes=_taxes(row)) for one, row in zip(surcharges, due.surcharges, strict=True)
        ),
    )


def surcharges_on(
    conn: Connection, order: ToCalculate, facts: Facts, lines: Sequence[PricedLine], parcel: charges.Parcel
) -> tuple[SurchargeRow, ...]:
    """What the store adds for handling, personalization and the like; on gifts nothing."""
    known = charges.find_surcharges(conn, order.store.id)
    if not known:
        return ()
    abroad = elsewhere(conn, order.store, order.destination, order.currency)
    if abroad is not None:
        known = tuple(abroad.surcharge(one) for one in known)
    parts = {line.id: [one.part_number for one in line.components] for line in order.lines if line.configuration_id}
    chargeable = [
        charges.Chargeable(line.id, line.net, line.quantity, _called(facts, [line.part_number, *parts.get(line.id, ())]))
        for line in lines
        if not line.gift_of
    ]
    return tuple(
        SurchargeRow(one.surcharge.code, one.surcharge.category, one.surcharge.name(order.language), one.amount, one.line)
        for one in charges.surcharges_due(known, chargeable, parcel, order.shipping_mode)
    )


def _called(facts: Facts, numbers: Sequence[str]) -> frozenset[str]:
    groups = (facts[number].group_identifiers for number in numbers if number in facts)
    return frozenset(numbers).union(*groups)


def _due(charged: Adjustable, row: charges.Row, reasons: Mapping[str, str]) -> Adjustable:
    if not row.taxes and not row.by_hand:
        return charged
    by_hand = tuple([ByHand(one, amount, reasons[one]) for one, amount in row.by_hand.items()])
    return msgspec.structs.replace(charged, taxes=_taxes(row), by_hand=by_hand)


def _taxes(row: charges.Row) -> tuple[TaxRow, ...]:
    return tuple([TaxRow(one.name, _percent(one.percent), one.amount) for one in row.taxes])


@lru_cache(maxsize=1000)
def _percent(percent: Fraction) -> str:
    """A rate as a decimal text, without decimals it does not need."""
    return format_price(int(percent * 100_000), "JPY")
