"""Finding things in the shop: home, categories, search, pictures; and what happens at wrong addresses."""

from __future__ import annotations

import pytest
from litestar import Litestar

from tests.web.shopper import Shopper
from tests.web.test_design import Document

PAGES = (
    "/",
    "/categories/NOTEBOOKS",
    "/categories/CABLES",
    "/search?q=notebook",
    "/search",
    "/products/TW-NB14",
    "/products/TW-NB14?a.color=pine",
    "/products/TW-HOME-OFFICE",
    "/products/TW-NOTEBOOK-CTO",
    "/cart",
    "/login",
    "/register",
    "/orders",
)


@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_stands_without_scripts_and_inline_styles(shop_app: Litestar, path: str, locale: str) -> None:
    shopper = Shopper(shop_app, locale)
    answer = shopper.get(path)
    document = Document()
    document.feed(answer.text)
    assert answer.status_code == 200
    assert f'lang="{locale}"' in answer.text
    assert document.faults == []
    assert len(document.ids) == len(set(document.ids))


def test_home_shows_the_categories_in_their_sequence(guest: Shopper) -> None:
    guest.get("/")
    wanted = ["Build it yourself", "Notebooks", "Desktops", "For the home office", "Displays", "Parts", "Services"]
    places = [guest.text.index(name) for name in wanted]
    assert places == sorted(places)


def test_home_has_something_made_to_order_and_tells_the_promotions_in_words(guest: Shopper) -> None:
    guest.get("/")
    assert "Tannwerk notebook, built to order" in guest.text
    assert "/products/TW-NOTEBOOK-CTO/configure" in guest.page
    assert "For every two notebooks in your order we add a notebook case for free." in guest.text
    assert "WELCOME10" in guest.text


def test_promotions_of_a_group_are_shown_to_its_members_alone(guest: Shopper) -> None:
    guest.get("/")
    assert "Gold members" not in guest.text
    guest.follow(guest.log_in("mara"))
    guest.get("/")
    assert "Gold members" in guest.text


def test_what_needs_a_code_of_ones_own_is_not_promised_to_everybody(guest: Shopper) -> None:
    guest.get("/")
    assert "The cable drawer" in guest.text and "DRAWER" in guest.text
    assert "Welcome letter" not in guest.text and "Thank you: 15 off" not in guest.text


def test_category_tells_the_way_the_subcategories_and_prices(guest: Shopper) -> None:
    guest.get("/categories/NOTEBOOKS")
    assert 'href="/categories/NOTEBOOKS-PRO"' in guest.page
    assert "Tannwerk 14" in guest.text and "from $1,149.00" in guest.text.replace("Now ", "")
    guest.get("/categories/NOTEBOOKS-EVERYDAY")
    assert guest.page.index('href="/categories/NOTEBOOKS"') < guest.page.index('aria-current="page">Everyday notebooks')


def test_category_is_sorted_as_asked_and_ignores_what_it_does_not_know(guest: Shopper) -> None:
    guest.get("/categories/CABLES?sort=name")
    forward = guest.text
    guest.get("/categories/CABLES?sort=-name")
    assert forward.index("Display cable") < forward.index("USB-C cable, 1 m")
    assert guest.text.index("Display cable") > guest.text.index("USB-C cable, 1 m")
    assert guest.get("/categories/CABLES?sort=price;drop&page=-3").status_code == 200


def test_a_page_beyond_the_last_says_so(guest: Shopper) -> None:
    answer = guest.get("/categories/CABLES?page=99")
    assert answer.status_code == 200
    assert "There is no such page" in guest.text


def test_search_finds_by_word_and_by_part_number(guest: Shopper) -> None:
    guest.get("/search?q=trackball")
    assert "Murmel trackball" in guest.text
    guest.get("/search?q=TW-DP34")
    assert "Weitblick 34 Wide" in guest.text


def test_search_without_a_result_helps_on_and_shows_the_words_as_text(guest: Shopper) -> None:
    guest.get("/search?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "Nothing found for" in guest.text
    assert "<script>alert(1)" not in guest.page
    assert 'href="/categories/NOTEBOOKS"' in guest.page


@pytest.mark.parametrize("path", ["/categories/NOPE", "/products/NOPE", "/nowhere", "/stores/nix/", "/stores/nix/cart"])
def test_what_does_not_exist_is_a_page_of_its_own(guest: Shopper, path: str) -> None:
    answer = guest.get(path)
    assert answer.status_code == 404
    assert "This page does not exist" in guest.text


def test_a_wrong_address_is_told_in_the_shoppers_language_inside_the_shop(shop_app: Litestar) -> None:
    shopper = Shopper(shop_app, "de-DE")
    shopper.get("/products/NOPE")
    assert "Einen Artikel NOPE gibt es in diesem Shop nicht." in shopper.text
    assert "Notebooks" in shopper.text


def test_a_store_of_its_own_address_keeps_its_links_inside(shop_app: Litestar) -> None:
    shopper = Shopper(shop_app, base="/stores/tannwerk")
    shopper.get("/categories/NOTEBOOKS")
    assert 'href="/stores/tannwerk/products/TW-NB14"' in shopper.page
    assert 'href="/products/' not in shopper.page
    shopper.follow(shopper.add("TW-DOCK"))
    assert "Dock Ankerplatz" in shopper.text


def test_pictures_are_kept_for_a_year_and_never_looked_up_outside(guest: Shopper) -> None:
    guest.get("/products/TW-NB14-SAND-16")
    address = guest.page.partition('<img src="')[2].partition('"')[0]
    answer = guest.get(address)
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "immutable" in answer.headers["cache-control"]
    assert guest.client.get(address, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    for trick in ("/images/nothing.svg", "/images/..%2f..%2faccounts.yaml", "/images/%2e%2e/Store.csv"):
        assert guest.get(trick).status_code == 404


def test_preferences_change_language_and_currency_and_go_back(guest: Shopper) -> None:
    guest.follow(guest.send("/preferences", locale="de-DE", currency="EUR", return_to="/products/TW-DOCK"))
    assert "In den Warenkorb" in guest.text and "€" in guest.text


@pytest.mark.parametrize("target", ["//elsewhere.example", "https://elsewhere.example/", "/\\elsewhere.example", "javascript:x"])
def test_preferences_lead_nowhere_else(guest: Shopper, target: str) -> None:
    assert guest.send("/preferences", locale="de-DE", return_to=target).headers["location"] == "/"


def test_a_currency_the_store_lacks_is_not_taken(guest: Shopper) -> None:
    guest.follow(guest.send("/preferences", locale="xx", currency="JPY", return_to="/products/TW-DOCK"))
    assert "$179.00" in guest.text


def test_a_filled_cart_is_priced_anew_in_another_currency(guest: Shopper) -> None:
    guest.follow(guest.add("TW-DOCK"))
    guest.follow(guest.send("/preferences", locale="en-US", currency="EUR", return_to="/cart"))
    assert "€" in guest.text and "$" not in guest.text
