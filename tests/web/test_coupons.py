"""Coupons from the shopper's side and from the merchandiser's: earned, used, given and taken back."""

from __future__ import annotations

import re
from typing import Any

from litestar.testing import TestClient

from entrepot import demo
from entrepot.app import Suite
from entrepot.commerce import catalog, promotions
from entrepot.web.application import web_application
from tests.web.shopper import Shopper
from tests.web.staff_suite import Person, application, open_draft, text_of, version_of

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


STORE = "/api/stores/tannwerk"


def program(shop: Suite, who: str = "mara") -> TestClient[Any]:
    client = TestClient(web_application(shop.house))
    if who:
        token = client.post("/api/sessions", json={"logon_id": who, "password": demo.PASSWORD}).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
    return client


def test_a_program_lists_claims_uses_and_keeps_coupons(own_shop: Suite) -> None:
    with own_shop.house.commerce.database.write() as conn:
        store = catalog.find_store(conn, "tannwerk")
        promotions.import_codes(conn, store.id, "welcome-letter", ["LETTER-77"], own_shop.house.clock.now())
    mara = program(own_shop)
    states = {one["code"]: one["state"] for one in mara.get(f"{STORE}/coupons").json()}
    assert states == {"THANKS-MARA-2026": "ready", "THANKS-MARA-SPRING": "waiting"}
    claimed = mara.post(f"{STORE}/coupons", json={"code": "letter-77"})
    assert claimed.status_code == 201 and claimed.json()["code"] == "LETTER-77"
    assert mara.post(f"{STORE}/coupons", json={"code": "LETTER-77"}).status_code == 201, "doing it again changes nothing"
    assert mara.post(f"{STORE}/coupons", json={"code": "WELCOME10"}).json()["code"] == "COUPON_NOT_CLAIMED"
    assert mara.put(f"{STORE}/cart/coupons/THANKS-MARA-2026").status_code == 404, "there is no cart yet"
    mara.post(f"{STORE}/cart/items", json={"items": [{"part_number": "TW-DOCK"}]})
    used = mara.put(f"{STORE}/cart/coupons/thanks-mara-2026").json()
    assert used["codes"] == ["THANKS-MARA-2026"] and used["totals"]["discount"] != "0.00"
    assert mara.put(f"{STORE}/cart/coupons/THANKS-MARA-2026").json()["codes"] == ["THANKS-MARA-2026"]
    listed = {one["code"]: one["in_cart"] for one in mara.get(f"{STORE}/coupons").json()}
    assert listed["THANKS-MARA-2026"] and not listed["LETTER-77"]
    assert mara.delete(f"{STORE}/cart/coupons/THANKS-MARA-2026").json()["codes"] == []
    other = mara.put(f"{STORE}/cart/coupons/THANKS-JONAS-2026")
    assert other.status_code == 404 and other.json()["code"] == "COUPON_UNKNOWN"
    assert mara.put(f"{STORE}/cart/coupons/THANKS-MARA-SPRING").json()["code"] == "PROMOTION_CODE_REFUSED"


def test_guests_have_no_coupons_for_programs_either_and_the_document_says_how_it_goes(own_shop: Suite) -> None:
    guest = program(own_shop, "")
    assert guest.get(f"{STORE}/coupons").status_code == 401
    paths = guest.get("/schema/openapi.json").json()["paths"]
    assert set(paths["/api/stores/{store}/coupons"]) == {"get", "post"}
    assert set(paths["/api/stores/{store}/cart/coupons/{code}"]) == {"put", "delete"}


def test_an_agent_sees_and_uses_the_customers_coupons_on_draft_and_cart() -> None:

    agent = Person("agent")
    key = open_draft(agent, "mara")
    here = f"/call-center/orders/{key}"
    agent.does(f"{here}/items", {"version": version_of(agent.get(here).text), "item": "TW-DOCK", "quantity": "1"})
    page = agent.get(here).text
    assert "The customer's coupons Thank you: 15 off THANKS-MARA-2026" in text_of(page) and "THANKS-MARA-SPRING" not in page
    page = agent.does(f"{here}/coupons", {"version": version_of(page), "coupon": "THANKS-MARA-2026"})
    assert "THANKS-MARA-2026 applied" in text_of(page) and "The customer's coupons" not in page
    agent.does(f"{here}/discard", {"version": version_of(page), "reason": "CUSTOMER_REQUEST"})
    mara = Shopper(application())
    mara.log_in("mara")
    mara.add("TW-DOCK")
    carts = "/call-center/carts"
    for do, told, other in (("", "The code is on the cart.", True), ("remove", "The code is off the cart.", False)):
        version = version_of(agent.get(carts, customer="mara").text)
        sent = {"customer": "mara", "version": version, "code": "THANKS-MARA-2026", "do": do}
        page = text_of(agent.does(f"{carts}/codes", sent))
        assert told in page and ("Thank you: 15 off -$15.00" in page.replace("−", "-")) is other
    wrong = {"customer": "mara", "version": version_of(agent.get(carts, customer="mara").text), "code": "THANKS-JONAS-2026"}
    answer = agent.post(f"{carts}/codes", wrong)
    assert answer.status_code == 422 and "This code cannot be used" in text_of(answer.text)
    mara.follow(mara.get("/cart"))
    line, version = (
        re.search(pattern, mara.page) for pattern in (r"/cart/lines/([^/\"]+)/remove", r'name="version" value="(\d+)"')
    )
    assert line and version
    mara.send(f"/cart/lines/{line.group(1)}/remove", version=version.group(1))


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
