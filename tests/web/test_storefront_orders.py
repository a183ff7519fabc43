"""Accounts and placed orders: the cart that comes along, the brake on guessing, whose order is whose."""

from __future__ import annotations

import pytest
from litestar import Litestar

from entrepot.app import Suite
from entrepot.commerce import capture
from entrepot.web.storefront.accounts import safe
from tests.web.shopper import Shopper

SHIPPED = "2026-11-20T10:00:00+00:00"


def test_the_guests_cart_comes_along_at_log_in(guest: Shopper) -> None:
    guest.follow(guest.add("TW-ARM"))
    text = guest.follow(guest.log_in("jonas", return_to="/cart"))
    assert "Display arm" in text and "Jonas Abt" in text
    text = guest.follow(guest.send("/logout"))
    assert "You are logged out." in text
    guest.get("/cart")
    assert "Your cart is empty" in guest.text


def test_gold_prices_hold_as_soon_as_mara_is_logged_in(guest: Shopper) -> None:
    guest.follow(guest.add("TW-DOCK"))
    assert "Gold members" not in guest.text
    assert "Gold members: 2 % on every order" in guest.follow(guest.log_in("mara", return_to="/cart"))


def test_a_wrong_password_reads_like_an_unknown_account(shop_app: Litestar) -> None:
    texts = []
    for logon_id in ("jonas", "nobody-at-all"):
        shopper = Shopper(shop_app)
        assert shopper.log_in(logon_id, "wrong password").status_code == 422
        assert shopper.field("logon_id") == logon_id
        texts.append(shopper.text)
    assert texts[0] == texts[1]
    assert "do not belong together" in texts[0]


def test_guessing_is_slowed_down(own_guest: Shopper) -> None:
    answers = [own_guest.log_in("jonas", "wrong password").status_code for _ in range(7)]
    assert answers[-1] == 429
    assert "Too many attempts" in own_guest.text


def test_a_log_in_without_anything_in_it_is_told_at_the_fields(guest: Shopper) -> None:
    assert guest.log_in("", "").status_code == 422
    assert "Write your log-in name." in guest.text and "Write your password." in guest.text


def test_an_account_is_opened_with_the_cart_taken_along(guest: Shopper) -> None:
    guest.follow(guest.add("TW-CLOTH"))
    fields = {"last_name": "Obi", "email": "adaeze@example.org", "logon_id": "adaeze", "password": "a good long one"}
    assert guest.send("/register", fields | {"email": "adaeze", "last_name": ""}).status_code == 422
    assert guest.field("logon_id") == "adaeze"
    assert guest.send("/register", fields | {"password": "short"}).status_code == 422
    assert "Choose a password of 8 to 200 characters" in guest.text
    assert "Hello" in guest.follow(guest.send("/register", fields))
    guest.get("/cart")
    assert 'class="cart-line"' in guest.page


def test_a_name_that_is_taken_is_told_in_any_capitals(guest: Shopper) -> None:
    fields = {"last_name": "X", "email": "x@example.org", "logon_id": "MARA", "password": "a good long one"}
    assert guest.send("/register", fields).status_code == 422
    assert "This log-in name is taken." in guest.text


def test_the_account_asks_who_you_are_first_and_leads_back(guest: Shopper) -> None:
    answer = guest.get("/account?tab=orders")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?return_to=/account%3Ftab%3Dorders")
    guest.follow(answer)
    assert 'name="return_to" value="/account?tab=orders"' in guest.page
    assert guest.get("/account", fragment=True).status_code == 401, "a piece of a page cannot be a log-in"


def test_the_account_shows_profile_addresses_and_groups(guest: Shopper) -> None:
    text = guest.follow(guest.log_in("mara"))
    assert "Hello, Mara" in text and "418 Cedar Street" in text and "Member: gold" in text


