"""From a document to an order: lines with their kits, money, people, means of payment.

A kit sent alone is exploded by the catalog's content; a kit sent with its parts is exactly those parts, and their
quantities must fit the kit's. Explosion happens here and never again: a catalog that changes later does not touch an
order that exists. Gift lines say what earns them by the names the document itself gives its lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.kernel.errors import Invalid
from entrepot.kernel.ids import new_id
from entrepot.kernel.money import parse_amount, parse_price
from entrepot.kernel.quantity import parse_whole
from entrepot.kernel.words import mark, phrase
from entrepot.order_management import inventory
from entrepot.order_management.inventory import Component, Item, KitCode
from entrepot.order_management.orders import documents as doc
from entrepot.order_management.orders.order import Charge, ChargeKind, Gift, Line, PaymentMethod, Promotion, Share
from entrepot.order_management.orders.statuses import Row
from entrepot.order_management.orders.totals import DISCOUNTS
from entrepot.order_management.wire import DocumentMalformed, write

MOST_LINES = 500
_CARD = re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)")


class KitNotConfigured(Invalid):
    code = "ENT_INVALID"
    message = mark("{path}: {item_id} is a kit without fixed content. Configure it and send its components.")


class KitOutOfRatio(Invalid):
    code = "ENT_INVALID"
    message = mark("{path}: the quantities of the components do not fit the quantity of the kit.")


class CardNumberSent(Invalid):
    code = "CARD_NUMBER_SENT"
    message = mark("{path}: this looks like a card number. Send the payment provider's token instead; nothing was kept.")


@dataclass(frozen=True, slots=True)
class Bench:
    """What lines are built with: the items and kits they name, the status they start in, the first free line number."""

    items: Mapping[str, Item]
    kits: Mapping[str, tuple[Component, ...]]
    currency: str
    start: str
    first: int = 1
    delivery_method: str = "SHP"


def bench(
    conn: Connection, enterprise: str, lines: Sequence[doc.OrderLine], currency: str, *, start: str, first: int = 1
) -> Bench:
    """Read every item and kit the lines name; an unknown one is refused."""
    ids = [line.item.item_id for line in lines if line.item]
    kits = inventory.kits_of(conn, enterprise, ids)
    every = [*ids, *(part.item_id for parts in kits.values() for part in parts)]
    return Bench(inventory.require_items(conn, enterprise, every, "OrderLine.Item.ItemID"), kits, currency, start, first)


def build_lines(on: Bench, sent: Sequence[doc.OrderLine]) -> tuple[Line, ...]:
    """All lines of a document, exploded kits included, with the references between them resolved."""
    if len(sent) > MOST_LINES:
        raise DocumentMalformed(
            path="OrderLines", what=phrase(mark("an order has at most {most_lines} lines."), most_lines=MOST_LINES)
        )
    keys = [new_id() for _ in sent]
    numbers = _numbers(on, sent)
    names: dict[str, str] = {}
    for line, key, number in zip(sent, keys, numbers, strict=True):
        for name in (line.transactional_line_id, f"{number[0]}-{number[1]}", str(number[0])):
            if name:
                names.setdefault(name, key)
    built = [
        _line(on, line, key, number, names, f"OrderLines.OrderLine[{index}]")
        for index, (line, key, number) in enumerate(zip(sent, keys, numbers, strict=True))
    ]
    built += _exploded(on, built)
    _check_kits(built)
    return tuple(built)


def line_charges(on: Bench, sent: Sequence[doc.OrderLine], lines: Sequence[Line]) -> list[Charge]:
    """The charges, discounts and taxes of the lines, each recorded for the line's whole quantity."""
    found: list[Charge] = []
    for number, (line, built) in enumerate(zip(sent, lines, strict=False)):
        path = f"OrderLines.OrderLine[{number}]"
        found += [charge(c, on.currency, built, path=path) for c in line.line_charges.line_charge]
        found += [tax(t, on.currency, built, path=path) for t in line.line_taxes.line_tax]
    return found


def charge(
    sent: doc.ChargeLine,
    currency: str,
    line: Line | None,
    names: Mapping[str, Line] | None = None,
    path: str = "HeaderCharges",
) -> Charge:
    """One charge or discount; its category says which."""
    text = sent.charge_amount or sent.charge_per_line or "0"
    shared = [
        Share(names[share.line_id].key, parse_amount(share.amount, currency, f"{path}.Shares"), names[share.line_id].ordered)
        for share in (sent.shares.share if sent.shares and names else [])
        if names and share.line_id in names
    ]
    return Charge(
        key=new_id(),
        kind=ChargeKind.DISCOUNT if sent.charge_category in DISCOUNTS else ChargeKind.CHARGE,
        category=sent.charge_category,
        name=sent.charge_name or sent.reference or sent.charge_category,
        amount=parse_amount(text, currency, f"{path}.ChargeAmount"),
        line=line.key if line else "",
        basis=line.ordered if line else 0,
        reference=sent.reference,
        coupon=sent.coupon_id,
        description=sent.description,
        manual=sent.is_manual == "Y",
        shares=tuple(shared),
    )


