"""A contract is drawn up, submitted, approved by somebody else, obeyed in the shop, and ended."""

from __future__ import annotations

import re

import pytest

from entrepot.app import Suite
from entrepot.commerce import capture, catalog, pricing
from entrepot.commerce.history import Author
from tests.web.shopper import Shopper
from tests.web.staff_suite import NOTEBOOK, Person, application, text_of

NEW = "/management/new-contract"
JONAS = {
    "identifier": "jonas-1",
    "name": "Jonas buys by hand",
    "members": "JONAS",
    "price_rule": "Shop",
    "preferred": "yes",
    "shipping": "express",
    "purchase_order": "yes",
}


@pytest.fixture
def merch() -> Person:
    person = Person("merch")
    person.get("/management/contracts")
    return person


@pytest.fixture
def admin() -> Person:
    person = Person("admin")
    person.get("/management/contracts")
    return person


def test_the_list_and_one_contract_tell_its_terms(merch: Person) -> None:
    page = text_of(merch.get("/management/contracts").text)
    assert "1 contract waits for approval" in page and "Nordhof Offices, framework contract 2027" in page
    waiting = text_of(merch.get("/management/contracts", status="pending").text)
    assert "framework contract 2027" in waiting and "prices for everybody" not in waiting.split("Menu")[-1]
    one = text_of(merch.get("/management/contracts/nordhof-2027").text)
    assert "everything, except SOFTWARE" in one and "On account" in one and "always needed" in one and "Based on" in one
    assert "Approve" not in one
    assert merch.get("/management/contracts/none").status_code == 404


def test_from_draft_to_the_checkout_and_away_again(merch: Person, admin: Person) -> None:
    page = text_of(merch.does(NEW, JONAS | {"reason": "he asked"}))
    assert "Saved." in page and "draft" in page and "he asked" in page
    here = "/management/contracts/jonas-1"
    assert merch.post(f"{here}/decide", {"do": "approved"}).status_code == 403
    assert merch.post(f"{here}/move", {"do": "approved"}).status_code == 404
    merch.does(f"{here}/move", {"do": "submitted"})
    assert "No, it is not for" in text_of(merch.get(here, who="mara").text)
    assert "but it gives no prices now" in text_of(merch.get(here, who="Jonas").text)
    admin.does(f"{here}/decide", {"do": "approved", "reason": "fine"})
    assert "Yes. It is one of the contracts Jonas Abt buys by" in text_of(merch.get(here, who="jonas").text)
    jonas = Shopper(application())
    jonas.log_in("jonas")
    jonas.follow(jonas.add("TW-DOCK"))
    address = {"last_name": "Abt", "line1": "Tannenweg 12", "postal_code": "72250", "city": "Freudenstadt", "country": "DE"}
    jonas.follow(jonas.send("/checkout/address", address | {"email": "jonas@example.com", "same": "yes"}))
    assert 'value="express"' in jonas.page and 'value="standard"' not in jonas.page
    assert jonas.send("/checkout/shipping", {"mode": "standard"}).status_code == 422
    jonas.follow(jonas.send("/checkout/shipping", {"mode": "express"}))
    assert "Your contract asks for one." in jonas.text
    missing = jonas.send("/checkout/payment", {"instrument": "visa"})
    assert missing.status_code == 422 and "purchase order number" in jonas.text
    jonas.follow(jonas.send("/checkout/payment", {"instrument": "visa", "purchase_order": "PO-7"}))
    assert jonas.text.startswith("Summary")
    without = merch.post(f"{here}/move", {"do": "suspended", "reason": ""})
    assert without.status_code == 422 and "Say why" in text_of(without.text)
    merch.does(f"{here}/move", {"do": "suspended", "reason": "a test is over"})
    jonas.follow(jonas.send("/checkout/address", address | {"email": "jonas@example.com", "same": "yes"}))
    assert 'value="standard"' in jonas.page
    merch.does(f"{here}/move", {"do": "canceled", "reason": "a test is over"})
    told = text_of(merch.get(here).text)
    assert "Canceled" in told and "Approved" in told and "fine" in told
    assert merch.post(f"{here}/move", {"do": "resumed"}).status_code == 409


