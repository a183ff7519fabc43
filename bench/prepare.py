"""The store that is measured: the demo, a category of exactly 24 entries, 20 active promotions, stock enough."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from entrepot import demo
from entrepot.app import build
from entrepot.commerce import catalog, promotions
from entrepot.dataload.fill import fill
from entrepot.serving import configure_logs
from entrepot.settings import read_settings

PROMOTIONS = 20


def prepare_data(data: Path) -> list[str]:
    """Load the store into ``data``; tells the part numbers of its orderable items."""
    configure_logs()
    suite = build(read_settings(data=data))
    demo.load(suite)
    at = datetime.now(UTC)
    with suite.house.commerce.database.read() as conn:
        store = catalog.find_store(conn, demo.STORE)
        facts = catalog.entries_by_ids(conn, catalog.View(store, "en-US", at), catalog.entry_ids(conn, store))
        known = len(promotions.find_promotions(conn, store.id, status="active"))
    items = sorted(one.part_number for one in facts.values() if one.type is catalog.EntryType.ITEM and one.displayable)
    files = data / "load"
    files.mkdir()
    rows = "\n".join(f"{number},SHOP-BENCH,{place}" for place, number in enumerate(items[:24]))
    (files / "1.csv").write_text(
        "CatalogGroup\nGroupIdentifier,CatalogIdentifier,TopGroup,LanguageId,Name,Published\nSHOP-BENCH,TannwerkShop,1,-1,Measured,1\n"
    )
    (files / "2.csv").write_text(
        "CatalogEntryParentCatalogGroupRelationship\nPartNumber,ParentGroupIdentifier,Sequence,CatalogIdentifier\n"
        + "\n".join(f"{line},TannwerkShop" for line in rows.splitlines())
        + "\n"
    )
    stock = "\n".join(f"{number},FREUDENSTADT,900000" for number in ("TW-CB-USBC-1", "TW-CB-USBC-2", "TW-CB-DP-2"))
    (files / "3.csv").write_text(f"CatalogEntryInventory\nPartNumber,FulfillmentCenterName,Quantity\n{stock}\n")
    report = fill(files, suite.databases, demo.STORE)
    assert not report.problems, report.problems
    more = [_promotion(number) for number in range(PROMOTIONS - known)]
    with suite.house.commerce.database.write() as conn:
        promotions.put_promotions(conn, store.id, more)
    suite.settle()
    suite.stop()
    return items


def _promotion(number: int) -> dict[str, object]:
    """One more promotion that every basket is compared with; the cables that are bought here reach the amounts of few."""
    return {
        "identifier": f"bench-{number}",
        "level": "order",
        "exclusivity": 4,
        "conditions": [{"type": "minimum_spend", "amount": {"USD": f"{100 + 50 * number}.00"}}],
        "rewards": [{"type": "percent_off", "percent": "1"}],
        "texts": {"en-US": [f"One percent {number}", ""]},
    }


def active_promotions(data: Path) -> list[str]:
    """The active promotions of the measured store, those that were made for measuring first."""
    suite = build(read_settings(data=data))
    with suite.house.commerce.database.read() as conn:
        found = promotions.find_promotions(conn, catalog.find_store(conn, demo.STORE).id, status="active")
    suite.stop()
    return sorted((one.identifier for one in found), key=lambda name: (not name.startswith("bench-"), name))


def activate_only(data: Path, names: list[str]) -> None:
    """Leave these promotions active and no others; a running server sees it within a second."""
    suite = build(read_settings(data=data))
    with suite.house.commerce.database.write() as conn:
        store = catalog.find_store(conn, demo.STORE).id
        stored = promotions.stored_promotions(conn, store)
        rows = [row | {"status": "active" if name in names else "inactive"} for name, row in stored.items()]
        promotions.put_promotions(conn, store, rows)
    suite.stop()
