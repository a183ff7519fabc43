"""A merchandiser changes offers: in a form, or pasted from a table; what could never count is refused by name."""

from __future__ import annotations

import re

import pytest

from entrepot.commerce import catalog, pricing
from tests.web.staff_suite import Person, demo_suite, text_of


@pytest.fixture
def merch() -> Person:
    person = Person("merch")
    person.get("/management/prices")
    return person


def offers(part_number: str, price_list: str = "Standard") -> list[pricing.OfferRow]:
    house = demo_suite().house
    with house.commerce.database.read() as conn:
        store = catalog.find_store(conn, "tannwerk")
        view = catalog.View(store, "en-US", house.clock.now())
        entry = catalog.entries_by_part_numbers(conn, view, [part_number])[part_number].id
        found, _ = pricing.offers_of(conn, store.id, price_list=price_list, entry_ids=[entry])
    return [one for one in found if one.currency == "USD"]


NEW = {"price_list": "Standard", "part_number": "TW-CLOTH", "currency": "USD", "price": "8.00", "published": "yes"}


def test_an_offer_is_made_changed_and_removed(merch: Person) -> None:
    before = len(offers("TW-CLOTH"))
    merch.does("/management/offers", NEW | {"least": "10", "first_day": "2026-11-23", "last_day": "2026-11-23"})
    made = next(one for one in offers("TW-CLOTH") if one.quantity_least == 10)
    assert made.price == 800_000 and made.starts_at and made.ends_at
    assert (made.ends_at - made.starts_at).total_seconds() == 86_400, "the last day is included"
    page = merch.get(f"/management/offers/{made.id}").text
    assert 'value="2026-11-23"' in page and "8.00" in page
    hidden = dict(re.findall(r'<input type="hidden" name="(id|identifier)" value="([^"]*)"', page))
    merch.does("/management/offers", NEW | hidden | {"least": "10", "price": "7,50", "first_day": "2026-11-23"})
    (changed,) = [one for one in offers("TW-CLOTH") if one.quantity_least == 10]
    assert (changed.price, changed.ends_at, changed.id) == (750_000, None, made.id)
    merch.does(f"/management/offers/{made.id}/remove", {})
    assert len(offers("TW-CLOTH")) == before
    assert merch.get(f"/management/offers/{made.id}").status_code == 404


REFUSED = [
    ({"least": "5", "most": "4"}, "The end lies before the beginning."),
    ({"first_day": "2026-12-02", "last_day": "2026-12-01"}, "The end lies before the beginning."),
    ({"part_number": "TW-HOME-OFFICE"}, "A bundle has no price of its own"),
    ({"part_number": "NO-SUCH"}, "There is no article of this number."),
    ({"price": "-1"}, "Write a price such as 12.50"),
    ({"currency": "JPY"}, "does not sell in this currency"),
    ({"precedence": "first"}, "whole number"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_what_could_never_count_is_refused(merch: Person, change: dict[str, str], words: str) -> None:
    answer = merch.post("/management/offers", NEW | change)
    assert answer.status_code in (404, 422, 400) and words in text_of(answer.text)


def test_pasted_rows_are_saved_together_or_not_at_all(merch: Person) -> None:
    before = [one.price for one in offers("TW-BRUSH")]
    rows = "TW-BRUSH\tUSD\t9.90\t50\nTW-BRUSH;USD;much\n\nNO-SUCH;USD;1.00"
    answer = merch.post("/management/offers/paste", {"price_list": "Standard", "rows": rows})
    told = text_of(answer.text)
    assert answer.status_code == 422 and "Row 2" in told and "Row 4" in told and "Nothing was saved" in told
    assert [one.price for one in offers("TW-BRUSH")] == before
    merch.does("/management/offers/paste", {"price_list": "Standard", "rows": "TW-BRUSH\tUSD\t9.90\t50\nTW-BRUSH;USD;9.50;100"})
    assert {(one.quantity_least, one.price) for one in offers("TW-BRUSH")} >= {(50, 990_000), (100, 950_000)}


def test_an_agent_changes_no_price() -> None:
    agent = Person("agent")
    agent.get("/call-center")
    assert agent.post("/management/offers", NEW).status_code == 403
