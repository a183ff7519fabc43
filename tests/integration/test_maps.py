"""Maps read in both directions, and say where something is missing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.integration.mapping import Constant, Each, Field, FieldMissing, Map, Values, ValueUnmapped
from entrepot.integration.maps import order_price, transfer_order
from entrepot.integration.maps.people import PERSON
from entrepot.integration.values import read_values

COLORS = {"COLOR": Values("COLOR", (("red", "R"), ("blue", "B")))}
MAP = Map(
    "Thing",
    (
        Field("Name/Text", "Title", required=True),
        Field("Color", "Paint/Code", values="COLOR"),
        Each("Parts", "Lines/Line", (Field("Id", "Key"), Field("Count", "Qty", to_there=str, to_here=int))),
        Constant("Kind", "T"),
    ),
)
things = st.fixed_dictionaries(
    {
        "Name": st.fixed_dictionaries({"Text": st.text(min_size=1)}),
        "Color": st.sampled_from(["red", "blue"]),
        "Parts": st.lists(st.fixed_dictionaries({"Id": st.text(), "Count": st.integers(0, 99)})),
    }
)


@given(things)
def test_a_document_goes_there_and_comes_back_the_same(thing: dict[str, Any]) -> None:
    there = MAP.there(thing, COLORS)
    assert there["Kind"] == "T"
    assert MAP.here(there, COLORS) == thing


def test_what_is_missing_is_named_by_its_path() -> None:
    with pytest.raises(FieldMissing) as error:
        MAP.there({"Color": "red"}, COLORS)
    assert error.value.path == "Thing/Name/Text"


def test_an_unmapped_value_is_refused_not_guessed() -> None:
    with pytest.raises(ValueUnmapped) as error:
        MAP.there({"Name": {"Text": "x"}, "Color": "green"}, COLORS)
    assert (error.value.attributes["domain"], error.value.attributes["value"]) == ("COLOR", "green")


addresses = st.fixed_dictionaries({field.here: st.text(max_size=20) for field in PERSON})


@given(addresses)
def test_an_address_survives_both_ways(address: dict[str, str]) -> None:
    values = read_values()
    assert transfer_order.ADDRESS.here(transfer_order.ADDRESS.there(address, values), values) == address


def test_the_category_of_a_discount_follows_level_and_code() -> None:
    values = read_values()
    assert transfer_order.category({"PromotionCode": ""}, "order", values) == "Discount"
    assert transfer_order.category({"PromotionCode": "X"}, "order", values) == "Coupon"
    assert transfer_order.category({"PromotionCode": "X"}, "shipping", values) == "ShippingDiscount"


def test_only_locked_prices_are_taken_as_given() -> None:
    lines = [
        {"LineID": "1", "ItemID": "A", "Quantity": "1", "UnitPrice": "5.00", "IsPriceLocked": "Y"},
        {"LineID": "2", "ItemID": "B", "Quantity": "1", "UnitPrice": "5.00", "IsPriceLocked": "N"},
    ]
    document = {"OrganizationCode": "tannwerk", "Currency": "USD", "OrderReference": "k", "OrderLines": {"OrderLine": lines}}
    items = order_price.calculate(document, read_values())["Order"]["OrderItem"]
    assert [item.get("LockedPrice") for item in items] == ["5.00", None]


def test_a_kit_inside_a_kit_becomes_lines_below_lines() -> None:
    def part(number: str, per_kit: int, total: int, **more: Any) -> dict[str, Any]:
        plain = {"PartNumber": number, "Quantity": str(per_kit), "TotalQuantity": str(total), "UnitOfMeasure": "C62"}
        return plain | {"Description": number.title(), "UnitPrice": None} | more

    drive = part("DRIVE", 3, 12)
    computer = part("COMPUTER", 2, 4, OrderItemComponent=[part("CPU", 1, 4), part("RACK", 1, 4, OrderItemComponent=[drive])])
    item = {
        "OrderItemIdentifier": {"UniqueID": "L1", "Position": 1},
        "CatalogEntryIdentifier": {"PartNumber": "OFFICE", "Description": "Office"},
        "Quantity": "2",
        "UnitOfMeasure": "C62",
        "OrderItemAmount": {"UnitPrice": "100.00"},
        "OrderItemComponent": [part("SCREEN", 1, 2), computer],
    }
    order = {
        "OrderIdentifier": {"UniqueID": "1"},
        "StoreIdentifier": {"UniqueID": "tannwerk"},
        "OrderAmount": {"TotalProductPrice": {"currency": "USD"}, "GrandTotal": "200.00"},
        "OrderItem": [item],
        "OrderShippingInfo": {"ShippingMode": "standard"},
        "OrderPaymentInfo": {},
    }
    lines = transfer_order.create_order({"Order": order}, read_values())["OrderLines"]["OrderLine"]
    told = [
        (
            line["Item"]["ItemID"],
            line["TransactionalLineId"],
            line.get("BundleParentLine", {}).get("TransactionalLineId"),
            line.get("KitCode"),
            line.get("KitQty"),
            line["OrderedQty"],
        )
        for line in lines
    ]
    assert told == [
        ("OFFICE", "L1", None, "BUNDLE", None, "2"),
        ("SCREEN", "L1/1", "L1", None, "1", "2"),
        ("COMPUTER", "L1/2", "L1", "BUNDLE", "2", "4"),
        ("CPU", "L1/2/1", "L1/2", None, "1", "4"),
        ("RACK", "L1/2/2", "L1/2", "BUNDLE", "1", "4"),
        ("DRIVE", "L1/2/2/1", "L1/2/2", None, "3", "12"),
    ]


def test_what_an_agent_charged_on_the_cart_stays_a_part_of_what_it_is_on() -> None:
    def sold(category: str, name: str, amount: str, discount: str = "N") -> dict[str, Any]:
        return {
            "IsManual": "N",
            "IsDiscount": discount,
            "ChargeCategory": category,
            "ChargeName": name,
            "AdjustmentApplied": amount,
        }

    line = {"LineID": "1", "ItemID": "A", "Quantity": "1", "UnitPrice": "9.50", "IsPriceLocked": "Y"}
    line["LineAdjustments"] = {"LineAdjustment": [sold("Price", "OTHER", "12.00"), sold("Handling", "gift-wrap", "3.00")]}
    header = [sold("Shipping", "Shipping", "5.90"), sold("Shipping", "OTHER", "2.00"), sold("Shipping", "remote", "1.00")]
    header.append(sold("ShippingDiscount", "LATE_DELIVERY", "4.00", "Y"))
    document = {"OrganizationCode": "tannwerk", "Currency": "USD", "OrderReference": "k", "OrderLines": {"OrderLine": [line]}}
    document |= {"ValidatePromotionAward": "N", "HeaderAdjustments": {"HeaderAdjustment": header}}
    order = order_price.calculate(document, read_values())["Order"]
    assert [one["Amount"] for one in order["OrderItem"][0]["Adjustment"]] == ["-12.00"]
    assert [one["Amount"] for one in order["Shipping"]["Adjustment"]] == ["4.00", "-2.00"]
    assert [one["Code"] for one in order["Surcharge"]] == ["remote", "gift-wrap"] and order["LockedShipping"] == "5.90"


def test_a_grant_on_shipping_and_a_price_set_by_hand_travel_with_the_order() -> None:
    amounts = {
        "UnitPrice": "9.50",
        "PriceOverride": {"Reason": "PRICE_MATCH", "UnitPriceBefore": "15.00"},
        "Grant": [
            {"Reason": "OTHER", "Charge": True, "Amount": "12.00"},
            {"Reason": "DAMAGED", "Charge": False, "Amount": "1.00"},
        ],
    }
    item = {
        "OrderItemIdentifier": {"UniqueID": "L1", "Position": 1},
        "CatalogEntryIdentifier": {"PartNumber": "A", "Description": "A"},
        "Quantity": "1",
        "UnitOfMeasure": "C62",
        "OrderItemAmount": amounts,
    }
    shipping = {"ShippingMode": "standard", "ShippingCharge": "5.90"}
    shipping["Grant"] = [{"Reason": "LATE_DELIVERY", "Charge": False, "Amount": "5.90"}]
    order = {
        "OrderIdentifier": {"UniqueID": "1"},
        "StoreIdentifier": {"UniqueID": "tannwerk"},
        "OrderAmount": {"TotalProductPrice": {"currency": "USD", "value": "9.50"}, "GrandTotal": "1.00", "TaxIncluded": False},
        "OrderItem": [item],
        "OrderShippingInfo": shipping,
        "OrderPaymentInfo": {},
    }
    made = transfer_order.create_order({"Order": order}, read_values())
    (line,) = made["OrderLines"]["OrderLine"]
    assert line["LinePriceInfo"]["OverrideReason"] == "PRICE_MATCH" and line["LinePriceInfo"]["PriceBeforeOverride"] == "15.00"
    assert [one["ChargeCategory"] for one in line["LineCharges"]["LineCharge"]] == ["Price", "Discount"]
    assert [one["ChargeName"] for one in made["HeaderCharges"]["HeaderCharge"]] == ["Shipping", "LATE_DELIVERY"]
