"""The checkout: as a guest from the cart to the order, and everything that can be wrong on the way."""

from __future__ import annotations

import pytest

from entrepot.app import Suite
from entrepot.commerce import catalog, pricing
from entrepot.kernel.clock import FixedClock
from tests.web.shopper import ADA, Shopper


def test_a_guest_orders_and_follows_the_order_to_the_warehouse(shop_suite: Suite, guest: Shopper) -> None:
    guest.follow(guest.add("TW-NB14", "2", color="sand", memory="16gb"))
    text = guest.to_summary()
    assert "Ada Winter" in text and "Standard parcel" in text and "VISA ending in 4242" in text
    assert "Stock and prices are held for you" in text and "Notebook case 14" in text
    text = guest.follow(guest.order())
    assert "Thank you!" in text and "Order received" in text
    shop_suite.settle()
    address = guest.page.partition('hx-get="')[2].partition('"')[0]
    guest.get(address, fragment=True)
    assert "being packed" in guest.text and "Transferred to fulfillment" in guest.text
    again = guest.page.partition('hx-get="')[2].partition('"')[0]
    assert guest.get(again, fragment=True).status_code == 204
    guest.get("/cart")
    assert "Your cart is empty" in guest.text


def test_a_registered_buyer_uses_the_address_book_and_pays_on_account(shop_suite: Suite, guest: Shopper) -> None:
    guest.follow(guest.log_in("office-north"))
    guest.follow(guest.add("TW-DOCK"))
    guest.follow(guest.get("/checkout"))
    address = {name: guest.field(name) for name in ("first_name", "last_name", "line1", "city", "postal_code", "state", "email")}
    assert address["city"] == "Leer"
    guest.follow(guest.send("/checkout/address", {**address, "country": "DE", "same": "yes", "keep": "yes"}))
    guest.follow(guest.send("/checkout/shipping", mode="standard"))
    assert guest.send("/checkout/payment", instrument="invoice").status_code == 422
    assert "needs a purchase order number" in guest.text
    text = guest.follow(guest.send("/checkout/payment", instrument="invoice", purchase_order="NH-2026-17"))
    assert "On account, purchase order NH-2026-17" in text
    number = guest.order().headers["location"].partition("?")[0].rpartition("/")[2]
    guest.follow(guest.get("/orders"))
    assert number in guest.text


def test_steps_cannot_be_jumped_over(guest: Shopper) -> None:
    for step in ("", "/address", "/shipping", "/payment", "/summary"):
        assert guest.get(f"/checkout{step}").headers["location"] == "/cart"
    guest.follow(guest.add("TW-DOCK"))
    assert guest.get("/checkout/summary").headers["location"] == "/checkout/address"
    assert guest.get("/checkout/shipping").headers["location"] == "/checkout/address"
    guest.follow(guest.send("/checkout/address", ADA))
    assert guest.get("/checkout/payment").headers["location"] == "/checkout/shipping"


def test_every_fault_of_an_address_is_told_at_once_and_nothing_is_lost(guest: Shopper) -> None:
    guest.follow(guest.add("TW-DOCK"))
    answer = guest.send("/checkout/address", ADA | {"last_name": "", "postal_code": "9810", "email": "ada", "city": "Seattle"})
    assert answer.status_code == 422
    for text in ("Last name: Please fill this in", "Postal code: This is not a postal code", "E-mail: Write an e-mail address"):
        assert text in guest.text
    assert guest.field("city") == "Seattle" and guest.field("postal_code") == "9810"


def test_a_billing_address_is_checked_like_the_other(guest: Shopper) -> None:
    guest.follow(guest.add("TW-DOCK"))
    other = {**ADA, "same": "", "bill_last_name": "Winter", "bill_line1": "Weg 1", "bill_city": "", "bill_postal_code": "1"}
    assert guest.send("/checkout/address", {**other, "bill_country": "DE"}).status_code == 422
    assert "City: Please fill this in" in guest.text and 'id="f-bill_postal_code-error"' in guest.page
    fixed = {**other, "bill_city": "Leer", "bill_postal_code": "26789", "bill_country": "DE"}
    assert guest.send("/checkout/address", fixed).status_code == 303


def test_shipping_modes_are_those_that_serve_the_address(guest: Shopper) -> None:
    guest.follow(guest.add("TW-DOCK"))
    guest.follow(guest.send("/checkout/address", ADA | {"country": "BR", "state": ""}))
    assert "Standard parcel" in guest.text and "Express" not in guest.text
    assert guest.send("/checkout/shipping", mode="express").status_code == 422
    assert "cannot be shipped that way" in guest.text
    assert guest.send("/checkout/shipping").status_code == 422


@pytest.mark.parametrize("field", ["purchase_order", "instrument"])
def test_a_card_number_is_never_taken(guest: Shopper, field: str) -> None:
    guest.follow(guest.log_in("office-north"))
    guest.follow(guest.add("TW-CLOTH" if field == "instrument" else "TW-DOCK"))
    guest.follow(guest.send("/checkout/address", ADA))
    guest.follow(guest.send("/checkout/shipping", mode="standard"))
    fields = {"instrument": "invoice"} | {field: "4111 1111 1111 1111"}
    assert guest.send("/checkout/payment", fields).status_code == 422
    guest.get("/checkout/payment")
    assert "4111" not in guest.page


