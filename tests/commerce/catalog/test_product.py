"""Articles of the demo store: product pages, facts in two statements, kits, stores that are not there."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce import catalog
from entrepot.kernel.db import Database

from .conftest import NOW


def test_a_product_page_offers_the_items_that_exist(conn: Connection, view: catalog.View) -> None:
    page = catalog.product_view(conn, view, "TW-NB14")
    assert [(a.name, [v.text for v in a.values]) for a in page.defining] == [
        ("Color", ["Graphite", "Sand", "Pine"]),
        ("Memory", ["16 GB", "32 GB"]),
    ]
    assert [item.part_number for item in page.items][:2] == ["TW-NB14-GRAPHITE-16", "TW-NB14-GRAPHITE-32"]
    assert catalog.resolve_sku(page.resolution, {"Color": "Sand", "memory": "32gb"}).part_number == "TW-NB14-SAND-32"
    with pytest.raises(catalog.IncorrectAttribute):
        catalog.resolve_sku(page.resolution, {"color": "pine", "memory": "32gb"})
    assert next(a.entry.part_number for a in page.associations if a.type == "ACCESSORY") == "TW-CASE-14"
    assert {a.identifier for a in page.descriptive} == {"screen", "processor", "cores", "warranty"}


def test_an_item_shows_its_product_with_the_item_selected(conn: Connection, view: catalog.View) -> None:
    page = catalog.product_view(conn, msgspec.structs.replace(view, language="de-DE"), "TW-NB14-PINE-16")
    assert (page.facts.part_number, page.selected and page.selected.part_number) == ("TW-NB14", "TW-NB14-PINE-16")
    assert page.selected and page.selected.name == "Tannwerk 14, Tanne, 16 GB"


def test_bundle_kit_and_configurable_pages(conn: Connection, view: catalog.View) -> None:
    bundle = catalog.product_view(conn, view, "TW-HOME-OFFICE")
    assert {line.facts.part_number: line.facts.type.value for line in bundle.components}["TW-KB"] == "product"
    kit = catalog.product_view(conn, view, "TW-CABLE-KIT")
    assert [(line.facts.part_number, line.quantity) for line in kit.components][-1] == ("TW-CB-NET", "5")
    dynamic = catalog.product_view(conn, view, "TW-NOTEBOOK-CTO")
    assert dynamic.configurable is not None
    assert dynamic.configurable.model == "notebook-cto"
    assert len(dynamic.components) == 12


def test_unknown_and_hidden_articles_read_the_same(conn: Connection, view: catalog.View) -> None:
    with pytest.raises(catalog.CatalogEntryNotFound):
        catalog.product_view(conn, view, "NO-SUCH")
    with pytest.raises(catalog.CatalogEntryNotFound):
        catalog.product_view(conn, view, "tw-nb14")


def test_facts_carry_what_pricing_and_capture_need(conn: Connection, view: catalog.View) -> None:
    facts = catalog.entries_by_part_numbers(conn, view, ["TW-NB14-SAND-16", " TW-CB-NET ", "TW-SV-SETUP", "NO-SUCH"])
    assert set(facts) == {"TW-NB14-SAND-16", "TW-CB-NET", "TW-SV-SETUP"}
    notebook, cable, service = facts["TW-NB14-SAND-16"], facts["TW-CB-NET"], facts["TW-SV-SETUP"]
    assert notebook.group_identifiers == ("NOTEBOOKS", "NOTEBOOKS-EVERYDAY")
    assert notebook.product_part_number == "TW-NB14"
    assert notebook.weight_grams == Decimal(1200)
    assert (cable.step.multiple, cable.step.unit) == (Decimal("0.5"), "MTR")
    assert (service.policy.track_inventory, service.tax_category) == ("N", "service")
    assert catalog.entries_by_ids(conn, view, [cable.id])[cable.id] == cable


@pytest.mark.parametrize(
    ("part_number", "code"), [("TW-NB14", "NOT_ORDERABLE_TYPE"), ("TW-HOME-OFFICE", "NOT_ORDERABLE_TYPE"), ("TW-CUBE", None)]
)
def test_only_atomic_entries_are_orderable(conn: Connection, view: catalog.View, part_number: str, code: str | None) -> None:
    facts = catalog.entries_by_part_numbers(conn, view, [part_number])[part_number]
    if code is None:
        assert facts.require_orderable() is facts
    else:
        with pytest.raises(catalog.NotOrderableType) as refused:
            facts.require_orderable()
        assert refused.value.code == code


def test_a_hundred_part_numbers_cost_two_statements_and_then_none(tannwerk: Database) -> None:
    statements: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    with tannwerk.read() as conn:
        view = catalog.View(catalog.find_store(conn, "tannwerk"), "en-US", NOW)
        names = [card.part_number for card in catalog.search(conn, view, "tannwerk", catalog.Paging(1, 100)).entries]
        sa.event.listen(tannwerk.engine, "before_cursor_execute", note)
        assert len(catalog.entries_by_part_numbers(conn, view, names)) == len(names) > 5
        assert len([one for one in statements if "catalog_version" not in one]) == 2
        statements.clear()
        catalog.entries_by_part_numbers(conn, view, names)
        assert statements == []
        catalog.category_page(conn, view, catalog.find_catalog(conn, view.store), "NOTEBOOKS")
        assert len(statements) <= 5


def test_kits_are_exploded_in_steps_of_their_components(conn: Connection, view: catalog.View) -> None:
    facts = catalog.entries_by_part_numbers(conn, view, ["TW-CABLE-KIT", "TW-READY-SET", "TW-HOME-OFFICE", "TW-CUBE"])
    exploded = catalog.components_of(conn, [entry.id for entry in facts.values()])
    cables = {leaf.part_number: leaf.quantity for leaf in exploded[facts["TW-CABLE-KIT"].id]}
    assert cables == {"TW-CB-USBC-1": 2, "TW-CB-DP-2": 1, "TW-HUB-7": 1, "TW-CB-NET": 10}
    assert facts["TW-HOME-OFFICE"].id not in exploded
    assert facts["TW-CUBE"].id not in exploded


def test_a_store_must_be_named_known_and_open(conn: Connection, view: catalog.View) -> None:
    with pytest.raises(catalog.StoreRequired):
        catalog.find_store(conn, "")
    with pytest.raises(catalog.StoreNotFound):
        catalog.find_store(conn, "elsewhere")
    with pytest.raises(catalog.StoreNotOpen):
        replace(view.store, status=catalog.StoreStatus.CLOSED).require_open()
    with pytest.raises(catalog.CatalogNotInStore):
        catalog.find_catalog(conn, view.store, "AuroraSalesCatalog")
