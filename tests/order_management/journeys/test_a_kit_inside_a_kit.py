"""A kit inside a kit is one thing: promised, cancelled, packed, shipped and invoiced with everything in it."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.order_management.agent import Pace
from entrepot.order_management.fulfillment.shipment import BundleWithoutComponents, KitNotWhole
from entrepot.order_management.orders.cancel import ComponentsGoWithTheirKit
from entrepot.order_management.orders.pricing import pricing_question
from tests.order_management.shop import Open, desk, web_line, web_order

STOCK = {"CPU-8": {"N1": 40}, "MON-27": {"N1": 40}, "SSD-1T": {"N1": 40}}
#: (line, item, per kit, pieces of each office, the line it is part of): an office has a screen and two computers.
PARTS = ((2, "MON-27", 1, 1, 1), (3, "PC-BUILD", 2, 2, 1), (4, "CPU-8", 1, 2, 3), (5, "SSD-1T", 3, 6, 3), (6, "SETUP", 1, 2, 3))


def office_order(number: str, offices: int) -> dict[str, Any]:
    parts = [
        web_line(line, item, pieces * offices, "0", KitQty=str(per_kit), BundleParentLine={"PrimeLineNo": str(kit)})
        for line, item, per_kit, pieces, kit in PARTS
    ]
    return web_order(number, [web_line(1, "OFFICE", offices, "100.00"), *parts], f"{offices * 100}.00")


def test_it_is_planned_packed_and_shipped_in_whole_kits(open_database: Open) -> None:
    shop = desk(open_database, STOCK)
    key = shop.do("createOrder", office_order("1", 2))["OrderHeaderKey"]
    shop.work()
    assert (shop.rows(key, "SSD-1T"), shop.rows(key, "PC-BUILD")) == ({"3350@N1": 12}, {"3350@N1": 4})
    shipment = shop.page(key).shipments[0]
    told = [(one["ItemID"], one["Quantity"], one["KitItemID"]) for one in shipment["ShipmentLines"]]
    assert told == [
        ("OFFICE", "2", ""),
        ("MON-27", "2", "OFFICE"),
        ("PC-BUILD", "4", "OFFICE"),
        ("CPU-8", "4", "PC-BUILD"),
        ("SSD-1T", "12", "PC-BUILD"),
        ("SETUP", "4", "PC-BUILD"),
    ]
    only_computers = [{"PrimeLineNo": "4", "Quantity": "2"}, {"PrimeLineNo": "5", "Quantity": "6"}]
    number = {"ShipmentNo": shipment["ShipmentNo"], "BackOrderNonShippedQuantity": "Y"}
    with pytest.raises(KitNotWhole) as refused:
        shop.do("confirmShipment", number | {"ShipmentLines": {"ShipmentLine": only_computers}})
    assert refused.value.attributes["item_id"] == "OFFICE", "the whole is what is not whole"
    with pytest.raises(BundleWithoutComponents):
        kits = [{"PrimeLineNo": "1", "Quantity": "1"}, {"PrimeLineNo": "3", "Quantity": "2"}]
        shop.do("confirmShipment", number | {"ShipmentLines": {"ShipmentLine": kits}})
    one = [{"PrimeLineNo": "1", "Quantity": "1"}, {"PrimeLineNo": "2", "Quantity": "1"}, *only_computers]
    shop.do("confirmShipment", number | {"ShipmentLines": {"ShipmentLine": [*one, {"PrimeLineNo": "6", "Quantity": "2"}]}})
    left = {line["ItemID"]: (line["Quantity"], line["ShippedQty"]) for line in shop.page(key).shipments[0]["ShipmentLines"]}
    assert left["OFFICE"] == ("2", "1") and left["PC-BUILD"] == ("4", "2") and left["SSD-1T"] == ("12", "6")
    shop.work()
    assert [invoice["Amount"] for invoice in shop.page(key).invoices] == ["100.00"]
    shop.reconciles()


def test_some_of_it_is_cancelled_at_all_levels(open_database: Open) -> None:
    shop = desk(open_database, STOCK)
    key = shop.do("createOrder", office_order("2", 3))["OrderHeaderKey"]
    with pytest.raises(ComponentsGoWithTheirKit):
        shop.cancel(key, 3, 1)
    shop.cancel(key, 1, 1)
    page = shop.page(key)
    (office,) = page.lines
    computer = office.components[1]
    assert (office.quantity, computer.quantity, [part.quantity for part in computer.components]) == ("2", "4", ["4", "12", "4"])
    assert page.total == 20000
    shop.work(Pace())
    shop.reconciles()


def test_its_price_is_asked_with_its_parts_multiplied_out(open_database: Open) -> None:
    shop = desk(open_database, STOCK)
    key = shop.do("createOrder", office_order("3", 1))["OrderHeaderKey"]
    (line,) = pricing_question(shop.page(key).order)["OrderLines"]["OrderLine"]
    parts = {one["ItemID"]: one["KitQty"] for one in line["BundleComponents"]["BundleComponent"]}
    assert parts == {"MON-27": "1", "CPU-8": "2", "SSD-1T": "6", "SETUP": "2"}


def test_details_tell_each_line_which_kit_it_is_part_of(open_database: Open) -> None:
    shop = desk(open_database, STOCK)
    key = shop.do("createOrder", office_order("4", 1))["OrderHeaderKey"]
    lines = shop.do("getOrderDetails", {"OrderHeaderKey": key})["OrderLines"]["OrderLine"]
    told = [(one["Item"]["ItemID"], one["BundleParentLine"]["PrimeLineNo"], one["KitQty"]) for one in lines[1:]]
    assert told == [("MON-27", "1", "1"), ("PC-BUILD", "1", "2"), ("CPU-8", "3", "1"), ("SSD-1T", "3", "3"), ("SETUP", "3", "1")]
