"""The order on its way to its owner: the document that carries it, and what comes back.

The document says prices and promotions are final: nothing is priced again on the other side. What comes back
moves the order forward only: an acknowledgement with the owner's id, status changes with a version each.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from entrepot.bus import Envelope
from entrepot.commerce.capture import tables
from entrepot.commerce.capture.calculation import ByHand, Calculation, LineAdjustment, PricedLine, TaxRow
from entrepot.commerce.capture.contents import Content, contents
from entrepot.commerce.capture.order import Address, Order, OrderNotFound, OrderState
from entrepot.commerce.capture.tables import orders
from entrepot.kernel.db import Instant, Json
from entrepot.kernel.errors import Conflict, Error
from entrepot.kernel.money import format_amount, format_price
from entrepot.kernel.quantity import read_step
from entrepot.kernel.statement import Statement

log = structlog.get_logger("commerce.transfer")
Document = dict[str, Any]


_of: sa.BindParameter[str] = sa.bindparam("of")
_at = sa.bindparam("at", type_=Instant)
_TRACKED = Statement(sa.select(orders.c.id, orders.c.state, orders.c.tracking).where(orders.c.number == _of).with_for_update())
_TRACK = Statement(
    orders.update()
    .where(orders.c.id == _of)
    .values(tracking=sa.bindparam("said", type_=Json), state=sa.bindparam("became"), updated_at=_at)
)
_ACKNOWLEDGE = Statement(
    orders.update()
    .where(orders.c.id == _of)
    .values(state=sa.bindparam("became"), external_id=sa.bindparam("given"), transfer_error=None, updated_at=_at)
)


class ExternalIdConflict(Conflict):
    code = "EXTERNAL_ID_CONFLICT"
    message = "Order {number} was acknowledged as {known}; another id {given} was not taken over."


def transfer_document(order: Order, store: str) -> Document:
    """The order as commerce says it: amounts as decimal texts, one item per line, components beneath."""
    calculation = order.calculation
    assert calculation is not None, "an order that is transferred has been calculated"
    lines = {line.id: line for line in order.lines}
    items = [_item(place, line, lines, calculation.currency) for place, line in enumerate(calculation.lines, 1)]
    money = calculation.currency
    shipping = calculation.shipping
    return {
        "Order": {
            "OrderIdentifier": {"UniqueID": order.number},
            "StoreIdentifier": {"UniqueID": store},
            "BuyerIdentifier": {"ExternalIdentifier": {"Identifier": order.logon_id}},
            "PlacedDate": order.placed_at.isoformat() if order.placed_at else None,
            "Language": order.language,
            "OrderAmount": {
                "TotalProductPrice": {"currency": money, "value": format_amount(calculation.goods, money)},
                "TotalAdjustment": format_amount(calculation.discount - calculation.manual, money),
                "TotalShippingCharge": format_amount(calculation.shipping_net, money),
                "TotalSurcharge": format_amount(calculation.surcharged, money),
                "TotalTax": format_amount(calculation.tax, money),
                "TaxIncluded": calculation.tax_included,
                "RoundingPolicy": calculation.policy,
                "GrandTotal": format_amount(calculation.total, money),
                **cash_document(calculation),
            },
            "OrderItem": items,
            "Surcharge": surcharge_documents(calculation),
            "OrderShippingInfo": {
                "ShippingMode": order.shipping_mode,
                "ShippingCharge": format_amount(shipping.amount, money) if shipping else "0",
                "Adjustment": adjustment_documents(shipping.adjustments, money) if shipping else [],
                "Tax": tax_documents(shipping.taxes, money) if shipping else [],
                "Grant": grant_documents(shipping.by_hand, money) if shipping else [],
                "ShippingAddress": address_document(order.ship_to),
            },
            "OrderPaymentInfo": {
                "BillingAddress": address_document(order.bill_to or order.ship_to),
                "PaymentInstruction": msgspec.to_builtins(order.payment) if order.payment else None,
            },
            "Promotion": [
                {
                    "PromotionIdentifier": one.promotion,
                    "Level": one.level,
                    "Times": one.times,
                    "PromotionCode": one.code,
                    "Description": one.name,
                }
                for one in calculation.applied
            ],
            "PromotionCode": list(order.codes),
            "ReservationIdentifier": (order.prepared or {}).get("reservation_id"),
        }
    }


def _item(place: int, line: PricedLine, lines: dict[str, Any], currency: str) -> Document:
    own = lines.get(line.id)
    return {
        "OrderItemIdentifier": {"UniqueID": line.id, "Position": place},
        "CatalogEntryIdentifier": {"PartNumber": line.part_number, "Description": line.name},
        "Quantity": read_step(line.multiple, line.unit).format(line.quantity),
        "UnitOfMeasure": line.unit,
        "OrderItemAmount": {
            "UnitPrice": format_price(line.unit_price, currency),
            "ListPrice": format_price(line.list_price, currency) if line.list_price is not None else None,
            "Amount": format_amount(line.amount, currency),
            "Adjustment": adjustment_documents(line.adjustments, currency),
            "Grant": grant_documents(line.by_hand, currency),
            "Tax": tax_documents(line.taxes, currency),
            **price_set_document(line, currency),
        },
        "ContractIdentifier": line.contract,
        "PriceRule": line.rule,
        "ConfigurationID": own.configuration_id if own else None,
        "OrderItemComponent": [_component(one, line, 1) for one in contents(own)] if own else [],
        "FreeGift": gift_document(line),
    }


def gift_document(line: PricedLine) -> Document | None:
    """What makes a line a gift: its promotion, and how many bought units justify how many gifts."""
    if not line.gift_of:
        return None
    return {
        "PromotionIdentifier": line.gift_of,
        "BuyItems": list(line.gift_buy_lines),
        "BuyQuantity": line.gift_per,
        "GiftQuantity": line.gift_each,
    }


def _component(one: Content, line: PricedLine, around: int) -> Document:
    """A part, or a kit inside with its own parts; ``around`` is how many there are of the kit it is directly in."""
    prices = {part.part_number: part.unit_price for part in line.components}
    document: Document = {
        "PartNumber": one.part_number,
        "Description": one.name,
        "Quantity": str(one.quantity // around),
        "TotalQuantity": one.step.format(one.quantity * line.quantity),
        "UnitOfMeasure": one.step.unit,
        "Required": one.required,
        "UnitPrice": format_price(prices[one.part_number]) if one.part_number in prices else None,
    }
    return document | ({"OrderItemComponent": [_component(part, line, one.quantity) for part in one.parts]} if one.parts else {})


def adjustment_documents(shares: tuple[LineAdjustment, ...], currency: str) -> list[Document]:
    return [
        {
            "PromotionIdentifier": one.promotion,
            "Version": one.version,
            "Description": one.name,
            "Amount": format_amount(one.amount, currency),
            "PromotionCode": one.code,
        }
        for one in shares
    ]


def grant_documents(by_hand: tuple[ByHand, ...], currency: str) -> list[Document]:
    """What an agent granted or charged on the cart, by its reason: a fact of the sale like a promotion's share."""
    return [
        {"Reason": one.reason, "Charge": one.amount > 0, "Amount": format_amount(abs(one.amount), currency)}
        for one in by_hand
        if one.amount
    ]


