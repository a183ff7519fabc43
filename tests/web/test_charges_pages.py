"""A merchandiser sees and changes what shipping, surcharges and taxes cost, and the next cart goes by it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from entrepot.commerce import catalog, charges
from tests.web.shopper import ADA, Shopper
from tests.web.staff_suite import Person, application, demo_suite, text_of

MODE = "/management/charges/modes/standard"
US = "USD|US|weight"
TAXES = "/management/charges/taxes"


@pytest.fixture
def merch() -> Iterator[Person]:
    """A merchandiser; whatever they change is put back for the tests after this one."""
    database = demo_suite().house.commerce.database
    with database.read() as conn:
        store = catalog.find_store(conn, "tannwerk").id
        modes, surcharges = charges.MODES.stored(conn, store), charges.SURCHARGES.stored(conn, store)
    person = Person("merch")
    person.get("/management/charges")
    yield person
    with database.write() as conn:
        charges.MODES.put(conn, store, list(modes.values()))
        charges.SURCHARGES.put(conn, store, list(surcharges.values()))
        charges.TAX_HOME.put(conn, store, [{"country": "", "region": "", "keep_gross": False}])


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(key|revision)" value="([^"]*)"', page))


def table(merch: Person, key: str = US) -> dict[str, str]:
    """The form of a rate table as it stands."""
    page = merch.get(f"{MODE}/table", key=key).text
    rows = dict(re.findall(r'name="(bands\.[^"]+)" value="([^"]*)"', page))
    places = re.search(r'name="places" type="text" value="([^"]*)"', page)
    assert places
    return hidden(page) | rows | {"currency": "USD", "basis": "weight", "places": places.group(1)}


def shipping_of(shopper: Shopper) -> str:
    """What the checkout asks for the standard mode."""
    page = shopper.follow(shopper.send("/checkout/address", ADA))
    found = re.search(r"Standard parcel.*?(\$[\d.]+)", page)
    assert found, page
    return found.group(1)


def test_a_changed_rate_is_what_the_next_cart_pays(merch: Person) -> None:
    shopper = Shopper(application())
    shopper.add("TW-CLOTH", "1")
    assert shipping_of(shopper) == "$6.90"
    form = table(merch)
    assert form["bands.1.base"] == "6.90" and form["bands.1.included"] == "2"
    page = merch.does(f"{MODE}/table", form | {"bands.1.base": "7,40", "reason": "New tariff of the carrier"})
    assert "$7.40" in text_of(page) and "New tariff of the carrier" in text_of(page)
    assert shipping_of(shopper) == "$7.40"
    merch.does(f"{MODE}/undo", hidden(page))
    assert shipping_of(shopper) == "$6.90"
    history = text_of(merch.get("/management/history", kind="shipping", subject="standard").text)
    assert "≥ 0 kg: 6.90 + 0.80/kg > 2 kg → ≥ 0 kg: 7.40 + 0.80/kg > 2 kg" in history and "Change taken back" in history


def test_what_would_change_is_told_before_anything_does(merch: Person) -> None:
    split = {"bands.1.below": "5", "bands.2.least": "5", "bands.2.base": "9.90"}
    answer = merch.post(f"{MODE}/table", table(merch) | split | {"do": "check"})
    told = text_of(answer.text)
    assert answer.status_code == 200 and "5 kg $9.30 $9.90" in told and "2 kg $6.90 $6.90" in told
    assert table(merch)["bands.1.below"] == ""


REFUSED = [
    (
        {"bands.1.below": "5", "bands.2.least": "4", "bands.2.base": "1"},
        "Row 2 begins at 4, but the row before it only ends at 5.",
    ),
    ({"bands.1.below": "5", "bands.2.least": "8", "bands.2.base": "1"}, "Between 5 and 8 this mode would not be offered."),
    ({"bands.1.base": "6.999"}, "Row 1: Write an amount such as 12.50"),
    ({"bands.1.least": "heavy"}, "Row 1: write kilograms"),
    ({"places": "USA"}, "USA is no place."),
    ({"currency": "JPY"}, "does not sell in this currency"),
    ({"first_day": "2026-12-02", "last_day": "2026-12-01"}, "The last day lies before the first."),
    ({"places": "AK-1 US-AK US-HI", "key": ""}, ""),
    ({"places": "US-AK US-HI"}, "There is a table for these places"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_a_table_that_would_surprise_is_refused_by_name(merch: Person, change: dict[str, str], words: str) -> None:
    answer = merch.post(f"{MODE}/table", table(merch) | change)
    if not words:
        assert answer.status_code == 303, "a table for other places stands beside the others"
        return
    assert answer.status_code == 422 and words in text_of(answer.text)
    assert 'value="US-AK US-HI"' in answer.text or "bands.1.base" in answer.text, "what was typed stays"


def test_a_gap_that_is_meant_is_kept_and_told(merch: Person) -> None:
    gap = {"bands.1.below": "5", "bands.2.least": "8", "bands.2.base": "19", "gaps_meant": "yes"}
    page = merch.does(f"{MODE}/table", table(merch) | gap)
    assert "Between 5 kg and 8 kg this mode is not offered." in text_of(page)
    told = text_of(merch.get("/management/charges", weight="6", country="US", currency="USD").text)
    assert "Standard parcel $29.90" in told, "in the gap the table for everywhere still serves"


def test_two_who_change_a_mode_at_once(merch: Person) -> None:
    form = table(merch)
    merch.does(f"{MODE}/table", form | {"bands.1.base": "7.10"})
    answer = merch.post(f"{MODE}/table", form | {"bands.1.base": "7.20"})
    assert answer.status_code == 409 and "Somebody has changed this in the meantime" in text_of(answer.text)
    assert table(merch)["bands.1.base"] == "7.10"


def test_trying_a_parcel_tells_the_price_the_tax_and_why(merch: Person) -> None:
    answer = merch.get("/management/charges", weight="3.5", goods="80", country="de", currency="EUR")
    told = text_of(answer.text)
    assert "Standard parcel €7.10 plus VAT 19%: €1.35" in told, "5.90 and two further kilograms at 0.60"
    assert "Austria, Germany, from 0 by weight is charged · €7.10" in told
    assert "fits, but another table names the place more closely · €23.50" in told
    wrong = merch.get("/management/charges", weight="much", currency="EUR")
    assert wrong.status_code == 422 and "write kilograms such as 2 or 0.5." in text_of(wrong.text)


def test_a_mode_is_made_and_offered_once_it_has_a_rate(merch: Person) -> None:
    terms = {"code": "bike", "carrier": "BIKE", "service": "Courier", "names.en-US": "Bike courier", "sequence": "9"}
    page = merch.does("/management/charges/new-mode", terms | {"days_least": "0", "days_most": "1"})
    assert "No rates yet" in text_of(page)
    assert merch.post("/management/charges/new-mode", terms).status_code == 422, "the code is taken"
    shopper = Shopper(application())
    shopper.add("TW-CLOTH", "1")
    assert "Bike courier" not in shopper.follow(shopper.send("/checkout/address", ADA))
    form = hidden(merch.get("/management/charges/modes/bike/table").text) | {"currency": "USD", "basis": "amount"}
    merch.does("/management/charges/modes/bike/table", form | {"places": "US-WA", "bands.1.base": "4", "bands.1.below": "50"})
    assert "Bike courier" in shopper.follow(shopper.send("/checkout/address", ADA))
    page = merch.get("/management/charges/modes/bike").text
    assert "From 50.00 USD on this mode is not offered." in text_of(page)
    form = hidden(merch.get("/management/charges/modes/bike/table", key="USD|US-WA|amount").text)
    merch.does("/management/charges/modes/bike/table", form | {"do": "remove"})
    assert "Bike courier" not in shopper.follow(shopper.send("/checkout/address", ADA))


SURCHARGE = {"category": "Handling", "per": "item", "tax_category": "standard", "names.en-US": "Gift wrap", "amount.USD": "2.50"}


def test_a_surcharge_is_made_tried_changed_and_removed(merch: Person) -> None:
    here = "/management/charges/surcharges/wrap"
    merch.does("/management/charges/new-surcharge", SURCHARGE | {"code": "wrap", "entries": "TW-CLOTH"})
    shopper = Shopper(application())
    shopper.add("TW-CLOTH", "3")
    assert "Gift wrap" in shopper.follow(shopper.get("/cart")) and "$7.50" in shopper.text
    tried = text_of(merch.get(here, goods="30", units="3", article="TW-CLOTH", currency="USD").text)
    assert "What does it cost? $7.50" in tried
    assert "Not due on this order." in text_of(merch.get(here, goods="30", article="OTHER").text)
    page = merch.does(here, SURCHARGE | hidden(merch.get(here).text) | {"amount.USD": "3", "entries": "TW-CLOTH"})
    assert "$9.00" in shopper.follow(shopper.get("/cart"))
    page = merch.does(here, hidden(page) | {"do": "undo"})
    assert "$7.50" in shopper.follow(shopper.get("/cart"))
    merch.does(here, hidden(page) | {"do": "remove"})
    assert "Gift wrap" not in shopper.follow(shopper.get("/cart"))
    assert "Gift wrap" in text_of(merch.get("/management/history", kind="surcharge", subject="wrap").text)
    assert merch.get(here).status_code == 404


WRONG = [
    ({"code": "Wrap"}, "Write a code of small letters"),
    ({"code": "pallet"}, "The code pallet is taken."),
    ({"amount.USD": ""}, "at least one currency"),
    ({"percent.USD": "101"}, "between 0 and 100"),
    ({"least.USD": "50", "below.USD": "40"}, "ends above where it begins"),
    ({"names.en-US": ""}, "Write what buyers read."),
    ({"tax_category": "No such"}, "Write a tax category"),
    ({"per": "gram"}, "Choose what it is charged for."),
]


@pytest.mark.parametrize(("change", "words"), WRONG)
def test_a_surcharge_nobody_could_reckon_is_refused(merch: Person, change: dict[str, str], words: str) -> None:
    answer = merch.post("/management/charges/new-surcharge", SURCHARGE | {"code": "wrap"} | change)
    assert answer.status_code == 422 and words in text_of(answer.text)


def rate_form(merch: Person, subject: str) -> dict[str, str]:
    """The form of a tax rate as it stands."""
    page = merch.get(TAXES, edit=subject).text
    card = page[page.index('id="edit"') :]
    names = "rate|revision|name|category|country|region|percent"
    return {name: re.findall(rf'name="{name}"[^>]* value="([^"]*)"', card)[0] for name in names.split("|")}


def test_a_tax_rate_is_made_changed_undone_and_removed(merch: Person) -> None:
    rate = {"name": "Sales tax", "category": "standard", "country": "us", "region": "or", "percent": "1.5"}
    page = merch.does(TAXES, rate)
    assert "United States: OR standard Sales tax 1.5%" in text_of(page)
    again = merch.post(TAXES, rate)
    assert again.status_code == 422 and "has a rate for this place" in text_of(again.text)
    named = "US-OR standard Sales tax"
    assert "Take the last change back" not in text_of(merch.get(TAXES, edit=named).text)
    merch.does(TAXES, rate_form(merch, named) | {"percent": "2", "category": "reduced", "reason": "by law"})
    named = "US-OR reduced Sales tax"
    assert "Take the last change back" in text_of(merch.get(TAXES, edit=named).text)
    stale = rate_form(merch, named)
    page = merch.does(TAXES, stale | {"do": "undo"})
    assert "The last change is taken back" in text_of(page) and "OR standard Sales tax 1.5%" in text_of(page)
    assert merch.post(TAXES, stale | {"do": "undo"}).status_code == 404
    page = merch.does(TAXES, rate_form(merch, "US-OR standard Sales tax") | {"do": "remove"})
    assert "United States: OR" not in text_of(page).split("How tax is reckoned")[0]
    told = text_of(merch.get("/management/history", kind="tax").text)
    assert "1.5 → 2" in told and "standard → reduced" in told and "by law" in told
    assert merch.post(TAXES, rate | {"percent": "a lot"}).status_code == 422


def test_the_tax_home_is_said_told_and_taken_back(merch: Person) -> None:
    page = merch.get(TAXES).text
    revision = re.findall(r'name="revision" value="([^"]*)"', page[page.index('id="home"') :])[0]
    page = merch.does(f"{TAXES}/home", {"home_country": "de", "home_reason": "we sit there", "revision": revision})
    assert "there is nothing to take out of them abroad" in text_of(page), "the demo's prices are without tax"
    revision = re.findall(r'name="revision" value="([^"]+)"', page[page.index('id="home"') :])[0]
    page = merch.does(f"{TAXES}/home", {"home_country": "AT", "keep_gross": "yes", "revision": revision})
    revision = re.findall(r'name="revision" value="([^"]+)"', page[page.index('id="home"') :])[0]
    page = merch.does(f"{TAXES}/home", {"do": "undo", "revision": revision})
    assert 'name="home_country" type="text" value="DE"' in page
    wrong = merch.post(f"{TAXES}/home", {"home_country": "Germany", "revision": revision})
    assert wrong.status_code == 422 and "Write the country with two letters" in text_of(wrong.text)
    told = text_of(merch.get("/management/history", kind="tax_home").text)
    assert "we sit there" in told and "DE → AT" in told
    assert Person("agent").post(f"{TAXES}/home", {"home_country": "FR"}).status_code == 403


def test_a_total_is_rounded_to_the_coin_that_was_said(merch: Person) -> None:
    coin = {"currency": "USD", "smallest_coin": "0,20", "countries": "us", "coin_reason": "small coins are gone"}
    page = merch.does(f"{TAXES}/coins", coin)
    assert "USD $0.20 United States" in text_of(page)
    assert merch.post(f"{TAXES}/coins", coin).status_code == 422
    for wrong, words in ({"smallest_coin": "0.01"}, "more than the currency"), ({"countries": "USA"}, "Write each country"):
        refused = merch.post(f"{TAXES}/coins", coin | {"currency": "EUR"} | wrong)
        assert refused.status_code == 422 and words in text_of(refused.text)
    shopper = Shopper(application())
    shopper.add("TW-CLOTH", "1")
    shopper.follow(shopper.send("/checkout/address", ADA))
    shopper.follow(shopper.send("/checkout/shipping", mode="standard"))
    told = text_of(shopper.get("/checkout/payment").text)
    found = re.search(r"Total \$([\d.]+) Rounded to the smallest coin (-?)\$([\d.]+) To pay \$([\d.]+)", told)
    assert found, told
    total, sign, off, paid = found.groups()
    cents = [round(float(one) * 100) for one in (total, off, paid)]
    assert cents[0] + (-cents[1] if sign else cents[1]) == cents[2] and cents[2] % 20 == 0 and cents[1] <= 10
    revision = re.findall(r'name="revision" value="([^"]+)"', merch.get(TAXES, coin="USD").text.split('id="coins"')[1])[0]
    page = merch.does(f"{TAXES}/coins", {"currency": "USD", "revision": revision, "do": "remove"})
    assert "USD $0.20" not in text_of(page) and "EUR €0.05 Finland, Netherlands" in text_of(page)


def test_german_refusals_and_who_may(merch: Person) -> None:
    german = Person("merch", locale="de-DE")
    page = german.get(f"{MODE}/table", key=US).text
    answer = german.post(f"{MODE}/table", hidden(page) | {"currency": "USD", "basis": "weight", "bands.1.base": "x"})
    assert "Zeile 1: Schreiben Sie einen Betrag" in text_of(answer.text)
    agent = Person("agent")
    agent.get("/call-center")
    assert agent.get("/management/charges").status_code == 403
    assert agent.post(f"{MODE}/table", {}).status_code == 403