def test_nobody_approves_what_they_submitted(admin: Person) -> None:
    admin.does(NEW, JONAS | {"identifier": "own-goal"})
    here = "/management/contracts/own-goal"
    admin.does(f"{here}/move", {"do": "submitted"})
    refused = admin.post(f"{here}/decide", {"do": "approved"})
    assert refused.status_code == 422 and "Somebody else has to approve it." in text_of(refused.text)
    admin.does(f"{here}/decide", {"do": "rejected", "reason": "my mistake"})
    admin.does(f"{here}/edit", JONAS | {"name": "Renamed", "members": "jonas"})
    assert "Jonas buys by hand → Renamed" in text_of(admin.get(here).text)
    admin.does(f"{here}/move", {"do": "canceled", "reason": "over"})
    assert admin.post(f"{here}/edit", JONAS).status_code == 422


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"identifier": ""}, "1 to 128 letters, digits"),
        ({"identifier": "default"}, "already"),
        ({"account": "Nobody Ltd"}, "There is no organization Nobody Ltd"),
        ({"members": "mara, nobody"}, "There is no account nobody"),
        ({"ends_on": "2026-13-01"}, "Write a day"),
        ({"starts_on": "2026-05-02", "ends_on": "2026-05-01"}, "ends before it starts"),
        ({"prices.0.what": "rule:Trade"}, "leaves no room"),
        (
            {
                "price_rule": "",
                "prices.0.what": "rule:Trade",
                "prices.0.until": "2026-07-01",
                "prices.1.what": "price_list:Trade",
                "prices.1.from": "2026-07-01",
            },
            "at the same time",
        ),
    ],
)
def test_a_faulty_contract_says_what_is_wrong_and_keeps_the_rest(merch: Person, form: dict[str, str], told: str) -> None:
    answer = merch.post(NEW, JONAS | {"identifier": "faulty", "name": "kept as typed"} | form)
    assert answer.status_code == 422, answer.text
    assert told in text_of(answer.text) and 'value="kept as typed"' in answer.text


def test_days_are_the_store_s_and_the_last_one_counts(merch: Person) -> None:
    frames = {
        "price_rule": "",
        "starts_on": "2026-07-01",
        "ends_on": "2026-07-31",
        "prices.0.what": "rule:Trade",
        "prices.0.until": "2026-07-15",
        "prices.1.what": "price_list:Trade",
        "prices.1.from": "2026-07-16",
    }
    merch.does(NEW, JONAS | {"identifier": "july"} | frames)
    form = merch.get("/management/contracts/july/edit").text
    assert re.search(r'name="ends_on"[^>]*value="2026-07-31"', form)
    assert re.search(r'name="prices.1.from" value="2026-07-16"', form)
    copied = merch.get(NEW, copy="july").text
    assert 'value="rule:Trade" selected' in copied and "2026-07-31" not in copied
    merch.does("/management/contracts/july/move", {"do": "canceled", "reason": "over"})


def test_what_the_contract_leaves_out_is_not_sold(suite: Suite) -> None:
    with suite.house.commerce.database.write() as conn:
        store, at = catalog.find_store(conn, "tannwerk"), suite.house.clock.now()
        one = pricing.get_contract(conn, store.id, "nordhof-2026")
        author = Author("merch", at, "a test")
        for step in ("suspended", "withdrawn"):
            pricing.move_contract(conn, store.id, "nordhof-2026", step, author)
        without = pricing.read_terms({"entitlement": {"excluded_groups": ["NOTEBOOKS"]}})
        changed = pricing.ContractRow(**{name: getattr(one, name) for name in one.__slots__ if name != "terms"}, terms=without)
        pricing.change_draft(conn, store.id, changed, pricing.who_of(conn, one), author)
        pricing.move_contract(conn, store.id, "nordhof-2026", "submitted", author)
        pricing.move_contract(conn, store.id, "nordhof-2026", "approved", Author("admin", at))
    with suite.house.commerce.database.read() as conn:
        products = [{"PartNumber": NOTEBOOK}, {"PartNumber": "TW-DOCK"}]
        asked = {"StoreIdentifier": "tannwerk", "Currency": "USD", "BuyerIdentifier": "office-north", "Product": products}
        answer = capture.price_items(conn, {"EntitledPrice": asked}, at)
        assert answer["Errors"] == [{"PartNumber": NOTEBOOK, "Code": "NOT_ENTITLED"}]
        assert [one["PartNumber"] for one in answer["EntitledPrice"]] == ["TW-DOCK"]
        for contract, code in (
            ("none", "CONTRACT_NOT_FOUND"),
            ("nordhof-2027", "CONTRACT_NOT_ACTIVE"),
        ):
            answer = capture.price_items(conn, {"EntitledPrice": asked | {"ContractIdentifier": contract}}, at)
            assert {one["Code"] for one in answer["Errors"]} == {code}
        guest = asked | {"BuyerIdentifier": "", "ContractIdentifier": "nordhof-2026"}
        answer = capture.price_items(conn, {"EntitledPrice": guest}, at)
        assert {one["Code"] for one in answer["Errors"]} == {"CONTRACT_NOT_ENTITLED"}


def test_the_default_contract_stays(merch: Person) -> None:
    refused = merch.post("/management/contracts/default/move", {"do": "suspended", "reason": "a joke"})
    assert refused.status_code == 422 and "guests have no prices" in text_of(refused.text)
