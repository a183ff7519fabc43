"""Runs: modes, dry run, retry, stopping, rejects, and loading the same twice."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from entrepot import dataload
from entrepot.commerce import capture, catalog, members
from entrepot.dataload import PriceRow
from entrepot.kernel.db import Database
from entrepot.kernel.sheet import Outcome

from .conftest import BASE, NOW, Load

SHARED = [folder / "shared" / "data" / "aurora" for folder in Path(__file__).parents[3:]]
AURORA = next((path for path in SHARED if path.is_dir()), SHARED[0])
DEMO = Path(__file__).parents[2] / "demo"
ELSEWHERE = frozenset(word for word, kind in dataload.KINDS.items() if kind.system != "commerce")


def test_loading_the_same_twice_changes_nothing(load: Load) -> None:
    first, second = load(BASE), load(BASE)
    assert (first.status, second.status) == (0, 0)
    assert first.changes == 9
    assert second.changes == 0
    assert sum(item.outcomes[Outcome.UNCHANGED] for item in second.items) == 9


def test_a_dry_run_counts_like_the_real_one_and_leaves_nothing(load: Load, commerce: Database) -> None:
    dry, real = load(BASE, dry_run=True), load(BASE)
    assert [item.outcomes for item in dry.items] == [item.outcomes for item in real.items]
    assert dry.changes == 9
    again = load(BASE, dry_run=True)
    assert again.changes == 0


def test_a_dry_run_creates_no_store(load: Load, commerce: Database) -> None:
    load(BASE, dry_run=True)
    with commerce.read() as conn, pytest.raises(catalog.StoreNotFound):
        catalog.find_store(conn, "shop")


def test_children_may_stand_before_their_parents(load: Load) -> None:
    turned = {name: "\n".join([*content.splitlines()[:2], *reversed(content.splitlines()[2:])]) for name, content in BASE.items()}
    report = load(turned)
    assert report.problems == []
    assert report.changes == 9


def test_absent_columns_keep_and_empty_cells_reset(base: Load, commerce: Database) -> None:
    base({"e.csv": "CatalogEntry\nPartNumber,Manufacturer,Buyable,ShortDescription\nKIT,Maker,0,Short\n"})
    base({"e.csv": "CatalogEntry\nPartNumber,Name\nKIT,New name\n"})
    assert _entry(commerce, "KIT")["manufacturer"] == "Maker"
    report = base({"e.csv": "CatalogEntry\nPartNumber,Manufacturer,Buyable\nKIT,,\n"})
    assert report.items[0].outcomes == {Outcome.UPDATED: 1}
    assert (_entry(commerce, "KIT")["manufacturer"], _entry(commerce, "KIT")["buyable"]) == (None, True)


def _entry(commerce: Database, part_number: str) -> dict[str, object]:
    with commerce.read() as conn:
        owner = catalog.find_store(conn, "shop").owner_id
        return dict(catalog.ENTRIES.find(conn, [(owner, part_number)])[owner, part_number])


def test_insert_mode_refuses_what_exists_and_delete_mode_marks(base: Load, commerce: Database) -> None:
    rows = "CatalogEntry\nPartNumber,Type,ParentGroupIdentifier,Name\nKIT,Package,SUB,Kit\nNEW,Item,SUB,New\n"
    report = base({"e.csv": rows}, mode=dataload.Mode.INSERT)
    assert [(p.code, p.key) for p in report.problems] == [("DUPLICATE_KEY", "KIT")]
    report = base({"e.csv": "CatalogEntry\nPartNumber\nNEW\nNEVER\n"}, mode=dataload.Mode.DELETE)
    assert [(p.code, p.key) for p in report.problems] == [("NOT_FOUND", "NEVER")]
    assert _entry(commerce, "NEW")["marked_for_delete"] is True
    base({"e.csv": rows.replace("KIT,Package,SUB,Kit\n", "")})
    assert _entry(commerce, "NEW")["marked_for_delete"] is False


def test_one_error_too_many_stops_and_says_where_to_go_on(base: Load) -> None:
    rows = "".join(f"N{n},{'Item' if n % 2 else 'Gadget'},SUB\n" for n in range(20))
    text = "CatalogEntry\nPartNumber,Type,ParentGroupIdentifier\n" + rows
    order = "commitCount: 5\nloadItems:\n  - {name: CatalogEntry, location: e.csv}\n"
    report = base({"e.csv": text, "load.yaml": order}, max_error=4)
    assert (report.status, report.stopped, report.items[0].restart_line) == (2, True, 8)
    assert report.items[0].outcomes == {Outcome.INSERTED: 2}
    assert base({"e.csv": text, "load.yaml": order}, max_error=-1).items[0].rejected == 10


def test_rejects_can_be_corrected_and_loaded_again(base: Load, tmp_path: Path) -> None:
    report = base({"e.csv": "CatalogEntry\nPartNumber,Type,ParentGroupIdentifier\nN1,Gadget,SUB\nN2,Item,SUB\n"})
    (path,) = report.write_rejects(tmp_path / "rejects")
    rows = list(csv.reader(path.open(encoding="utf-8")))
    assert rows[1:] == [
        ["PartNumber", "Type", "ParentGroupIdentifier", "ErrorCode", "ErrorMessage"],
        ["N1", "Gadget", "SUB", "BAD_VALUE", rows[2][4]],
    ]
    again = base({"e.csv": path.read_text("utf-8").replace("Gadget", "Item")})
    assert (again.status, again.changes) == (0, 1)


def test_both_header_forms_byte_order_mark_and_xml(base: Load) -> None:
    report = base(
        {
            "CatalogEntry.one-line.csv": "PartNumber,Type,ParentGroupIdentifier\r\nN1,Item,SUB\r\n\r\n",
            "two.csv": b"\xef\xbb\xbfCatalogEntry,,\nPartNumber,Type,ParentGroupIdentifier\nN2,Item,SUB\n",
            "three.xml": "<all><CatalogEntry a='b'><PartNumber>N3</PartNumber><Type>Item</Type>"
            "<ParentGroupIdentifier>SUB</ParentGroupIdentifier></CatalogEntry></all>",
        }
    )
    assert report.problems == []
    assert report.changes == 3


def test_prices_in_rows_of_entries_are_handed_on(base: Load) -> None:
    found: list[PriceRow] = []
    text = "CatalogEntry\nPartNumber,ListPrice,Price,CurrencyCode,ListPrice2,CurrencyCode2\nKIT,1149.00,0.0125,USD,999,EUR\n"
    base({"e.csv": text}, prices=lambda conn, rows: found.extend(rows))
    entry_id = found[0].entry_id
    assert [replace(row, entry_id=0) for row in found] == [
        PriceRow(0, None, "USD", 114_900_000),
        PriceRow(0, "Standard", "USD", 1250),
        PriceRow(0, None, "EUR", 99_900_000),
    ]
    assert entry_id > 0


def test_people_are_loaded_without_passwords(base: Load, commerce: Database) -> None:
    files = {
        "Organization.csv": "Organization\norgEntityName,parentDN,status\nUnit,Group,active\nGroup,,active\n",
        "Person.csv": "Person\nlogonId,firstName,parentOrganization,city\nMara,Mara,Unit,Seattle\n",
        "MemberGroup.csv": "MemberGroup\nmemberGroupName\ngold\n",
        "MemberGroupMember.csv": "MemberGroupMember\nmemberGroupName,logonId\ngold,mara\n",
    }
    assert base(files).problems == []
    assert base(files).changes == 0
    with commerce.read() as conn:
        buyer = capture.buyer_at(conn, "mara", NOW)
        assert (buyer.groups, len(buyer.organization_ids)) == ({"gold"}, 2)
        with pytest.raises(members.LogonRefused):
            members.authenticate(conn, "mara", "anything at all", NOW)


@pytest.mark.parametrize(
    "order", ["- just a list", "loadItems: [{location: ../x.csv}]", "loadItems: [{name: x}]", "loadItems: []\nsurprise: 1", "{"]
)
def test_a_malformed_load_order_is_refused(base: Load, order: str) -> None:
    with pytest.raises(dataload.LoadOrderMalformed):
        base({"load.yaml": order})


def test_the_demo_store_loads_whole_and_a_second_time_unchanged(commerce: Database) -> None:
    options = dataload.Options(at=NOW, skip=ELSEWHERE)
    first = dataload.load(DEMO, {"commerce": commerce}, "tannwerk", options)
    second = dataload.load(DEMO, {"commerce": commerce}, "tannwerk", options)
    assert (first.problems, second.problems) == ([], [])
    assert first.changes > 1000
    assert second.changes == 0


def test_the_catalog_of_a_real_store_loads_whole(commerce: Database) -> None:
    if not AURORA.is_dir():
        pytest.skip(f"no sample catalog beside the project ({AURORA.parent.name}/{AURORA.name})")
    options = dataload.Options(at=NOW, skip=frozenset({"OfferPrice"}))
    first = dataload.load(AURORA, {"commerce": commerce}, "aurora", options)
    assert first.problems == []
    assert dataload.load(AURORA, {"commerce": commerce}, "aurora", options).changes == 0
    with commerce.read() as conn:
        store = catalog.find_store(conn, "aurora")
        view = catalog.View(store, "en-US", NOW)
        shop = catalog.find_catalog(conn, store)
        assert (store.default_currency, shop.identifier) == ("USD", "AuroraSalesCatalog")
        tops = [group.identifier for group in catalog.top_categories(conn, view, shop)]
        assert tops == ["Apparel", "Electronics", "Grocery", "Health", "Home Furnishings", "NewslettersAndMagazines"]
        dresses = catalog.category_page(conn, view, shop, "Dresses", catalog.Paging(1, 100))
        assert [link.identifier for link in dresses.breadcrumb] == ["Apparel", "Women", "Dresses"]
        dress = catalog.product_view(conn, view, "AuroraWMDRS-1")
        assert catalog.resolve_sku(dress.resolution, {"Color": "Red", "swatchSize": "XS"}).part_number == "AuroraWMDRS-001"