def test_a_guest_cannot_pay_on_account(guest: Shopper) -> None:
    guest.follow(guest.add("TW-DOCK"))
    guest.follow(guest.send("/checkout/address", ADA))
    guest.follow(guest.send("/checkout/shipping", mode="standard"))
    assert guest.send("/checkout/payment", instrument="invoice", purchase_order="X-1").status_code == 422
    assert "cannot be paid that way" in guest.text


def test_what_comes_later_is_told_on_the_summary_with_its_day(guest: Shopper) -> None:
    guest.follow(guest.add("TW-DP34"))
    assert "On backorder expected January 18, 2027" in guest.to_summary()


def test_a_double_click_makes_one_order(guest: Shopper) -> None:
    guest.follow(guest.add("TW-DOCK"))
    guest.to_summary()
    fields = {"version": guest.field("version"), "key": guest.field("key")}
    first = guest.send("/checkout/order", fields).headers["location"].partition("?")[0]
    assert guest.send("/checkout/order", fields).headers["location"].partition("?")[0] == first
    guest.follow(guest.add("TW-CLOTH"))
    late = guest.send("/checkout/order", fields).headers["location"].partition("?")[0]
    assert late == first, "an old summary sent again after a new cart was begun is still the old order"


def test_a_tampered_summary_orders_nothing(guest: Shopper) -> None:
    guest.follow(guest.add("TW-DOCK"))
    guest.to_summary()
    assert guest.order(version="1").status_code == 409
    assert guest.order(version="one").status_code == 409
    assert guest.order(key="").status_code == 422
    assert guest.send("/checkout/order").status_code in (409, 422)
    guest.get("/checkout/summary")
    assert "Place order" in guest.text


def test_a_cart_changed_in_another_window_is_not_ordered_unseen(guest: Shopper) -> None:
    guest.follow(guest.add("TW-DOCK"))
    guest.to_summary()
    fields = {"version": guest.field("version"), "key": guest.field("key")}
    guest.follow(guest.add("TW-CLOTH"))
    assert guest.send("/checkout/order", fields).status_code == 409
    assert "Check availability and prices" in guest.text and "cart was changed in another window" in guest.text


def test_an_expired_summary_is_checked_again_then_ordered(own_guest: Shopper, shop_clock: FixedClock) -> None:
    own_guest.follow(own_guest.add("TW-DOCK"))
    own_guest.to_summary()
    fields = {"version": own_guest.field("version"), "key": own_guest.field("key")}
    shop_clock.advance(minutes=16)
    assert own_guest.send("/checkout/order", fields).status_code == 409
    assert "no longer held for you" in own_guest.text
    own_guest.follow(own_guest.send("/checkout/prepare", version=own_guest.field("version")))
    assert "Thank you!" in own_guest.follow(own_guest.order())


def test_a_higher_price_is_agreed_to_before_it_is_ordered(own_shop: Suite, own_guest: Shopper, shop_clock: FixedClock) -> None:
    own_guest.follow(own_guest.add("TW-DOCK"))
    own_guest.to_summary()
    version = own_guest.field("version")
    shop_clock.advance(minutes=16)
    with own_shop.house.commerce.database.write() as conn:
        conn.exec_driver_sql("UPDATE offer SET price = price + 1000000")
        pricing.touch(conn, catalog.find_store(conn, "tannwerk").id)
    assert own_guest.send("/checkout/prepare", version=version).status_code == 409
    assert "Prices have changed: the total is now $201.29." in own_guest.text
    fields = {"version": own_guest.field("version"), "confirmed_total": own_guest.field("confirmed_total")}
    assert "Place order" in own_guest.follow(own_guest.send("/checkout/prepare", fields))


def test_a_lower_price_is_good_news(own_shop: Suite, own_guest: Shopper, shop_clock: FixedClock) -> None:
    own_guest.follow(own_guest.add("TW-DOCK"))
    own_guest.to_summary()
    version = own_guest.field("version")
    shop_clock.advance(minutes=16)
    with own_shop.house.commerce.database.write() as conn:
        conn.exec_driver_sql("UPDATE offer SET price = price - 1000000 WHERE price > 2000000")
        pricing.touch(conn, catalog.find_store(conn, "tannwerk").id)
    assert "the total went down" in own_guest.follow(own_guest.send("/checkout/prepare", version=version))


def test_too_much_of_something_that_is_not_reordered_is_told(own_shop: Suite, own_guest: Shopper) -> None:
    with own_shop.house.commerce.database.write() as conn:
        hub = "SELECT id FROM catalog_entry WHERE part_number = 'TW-HUB-4'"
        conn.exec_driver_sql(f"UPDATE store_item SET backorderable = 0 WHERE entry_id = ({hub})")
    own_guest.follow(own_guest.add("TW-HUB-4", "400"))
    own_guest.follow(own_guest.send("/checkout/address", ADA))
    own_guest.follow(own_guest.send("/checkout/shipping", mode="standard"))
    answer = own_guest.send("/checkout/payment", instrument="visa")
    assert answer.status_code == 422 and "Not enough in stock" in own_guest.text
