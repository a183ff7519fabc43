"""Changing what tax is reckoned by: the rates, the place whose taxes prices include, the smallest coin of a currency.

A change holds from the next cart on; orders keep the tax they were told. A rate is known by where it is due, on which goods
and as what: to change one of these is to change the same rate, and undoing takes it back with the percentage.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.commerce.charges import tables
from entrepot.commerce.charges.shelf import ChargesMovedOn, Edit, NothingToUndo, Shelf, Stored
from entrepot.commerce.charges.tax import CashRounding, TaxHome, TaxRate
from entrepot.commerce.history import note_change
from entrepot.kernel.errors import NotFound, Refused
from entrepot.kernel.money import PRICE_SCALE, format_amount, format_price
from entrepot.kernel.words import mark


class TaxRateNotFound(NotFound):
    code = "TAX_RATE_NOT_FOUND"
    message = mark("There is no such tax rate any more.")


class TaxRateExists(Refused):
    code = "TAX_RATE_EXISTS"
    message = mark("This tax has a rate for this place and category already. Change that one.")


class CashRoundingNotFound(NotFound):
    code = "CASH_ROUNDING_NOT_FOUND"
    message = mark("Totals in {code} are not rounded to a coin.")


class CashRoundingExists(Refused):
    code = "CASH_ROUNDING_EXISTS"
    message = mark("Totals in {code} are rounded to a coin already. Change that.")


def _told_rate(one: Mapping[str, Any]) -> Stored:
    return (
        {"tax_category": one["category"]} | {name: one[name] for name in ("name", "country", "region", "percent")} if one else {}
    )


def _told_rounding(one: Mapping[str, Any]) -> Stored:
    return {"smallest_coin": format_amount(one["interval"], one["currency"]), "countries": one["countries"]} if one else {}


_RATES = Shelf(tables.RATES, TaxRateNotFound, _told_rate, TaxRateExists)
_HOME = Shelf(tables.TAX_HOME, NothingToUndo, dict, ChargesMovedOn)
_COINS = Shelf(tables.COINS, CashRoundingNotFound, _told_rounding, CashRoundingExists)


def save_tax_rate(conn: Connection, store_id: int, edit: Edit, rate: TaxRate) -> None:
    """Make a tax rate, or change the one that was seen; two of one name, category and jurisdiction there cannot be."""
    row = {
        "name": rate.name,
        "category": rate.category,
        "country": rate.country,
        "region": rate.region,
        "percent": write_percent(rate.percent),
    }
    if edit.revision:
        return _become(conn, store_id, edit, "changed", row)
    return _RATES.save(conn, store_id, Edit(edit.author, subject_of(rate)), {}, row)


def undo_tax_rate(conn: Connection, store_id: int, edit: Edit) -> None:
    """Take the last change by hand of a tax rate back, its category and place included; once more brings it again."""
    _RATES.seen(conn, store_id, edit)
    _become(conn, store_id, edit, "undone", _RATES.remembered(conn, store_id, edit.code))


def _become(conn: Connection, store_id: int, edit: Edit, action: str, row: Stored) -> None:
    before, named = _RATES.seen(conn, store_id, edit), tables.subject_of(row)
    if named != edit.code:
        if named in tables.RATES.stored(conn, store_id):
            raise TaxRateExists()
        tables.RATES.remove(conn, store_id, before)
    _RATES.record(conn, store_id, Edit(edit.author, named), action, (before, row))


def remove_tax_rate(conn: Connection, store_id: int, edit: Edit) -> None:
    """Remove a tax rate for good; orders keep the tax they were told."""
    gone = _RATES.seen(conn, store_id, edit)
    tables.RATES.remove(conn, store_id, gone)
    note_change(conn, edit.author, ("tax", edit.code), "deleted", {"percent": gone["percent"]}, None)


def save_tax_home(conn: Connection, store_id: int, edit: Edit, home: TaxHome) -> None:
    """Say which place's taxes the store's prices include, and whether they are kept as they are elsewhere."""
    terms = {"country": home.country, "region": home.region, "keep_gross": home.keep_gross}
    _HOME.save(conn, store_id, edit, {}, terms)


def undo_tax_home(conn: Connection, store_id: int, edit: Edit) -> None:
    """Take the last change of the tax home back; once more brings it again."""
    _HOME.undo(conn, store_id, edit)


def save_cash_rounding(conn: Connection, store_id: int, edit: Edit, coin: CashRounding) -> None:
    """Say to which coin totals of a currency are rounded."""
    terms = {"currency": coin.currency, "interval": coin.interval, "countries": sorted(coin.countries)}
    _COINS.save(conn, store_id, edit, {}, terms)


def undo_cash_rounding(conn: Connection, store_id: int, edit: Edit) -> None:
    """Take the last change of a currency's rounding back; once more brings it again."""
    _COINS.undo(conn, store_id, edit)


def remove_cash_rounding(conn: Connection, store_id: int, edit: Edit) -> None:
    """Round totals of a currency no more; orders stay rounded as they were."""
    gone = _COINS.seen(conn, store_id, edit)
    tables.COINS.remove(conn, store_id, gone)
    note_change(conn, edit.author, ("cash", edit.code), "deleted", _told_rounding(gone), None)


def subject_of(rate: TaxRate) -> str:
    """A tax rate as forms and the history name it: where, on which goods, which tax."""
    return tables.subject_of({"country": rate.country, "region": rate.region, "category": rate.category, "name": rate.name})


def write_percent(percent: Fraction) -> str:
    """A percentage as the decimal text that is stored.

    >>> write_percent(Fraction("8.875")), write_percent(Fraction(19))
    ('8.875', '19')
    """
    return format_price(int(percent * PRICE_SCALE), "JPY")