def test_a_password_is_changed_with_the_old_one_alone(own_guest: Shopper) -> None:
    own_guest.follow(own_guest.log_in("jonas"))
    assert own_guest.send("/account/password", password="not it", new_password="a new long one").status_code == 422
    text = own_guest.follow(own_guest.send("/account/password", password="workbench-demo-2026", new_password="a new long one"))
    assert "Your password was changed." in text
    own_guest.send("/logout")
    assert own_guest.log_in("jonas").status_code == 422
    assert own_guest.log_in("jonas", "a new long one").status_code == 303


@pytest.mark.parametrize("target", ["//elsewhere", "https://elsewhere/", "\\\\elsewhere", "/\\elsewhere", "elsewhere", "/a\nb"])
def test_nobody_is_sent_elsewhere_after_log_in(target: str) -> None:
    assert safe(target) == ""


def test_staff_who_come_from_nowhere_are_sent_to_their_desk(guest: Shopper) -> None:
    assert guest.log_in("agent").headers["location"] == "/call-center"


def placed(shopper: Shopper) -> str:
    shopper.follow(shopper.add("TW-CLOTH"))
    shopper.to_summary()
    answer = shopper.order()
    return str(answer.headers["location"]).partition("?")[0].rpartition("/")[2]


def test_a_guest_comes_back_to_earlier_orders_in_the_same_browser(guest: Shopper) -> None:
    first, second = placed(guest), placed(guest)
    for number in (first, second):
        assert guest.get(f"/orders/{number}").status_code == 200
        assert f"Order {number}" in guest.text


def test_a_guest_finds_an_order_by_number_and_e_mail_alone(shop_app: Litestar, guest: Shopper) -> None:
    number = placed(guest)
    other = Shopper(shop_app)
    assert other.get(f"/orders/{number}").status_code == 404
    assert "Where is my order?" in other.text and "12 Harbor Street" not in other.page
    assert other.send("/orders", number=number, email="eve@example.com").status_code == 422
    wrong = other.text.replace(number, "")
    assert other.send("/orders", number="NOTANORDER", email="ada@example.com").status_code == 422
    assert other.text.replace("NOTANORDER", "").replace("ada@", "eve@") == wrong.replace("ada@", "eve@")
    assert f"Order {number}" in other.follow(other.send("/orders", number=number.lower(), email="ADA@example.com"))


def test_a_buyers_order_is_nobody_elses(shop_app: Litestar, guest: Shopper) -> None:
    guest.follow(guest.log_in("jonas"))
    number = placed(guest)
    other = Shopper(shop_app)
    other.follow(other.log_in("mara"))
    assert other.get(f"/orders/{number}").status_code == 404
    assert other.send("/orders", number=number, email="ada@example.com").status_code == 422


def test_guessing_orders_is_slowed_down(own_guest: Shopper) -> None:
    answers = [own_guest.send("/orders", number="X", email="a@example.org").status_code for _ in range(8)]
    assert answers[-1] == 429


def test_a_shipped_order_shows_parcel_and_invoice_and_stops_asking(own_shop: Suite, own_guest: Shopper) -> None:
    number = placed(own_guest)
    own_shop.settle()
    picture = {
        "Version": 99,
        "MinOrderStatus": "3700",
        "MaxOrderStatus": "3700",
        "Shipments": [
            {"ShipmentNo": "S-1", "TrackingNo": "9340 1190 22", "ShippedAt": "2026-11-20T10:00:00+00:00", "SCAC": "PARCEL"}
        ],
        "Invoices": [{"InvoiceNo": "I-1", "Amount": "19.00", "Currency": "USD", "CreatedAt": "2026-11-20T10:00:01+00:00"}],
    }
    with own_shop.house.commerce.database.write() as conn:
        document = {"Order": picture | {"OrderIdentifier": {"UniqueID": number}}}
        capture.take_status(conn, document, own_shop.house.clock.now())
    own_guest.get(f"/orders/{number}")
    assert "9340 1190 22" in own_guest.text and "I-1" in own_guest.text and "Everything is on its way" in own_guest.text
    assert "hx-trigger" not in own_guest.page.partition('id="order"')[2][:300]