def tax(sent: doc.TaxLine, currency: str, line: Line | None, path: str = "HeaderTaxes") -> Charge:
    """One tax amount, as it was captured."""
    return Charge(
        key=new_id(),
        kind=ChargeKind.TAX,
        category=sent.charge_category or "Tax",
        name=sent.tax_name,
        amount=parse_amount(sent.tax, currency, f"{path}.Tax"),
        line=line.key if line else "",
        basis=line.ordered if line else 0,
        percentage=sent.tax_percentage,
    )


def promotions(sent: doc.Promotions) -> tuple[Promotion, ...]:
    return tuple(
        Promotion(p.promotion_id, p.coupon_id, parse_whole(p.times, "Promotion.Times"), p.description) for p in sent.promotion
    )


def person(sent: doc.Person) -> dict[str, Any]:
    """A person and address as kept with the order."""
    plain = write(sent)
    for name, text in plain.items():
        refuse_card(str(text), f"PersonInfo.{name}")
    return plain


def payment_methods(sent: doc.PaymentMethods, currency: str) -> tuple[PaymentMethod, ...]:
    """The means of payment; what was authorized before is taken over with its id."""
    found = []
    for index, method in enumerate(sent.payment_method):
        path = f"PaymentMethods.PaymentMethod[{index}]"
        for text in (method.credit_card_no, method.payment_reference1, method.credit_card_name, method.display_credit_card_no):
            refuse_card(text, path)
        granted = [
            d for d in method.payment_details_list.payment_details if d.charge_type == "AUTHORIZATION" and d.authorization_id
        ]
        found.append(
            PaymentMethod(
                key=new_id(),
                payment_type=method.payment_type,
                token=method.credit_card_no,
                brand=method.credit_card_type,
                last_four=method.display_credit_card_no[-4:],
                expires=method.credit_card_exp_date,
                reference=method.payment_reference1,
                sequence=parse_whole(method.charge_sequence, f"{path}.ChargeSequence", zero=True),
                unlimited=method.unlimited_charges == "Y",
                limit=parse_amount(method.max_charge_limit, currency, f"{path}.MaxChargeLimit"),
                authorization_id=granted[0].authorization_id if granted else "",
                authorized=sum(parse_amount(d.processed_amount, currency, path) for d in granted),
                authorization_expires=granted[0].authorization_expiration_date if granted else "",
            )
        )
    return tuple(found)


def refuse_card(text: str, path: str) -> None:
    """Refuse text that holds a payment card's number."""
    for found in _CARD.finditer(text):
        digits = [int(digit) for digit in found.group() if digit.isdigit()]
        doubled = [sum(divmod(2 * d, 10)) if i % 2 else d for i, d in enumerate(reversed(digits))]
        if digits[0] in (2, 3, 4, 5, 6) and sum(doubled) % 10 == 0:
            raise CardNumberSent(path=path)


def _numbers(on: Bench, sent: Sequence[doc.OrderLine]) -> list[tuple[int, int]]:
    given = [
        (parse_whole(line.prime_line_no, "PrimeLineNo"), parse_whole(line.sub_line_no, "SubLineNo"))
        if line.prime_line_no
        else None
        for line in sent
    ]
    taken = [number for number in given if number]
    if len(set(taken)) != len(taken):
        raise DocumentMalformed(path="OrderLines", what=mark("two lines have the same number."))
    free = max([on.first - 1, *(prime for prime, _ in taken)]) + 1
    numbers = []
    for number in given:
        numbers.append(number or (free, 1))
        free += number is None
    return numbers


