"""What a shopper of the demo store browses: sequences of master and sales catalog, languages, hiding, search."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from entrepot.commerce import catalog
from entrepot.kernel.db import Database

from .conftest import NOW


def test_master_and_sales_catalog_each_keep_their_own_order(conn: Connection, view: catalog.View) -> None:
    master = catalog.find_catalog(conn, view.store, "TannwerkMaster")
    shop = catalog.find_catalog(conn, view.store)
    assert shop.identifier == "TannwerkShop"
    tops = [group.identifier for group in catalog.top_categories(conn, view, master)]
    assert tops[:3] == ["NOTEBOOKS", "DESKTOPS", "DISPLAYS"]
    assert [group.identifier for group in catalog.top_categories(conn, view, shop)][:2] == ["SHOP-BUILD", "NOTEBOOKS"]
    everyday = {c.identifier: catalog.category_page(conn, view, c, "NOTEBOOKS-EVERYDAY").listing.entries for c in (master, shop)}
    assert [entry.part_number for entry in everyday["TannwerkMaster"]] == ["TW-NB13", "TW-NB14"]
    assert [entry.part_number for entry in everyday["TannwerkShop"]] == ["TW-NB14", "TW-NB13"]


def test_a_category_knows_where_it_is_and_what_is_below(conn: Connection, view: catalog.View) -> None:
    master = catalog.find_catalog(conn, view.store, "TannwerkMaster")
    page = catalog.category_page(conn, replace(view, language="de-DE"), master, "DRIVES-SSD")
    assert [link.name for link in page.breadcrumb] == ["Komponenten", "Laufwerke", "SSDs"]
    above = catalog.category_page(conn, view, master, "PARTS-DRIVES")
    assert [child.identifier for child in above.children] == ["DRIVES-SSD", "DRIVES-HDD"]
    assert page.listing.entries[0].name == "SSD Saale, 512 GB"


def test_pages_neither_repeat_nor_skip(conn: Connection, view: catalog.View) -> None:
    master = catalog.find_catalog(conn, view.store, "TannwerkMaster")
    whole = catalog.category_page(conn, view, master, "DOCKS-POWER").listing
    parts = [catalog.category_page(conn, view, master, "DOCKS-POWER", catalog.Paging(n, 4)).listing for n in (1, 2, 3)]
    assert [e.part_number for part in parts for e in part.entries] == [e.part_number for e in whole.entries]
    assert {part.total for part in parts} == {whole.total} == {6}
    assert parts[0].pages == 2


def test_an_unsupported_language_falls_back_row_by_row(conn: Connection, view: catalog.View) -> None:
    master = catalog.find_catalog(conn, view.store, "TannwerkMaster")
    page = catalog.category_page(conn, replace(view, language="fr-FR"), master, "NOTEBOOKS")
    assert (page.language, page.name) == ("en-US", "Notebooks")


@pytest.mark.parametrize("group", ["NO-SUCH", "SHOP-STUDIO", ""])
def test_what_is_not_in_the_catalog_is_not_found(conn: Connection, view: catalog.View, group: str) -> None:
    master = catalog.find_catalog(conn, view.store, "TannwerkMaster")
    with pytest.raises(catalog.CategoryNotFound):
        catalog.category_page(conn, view, master, group)


def test_a_hidden_ancestor_hides_what_is_below(tannwerk: Database) -> None:
    with tannwerk.write() as conn:
        view = catalog.View(catalog.find_store(conn, "tannwerk"), "en-US", NOW)
        catalog.GROUPS.write(conn, [{"owner_id": view.store.owner_id, "identifier": "PARTS", "marked_for_delete": True}], at=NOW)
        for name in ("TannwerkMaster", "TannwerkShop"):
            with pytest.raises(catalog.CategoryNotFound):
                catalog.category_page(conn, view, catalog.find_catalog(conn, view.store, name), "DRIVES-SSD")


def test_lists_hide_what_the_facts_call_hidden(tannwerk: Database) -> None:
    """The rule in SQL and the rule in Python agree, guard by guard."""
    hidings: list[tuple[str, dict[str, object], catalog.Hidden]] = [
        ("TW-CASE-14", {"marked_for_delete": True}, catalog.Hidden.MARKED_FOR_DELETE),
        ("TW-CASE-16", {"start_at": NOW + timedelta(days=1)}, catalog.Hidden.NOT_YET),
        ("TW-BACKPACK", {"end_at": NOW}, catalog.Hidden.NO_LONGER),
    ]
    with tannwerk.write() as conn:
        view = catalog.View(catalog.find_store(conn, "tannwerk"), "en-US", NOW)
        owner = view.store.owner_id
        catalog.begin_change(conn, owner)
        for part_number, change, _ in hidings:
            catalog.ENTRIES.write(conn, [{"owner_id": owner, "part_number": part_number, **change}], at=NOW)
        facts = catalog.entries_by_part_numbers(
            conn, view, ["TW-BRIEFCASE", "TW-SLEEVE", "TW-CASE-14", "TW-CASE-16", "TW-BACKPACK"]
        )
        texts = {"entry_id": facts["TW-BRIEFCASE"].id, "language": "en-US", "published": False}
        catalog.ENTRY_TEXTS.write(conn, [texts])
        catalog.STORE_ENTRIES.delete(conn, [(view.store.id, facts["TW-SLEEVE"].id)])
        facts = catalog.entries_by_part_numbers(conn, view, facts)
        assert {name: facts[name].hidden for name, _, _ in hidings} == {name: reason for name, _, reason in hidings}
        assert facts["TW-BRIEFCASE"].hidden is catalog.Hidden.NOT_PUBLISHED
        assert facts["TW-SLEEVE"].hidden is catalog.Hidden.NOT_IN_STORE
        master = catalog.find_catalog(conn, view.store, "TannwerkMaster")
        assert catalog.category_page(conn, view, master, "BAGS").listing.entries == ()
        assert catalog.search(conn, view, "briefcase").total == 0


def test_search_ranks_the_exact_part_number_first_and_folds_case(conn: Connection, view: catalog.View) -> None:
    assert catalog.search(conn, view, "tw-nb14-sand-16").entries[0].part_number == "TW-NB14-SAND-16"
    german = replace(view, language="de-DE")
    assert "TW-SLEEVE" in [entry.part_number for entry in catalog.search(conn, german, "HÜLLE").entries]
    assert catalog.search(conn, view, "  ").total == 0
    assert catalog.search(conn, view, "100%").total == 0