def price_set_document(line: PricedLine, currency: str) -> Document:
    """That an agent set the unit price, why, and what it would be otherwise; nothing where it is the buyer's own."""
    if line.price_set is None:
        return {}
    return {"PriceOverride": {"Reason": line.price_set.reason, "UnitPriceBefore": format_price(line.price_set.before, currency)}}


def surcharge_documents(calculation: Calculation) -> list[Document]:
    money = calculation.currency
    return [
        {
            "Code": one.code,
            "Category": one.category,
            "Description": one.name,
            "OrderItemIdentifier": one.line,
            "Amount": format_amount(one.amount, money),
            "Tax": tax_documents(one.taxes, money),
        }
        for one in calculation.surcharges
    ]


def cash_document(calculation: Calculation) -> Document:
    """The smallest coin the total is rounded to, and what is to be paid then; nothing where it is not."""
    if not calculation.cash_interval:
        return {}
    money = calculation.currency
    return {
        "CashInterval": format_amount(calculation.cash_interval, money),
        "CashRounding": format_amount(calculation.cash_rounding, money),
        "Payable": format_amount(calculation.payable, money),
    }


def tax_documents(rows: tuple[TaxRow, ...], currency: str) -> list[Document]:
    return [{"Name": row.name, "Percentage": row.percent, "Amount": format_amount(row.amount, currency)} for row in rows]


def address_document(address: Address | None) -> Document | None:
    return None if address is None else dict(msgspec.to_builtins(address))


def acknowledge_transfer(conn: Connection, document: Document, at: datetime) -> Document:
    """The owner has the order: state *transferred*, with the owner's id. A repeat has no effect."""
    identity = document["Order"]["OrderIdentifier"]
    order = require_order(conn, identity["UniqueID"])
    given = identity["ExternalOrderID"]
    if order.external_id is not None and order.external_id != given:
        raise ExternalIdConflict(number=order.number, known=order.external_id, given=given)
    if order.state in (OrderState.READY, OrderState.FAILED):
        _ACKNOWLEDGE.run(conn, {"of": order.id, "became": str(OrderState.TRANSFERRED), "given": given, "at": at})
    return {"OrderIdentifier": identity, "State": str(OrderState.TRANSFERRED)}


def take_status(conn: Connection, document: Document, at: datetime) -> Document:
    """What order management says of an order; an older version than the one known changes nothing."""
    body = document["Order"]
    number, version = body["OrderIdentifier"]["UniqueID"], int(body.get("Version", 0))
    order = _TRACKED.first(conn, {"of": number})
    if order is None:
        return {"Ignored": number}
    if int((order["tracking"] or {}).get("Version", -1)) >= version:
        return {"Superseded": version}
    state = str(OrderState.CANCELLED) if body.get("Cancelled") else order["state"]
    _TRACK.run(conn, {"of": order["id"], "said": body, "became": state, "at": at})
    return {"OrderIdentifier": body["OrderIdentifier"], "Version": version}


def fail_transfer(conn: Connection, envelope: Envelope, error: Error) -> None:
    """The owner refused the order for a reason that trying again will not change: state *failed*, reason kept."""
    log.error("order.transfer_failed", number=envelope.business_key, code=error.code, error=str(error))
    values = {"state": str(OrderState.FAILED), "transfer_error": f"{error.code}: {error}"}
    number = envelope.business_key
    conn.execute(orders.update().where(orders.c.number == number, orders.c.state == str(OrderState.READY)).values(**values))


def require_order(conn: Connection, number: str) -> Order:
    """The placed order of this number, locked for a change."""
    order = tables.find_by_number(conn, number)
    if order is None:
        raise OrderNotFound(number=number)
    return order
