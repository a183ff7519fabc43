"""An order's way through the house: taken over, paid for, scheduled, released, shipped, invoiced, charged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from entrepot.kernel.errors import Invalid
from entrepot.kernel.money import parse_amount
from entrepot.order_management import inventory
from entrepot.order_management.agent import Pace
from entrepot.order_management.fulfillment.shipment import (
    BundleWithoutComponents,
    KitNotWhole,
    MoreThanReleased,
    ShippedOtherwise,
    ShortageUnanswered,
)
from entrepot.order_management.inventory.documents import KitParts
from entrepot.order_management.orders.build import CardNumberSent, KitNotConfigured, KitOutOfRatio
from entrepot.order_management.orders.create import OrderNumberTaken
from entrepot.order_management.orders.modification import OrderNotModifiable
from entrepot.order_management.orders.statuses import NotThatMuch
from entrepot.order_management.orders.totals import TotalDiffers
from entrepot.order_management.wire import FieldUnknown, read
from tests.order_management.shop import AT, SHOP, Desk, Open, counters, desk, reserve, stocked, web_line, web_order


def ship(shop: Desk, key: str, **more: Any) -> None:
    """Confirm every shipment of the order that waits to be packed."""
    for shipment in shop.page(key).shipments:
        if shipment["Status"] == "1100":
            shop.do("confirmShipment", {"ShipmentNo": shipment["ShipmentNo"], "TrackingNo": "1Z5", **more})


def test_the_plain_way(open_database: Open) -> None:
    shop = desk(open_database, {"NB-14": {"N1": 10}})
    answer = shop.do("createOrder", web_order("7", [web_line(1, "NB-14", 3, "1149.00")], "3447.00"))
    assert shop.do("createOrder", web_order("7", [web_line(1, "NB-14", 3, "1149.00")], "3447.00")) == answer
    with pytest.raises(OrderNumberTaken):
        shop.do("createOrder", web_order("7", [web_line(1, "NB-14", 2, "1149.00")], "2298.00"))
    key = answer["OrderHeaderKey"]
    shop.work()
    assert shop.rows(key, "NB-14") == {"3350@N1": 3}
    assert counters(shop.database, "NB-14") == {"on_hand": 10, "reserved": 0, "scheduled": 0, "allocated": 3, "to_sell": 7}
    ship(shop, key)
    shop.work()
    page = shop.page(key)
    assert (page.status, page.payment_status) == ("Shipped", "PAID")
    assert [invoice["Amount"] for invoice in page.invoices] == ["3447.00"]
    assert [(p["ChargeType"], p["RequestAmount"]) for p in page.payments] == [("AUTHORIZATION", "3447.00"), ("CHARGE", "3447.00")]
    assert counters(shop.database, "NB-14")["on_hand"] == 7
    last = shop.said("order.status")[-1][1]
    assert last["PaymentStatus"] == "PAID" and last["Shipments"][0]["TrackingNo"] == "1Z5" and last["Invoices"]
    versions = [body["order_version"] for _, body in shop.said()]
    assert versions == sorted(versions)
    shop.reconciles()


def test_what_an_agent_took_on_the_phone_may_be_changed_for_a_while(open_database: Open) -> None:
    shop = desk(open_database, {"NB-14": {"N1": 9}})
    pace = Pace(phone_release_after=timedelta(minutes=2))
    by_web = web_order("8", [web_line(1, "NB-14", 1, "10.01")], "10.01")
    web = shop.do("createOrder", by_web)["OrderHeaderKey"]
    by_phone = web_order("9", [web_line(1, "NB-14", 2, "10.01")], "20.02") | {"EntryType": "Call Center"}
    phone = shop.do("createOrder", by_phone)["OrderHeaderKey"]
    shop.work(pace)
    assert shop.rows(web, "NB-14") == {"3350@N1": 1}
    assert shop.rows(phone, "NB-14") == {"1500@N1": 2}
    shop.clock.advance(minutes=2)
    shop.work(pace)
    assert shop.rows(phone, "NB-14") == {"3350@N1": 2}


def test_the_walk_of_ten_units_through_two_nodes(open_database: Open) -> None:
    shop = desk(open_database, {"NB-14": {"N1": 6, "N2": 4}})
    key = shop.do("createOrder", web_order("8", [web_line(1, "NB-14", 10, "10.01")], "100.10"))["OrderHeaderKey"]
    waiting = Pace(release_after=timedelta(hours=1))
    shop.work(waiting)
    assert shop.rows(key, "NB-14") == {"1500@N1": 6, "1500@N2": 4}
    shop.cancel(key, 1, 2)
    assert shop.rows(key, "NB-14") == {"1500@N1": 6, "1500@N2": 2, "9000": 2}
    shop.clock.advance(hours=1)
    shop.work()
    assert shop.rows(key, "NB-14") == {"3350@N1": 6, "3350@N2": 2, "9000": 2}
    first, second = (s["ShipmentNo"] for s in sorted(shop.page(key).shipments, key=lambda s: s["ShipNode"]))
    five = {"ShipmentLines": {"ShipmentLine": [{"PrimeLineNo": "1", "Quantity": "5"}]}}
    with pytest.raises(ShortageUnanswered):
        shop.do("confirmShipment", {"ShipmentNo": first, **five})
    shop.do("confirmShipment", {"ShipmentNo": first, **five, "BackOrderNonShippedQuantity": "Y"})
    assert shop.rows(key, "NB-14") == {"1400": 1, "3350@N2": 2, "3700@N1": 5, "9000": 2}
    one = {"ShipmentLines": {"ShipmentLine": [{"PrimeLineNo": "1", "Quantity": "1"}]}}
    body = {"ShipmentNo": second, **one, "CancelNonShippedQuantity": "Y"}
    answer = shop.do("confirmShipment", body)
    assert shop.do("confirmShipment", body) == answer
    with pytest.raises(ShippedOtherwise):
        shop.do("confirmShipment", body | {"TrackingNo": "other"})
    assert shop.rows(key, "NB-14") == {"1400": 1, "3700@N1": 5, "3700@N2": 1, "9000": 3}
    shop.work()
    assert shop.page(key).status == "Partially Shipped"
    with shop.database.write() as conn:
        stocked(conn, {"NB-14": {"N1": 1}}, shop.clock.now())
    shop.clock.advance(hours=2)
    shop.work()
    ship(shop, key)
    shop.work()
    page = shop.page(key)
    assert sum(row.quantity for row in page.order.lines[0].rows) == 10
    assert page.lines[0].quantity == "7" and page.total == 7007
    assert sum(parse_amount(i["Amount"], "USD") for i in page.invoices) == 7007
    assert page.payment_status == "PAID"
    shop.reconciles()


def kit_order(number: str, quantity: int, price: str, total: str, reservation: str = "") -> dict[str, Any]:
    parent = web_line(1, "PC-BUILD", quantity, price)
    parts = [
        web_line(
            2 + place,
            item,
            per_kit * quantity,
            "1.00",
            KitQty=str(per_kit),
            BundleParentLine={"PrimeLineNo": "1", "SubLineNo": "1"},
        )
        for place, (item, per_kit) in enumerate((("CPU-8", 1), ("MON-27", 1), ("SSD-1T", 2), ("SETUP", 1)))
    ]
    return web_order(number, [parent, *parts], total, ReservationID=reservation)


def test_a_configured_kit_is_reserved_shipped_and_invoiced_as_one(open_database: Open) -> None:
    shop = desk(open_database, {"CPU-8": {"N1": 5, "N2": 5}, "MON-27": {"N1": 1, "N2": 9}, "SSD-1T": {"N1": 9, "N2": 9}})
    parts = {"Component": [{"ItemID": "CPU-8"}, {"ItemID": "MON-27"}, {"ItemID": "SSD-1T", "KitQty": "2"}, {"ItemID": "SETUP"}]}
    asked = reserve("WC_9", ("PC-BUILD", 3))
    line = replace(
        asked.promise_lines.promise_line[0],
        line_id="WC_1",
        components=read(KitParts, parts),
    )
    with shop.database.write() as conn:
        held = inventory.reserve(conn, replace(asked, promise_lines=replace(asked.promise_lines, promise_line=[line])), AT)
    assert {a.ship_node: a.quantity for a in held.promise_lines.promise_line[0].assignments.assignment} == {"N1": "1", "N2": "2"}
    key = shop.do("createOrder", kit_order("9", 3, "999.99", "2999.97", "WC_9"))["OrderHeaderKey"]
    assert shop.rows(key, "SSD-1T") == {"1200@N1": 2, "1200@N2": 4}
    shop.work()
    assert shop.rows(key, "SSD-1T") == {"3350@N1": 2, "3350@N2": 4}
    first = next(s for s in shop.page(key).shipments if s["ShipNode"] == "N2")
    wrong = {
        "ShipmentLine": [
            {"PrimeLineNo": "4", "Quantity": "1"},
            {"PrimeLineNo": "2", "Quantity": "1"},
            {"PrimeLineNo": "3", "Quantity": "1"},
        ]
    }
    with pytest.raises(KitNotWhole):
        shop.do(
            "confirmShipment", {"ShipmentNo": first["ShipmentNo"], "ShipmentLines": wrong, "BackOrderNonShippedQuantity": "Y"}
        )
    with pytest.raises(BundleWithoutComponents):
        parent = {"ShipmentLine": [{"PrimeLineNo": "1", "Quantity": "2"}]}
        shop.do("confirmShipment", {"ShipmentNo": first["ShipmentNo"], "ShipmentLines": parent})
    with pytest.raises(MoreThanReleased):
        many = {"ShipmentLine": [{"PrimeLineNo": "4", "Quantity": "9"}]}
        shop.do("confirmShipment", {"ShipmentNo": first["ShipmentNo"], "ShipmentLines": many})
    shop.do("confirmShipment", {"ShipmentNo": first["ShipmentNo"]})
    shop.work()
    assert shop.page(key).lines[0].status == "Partially Shipped"
    ship(shop, key)
    shop.work()
    page = shop.page(key)
    assert page.status == "Shipped" and page.payment_status == "PAID"
    assert [i["Amount"] for i in page.invoices] in (["1999.98", "999.99"], ["999.99", "1999.98"])
    assert [c.item_id for c in page.lines[0].components] == ["CPU-8", "MON-27", "SSD-1T", "SETUP"]
    shop.reconciles()


def test_a_kit_with_a_short_part_is_promised_only_whole(open_database: Open) -> None:
    shop = desk(open_database, {"CPU-8": {"N1": 5}, "MON-27": {"N1": 1}, "SSD-1T": {"N1": 9}})
    key = shop.do("createOrder", web_order("10", [web_line(1, "DESK-SET", 2, "500.00")], "1000.00"))["OrderHeaderKey"]
    shop.work(Pace(pack_at_once=False, release_after=timedelta(hours=9)))
    assert shop.rows(key, "CPU-8") == {"1300": 1, "1500@N1": 1}
    assert shop.rows(key, "SSD-1T") == {"1300": 2, "1500@N1": 2}
    assert shop.rows(key, "DESK-SET") == {"1300": 1, "1500": 1}
    assert counters(shop.database, "CPU-8")["to_sell"] == 4
    shop.cancel(key, 1, 1)
    assert shop.rows(key, "SSD-1T") == {"1500@N1": 2, "9000": 2}
    assert shop.page(key).total == 50000
    shop.reconciles()


def test_money_must_be_there_before_anything_is_promised(open_database: Open) -> None:
    shop = desk(open_database, {"NB-14": {"N1": 10}})
    body = web_order("11", [web_line(1, "NB-14", 1, "10.00")], "10.00")
    body["PaymentMethods"]["PaymentMethod"][0]["CreditCardNo"] = "tok_declined"
    key = shop.do("createOrder", body)["OrderHeaderKey"]
    shop.work()
    assert (shop.page(key).payment_status, shop.rows(key, "NB-14")) == ("FAILED_AUTH", {"1100": 1})
    pay = {"PaymentMethod": [{"PaymentType": "CREDIT_CARD", "CreditCardNo": "tok_ok"}]}
    shop.do("changeOrder", {"OrderHeaderKey": key, "Version": str(shop.page(key).version), "PaymentMethods": pay})
    shop.work()
    assert (shop.page(key).payment_status, shop.rows(key, "NB-14")) == ("AUTHORIZED", {"3350@N1": 1})


def test_a_hold_stops_the_work_until_it_is_resolved(open_database: Open) -> None:
    shop = desk(open_database, {"NB-14": {"N1": 10}})
    key = shop.do("createOrder", web_order("12", [web_line(1, "NB-14", 1, "10.00")], "10.00"))["OrderHeaderKey"]
    shop.do("applyHold", {"OrderHeaderKey": key, "HoldType": "CUSTOMER_REQUEST", "ReasonText": "asked to wait"})
    shop.work()
    assert shop.rows(key, "NB-14") == {"1100": 1}
    shop.do("resolveHold", {"OrderHeaderKey": key, "HoldType": "CUSTOMER_REQUEST"})
    shop.work()
    assert shop.rows(key, "NB-14") == {"3350@N1": 1}
    assert "hold CUSTOMER_REQUEST: asked to wait" in [entry.text for entry in shop.page(key).history]


def test_what_left_the_house_cannot_be_cancelled(open_database: Open) -> None:
    shop = desk(open_database, {"NB-14": {"N1": 10}})
    key = shop.do("createOrder", web_order("13", [web_line(1, "NB-14", 2, "10.00")], "20.00"))["OrderHeaderKey"]
    shop.work()
    with pytest.raises(NotThatMuch):
        shop.cancel(key, 1, 1)
    shop.cancel(key, 1, 1, Override="Y")
    ship(shop, key)
    with pytest.raises(NotThatMuch):
        shop.cancel(key, 1, 1, Override="Y")
    with pytest.raises(OrderNotModifiable):
        address = {"LastName": "Other", "AddressLine1": "X", "City": "Y", "Country": "DE"}
        shop.do("changeOrder", {"OrderHeaderKey": key, "Version": str(shop.page(key).version), "PersonInfoShipTo": address})
    shop.reconciles()


BAD = [
    ("total", lambda b: b["PriceInfo"].update(TotalAmount="19.00"), TotalDiffers),
    ("negative", lambda b: b["OrderLines"]["OrderLine"][0].update(OrderedQty="-1"), Invalid),
    ("fraction", lambda b: b["OrderLines"]["OrderLine"][0].update(OrderedQty="1.5"), Invalid),
    ("exponent", lambda b: b["OrderLines"]["OrderLine"][0].update(OrderedQty="1e3"), Invalid),
    ("price", lambda b: b["OrderLines"]["OrderLine"][0]["LinePriceInfo"].update(UnitPrice="-10.00"), Invalid),
    ("item", lambda b: b["OrderLines"]["OrderLine"][0]["Item"].update(ItemID="NOPE"), Invalid),
    ("unit", lambda b: b["OrderLines"]["OrderLine"][0]["Item"].update(UnitOfMeasure="MTR"), Invalid),
    ("field", lambda b: b.update(Colour="red"), FieldUnknown),
    ("type", lambda b: b.update(DocumentType="0005"), Invalid),
    ("flag", lambda b: b.update(IsShipAsComplete="yes"), Invalid),
    ("card", lambda b: b["PaymentMethods"]["PaymentMethod"][0].update(CreditCardNo="4111 1111 1111 1111"), CardNumberSent),
    ("kit", lambda b: b["OrderLines"]["OrderLine"][0]["Item"].update(ItemID="PC-BUILD"), KitNotConfigured),
    (
        "ratio",
        lambda b: b["OrderLines"]["OrderLine"].append(
            web_line(2, "CPU-8", 5, "1.00", KitQty="1", BundleParentLine={"PrimeLineNo": "1"})
        ),
        Invalid,
    ),
]


@pytest.mark.parametrize(("spoil", "error"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_bad_order_is_refused_whole(open_database: Open, spoil: Any, error: type[Exception]) -> None:
    shop = desk(open_database, {"NB-14": {"N1": 10}})
    body = web_order("14", [web_line(1, "NB-14", 2, "10.00")], "20.00")
    spoil(body)
    with pytest.raises(error):
        shop.do("createOrder", body)
    assert shop.said() == []
    assert shop.do("getOrderList", {"EnterpriseCode": SHOP})["TotalNumberOfRecords"] == "0"


def test_components_must_fit_their_kit(open_database: Open) -> None:
    shop = desk(open_database, {})
    body = kit_order("15", 2, "10.00", "20.00")
    body["OrderLines"]["OrderLine"][1]["OrderedQty"] = "3"
    with pytest.raises(KitOutOfRatio):
        shop.do("createOrder", body)


def test_orders_are_found_by_what_an_agent_knows(open_database: Open) -> None:
    shop = desk(open_database, {"NB-14": {"N1": 10}})
    for number in ("21", "22"):
        shop.do("createOrder", web_order(number, [web_line(1, "NB-14", 1, "10.00")], "10.00"))
    shop.do(
        "createOrder", {"EnterpriseCode": SHOP, "DraftOrderFlag": "Y", "BuyerUserId": "bob", "PriceInfo": {"Currency": "EUR"}}
    )

    def numbers(**asked: Any) -> list[str]:
        return sorted(o["OrderNo"] for o in shop.do("getOrderList", {"EnterpriseCode": SHOP, **asked})["OrderList"]["Order"])

    assert numbers(BuyerUserId="ada") == numbers(Text="lindqvist nb-14") == numbers(Status="1100") == ["WC_21", "WC_22"]
    assert numbers(DraftOrderFlag="Y") == ["CC-100001"] and numbers(Text="100%") == []
    assert numbers(PageSize=1, PageNumber=3) != []
    details = shop.do("getOrderDetails", {"EnterpriseCode": SHOP, "OrderNo": "WC_21"})
    assert details["OverallTotals"]["GrandTotal"] == "10.00" and details["Shipments"] == []


def test_invoices_of_several_shipments_add_up_to_the_order(open_database: Open) -> None:
    shop = desk(open_database, {"NB-14": {"N1": 2, "N2": 2}})
    charges = [
        {"ChargeCategory": "Discount", "ChargeName": "P", "ChargeAmount": "10.00"},
        {"ChargeCategory": "Shipping", "ChargeName": "GROUND", "ChargeAmount": "9.95"},
    ]
    lines = [web_line(1, "NB-14", 3, "19.99", LineTaxes={"LineTax": [{"TaxName": "VAT", "Tax": "4.97"}]})]
    body = web_order("30", lines, "64.89", HeaderCharges={"HeaderCharge": charges}, HeaderTaxes={"HeaderTax": [{"Tax": "0.00"}]})
    key = shop.do("createOrder", body)["OrderHeaderKey"]
    shop.work()
    ship(shop, key)
    shop.work()
    amounts = [parse_amount(invoice["Amount"], "USD") for invoice in shop.page(key).invoices]
    assert len(amounts) == 2 and sum(amounts) == 6489
    assert shop.page(key).payment_status == "PAID"
    assert [p["RequestAmount"] for p in shop.page(key).payments] == ["64.89", "64.89"]


def test_every_invoice_of_an_order_paid_in_coins_can_be_paid_in_coins(open_database: Open) -> None:
    shop = desk(open_database, {"NB-14": {"N1": 2, "N2": 2}})
    lines = [web_line(1, "NB-14", 3, "19.99", LineTaxes={"LineTax": [{"TaxName": "VAT", "Tax": "4.97"}]})]
    body = web_order("31", lines, "64.94")
    body["PriceInfo"] |= {"CashInterval": "0.25"}
    key = shop.do("createOrder", body)["OrderHeaderKey"]
    shop.work()
    ship(shop, key)
    shop.work()
    page = shop.page(key)
    amounts = [parse_amount(invoice["Amount"], "USD") for invoice in page.invoices]
    assert (page.total, page.payable, page.payment_status) == (6494, 6500, "PAID")
    assert len(amounts) == 2 and sum(amounts) == 6500 and all(amount % 25 == 0 for amount in amounts)
    told = shop.do("getOrderDetails", {"EnterpriseCode": SHOP, "OrderNo": "WC_31"})
    assert told["PriceInfo"]["CashInterval"] == "0.25" and told["OverallTotals"]["PayableTotal"] == "65.00"
