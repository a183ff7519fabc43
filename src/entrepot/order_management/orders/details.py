"""Looking at orders: one with everything on it, or a page of a list.

Reading is always of the whole truth as it stands; a draft is left out of a buyer's own list by asking for
``DraftOrderFlag=N``. Text search looks at numbers, buyers, names, e-mail addresses and items.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.kernel.money import format_amount, format_price
from entrepot.kernel.words import mark, phrase
from entrepot.order_management.orders import tables
from entrepot.order_management.orders.documents import OrderListQuery
from entrepot.order_management.orders.events import contributed
from entrepot.order_management.orders.load import load_order
from entrepot.order_management.orders.order import Charge, ChargeKind, Line, Order
from entrepot.order_management.orders.save import status_of
from entrepot.order_management.orders.statuses import NAMES, in_words, least_and_most
from entrepot.order_management.orders.totals import line_total, now, totals
from entrepot.order_management.wire import DocumentMalformed, flag, moment, parse_moment

LARGEST_PAGE = 200


def get_order_details(conn: Connection, key: str) -> dict[str, Any]:
    """Everything about one order, with what upper floors know of it (shipments, invoices, payments)."""
    order = load_order(conn, key)
    return described(order) | contributed(conn, key)


def get_order_list(conn: Connection, asked: OrderListQuery) -> dict[str, Any]:
    """A page of orders, newest first, with how many there are in all."""
    if not 1 <= asked.page_size <= LARGEST_PAGE or asked.page_number < 1:
        raise DocumentMalformed(
            path="PageSize",
            what=phrase(mark("pages count from 1 and hold 1 to {largest_page} orders."), largest_page=LARGEST_PAGE),
        )
    t = tables.order.c
    conditions = _conditions(asked)
    query = sa.select(tables.order).where(*conditions).order_by(t.order_date.desc(), t.key.desc())
    page = query.limit(asked.page_size).offset((asked.page_number - 1) * asked.page_size)
    total = conn.execute(sa.select(sa.func.count()).select_from(tables.order).where(*conditions)).scalar_one()
    return {
        "TotalNumberOfRecords": str(total),
        "PageNumber": str(asked.page_number),
        "IsLastPage": flag(asked.page_number * asked.page_size >= total),
        "OrderList": {"Order": [_listed(row) for row in conn.execute(page).mappings()]},
    }


def described(order: Order) -> dict[str, Any]:
    """An order as the document other systems read."""
    least, most = status_of(order)
    sums = totals(order)

    def amount(minor: int) -> str:
        return format_amount(minor, order.currency)

    return {
        "OrderHeaderKey": order.key,
        "OrderNo": order.order_no,
        "EnterpriseCode": order.enterprise,
        "DocumentType": order.document_type,
        "EntryType": order.entry_type,
        "DraftOrderFlag": flag(order.draft),
        "BuyerUserId": order.buyer_user_id,
        "OrderReference": order.reference,
        "OrderDate": moment(order.order_date),
        "Version": str(order.version),
        "Status": most,
        "MinOrderStatus": least,
        "MaxOrderStatus": most,
        "OverallStatus": in_words(least, most),
        "PaymentStatus": order.payment_status,
        "HoldFlag": flag(any(hold.status == "1100" for hold in order.holds)),
        "SCAC": order.scac,
        "CarrierServiceCode": order.carrier_service,
        "PriceInfo": {"Currency": order.currency, "TotalAmount": amount(sums.grand), "TaxIncluded": flag(order.tax_included)}
        | ({"CashInterval": amount(order.cash_interval)} if order.cash_interval else {}),
        "OverallTotals": {
            "GrandTotal": amount(sums.grand),
            "LineSubTotal": amount(sums.subtotal),
            "GrandDiscount": amount(sums.discount),
            "GrandCharges": amount(sums.charges),
            "GrandShippingTotal": amount(sums.shipping),
            "GrandTax": amount(sums.tax),
            "CashRounding": amount(sums.payable - sums.grand),
            "PayableTotal": amount(sums.payable),
        },
        "PersonInfoBillTo": order.bill_to,
        "PersonInfoShipTo": order.ship_to,
        "OrderLines": {"OrderLine": [_line(order, line) for line in in_order(order)]},
        "HeaderCharges": {"HeaderCharge": [_charge(order, c) for c in order.charges if not c.line and c.kind != "TAX"]},
        "HeaderTaxes": {"HeaderTax": [_charge(order, c) for c in order.charges if not c.line and c.kind == "TAX"]},
        "Promotions": {
            "Promotion": [{"PromotionId": p.promotion_id, "CouponID": p.coupon, "Times": str(p.times)} for p in order.promotions]
        },
        "Coupons": {
            "Coupon": [{"CouponID": c.coupon_id, "Valid": c.valid, "CouponStatusMsgCode": c.reason} for c in order.coupons]
        },
        "PaymentMethods": {
            "PaymentMethod": [
                {"PaymentType": m.payment_type, "CreditCardType": m.brand, "DisplayCreditCardNo": m.last_four}
                for m in order.payments
            ]
        },
        "OrderHoldTypes": {
            "OrderHoldType": [{"HoldType": h.hold_type, "Status": h.status, "ReasonText": h.reason} for h in order.holds]
        },
    }


def in_order(order: Order) -> list[Line]:
    """The lines by number, each kit followed by its parts."""

    def below(parent: str) -> list[Line]:
        found = []
        for line in sorted(order.lines, key=lambda line: (line.prime, line.sub)):
            if line.parent == parent:
                found += [line, *below(line.key)]
        return found

    return below("")


def _price_set(line: Line, currency: str) -> dict[str, str]:
    """What a unit cost before an agent set its price on the cart, and why."""
    if not line.price_before:
        return {}
    return {"PriceBeforeOverride": format_price(line.price_before, currency), "OverrideReason": line.price_reason}


def _line(order: Order, line: Line) -> dict[str, Any]:
    least, most = least_and_most(line.rows)
    charges = [charge for charge in order.charges if charge.line == line.key]
    parent = order.line(line.parent) if line.parent else None
    written: dict[str, Any] = {
        "OrderLineKey": line.key,
        "PrimeLineNo": str(line.prime),
        "SubLineNo": str(line.sub),
        "TransactionalLineId": line.line_id,
        "OrderedQty": line.step.format(line.ordered),
        "OriginalOrderedQty": line.step.format(line.original),
        "Status": most,
        "StatusDescription": in_words(least, most),
        "DeliveryMethod": line.delivery_method,
        "KitCode": line.kit_code,
        "ConfigurationId": line.configuration_id,
        "IsGift": flag(line.gift is not None),
        "GiftOfPricingRule": line.gift.of if line.gift else "",
        "Item": {"ItemID": line.item_id, "UnitOfMeasure": line.step.unit, "ItemShortDesc": line.description},
        "LinePriceInfo": {
            "UnitPrice": format_price(line.unit_price, order.currency),
            "ListPrice": format_price(line.list_price, order.currency),
            **_price_set(line, order.currency),
            "IsPriceLocked": flag(line.price_locked),
            "IsLinePriceForInformationOnly": flag(line.info_only),
            "LineTotal": format_amount(line_total(order, line), order.currency),
        },
        "LineCharges": {"LineCharge": [_charge(order, c) for c in charges if c.kind is not ChargeKind.TAX]},
        "LineTaxes": {"LineTax": [_charge(order, c) for c in charges if c.kind is ChargeKind.TAX]},
        "OrderStatuses": {
            "OrderStatus": [
                {
                    "Status": row.status,
                    "StatusDescription": NAMES.get(row.status, row.status),
                    "StatusQty": line.step.format(row.quantity),
                    "ShipNode": row.node,
                    "OrderReleaseKey": row.release,
                    "ShipmentNo": row.shipment,
                }
                for row in line.rows
            ]
        },
    }
    if parent:
        number = {"OrderLineKey": parent.key, "PrimeLineNo": str(parent.prime), "SubLineNo": str(parent.sub)}
        written |= {"KitQty": str(line.kit_qty), "BundleParentLine": number}
    return written


def _charge(order: Order, charge: Charge) -> dict[str, Any]:
    amount = format_amount(now(order, charge), order.currency)
    if charge.kind is ChargeKind.TAX:
        return {"TaxName": charge.name, "Tax": amount, "TaxPercentage": charge.percentage, "ChargeCategory": charge.category}
    return {
        "ChargeCategory": charge.category,
        "ChargeName": charge.name,
        "ChargeAmount": amount,
        "Reference": charge.reference,
        "CouponID": charge.coupon,
        "Description": charge.description,
        "IsDiscount": flag(charge.kind is ChargeKind.DISCOUNT),
        "IsManual": flag(charge.manual),
    }


def _conditions(asked: OrderListQuery) -> list[sa.ColumnElement[bool]]:
    t = tables.order.c
    found: list[sa.ColumnElement[bool]] = [t.document_type == asked.document_type]
    if asked.enterprise_code:
        found.append(t.enterprise == asked.enterprise_code)
    if asked.order_no:
        found.append(t.order_no == asked.order_no)
    if asked.buyer_user_id is not None:
        found.append(t.buyer_user_id == asked.buyer_user_id)
    if asked.draft_order_flag is not None:
        found.append(t.draft.is_(asked.draft_order_flag == "Y"))
    if asked.status:
        found.append(sa.or_(t.status_min == asked.status, t.status_max == asked.status))
    if asked.from_order_date:
        found.append(t.order_date >= parse_moment(asked.from_order_date, "FromOrderDate"))
    if asked.to_order_date:
        found.append(t.order_date < parse_moment(asked.to_order_date, "ToOrderDate"))
    found += [t.search_text.contains(word, autoescape=True) for word in asked.text.lower().split()]
    return found


def _listed(row: sa.RowMapping) -> dict[str, Any]:
    person = row["bill_to"] or row["ship_to"]
    return {
        "OrderHeaderKey": row["key"],
        "OrderNo": row["order_no"],
        "EnterpriseCode": row["enterprise"],
        "DocumentType": row["document_type"],
        "EntryType": row["entry_type"],
        "DraftOrderFlag": flag(row["draft"]),
        "BuyerUserId": row["buyer_user_id"],
        "CustomerName": " ".join(str(person.get(name, "")) for name in ("FirstName", "LastName")).strip(),
        "OrderDate": moment(row["order_date"]),
        "Version": str(row["version"]),
        "MinOrderStatus": row["status_min"],
        "MaxOrderStatus": row["status_max"],
        "OverallStatus": in_words(row["status_min"], row["status_max"]),
        "PaymentStatus": row["payment_status"],
        "Currency": row["currency"],
        "GrandTotal": format_amount(row["total"], row["currency"]),
    }
