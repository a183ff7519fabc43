"""What tax is reckoned by, changed by hand on both databases: one step back, nobody overwritten, every change with its line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce import charges
from entrepot.commerce.charges import CashRounding, Destination, Edit, TaxHome, TaxRate
from entrepot.commerce.database import metadata
from entrepot.commerce.history import Author, Looked, changes
from entrepot.kernel.db import Database

Open = Callable[[sa.MetaData, str], Database]
MERCH = Author("merch", datetime(2026, 11, 22, 12, tzinfo=UTC), "because")
VAT = TaxRate("VAT", "standard", "DE", Fraction(19))
REDUCED = TaxRate("VAT", "reduced", "DE", Fraction(7))
NEW = Edit(MERCH, "")


def seen(conn: Connection, rate: TaxRate) -> Edit:
    """The rate as somebody has it before them."""
    named = charges.subject_of(rate)
    return Edit(MERCH, named, charges.revision_of(charges.RATES.stored(conn, 1)[named]))


def rates(conn: Connection) -> list[tuple[str, Fraction]]:
    return sorted((one.category, one.percent) for one in charges.find_tax_rates(conn, 1))


def test_a_rate_goes_one_step_back_and_forth(open_database: Open) -> None:
    database = open_database(metadata, "commerce")
    with database.write() as conn:
        charges.save_tax_rate(conn, 1, NEW, VAT)
        with pytest.raises(charges.NothingToUndo):
            charges.undo_tax_rate(conn, 1, seen(conn, VAT))
        before = seen(conn, VAT)
        lower = TaxRate("VAT", "standard", "DE", Fraction("16.5"))
        charges.save_tax_rate(conn, 1, before, lower)
        with pytest.raises(charges.ChargesMovedOn):
            charges.save_tax_rate(conn, 1, before, VAT)
        charges.undo_tax_rate(conn, 1, seen(conn, VAT))
        assert rates(conn) == [("standard", 19)]
        charges.undo_tax_rate(conn, 1, seen(conn, VAT))
        assert rates(conn) == [("standard", Fraction("16.5"))], "undoing twice brings the change again"
        told, _ = changes(conn, Looked(kind="tax"))
    assert [one.action for one in told] == ["undone", "undone", "changed", "created"]
    assert told[1].rows == [("percent", "16.5", "19")]


def test_a_rate_takes_its_category_back_too(open_database: Open) -> None:
    database = open_database(metadata, "commerce")
    with database.write() as conn:
        charges.save_tax_rate(conn, 1, NEW, VAT)
        charges.save_tax_rate(conn, 1, seen(conn, VAT), REDUCED)
        assert rates(conn) == [("reduced", 7)], "one rate, not two"
        charges.undo_tax_rate(conn, 1, seen(conn, REDUCED))
        assert rates(conn) == [("standard", 19)]
        told, _ = changes(conn, Looked(kind="tax", subject="DE standard VAT"))
        assert told[0].rows == [("tax_category", "reduced", "standard"), ("percent", "7", "19")]
        charges.save_tax_rate(conn, 1, NEW, REDUCED)
        with pytest.raises(charges.TaxRateExists):
            charges.save_tax_rate(conn, 1, NEW, REDUCED)
        with pytest.raises(charges.TaxRateExists):
            charges.undo_tax_rate(conn, 1, seen(conn, VAT))
        charges.remove_tax_rate(conn, 1, seen(conn, VAT))
        with pytest.raises(charges.TaxRateNotFound):
            charges.remove_tax_rate(conn, 1, Edit(MERCH, "DE standard VAT", "x"))
        assert rates(conn) == [("reduced", 7)]


def test_a_loaded_rate_has_nothing_to_go_back_to(open_database: Open) -> None:
    database = open_database(metadata, "commerce")
    with database.write() as conn:
        charges.save_tax_rate(conn, 1, NEW, VAT)
        charges.save_tax_rate(conn, 1, seen(conn, VAT), REDUCED)
        charges.RATES.put(conn, 1, list(charges.RATES.stored(conn, 1).values()))
        with pytest.raises(charges.NothingToUndo):
            charges.undo_tax_rate(conn, 1, seen(conn, REDUCED))


def test_the_tax_home_and_the_coins_go_back_too(open_database: Open) -> None:
    database = open_database(metadata, "commerce")

    def home() -> Edit:
        return Edit(MERCH, charges.HOME, charges.revision_of(charges.TAX_HOME.stored(conn, 1)[charges.HOME]))

    def coin() -> Edit:
        return Edit(MERCH, "EUR", charges.revision_of(charges.COINS.stored(conn, 1)["EUR"]))

    with database.write() as conn:
        assert charges.find_tax_home(conn, 1) == TaxHome() and charges.find_cash_roundings(conn, 1) == ()
        charges.save_tax_home(conn, 1, Edit(MERCH, charges.HOME), TaxHome("DE"))
        with pytest.raises(charges.ChargesMovedOn):
            charges.save_tax_home(conn, 1, Edit(MERCH, charges.HOME), TaxHome("AT"))
        charges.save_tax_home(conn, 1, home(), TaxHome("AT", keep_gross=True))
        charges.undo_tax_home(conn, 1, home())
        assert charges.find_tax_home(conn, 1) == TaxHome("DE")
        charges.save_cash_rounding(conn, 1, Edit(MERCH, "EUR"), CashRounding("EUR", 5, frozenset({"FI", "NL"})))
        with pytest.raises(charges.CashRoundingExists):
            charges.save_cash_rounding(conn, 1, Edit(MERCH, "EUR"), CashRounding("EUR", 10))
        charges.save_cash_rounding(conn, 1, coin(), CashRounding("EUR", 10))
        charges.undo_cash_rounding(conn, 1, coin())
        assert charges.find_cash_roundings(conn, 1) == (CashRounding("EUR", 5, frozenset({"FI", "NL"})),)
        told, _ = changes(conn, Looked(kind="cash"))
        assert told[0].rows == [("smallest_coin", "0.10", "0.05"), ("countries", [], ["FI", "NL"])]
        charges.remove_cash_rounding(conn, 1, coin())
        with pytest.raises(charges.CashRoundingNotFound):
            charges.remove_cash_rounding(conn, 1, Edit(MERCH, "EUR", "x"))


WHERE = """
currency to  rounded
EUR      FI  5
EUR      DE  0
EUR      ?   0
CHF      CH  5
CHF      ?   5
USD      FI  0
"""


@pytest.mark.parametrize("row", WHERE.strip().splitlines()[1:])
def test_a_coin_is_for_a_currency_and_where_goods_go(row: str) -> None:
    coins = (CashRounding("EUR", 5, frozenset({"FI", "NL"})), CashRounding("CHF", 5))
    currency, to, rounded = row.split()
    assert charges.cash_interval(coins, currency, None if to == "?" else Destination(to)) == int(rounded)


@pytest.mark.parametrize(
    ("home", "to", "out"),
    [
        ("DE", "FI", True),
        ("DE", "DE", False),
        ("DE", "", False),
        ("", "FI", False),
        ("DE keep", "FI", False),
        ("US-WA", "US", True),
    ],
)
def test_taxes_of_home_are_taken_out_elsewhere(home: str, to: str, out: bool) -> None:
    place, _, keep = home.partition(" ")
    country, _, region = place.partition("-")
    destination = Destination(to) if to else None
    assert TaxHome(country, region, bool(keep)).taken_out(destination) is out
