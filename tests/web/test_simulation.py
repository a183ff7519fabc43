"""The simulation says what a cart will cost, as a page and for programs, and stores nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from entrepot import demo
from entrepot.commerce.capture.tables import orders
from tests.web.shopper import Shopper
from tests.web.staff_suite import CASE, NOTEBOOK, Person, application, demo_suite, text_of


@pytest.fixture
def merch() -> Person:
    return Person("merch")


CART = {"items": f"{NOTEBOOK} 2\nTW-CB-NET 2.5", "currency": "USD", "country": "US", "region": "WA", "shipping": "standard"}


def test_a_whole_cart_is_explained_step_by_step(merch: Person) -> None:
    with demo_suite().house.commerce.database.read() as conn:
        before = conn.execute(sa.select(sa.func.count()).select_from(orders)).scalar_one()
    page = text_of(merch.get("/management/simulation", **CART, codes="WELCOME10 NOPE").text)
    for words in ("Step by step", "Cut to your length", "Sales tax 6.5 %", "price list Standard", "nobody knows this code"):
        assert words in page, words
    assert "Buy two notebooks, get a case" in page
    with demo_suite().house.commerce.database.read() as conn:
        assert conn.execute(sa.select(sa.func.count()).select_from(orders)).scalar_one() == before


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"items": "NO-SUCH 1"}, 404, "no article NO-SUCH"),
        ({"items": f"{NOTEBOOK} -1"}, 422, "quantity"),
        ({"items": f"{NOTEBOOK} 1 2 3"}, 422, "one article a line"),
        ({"items": "TW-WORKSTATION 1"}, 422, "has no default content"),
        ({"contract": "nordhof-2026"}, 422, "There is no contract"),
    ],
)
def test_what_cannot_be_simulated_says_why_and_keeps_what_was_entered(
    merch: Person, change: dict[str, str], status: int, words: str
) -> None:
    answer = merch.get("/management/simulation", **(CART | change))
    assert answer.status_code == status and words in text_of(answer.text)
    assert "standard" in answer.text


def token(logon_id: str) -> dict[str, str]:
    person = Person()
    answer = person.client.post("/api/sessions", json={"logon_id": logon_id, "password": demo.PASSWORD})
    assert answer.status_code == 201, answer.text
    return {"authorization": f"Bearer {answer.json()['token']}"}


def test_programs_ask_for_a_customer_with_a_contract() -> None:
    client = Person().client
    assert application() is not None
    body = {"items": [{"part_number": NOTEBOOK, "quantity": "5"}], "buyer": "office-north", "currency": "USD"}
    assert client.post("/api/stores/tannwerk/simulation", json=body).status_code == 401
    assert client.post("/api/stores/tannwerk/simulation", json=body, headers=token("mara")).status_code == 403
    answer = client.post("/api/stores/tannwerk/simulation", json=body, headers=token("merch")).json()
    (price,) = [one for one in answer["prices"] if one["part_number"] == NOTEBOOK]
    assert (price["price"], price["contract"]) == ("1034.10", "nordhof-2026")
    assert any("price list Trade" in step["text"] for one in price["considered"] for step in one["steps"])
    assert answer["steps"][-1]["after"] == answer["total"]
    assert any(CASE in str(one) or one["stage"] == "promotion" for one in answer["steps"]), "the case is a gift"


def test_a_kit_made_to_order_is_priced_with_its_default_content_or_a_finished_configuration(merch: Person) -> None:
    page = text_of(merch.get("/management/simulation", items="TW-NOTEBOOK-CTO 1").text)
    assert "It comes to" in page and "needs $" in page
    shopper = Shopper(application())
    address = shopper.configure("TW-NOTEBOOK-CTO")
    configuration = address.partition("configuration_id=")[2].partition("&")[0]
    assert configuration
    same = merch.get("/management/simulation", items=f"TW-NOTEBOOK-CTO 1 {configuration}")
    assert same.status_code == 200 and "It comes to" in text_of(same.text)
    other = merch.get("/management/simulation", items=f"TW-WORKSTATION 1 {configuration}")
    assert other.status_code == 422 and "is one of TW-NOTEBOOK-CTO" in text_of(other.text)


def test_what_is_missing_is_written_as_the_reader_writes_money() -> None:
    page = text_of(Person("merch", "de-DE").get("/management/simulation", items="TW-DOCK 1").text)
    assert "2.500,00\u00a0$" in page or "2.500,00 $" in page
