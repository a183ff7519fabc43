"""Pricing an order that lives elsewhere: the answer to *ProcessOrder, Calculate*.

The same pipeline as for a cart: a call-center draft, a quote and a simulation cost what the shop would charge
the same buyer. The price date is the order's creation time, also for lines added later; locked unit prices are
taken as given. A logon id nobody has is a guest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.commerce import catalog, charges, pricing, promotions
from entrepot.commerce.capture.by_hand import manual_documents, read_adjustments, read_awards, settle_awarded
from entrepot.commerce.capture.calculate import calculate, wanted_entry
from entrepot.commerce.capture.calculation import Calculation, PricedLine, ShippingCharge
from entrepot.commerce.capture.lines import components_from, require_part
from entrepot.commerce.capture.order import OrderLine, Visit
from entrepot.commerce.capture.purchases import buyer_at
from entrepot.commerce.capture.to_calculate import ToCalculate
from entrepot.commerce.capture.track import order_by_number
from entrepot.commerce.capture.transfer import (
    adjustment_documents,
    cash_document,
    gift_document,
    surcharge_documents,
    tax_documents,
)
from entrepot.kernel.errors import Invalid
from entrepot.kernel.money import format_amount, format_price, parse_amount, parse_price
from entrepot.kernel.quantity import read_step

Document = dict[str, Any]


class DocumentMalformed(Invalid):
    code = "DOCUMENT_MALFORMED"
    message = "{path}: {problem}"


def price_items(conn: Connection, document: Document, at: datetime) -> Document:
    """GetEntitledPrice: the best price of each product asked for; promotions play no part."""
    body = document["EntitledPrice"]
    visit = visit_of(conn, body, at)
    products = body.get("Product", [])
    if not 0 < len(products) <= 500:
        raise DocumentMalformed(path="EntitledPrice/Product", problem="ask for 1 to 500 products")
    numbers = {one["PartNumber"] for one in products} | {
        part["PartNumber"] for one in products if "Component" in one for part in one["Component"]
    }
    facts = catalog.entries_by_part_numbers(conn, visit.view, map(str, numbers))
    contract, trace = body.get("ContractIdentifier"), bool(body.get("Trace"))
    occasion = pricing.Occasion(visit.store.id, visit.currency, visit.at, visit.customer, contract, trace=trace, parts=False)
    wanted, errors = [], []
    for one in products:
        entry = facts.get(one["PartNumber"])
        if entry is None or not entry.displayable:
            errors.append({"PartNumber": one["PartNumber"], "Code": "CATALOG_ENTRY_NOT_FOUND"})
            continue
        quantity = entry.step.parse(str(one.get("Quantity", "1")), "Quantity")
        parts = _parts(facts, one["Component"]) if "Component" in one else ()
        wanted.append(wanted_entry(entry, quantity, parts if entry.type.configured else None))
    prices, buyer = [], "guest" if visit.buyer.is_guest else "registered"
    for found in pricing.entitled_prices(conn, occasion, wanted):
        if isinstance(found, pricing.Unpriced):
            errors.append({"PartNumber": found.part_number, "Code": found.code})
            continue
        prices.append(
            {
                "PartNumber": found.part_number,
                "UnitPrice": format_price(found.price, found.currency),
                "ListPrice": format_price(found.list_price, found.currency) if found.list_price is not None else None,
                "Currency": found.currency,
                "ContractIdentifier": found.contract,
                "PriceRule": found.rule,
                "Buyer": buyer,
            }
        )
    return {"EntitledPrice": prices, "Errors": errors, "PricingDate": visit.at.isoformat(), "PromotionsApplied": False}


def _parts(facts: Mapping[str, catalog.EntryFacts], components: Sequence[Document]) -> tuple[pricing.Wanted, ...]:
    """The parts of one dynamic kit that are told with it."""
    given = [(part["PartNumber"], int(part.get("Quantity", 1))) for part in components]
    return tuple([wanted_entry(require_part(facts, number), count) for number, count in given])


def price_order(conn: Connection, document: Document, at: datetime) -> Document:
    """ProcessOrder with the action *Calculate*: unit prices, promotions with their shares, gifts, taxes, totals.

    With ``PromotionsAwarded`` the order was sold already: its prices and promotions stand, and only what was adjusted
    by hand and the taxes are computed.
    """
    body = document["Order"]
    visit = visit_of(conn, body, at)
    manual, policy = read_adjustments(body, visit.currency)
    sold = bool(body.get("PromotionsAwarded"))
    address = body.get("ShippingAddress") or {}
    order = ToCalculate(
        store=visit.store,
        customer=visit.customer,
        currency=visit.currency,
        language=visit.language,
        price_date=visit.at,
        lines=tuple(_line(conn, visit, place, item, sold=sold) for place, item in enumerate(body.get("OrderItem", ()), 1)),
        order_ref=usage_reference(conn, body["OrderIdentifier"]),
        buyer=visit.buyer.logon_id or str(address.get("email") or ""),
        codes=tuple(promotions.canonical_code(code) for code in body.get("PromotionCode", ())),
        shipping_mode=body.get("ShippingMode") or None,
        destination=charges.Destination(address["country"], address.get("state") or "") if address.get("country") else None,
        locked_prices={
            item["OrderItemIdentifier"]: parse_price(item["LockedPrice"])
            for item in body.get("OrderItem", ())
            if item.get("LockedPrice") is not None
        },
        shipping_locked=parse_amount(body["LockedShipping"], visit.currency) if body.get("LockedShipping") else None,
        manual=manual,
        manual_policy=policy,
    )
    if sold:
        calculation = settle_awarded(conn, order, read_awards(body, visit.currency))
    else:
        calculation = calculate(conn, order)
    codes = [_code(conn, visit, code, calculation, order.order_ref) for code in order.codes]
    by_hand = {"PromotionCode": codes, "ManualAdjustment": manual_documents(order, calculation)}
    return {"Order": {"OrderIdentifier": body["OrderIdentifier"], **by_hand, **calculation_document(calculation)}}


def usage_reference(conn: Connection, identity: Document) -> str:
    """What an order's uses of promotions are kept under: our own id, or the other system's for an order of theirs."""
    number = identity.get("UniqueID")
    order = order_by_number(conn, number) if number else None
    return order.id if order is not None else str(identity.get("ExternalOrderID") or number or "")


def visit_of(conn: Connection, body: Document, at: datetime) -> Visit:
    """Store, buyer, currency and price date a document speaks for."""
    store = catalog.find_store(conn, body.get("StoreIdentifier"))
    date = body.get("PricingDate")
    priced_at = datetime.fromisoformat(date) if date else at
    buyer = buyer_at(conn, body.get("BuyerIdentifier") or None, priced_at)
    currency = body.get("Currency") or buyer.preferred_currency or store.default_currency
    if currency not in store.currencies:
        raise DocumentMalformed(path="Currency", problem=f"this store sells in {', '.join(store.currencies)}")
    language = body.get("Language") or store.default_language
    return Visit(store, buyer, language, currency, priced_at)


def _line(conn: Connection, visit: Visit, place: int, item: Document, *, sold: bool = False) -> OrderLine:
    number = str(item["PartNumber"])
    entry = catalog.entries_by_part_numbers(conn, visit.view, [number]).get(number)
    if entry is None:
        raise DocumentMalformed(path=f"OrderItem/{place}/PartNumber", problem=f"there is no article {number}")
    if not sold:
        entry.require_orderable()
    components = components_from(
        conn, visit, [(part["PartNumber"], int(part["Quantity"]), True) for part in item.get("OrderItemComponent", ())]
    )
    quantity = entry.step.parse(str(item["Quantity"]), f"OrderItem/{place}/Quantity")
    return OrderLine(item["OrderItemIdentifier"], place, entry.id, number, quantity, components=components)


def _code(conn: Connection, visit: Visit, code: str, calculation: Calculation, order_ref: str) -> Document:
    applied = any(one.code == code for one in calculation.applied)
    check = promotions.validate_code(
        conn, visit.store.id, code, (visit.buyer.logon_id, visit.customer.segments), visit.at, order_ref
    )
    return {"Code": code, "Valid": check.valid, "Applied": applied, "ReasonCode": check.reason}


def calculation_document(calculation: Calculation) -> Document:
    """A calculation as commerce says it to others."""
    money = calculation.currency
    return {
        "Currency": money,
        "OrderItem": [_item_document(line, money) for line in calculation.lines],
        "Shipping": _shipping_document(calculation.shipping, money),
        "Surcharge": surcharge_documents(calculation),
        "Promotion": [
            {
                "PromotionIdentifier": one.promotion,
                "Version": one.version,
                "Description": one.name,
                "Level": one.level,
                "Amount": format_amount(one.amount, money),
                "Times": one.times,
                "PromotionCode": one.code,
            }
            for one in calculation.applied
        ],
        "Declined": [
            {
                "PromotionIdentifier": one.promotion,
                "Description": one.name,
                "Reason": one.reason,
                "Needs": one.needs,
                "Has": one.has,
            }
            for one in calculation.refused
        ],
        "Problem": [{"Code": one.code, "Text": one.text, "OrderItemIdentifier": one.line} for one in calculation.problems],
        "TaxIncluded": calculation.tax_included,
        "RoundingPolicy": calculation.policy,
        "TotalProductPrice": format_amount(calculation.goods, money),
        "TotalAdjustment": format_amount(calculation.discount - calculation.manual, money),
        "TotalShippingCharge": format_amount(calculation.shipping_net, money),
        "TotalSurcharge": format_amount(calculation.surcharged, money),
        "TotalTax": format_amount(calculation.tax, money),
        "GrandTotal": format_amount(calculation.total, money),
        **cash_document(calculation),
    }


def _item_document(line: PricedLine, money: str) -> Document:
    return {
        "OrderItemIdentifier": line.id,
        "PartNumber": line.part_number,
        "Description": line.name,
        "Quantity": read_step(line.multiple, line.unit).format(line.quantity),
        "UnitOfMeasure": line.unit,
        "UnitPrice": format_price(line.unit_price, money),
        "ListPrice": format_price(line.list_price, money) if line.list_price is not None else None,
        "Amount": format_amount(line.amount, money),
        "Adjustment": adjustment_documents(line.adjustments, money),
        "Tax": tax_documents(line.taxes, money),
        "FreeGift": gift_document(line),
        "ContractIdentifier": line.contract,
        "PriceRule": line.rule,
    }


def _shipping_document(shipping: ShippingCharge | None, money: str) -> Document | None:
    if shipping is None:
        return None
    return {
        "ShippingMode": shipping.mode,
        "Amount": format_amount(shipping.amount, money),
        "Adjustment": adjustment_documents(shipping.adjustments, money),
        "Tax": tax_documents(shipping.taxes, money),
    }
