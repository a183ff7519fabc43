"""Charges changed by hand, on both databases: one step back, nobody overwritten, every change with its line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from entrepot.commerce import charges
from entrepot.commerce.database import metadata
from entrepot.commerce.history import Author, Looked, changes
from entrepot.kernel.db import Database

Open = Callable[[sa.MetaData, str], Database]
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
MERCH = Author("merch", AT, "because")
TERMS = {"carrier": "P", "service": "S", "names": {"en-US": "Parcel"}, "days_least": 1, "days_most": 2, "sequence": 1}
TABLE = charges.RateTable("EUR", frozenset({"DE"}), charges.Basis.WEIGHT, (charges.Band(0, None, 590),))
FEE = {
    "category": "Handling",
    "per": "order",
    "names": {"en-US": "Fee"},
    "tariffs": [{"currency": "EUR", "amount": 300, "percent": "0", "least": 0, "below": 5000}],
    "tax_category": "standard",
    "entries": [],
    "modes": [],
    "countries": [],
    "starts_at": AT,
    "ends_at": None,
}


def test_a_mode_goes_one_step_back_and_forth(open_database: Open) -> None:
    database = open_database(metadata, "commerce")

    def edit() -> charges.Edit:
        return charges.Edit(MERCH, "m", charges.revision_of(charges.MODES.stored(conn, 1)["m"]))

    with database.write() as conn:
        charges.save_mode(conn, 1, charges.Edit(MERCH, "m"), TERMS)
        with pytest.raises(charges.NothingToUndo):
            charges.undo_mode(conn, 1, edit())
        seen = edit()
        charges.save_table(conn, 1, seen, TABLE)
        with pytest.raises(charges.ChargesMovedOn):
            charges.save_table(conn, 1, seen, TABLE)
        with pytest.raises(charges.RateTableExists):
            charges.save_table(conn, 1, edit(), TABLE)
        dearer = charges.RateTable("EUR", frozenset({"DE"}), charges.Basis.WEIGHT, (charges.Band(0, None, 690),))
        charges.save_table(conn, 1, edit(), dearer, TABLE.key)
        charges.undo_mode(conn, 1, edit())
    with database.read() as conn:
        (mode,) = charges.find_shipping_modes(conn, 1)
        assert charges.tables_of(mode.rates) == [TABLE]
        told, _ = changes(conn, Looked(kind="shipping", subject="m"))
        assert [one.action for one in told] == ["undone", "changed", "changed", "created"]
        assert told[0].rows == [("EUR · DE · weight", "≥ 0 kg: 6.90", "≥ 0 kg: 5.90")]
    with database.write() as conn:
        charges.undo_mode(conn, 1, edit())
        assert charges.find_shipping_modes(conn, 1)[0].rates[0].base == 690, "undoing twice brings the change again"
        charges.MODES.put(conn, 1, [TERMS | {"code": "m", "rates": []}])
        with pytest.raises(charges.NothingToUndo):
            charges.undo_mode(conn, 1, edit())


def test_a_surcharge_keeps_its_dates_through_an_undo(open_database: Open) -> None:
    database = open_database(metadata, "commerce")

    def edit() -> charges.Edit:
        return charges.Edit(MERCH, "fee", charges.revision_of(charges.SURCHARGES.stored(conn, 1)["fee"]))

    with database.write() as conn:
        charges.save_surcharge(conn, 1, charges.Edit(MERCH, "fee"), FEE)
        with pytest.raises(charges.CodeTaken):
            charges.save_surcharge(conn, 1, charges.Edit(MERCH, "fee"), FEE)
        charges.save_surcharge(conn, 1, edit(), FEE | {"ends_at": AT + timedelta(days=1)})
        charges.undo_surcharge(conn, 1, edit())
    with database.read() as conn:
        (one,) = charges.find_surcharges(conn, 1)
        assert (one.starts_at, one.ends_at, one.tariffs[0].below) == (AT, None, 5000)
    with database.write() as conn:
        charges.remove_surcharge(conn, 1, edit())
        with pytest.raises(charges.SurchargeNotFound):
            charges.remove_surcharge(conn, 1, charges.Edit(MERCH, "fee", "x"))
        assert charges.find_surcharges(conn, 1) == ()
