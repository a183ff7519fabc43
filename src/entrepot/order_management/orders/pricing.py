"""Asking commerce what a draft costs, and writing its answer down.

The question and the answer are two halves, because nobody may be asked while an order is locked: the first half reads
and returns a document, the second takes the reply. The reply is checked, never trusted: it must speak of this version's
lines and add up to its own total by our arithmetic, or it is refused whole. Gifts come and go with the reply.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.kernel.errors import Refused
from entrepot.kernel.ids import new_id
from entrepot.kernel.money import format_amount, format_price, parse_amount, parse_price
from entrepot.kernel.quantity import parse_whole
from entrepot.kernel.words import mark, phrase
from entrepot.order_management import inventory
from entrepot.order_management.orders import build
from entrepot.order_management.orders.adjustment import level_of
from entrepot.order_management.orders.adjustment_hold import follow
from entrepot.order_management.orders.audit import Doing
from entrepot.order_management.orders.create import answered
from entrepot.order_management.orders.documents import Adjustment, ChargeLine, OrderPrice, PricedLine
from entrepot.order_management.orders.events import say
from entrepot.order_management.orders.load import load_order
from entrepot.order_management.orders.order import Charge, ChargeKind, Coupon, Gift, Line, Order, Promotion, Share
from entrepot.order_management.orders.save import OrderMovedOn, save_order
from entrepot.order_management.orders.statuses import DRAFT, Row
from entrepot.order_management.orders.totals import kept, now, shares, verify
from entrepot.order_management.wire import flag, moment, parse_moment, read

PRICE_LASTS = timedelta(hours=1)


class PriceReplyRefused(Refused):
    code = "ENT_PRICE_REPLY"
    message = mark("The price that came back cannot be used: {what}. The order was not changed.")


def pricing_request(conn: Connection, key: str) -> dict[str, Any]:
    """The ``getOrderPrice`` document of an order; a line's id is its key, gifts are not asked about."""
    return pricing_question(load_order(conn, key))


def pricing_question(order: Order, policy: str = "") -> dict[str, Any]:
    """The question of a draft in full; of a confirmed order only for what is given by hand and the taxes.

    A confirmed order brings its prices and what promotions gave it, gifts included, and has them taken as they are.
    """
    lines = [line for line in sorted(order.top_lines, key=lambda line: (line.prime, line.sub)) if line.ordered]
    asked = [_asked(order, line) for line in lines if not (order.draft and line.gift)]
    header = [_manual(order, c) for c in order.charges if c.manual and not c.line]
    if not order.draft:
        recorded = [c for c in order.charges if not (c.manual or c.line or c.shares or c.kind is ChargeKind.TAX)]
        header += [_awarded(order, charge, now(order, charge)) for charge in recorded]
    return {
        "OrderReference": order.key,
        "OrderNo": order.order_no,
        "Version": str(order.version),
        "BuyerUserID": order.buyer_user_id,
        "Currency": order.currency,
        "OrganizationCode": order.enterprise,
        "EnterpriseCode": order.enterprise,
        "PricingDate": moment(order.order_date),
        "CarrierServiceCode": order.carrier_service,
        "ValidatePromotionAward": flag(order.draft),
        "AdjustmentApplyPolicy": policy,
        "PersonInfoShipTo": order.ship_to,
        "PaymentMethods": {
            "PaymentMethod": [{"PaymentType": method.payment_type, "CreditCardName": method.brand} for method in order.payments]
        },
        "OrderLines": {"OrderLine": asked},
        "Coupons": {"Coupon": [{"CouponID": coupon.coupon_id} for coupon in order.coupons] if order.draft else []},
        "HeaderAdjustments": {"HeaderAdjustment": header},
    }


