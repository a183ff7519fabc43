"""Changing shipping modes and surcharges by hand: a change holds from the next cart on, orders keep what they were charged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.commerce.charges import tables
from entrepot.commerce.charges.rate_table import RateTable, replaced, tables_of
from entrepot.commerce.charges.shelf import ChargesMovedOn, Edit, Shelf, Stored
from entrepot.commerce.history import note_change
from entrepot.kernel.errors import NotFound, Refused
from entrepot.kernel.money import format_amount
from entrepot.kernel.words import mark


class ShippingModeNotFound(NotFound):
    code = "SHIPPING_MODE_NOT_FOUND"
    message = mark("There is no shipping mode {code}.")


class SurchargeNotFound(NotFound):
    code = "SURCHARGE_NOT_FOUND"
    message = mark("There is no surcharge {code}.")


class RateTableExists(Refused):
    code = "RATE_TABLE_EXISTS"
    message = mark("There is a table for these places, this currency and this time already. Change that one.")


def told_mode(mode: Mapping[str, Any]) -> Stored:
    """A shipping mode as the history keeps it: its terms, and each rate table in one line."""
    if not mode:
        return {}
    lines = {one.title(): one.written() for one in tables_of(tables.read_rate(rate) for rate in mode["rates"])}
    days = f"{mode['days_least']}–{mode['days_most']}"
    plain = {"carrier": mode["carrier"], "service": mode["service"], "sequence": mode["sequence"], "days": days}
    return plain | {"texts": mode["names"]} | lines


def told_surcharge(one: Mapping[str, Any]) -> Stored:
    """A surcharge as the history keeps it: its terms, and what it costs in each currency in one line."""
    plain = {name: value for name, value in one.items() if name not in ("code", "names", "tariffs") and value not in (None, [])}
    lines = {str(tariff["currency"]): _tariff(tariff) for tariff in one.get("tariffs", ())}
    return plain | ({"texts": one["names"]} if one else {}) | lines


def _tariff(tariff: Mapping[str, Any]) -> str:
    currency = tariff["currency"]
    costs = [format_amount(tariff["amount"], currency)] if tariff.get("amount") else []
    costs += [f"{tariff['percent']} %"] if tariff.get("percent", "0") != "0" else []
    least, below = tariff.get("least", 0), tariff.get("below")
    upper = "" if below is None else format_amount(below, currency)
    span = f" ({format_amount(least, currency)}–{upper})" if least or below is not None else ""
    return " + ".join(costs) + span


_MODES = Shelf(tables.MODES, ShippingModeNotFound, told_mode)
_SURCHARGES = Shelf(tables.SURCHARGES, SurchargeNotFound, told_surcharge)


def save_mode(conn: Connection, store_id: int, edit: Edit, terms: Stored) -> None:
    """Make a shipping mode, or change its terms; its rate tables stay as they are."""
    _MODES.save(conn, store_id, edit, {"rates": [], "code": edit.code}, terms)


def undo_mode(conn: Connection, store_id: int, edit: Edit) -> None:
    """Take the last change by hand of a shipping mode back, its rates included; once more brings it again."""
    _MODES.undo(conn, store_id, edit)


def save_table(conn: Connection, store_id: int, edit: Edit, table: RateTable, key: str = "") -> None:
    """Put a rate table into a mode, in the place of the one ``key`` names; beside another for the same it is refused."""
    _change_table(conn, store_id, edit, key, table)


def remove_table(conn: Connection, store_id: int, edit: Edit, key: str) -> None:
    """Take a rate table out of a mode, which is not offered any more where no other table serves."""
    _change_table(conn, store_id, edit, key, None)


def _change_table(conn: Connection, store_id: int, edit: Edit, key: str, table: RateTable | None) -> None:
    mode = _MODES.seen(conn, store_id, edit)
    rates = [tables.read_rate(rate) for rate in mode["rates"]]
    known = {one.key for one in tables_of(rates)}
    if key and key not in known:
        raise ChargesMovedOn()
    if table is not None and table.key in known - {key}:
        raise RateTableExists()
    after = [tables.stored_rate(rate) for rate in replaced(rates, key, table)]
    _MODES.record(conn, store_id, edit, "changed", (mode, mode | {"rates": after}))


def save_surcharge(conn: Connection, store_id: int, edit: Edit, terms: Stored) -> None:
    """Make a surcharge, or change one."""
    _SURCHARGES.save(conn, store_id, edit, {"code": edit.code}, terms)


def undo_surcharge(conn: Connection, store_id: int, edit: Edit) -> None:
    """Take the last change by hand of a surcharge back; once more brings it again."""
    _SURCHARGES.undo(conn, store_id, edit)


def remove_surcharge(conn: Connection, store_id: int, edit: Edit) -> None:
    """Remove a surcharge for good; orders keep what they were charged."""
    gone = _SURCHARGES.seen(conn, store_id, edit)
    tables.SURCHARGES.remove(conn, store_id, gone)
    note_change(conn, edit.author, ("surcharge", edit.code), "deleted", told_surcharge(gone), None)