def _line(on: Bench, sent: doc.OrderLine, key: str, number: tuple[int, int], names: Mapping[str, str], path: str) -> Line:
    if sent.item is None:
        raise DocumentMalformed(path=f"{path}.Item", what=mark("a line names its item."))
    item = on.items[sent.item.item_id]
    if not item.sellable:
        raise DocumentMalformed(path=f"{path}.Item.ItemID", what=phrase(mark("{item_id} is not sold."), item_id=item.item_id))
    unit = sent.item.unit_of_measure
    if unit and unit != item.step.unit:
        raise DocumentMalformed(
            path=f"{path}.Item.UnitOfMeasure",
            what=phrase(mark("{item_id} is sold in {unit}."), item_id=item.item_id, unit=item.step.unit),
        )
    parent = _reference(sent.bundle_parent_line, names, path)
    quantity = item.step.parse(sent.ordered_qty, f"{path}.OrderedQty")
    price = sent.line_price_info
    return Line(
        key=key,
        prime=number[0],
        sub=number[1],
        item_id=item.item_id,
        step=item.step,
        original=quantity,
        ordered=quantity,
        rows=(Row(on.start, quantity),),
        description=sent.item.item_short_desc or item.description,
        product_class=sent.item.product_class,
        unit_price=parse_price(price.unit_price, f"{path}.LinePriceInfo.UnitPrice"),
        list_price=parse_price(price.list_price, f"{path}.LinePriceInfo.ListPrice"),
        price_before=parse_price(price.price_before_override or "0", f"{path}.LinePriceInfo.PriceBeforeOverride"),
        price_reason=price.override_reason,
        price_locked=price.is_price_locked == "Y",
        info_only=price.is_line_price_for_information_only == "Y" or bool(parent),
        kit_code="" if item.kit_code is KitCode.PREBUILT else item.kit_code.value,
        kit_qty=parse_whole(sent.kit_qty, f"{path}.KitQty", zero=True) if sent.kit_qty else 0,
        parent=parent,
        mode=(sent.bundle_fulfillment_mode or item.fulfillment_mode.value) if item.kit_code is KitCode.BUNDLE else "",
        tracked=item.tracked,
        gift=_gift(sent, names, path),
        delivery_method=sent.delivery_method or on.delivery_method,
        ship_node=sent.ship_node,
        line_id=sent.transactional_line_id,
        configuration_id=sent.configuration_id,
    )


def _reference(sent: doc.BundleParentLine | None, names: Mapping[str, str], path: str) -> str:
    if sent is None:
        return ""
    for name in (sent.transactional_line_id, f"{sent.prime_line_no}-{sent.sub_line_no}", sent.prime_line_no):
        if name in names:
            return names[name]
    raise DocumentMalformed(path=f"{path}.BundleParentLine", what=mark("names no line of this document."))


def _gift(sent: doc.OrderLine, names: Mapping[str, str], path: str) -> Gift | None:
    if sent.is_gift != "Y":
        return None
    for name in sent.gift_buy_line_ids:
        if name not in names:
            raise DocumentMalformed(
                path=f"{path}.GiftBuyLineIDs", what=phrase(mark("{name} is no line of this document."), name=name)
            )
    lines = tuple(names[name] for name in sent.gift_buy_line_ids)
    buy, get = parse_whole(sent.gift_buy_quantity, path), parse_whole(sent.gift_quantity, path)
    return Gift(sent.gift_of_pricing_rule, lines, buy, get)


def _exploded(on: Bench, built: list[Line]) -> list[Line]:
    with_parts = {line.parent for line in built}
    number = max((line.prime for line in built), default=0) + 1
    waiting = [line for line in built if line.kit_code == KitCode.BUNDLE and line.key not in with_parts]
    made: list[Line] = []
    while waiting:
        parent = waiting.pop(0)
        parts = on.kits.get(parent.item_id, ())
        if not parts:
            raise KitNotConfigured(path="OrderLines", item_id=parent.item_id)
        for part in parts:
            item, quantity = on.items[part.item_id], part.quantity * parent.ordered
            line = Line(
                key=new_id(),
                prime=number,
                sub=1,
                item_id=item.item_id,
                step=item.step,
                original=quantity,
                ordered=quantity,
                rows=(Row(on.start, quantity),),
                description=item.description,
                info_only=True,
                kit_code="" if item.kit_code is KitCode.PREBUILT else item.kit_code.value,
                kit_qty=part.quantity,
                parent=parent.key,
                mode=parent.mode if item.kit_code is KitCode.BUNDLE else "",
                tracked=item.tracked,
                delivery_method=parent.delivery_method,
            )
            made.append(line)
            number += 1
            if line.kit_code == KitCode.BUNDLE:
                waiting.append(line)
    return made


def _check_kits(lines: Sequence[Line]) -> None:
    by_key = {line.key: line for line in lines}
    for line in lines:
        if line.parent and by_key[line.parent].kit_code != KitCode.BUNDLE:
            raise DocumentMalformed(
                path=f"OrderLine {line.prime}", what=phrase(mark("{item_id} is not a kit."), item_id=by_key[line.parent].item_id)
            )
        if line.parent and line.kit_qty and line.ordered != by_key[line.parent].ordered * line.kit_qty:
            raise KitOutOfRatio(path=f"OrderLine {line.prime}")


def all_at(lines: Sequence[Line], status: str) -> tuple[Line, ...]:
    """The lines with all their live quantity standing at one status: what confirming a draft does."""
    return tuple(replace(line, rows=(Row(status, line.ordered),)) for line in lines)
