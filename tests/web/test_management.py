"""A merchandiser looks at what is sold where and for how much, and switches a promotion off and on."""

from __future__ import annotations

import pytest

from entrepot.commerce import catalog, promotions
from tests.web.staff_suite import NOTEBOOK, Person, demo_suite, text_of


@pytest.fixture
def merch() -> Person:
    return Person("merch")


def test_both_catalogs_are_trees_with_their_own_sequence(merch: Person) -> None:
    master = merch.get("/management/catalogs", catalog_name="TannwerkMaster", group="NOTEBOOKS-EVERYDAY").text
    assert "TW-NB13" in master and master.index("TW-NB13") < master.index("TW-NB14")
    sales = merch.get("/management/catalogs", catalog_name="TannwerkShop")
    assert sales.status_code == 200 and "Sales catalog" not in sales.text


def test_an_entry_says_why_it_is_hidden(merch: Person) -> None:
    suite = demo_suite()
    with suite.house.commerce.database.write() as conn:
        store = catalog.find_store(conn, "tannwerk")
        catalog.begin_change(conn, store.owner_id)
        catalog.ENTRIES.write(conn, [{"owner_id": store.owner_id, "part_number": "TW-SECRET", "type": "item"}])
    page = text_of(merch.get("/management/entries/TW-SECRET").text)
    assert "Hidden from shoppers" in page and "The reason: not in this store." in page
    assert "TW-SECRET" in merch.get("/management").text


def test_an_entry_shows_its_texts_in_both_languages_and_all_its_prices(merch: Person) -> None:
    page = text_of(merch.get(f"/management/entries/{NOTEBOOK}").text)
    assert "Tannwerk 14, Sand, 16 GB" in page and "Tannwerk 14, sand, 16 GB" in page
    assert "$1,149.00" in page and "€1,080.00" in page
    assert merch.get("/management/entries/NO-SUCH").status_code == 404


def test_prices_are_listed_and_narrowed(merch: Person) -> None:
    assert "TW-CASE-14" in merch.get("/management/prices", q="TW-CASE-14").text
    trade = text_of(merch.get("/management/prices", price_list="Trade", q="Tannwerk 14").text)
    assert "$1,034.10" in trade and "$1,149.00" not in trade


def test_rules_and_contracts_read_as_sentences(merch: Person) -> None:
    page = text_of(merch.get("/management/rules").text)
    assert "take the lowest price of the rules Trade price, Items" in page
    assert "lower it by 8 %" in page and "Nordhof Offices" in page


@pytest.mark.parametrize(
    ("buyer", "quantity", "price", "told"),
    [
        ("", "1", "$1,149.00", "a guest"),
        ("office-north", "1", "$1,068.57", "Okka Harms"),
        ("office-north", "5", "$1,034.10", "Okka"),
    ],
)
def test_a_price_check_tells_price_and_reason(merch: Person, buyer: str, quantity: str, price: str, told: str) -> None:
    asked = {"item": NOTEBOOK, "buyer": buyer, "quantity": quantity, "currency": "USD"}
    page = text_of(merch.get("/management/price-check", **asked).text)
    assert price in page and told in page and "lowest of" in page


def test_a_price_check_of_nonsense_keeps_what_was_entered(merch: Person) -> None:
    answer = merch.get("/management/price-check", item=NOTEBOOK, quantity="-2", buyer="mara")
    assert answer.status_code == 422 and 'value="-2"' in answer.text and 'value="mara"' in answer.text
    assert merch.get("/management/price-check", item="NO-SUCH").status_code == 404


def test_a_promotion_is_switched_off_and_on(merch: Person) -> None:
    here = "/management/promotions/autumn-1000"
    merch.get(here)
    for status in ("inactive", "active"):
        page = merch.does(f"{here}/status", {"status": status, "reason": f"{status} for a test"})
        assert "The promotion's status is changed." in text_of(page)
        assert f"“{status} for a test”" in text_of(page)
        with demo_suite().house.commerce.database.read() as conn:
            store = catalog.find_store(conn, "tannwerk")
            active = {one.identifier for one in promotions.find_promotions(conn, store.id, status="active")}
        assert ("autumn-1000" in active) == (status == "active")
    assert merch.post(f"{here}/status", {"status": "perhaps"}).status_code == 404


def test_the_load_page_says_how(merch: Person) -> None:
    assert "entrepot load" in merch.get("/management/load").text


def test_codes_are_issued_imported_and_handed_out(merch: Person) -> None:
    here = "/management/promotions/welcome-letter/codes"
    assert "No codes yet" in text_of(merch.get(here).text)
    page = text_of(merch.does(f"{here}/generate", {"count": "25", "prefix": "tw-", "batch": "=spring"}))
    assert "The codes are issued." in page and "=spring" in page and "of 25" in page
    page = text_of(merch.does(f"{here}/import", {"codes": "printed-1\nprinted-2, printed-3", "list_name": "cards"}))
    assert "in 2 batches" in page and "28" in page
    file = merch.get(f"{here}/file", batch="=spring")
    lines = file.text.strip().splitlines()
    assert file.headers["content-type"].startswith("text/csv")
    assert len(lines) == 26 and lines[0] == "Code,Batch,Order" and all(',"\'=spring",' in line for line in lines[1:])
    told = text_of(merch.get("/management/history", kind="codes", subject="welcome-letter").text)
    assert "Codes issued" in told and "Count 25" in told and "Codes imported" in told and "cards" in told
    again = merch.post(f"{here}/import", {"codes": "printed-3\nprinted-4"})
    assert again.status_code == 422 and "printed-4" in again.text and "Nothing was imported" in text_of(again.text)


@pytest.mark.parametrize(("field", "value"), [("count", "0"), ("count", "many"), ("count", "100001"), ("prefix", "a b")])
def test_codes_are_not_issued_by_mistake(merch: Person, field: str, value: str) -> None:
    here = "/management/promotions/welcome-letter/codes"
    merch.get(here)
    answer = merch.post(f"{here}/generate", {"count": "5", "prefix": "", "batch": ""} | {field: value})
    assert answer.status_code == 422 and f'value="{value}"' in answer.text and 'aria-invalid="true"' in answer.text


def test_a_promotion_without_codes_of_its_own_says_so(merch: Person) -> None:
    assert "has no codes of its own" in text_of(merch.get("/management/promotions/autumn-1000/codes").text)
    assert merch.get("/management/promotions/nothing/codes").status_code == 404
