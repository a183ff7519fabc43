"""Tree rules, on both databases, also when two editors race to close a loop."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from entrepot.commerce import catalog, members
from entrepot.kernel.db import Database
from entrepot.kernel.errors import Refused

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def trees(commerce: Database) -> tuple[Database, dict[str, catalog.Catalog], dict[str, int]]:
    """A master and a sales catalog, and the groups A to D not placed anywhere."""
    with commerce.write() as conn:
        owner = members.ensure_organization(conn, "Owner").id
        store = catalog.create_store(conn, "shop", owner_id=owner, languages=("en-US",), currencies=("USD",))
        catalog.CATALOGS.write(
            conn, [{"owner_id": owner, "identifier": n, "is_master": n == "master"} for n in ("master", "sales")]
        )
        for (_, name), row in catalog.CATALOGS.find(conn, [(owner, "master"), (owner, "sales")]).items():
            catalog.STORE_CATALOGS.write(conn, [{"store_id": store.id, "catalog_id": row["id"], "is_master": name == "master"}])
        catalog.GROUPS.write(conn, [{"owner_id": owner, "identifier": name} for name in "ABCD"], at=NOW)
        groups = {key[1]: row["id"] for key, row in catalog.GROUPS.find(conn, [(owner, name) for name in "ABCD"]).items()}
        return commerce, {one.identifier: one for one in catalog.catalogs_of(conn, store)}, groups


Trees = tuple[Database, dict[str, catalog.Catalog], dict[str, int]]


def test_a_second_parent_is_refused_in_the_master_and_fine_in_a_sales_catalog(trees: Trees) -> None:
    database, catalogs, ids = trees
    places = [
        catalog.Place(ids["A"], None),
        catalog.Place(ids["B"], None),
        catalog.Place(ids["C"], ids["A"]),
        catalog.Place(ids["C"], ids["B"]),
    ]
    with database.write() as conn:
        answers = catalog.place_groups(conn, catalogs["master"], places)
        assert isinstance(answers[-1], catalog.MasterSingleParent)
        assert answers[-1].child == "C"
        assert not any(isinstance(answer, Refused) for answer in catalog.place_groups(conn, catalogs["sales"], places))
        assert not any(isinstance(answer, Refused) for answer in catalog.place_groups(conn, catalogs["sales"], places))


@pytest.mark.parametrize("name", ["master", "sales"])
def test_a_loop_is_refused_and_named(trees: Trees, name: str) -> None:
    database, catalogs, ids = trees
    with database.write() as conn:
        catalog.place_groups(conn, catalogs[name], [catalog.Place(ids["B"], ids["A"]), catalog.Place(ids["C"], ids["B"])])
    with pytest.raises(catalog.CatalogCycle) as refused, database.write() as conn:
        catalog.place_group(conn, catalogs[name], catalog.Place(ids["A"], ids["C"]))
    assert refused.value.loop == "A → C → B → A"
    with pytest.raises(catalog.CatalogCycle), database.write() as conn:
        catalog.place_group(conn, catalogs[name], catalog.Place(ids["D"], ids["D"]))


def test_two_editors_cannot_close_a_loop_together(trees: Trees) -> None:
    database, catalogs, ids = trees
    meet = threading.Barrier(2)
    refusals: list[str] = []

    def edit(child: str, parent: str) -> None:
        meet.wait()
        try:
            with database.write() as conn:
                catalog.place_group(conn, catalogs["sales"], catalog.Place(ids[child], ids[parent]))
        except Refused as refused:
            refusals.append(refused.code)

    editors = [threading.Thread(target=edit, args=pair) for pair in (("A", "B"), ("B", "A"))]
    for editor in editors:
        editor.start()
    for editor in editors:
        editor.join()
    assert refusals == ["CATALOG_CYCLE"]


def test_every_change_raises_the_version(trees: Trees) -> None:
    database, catalogs, ids = trees
    with database.write() as conn:
        store = catalog.find_store(conn, "shop")
        before = catalog.catalog_version(conn, store)
        catalog.place_group(conn, catalogs["master"], catalog.Place(ids["A"], None))
        assert catalog.catalog_version(conn, store) > before
