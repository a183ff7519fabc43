"""Coupons from the shopper's side and from the merchandiser's: earned, used, given and taken back."""

from __future__ import annotations

import re

from entrepot.app import Suite
from tests.web.shopper import Shopper
from tests.web.staff_suite import Person, text_of

COUPONS = "/management/promotions/thanks/coupons"


def test_a_shopper_uses_a_coupon_of_the_account_and_it_is_gone(own_shop: Suite, own_guest: Shopper) -> None:
    mara = own_guest
    mara.follow(mara.log_in("mara"))
    account = mara.follow(mara.get("/account"))
    assert "THANKS-MARA-2026 · until Jun 29, 2027" in account and "THANKS-MARA-SPRING · from Mar 1, 2027" in account
    mara.follow(mara.add("TW-DOCK"))
    cart = mara.follow(mara.get("/cart"))
    assert "Your coupons Thank you: 15 off until Jun 29, 2027" in cart and "THANKS-MARA-SPRING" not in cart
    cart = mara.follow(mara.send("/cart/codes", code="THANKS-MARA-2026"))
    assert "Thank you: 15 off -$15.00" in cart and "Your coupons" not in cart
    assert "in your cart" in mara.follow(mara.get("/account"))
    summary = mara.to_summary()
    assert "Thank you: 15 off -$15.00" in summary
    mara.follow(mara.order())
    own_shop.settle()
    assert "THANKS-MARA-2026 · used" in mara.follow(mara.get("/account"))


def test_codes_are_taken_off_and_put_on_at_the_last_step(own_guest: Shopper) -> None:
    mara = own_guest
    mara.follow(mara.log_in("mara"))
    mara.follow(mara.add("TW-DOCK"))
    mara.to_summary()
    back = {"back": "/checkout/summary"}
    text = mara.follow(mara.send("/cart/codes", back, code="thanks-mara-2026"))
    assert "The code is on your order." in text and "-$15.00" in text and "not held for you right now" in text
    text = mara.follow(mara.send("/cart/codes/remove", back, code="THANKS-MARA-2026"))
    assert "-$15.00" not in text and "Use coupon" in mara.page
    assert "This code cannot be used" in mara.follow(mara.send("/cart/codes", back, code="THANKS-JONAS-2026"))
    assert mara.send("/cart/codes", {"back": "https://elsewhere/"}, code="THANKS-MARA-2026").headers["location"] == "/cart"


def test_somebody_elses_coupon_is_one_neutral_refusal_and_guests_have_no_wallet(own_guest: Shopper) -> None:
    own_guest.follow(own_guest.add("TW-DOCK"))
    assert own_guest.send("/cart/codes", code="THANKS-MARA-2026").status_code == 422
    assert "This code cannot be used for your order." in own_guest.text and "Your coupons" not in own_guest.text
    assert own_guest.send("/account/coupons", code="THANKS-MARA-2026").status_code in (303, 401)


def test_an_order_earns_a_coupon_that_lies_in_the_account_afterward(own_shop: Suite, own_guest: Shopper) -> None:
    jonas = own_guest
    jonas.follow(jonas.log_in("jonas"))
    cart = jonas.follow(jonas.add("TW-NAS2"))
    assert "With this order you get: A coupon with the NAS" in jonas.follow(jonas.get("/cart")), cart
    jonas.to_summary()
    jonas.follow(jonas.order())
    own_shop.settle()
    account = jonas.follow(jonas.get("/account"))
    assert account.count("Thank you: 15 off") == 2, "the one that was loaded, and the one that was earned"


def test_a_code_from_a_letter_is_put_into_the_account(own_shop: Suite, own_guest: Shopper) -> None:
    from entrepot.commerce import catalog, promotions

    with own_shop.house.commerce.database.write() as conn:
        store = catalog.find_store(conn, "tannwerk")
        promotions.import_codes(conn, store.id, "welcome-letter", ["LETTER-77"], own_shop.house.clock.now())
    mara = own_guest
    mara.follow(mara.log_in("mara"))
    for code, told in (
        ("letter-77", "The coupon is in your account."),
        ("WELCOME10", "cannot be put into your account"),
        ("", "Write the code"),
    ):
        assert told in mara.follow(mara.send("/account/coupons", code=code))
    assert "Welcome letter" in mara.follow(mara.get("/account"))


def test_a_merchandiser_gives_a_coupon_and_takes_it_back() -> None:
    merch = Person("merch")
    page = merch.does(COUPONS, {"owner": "lutz-aigner", "days": "14", "reason": "sorry for the delay"})
    assert "The customer has the coupon now." in text_of(page) and "lutz-aigner" in page
    code = _code_of(page, "lutz-aigner")
    page = merch.does(f"{COUPONS}/revoke", {"code": code})
    assert "taken back" in text_of(page)
    history = text_of(merch.get("/management/history", kind="codes").text)
    assert "Coupon given" in history and "sorry for the delay" in history and "Coupon taken back" in history
    for form, told in (
        ({"owner": "nobody", "days": "14"}, "There is no customer nobody."),
        ({"owner": "mara", "days": "x"}, "number of days"),
    ):
        answer = merch.post(COUPONS, form)
        assert answer.status_code in (404, 422) and told in text_of(answer.text)
    assert "has no coupons" in text_of(merch.get("/management/promotions/autumn-1000/coupons").text)
    assert Person("agent").post(COUPONS, {"owner": "mara", "days": "14"}).status_code == 403


def _code_of(page: str, owner: str) -> str:
    found = re.search(rf'{owner}</a>.*?<span class="mono nowrap">([A-Z0-9-]+)</span>', page, re.S)
    assert found
    return found.group(1)