def item_price_request(conn: Connection, key: str, items: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The ``getItemPrice`` document for (item, quantity) pairs an agent looks at while working on the order."""
    order = load_order(conn, key)
    known = inventory.items_by_id(conn, order.enterprise, [item for item, _ in items])
    asked = [
        {"ItemID": item, "Quantity": quantity, "UnitOfMeasure": known[item].step.unit if item in known else "C62"}
        for item, quantity in items
    ]
    return _identity(order) | {"Currency": order.currency, "IsQuantityTierRequested": "N", "LineItems": {"LineItem": asked}}


def coupon_request(conn: Connection, key: str, coupon: str) -> dict[str, Any]:
    """The ``validateCoupon`` document for a code the customer names."""
    return _identity(load_order(conn, key)) | {"CouponID": coupon}


def apply_pricing(conn: Connection, key: str, reply: dict[str, Any], at: datetime, version: int | None = None) -> dict[str, Any]:
    """Write the reply of ``getOrderPrice`` onto the draft; tell its new version and total.

    ``version`` is the one the request was made of; an order that moved on since is refused, and priced again.
    """
    before = load_order(conn, key, lock=True)
    if version is not None and version != before.version:
        raise OrderMovedOn(order_no=before.order_no, version=before.version)
    if not before.draft:
        raise PriceReplyRefused(what=mark("the order is confirmed and keeps its prices"))
    after = follow(conn, before, take_reply(conn, before, reply, at), "pricing", at)
    saved = save_order(conn, before, after, Doing("GET_ORDER_PRICE", "pricing", at))
    if _used(saved) != _used(before):
        say(conn, "order.changed", saved, at)
    return answered(saved)


def take_reply(conn: Connection, draft: Order, reply: Mapping[str, Any], at: datetime) -> Order:
    """The draft at the prices of a reply, good for as long as the reply says."""
    priced = read(OrderPrice, dict(reply), "ignore")
    gifts = {line.item_id for line in priced.order_lines.order_line if line.is_gift == "Y"}
    items = inventory.require_items(conn, draft.enterprise, sorted(gifts), "OrderLine.ItemID")
    after = with_prices(draft, priced, items)
    valid_until = parse_moment(priced.valid_until, "ValidUntil") if priced.valid_until else at + PRICE_LASTS
    return replace(after, priced=True, price_snapshot=priced.price_snapshot_id or new_id(), price_valid_until=valid_until)


def with_prices(order: Order, priced: OrderPrice, items: dict[str, inventory.Item]) -> Order:
    """The order with the reply's prices, discounts, gifts and coupons; refused unless it adds up."""
    replied = {line.line_id: line for line in priced.order_lines.order_line if line.is_gift != "Y"}
    lines: list[Line] = []
    for line in order.lines:
        if line.parent:
            lines.append(line)
        elif not line.gift:
            lines.append(_priced_line(line, replied.get(line.key)))
    bought = {line.key: line for line in lines}
    names = dict(bought)
    next_no = order.next_line_no
    for gift in (line for line in priced.order_lines.order_line if line.is_gift == "Y"):
        made = _gift_line(order, gift, items[gift.item_id], bought, lines, next_no)
        next_no = max(next_no, made.prime + 1)
        lines.append(made)
        names[gift.line_id or made.key] = made
    coin = parse_amount(priced.cash_interval or "0", order.currency, "CashInterval")
    after = replace(order, lines=tuple(lines), next_line_no=next_no, charges=(), tax_included=priced.tax_included == "Y")
    after = replace(after, cash_interval=coin)
    after = replace(after, charges=tuple(_charges(after, priced, names, by_hand(order, priced, names))))
    after = _share_out(after)
    told = {coupon.coupon_id: coupon for coupon in priced.coupons.coupon}
    coupons = tuple(
        Coupon(c.coupon_id, told[c.coupon_id].valid, told[c.coupon_id].coupon_status_msg_code) if c.coupon_id in told else c
        for c in order.coupons
    )
    after = replace(after, coupons=coupons, promotions=_promotions(after, priced))
    return verify(after, parse_amount(priced.total_amount, order.currency, "TotalAmount"))


def with_settlement(order: Order, priced: OrderPrice) -> Order:
    """The confirmed order with what was given by hand and the taxes that follow; all else stays as it was recorded."""
    names = {line.key: line for line in order.lines}
    recorded = [c for c in order.charges if not c.manual and c.kind is not ChargeKind.TAX]
    taxes = []
    for reply in priced.order_lines.order_line:
        taxes += [build.tax(tax, order.currency, names[reply.line_id], "LineTax") for tax in reply.line_taxes.line_tax]
    taxes += [build.tax(tax, order.currency, None) for tax in priced.header_taxes.header_tax]
    after = replace(order, charges=(*by_hand(order, priced, names), *recorded, *taxes))
    return verify(after, parse_amount(priced.total_amount, order.currency, "TotalAmount"))


def by_hand(order: Order, priced: OrderPrice, names: dict[str, Line]) -> list[Charge]:
    """What was given by hand, of lines that are still there; an amount on the whole order with the shares of the reply."""
    shares_told = {h.adjustment_id: h.shares for h in priced.header_adjustments.header_adjustment if h.is_manual == "Y"}
    found = []
    for given in (c for c in order.charges if c.manual and (not c.line or c.line in names)):
        charge = replace(given, amount=_asked_amount(order, given))
        if charge.line:
            found.append(replace(charge, basis=names[charge.line].ordered))
            continue
        if charge.key not in shares_told:
            raise PriceReplyRefused(what=mark("it says nothing about what was given by hand"))
        told = shares_told[charge.key]
        shared = [
            Share(names[one.line_id].key, parse_amount(one.amount, order.currency, "Shares"), names[one.line_id].ordered)
            for one in (told.share if told else [])
            if one.line_id in names
        ]
        found.append(replace(charge, shares=tuple(shared)))
    return found


def _priced_line(line: Line, reply: PricedLine | None) -> Line:
    if reply is None:
        raise PriceReplyRefused(what=phrase(mark("it says nothing about line {prime}"), prime=line.prime))
    if reply.quantity and line.step.parse(reply.quantity, "OrderLine.Quantity") != line.ordered:
        raise PriceReplyRefused(what=phrase(mark("it changes the quantity of line {prime}"), prime=line.prime))
    list_price = parse_price(reply.list_price, "OrderLine.ListPrice")
    if line.price_locked:
        return replace(line, list_price=list_price)
    return replace(line, unit_price=parse_price(reply.unit_price, "OrderLine.UnitPrice"), list_price=list_price)


def _gift_line(
    order: Order, reply: PricedLine, item: inventory.Item, bought: dict[str, Line], taken: list[Line], next_no: int
) -> Line:
    """The gift as a line: the one the order has already for that reason, or a new one."""
    used = {line.key for line in taken}
    known = next(
        (
            line
            for line in order.lines
            if line.gift and line.gift.of == reply.gift_of_pricing_rule and line.item_id == reply.item_id and line.key not in used
        ),
        None,
    )
    quantity = item.step.parse(reply.quantity, "OrderLine.Quantity")
    for name in reply.gift_buy_line_ids:
        if name not in bought:
            raise PriceReplyRefused(
                what=phrase(mark("its gift {item_id} is given for a line it does not know"), item_id=reply.item_id)
            )
    buy, get = parse_whole(reply.gift_buy_quantity, "GiftBuyQuantity"), parse_whole(reply.gift_quantity, "GiftQuantity")
    line = known or Line(
        key=new_id(),
        prime=next_no,
        sub=1,
        item_id=item.item_id,
        step=item.step,
        original=0,
        ordered=0,
        rows=(),
        tracked=item.tracked,
    )
    return replace(
        line,
        original=quantity,
        ordered=quantity,
        rows=(Row(DRAFT, quantity),),
        description=item.description,
        unit_price=parse_price(reply.unit_price, "OrderLine.UnitPrice"),
        list_price=parse_price(reply.list_price, "OrderLine.ListPrice"),
        delivery_method=order.delivery_method,
        gift=Gift(reply.gift_of_pricing_rule, tuple(reply.gift_buy_line_ids), buy, get),
    )


def _charges(order: Order, priced: OrderPrice, names: dict[str, Line], manual: list[Charge]) -> list[Charge]:
    found = list(manual)
    for reply in priced.order_lines.order_line:
        line = names.get(reply.line_id)
        if line is None:
            raise PriceReplyRefused(what=phrase(mark("line {line_id} is not on the order"), line_id=reply.line_id))
        adjusted = [a for a in reply.line_adjustments.line_adjustment if a.is_manual != "Y"]
        found += [build.charge(_as_charge(a), order.currency, line, path="LineAdjustment") for a in adjusted]
        found += [build.tax(tax, order.currency, line, "LineTax") for tax in reply.line_taxes.line_tax]
    for header in priced.header_adjustments.header_adjustment:
        if header.is_manual != "Y":
            found.append(build.charge(_as_charge(header), order.currency, None, names, "HeaderAdjustment"))
    return found + [build.tax(tax, order.currency, None) for tax in priced.header_taxes.header_tax]


def _share_out(order: Order) -> Order:
    """Order-wide discounts on goods that came without shares get them here."""
    charges = []
    for charge in order.charges:
        own = not charge.line and not charge.shares and not charge.manual
        bare = own and charge.kind is ChargeKind.DISCOUNT and charge.category != "ShippingDiscount"
        others = replace(order, charges=tuple(c for c in order.charges if c.line))
        charges.append(replace(charge, shares=shares(others, charge.amount)) if bare else charge)
    return replace(order, charges=tuple(charges))


def _promotions(order: Order, priced: OrderPrice) -> tuple[Promotion, ...]:
    """What the order uses now: as the reply says it, else as its discounts and gifts show it."""
    if priced.promotions.promotion:
        return build.promotions(priced.promotions)
    used: dict[str, Promotion] = {}
    for charge in order.charges:
        if charge.reference and charge.kind == "DISCOUNT" and not charge.manual:
            used.setdefault(charge.reference, Promotion(charge.reference, charge.coupon, 1, charge.description))
    for line in order.lines:
        if line.gift and line.gift.of:
            known = used.get(line.gift.of, Promotion(line.gift.of))
            used[line.gift.of] = replace(known, times=max(known.times, -(-line.ordered // line.gift.get)))
    return tuple(used.values())


def _as_charge(sent: Adjustment) -> ChargeLine:
    return ChargeLine(
        charge_category=sent.charge_category,
        charge_name=sent.charge_name or sent.pricing_rule_name,
        charge_amount=sent.adjustment_applied,
        reference=sent.pricing_rule_name,
        coupon_id=sent.coupon_id,
        description=sent.description,
        shares=sent.shares,
    )


def _asked(order: Order, line: Line) -> dict[str, Any]:
    locked = line.price_locked or not order.draft
    asked: dict[str, Any] = {
        "LineID": line.key,
        "ItemID": line.item_id,
        "Quantity": line.step.format(line.ordered),
        "UnitOfMeasure": line.step.unit,
        "IsPriceLocked": flag(locked),
        "DeliveryMethod": line.delivery_method,
        "CarrierServiceCode": order.carrier_service,
    }
    if locked:
        asked["UnitPrice"] = format_price(line.unit_price, order.currency)
    parts = order.leaves(line) if order.components(line.key) else []
    if parts:
        asked["BundleComponents"] = {
            "BundleComponent": [{"ItemID": p.item_id, "KitQty": str(n), "UnitOfMeasure": p.step.unit} for p, n in parts]
        }
    if line.configuration_id:
        asked["ConfigurationId"] = line.configuration_id
    adjusted = [_manual(order, charge) for charge in order.charges if charge.manual and charge.line == line.key]
    if not order.draft:
        adjusted += _recorded(order, line)
    return asked | ({"LineAdjustments": {"LineAdjustment": adjusted}} if adjusted else {})


def _recorded(order: Order, line: Line) -> list[dict[str, Any]]:
    """What the line was sold with: what promotions gave it, its shares of order-wide discounts, its surcharges."""
    found = []
    for charge in order.charges:
        if charge.manual or charge.kind is ChargeKind.TAX:
            continue
        own = [now(order, charge)] if charge.line == line.key else []
        own += [kept(share.amount, line.ordered, share.basis) for share in charge.shares if share.line == line.key]
        found += [_awarded(order, charge, amount) for amount in own if amount]
    return found


def _awarded(order: Order, charge: Charge, amount: int) -> dict[str, Any]:
    return {
        "IsManual": "N",
        "IsDiscount": flag(charge.kind is ChargeKind.DISCOUNT),
        "PricingRuleName": charge.reference,
        "ChargeCategory": charge.category,
        "ChargeName": charge.name,
        "AdjustmentApplied": format_amount(amount, order.currency),
        "CouponID": charge.coupon,
        "Description": charge.description,
    }


def _manual(order: Order, charge: Charge) -> dict[str, Any]:
    return {
        "IsManual": "Y",
        "AdjustmentID": charge.key,
        "CalculationCode": level_of(charge).value,
        "IsDiscount": flag(charge.kind is ChargeKind.DISCOUNT),
        "ChargeCategory": charge.category,
        "ChargeName": charge.name,
        "AdjustmentApplied": format_amount(_asked_amount(order, charge), order.currency),
        "Description": charge.description,
    }


def _asked_amount(order: Order, charge: Charge) -> int:
    """On a draft all of what was given, however many units it has now; on an order what cancelling left of it."""
    return charge.amount if order.draft else now(order, charge)


def _identity(order: Order) -> dict[str, Any]:
    return {
        "BuyerUserId": order.buyer_user_id,
        "OrganizationCode": order.enterprise,
        "EnterpriseCode": order.enterprise,
        "PricingDate": moment(order.order_date),
    }


def _used(order: Order) -> set[tuple[str, str, int]]:
    return {(p.promotion_id, p.coupon, p.times) for p in order.promotions}
