"""Changing shipping modes, surcharges and tax rates by hand, each change with its line in the history.

A change holds from the next cart on; orders keep what they were charged. Each thing remembers beside itself what it was
before its last change: undoing swaps the two, so that undoing twice brings the change again. What somebody else has
changed since the form was opened is not overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from entrepot.commerce.charges import tables
from entrepot.commerce.charges.rate_table import RateTable, replaced, tables_of
from entrepot.commerce.charges.tax import TaxRate
from entrepot.commerce.history import Author, note_change
from entrepot.kernel.errors import Conflict, NotFound, Refused
from entrepot.kernel.money import PRICE_SCALE, format_amount, format_price
from entrepot.kernel.words import mark

Stored = dict[str, Any]


class ShippingModeNotFound(NotFound):
    code = "SHIPPING_MODE_NOT_FOUND"
    message = mark("There is no shipping mode {code}.")


class SurchargeNotFound(NotFound):
    code = "SURCHARGE_NOT_FOUND"
    message = mark("There is no surcharge {code}.")


class TaxRateNotFound(NotFound):
    code = "TAX_RATE_NOT_FOUND"
    message = mark("There is no such tax rate any more.")


class RateTableExists(Refused):
    code = "RATE_TABLE_EXISTS"
    message = mark("There is a table for these places, this currency and this time already. Change that one.")


class CodeTaken(Refused):
    code = "CHARGE_CODE_TAKEN"
    message = mark("The code {code} is taken. Choose another.")


class ChargesMovedOn(Conflict):
    code = "CHARGES_MOVED_ON"
    message = mark("Somebody has changed this in the meantime. Look at it as it is now, then change it again.")


class NothingToUndo(Refused):
    code = "NOTHING_TO_UNDO"
    message = mark("There is no change by hand to take back.")


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that somebody wants of the thing ``code`` as they saw it; without a ``revision`` they make a new one."""

    author: Author
    code: str
    revision: str = ""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """A kind of thing that is stored whole: how it is stored and told, what is raised where it is missing."""

    kind: str
    stored: Callable[[Connection, int], dict[str, Stored]]
    put: Callable[[Connection, int, Sequence[Stored]], None]
    missing: type[NotFound]
    told: Callable[[Mapping[str, Any]], Stored]

    def seen(self, conn: Connection, store_id: int, edit: Edit) -> Stored:
        """The thing as it is stored, which has to be what was seen."""
        found = self.stored(conn, store_id).get(edit.code)
        if found is None:
            raise self.missing(code=edit.code)
        if revision_of(found) != edit.revision:
            raise ChargesMovedOn()
        return found

    def save(self, conn: Connection, store_id: int, edit: Edit, fresh: Stored, terms: Stored) -> None:
        """Make a thing of its terms, or give one that was seen new terms."""
        if edit.revision:
            before = self.seen(conn, store_id, edit)
            return self.record(conn, store_id, edit.author, "changed", (before, before | terms))
        if edit.code in self.stored(conn, store_id):
            raise CodeTaken(code=edit.code)
        return self.record(conn, store_id, edit.author, "created", (None, fresh | terms | {"code": edit.code}))

    def record(self, conn: Connection, store_id: int, author: Author, action: str, states: tuple[Stored | None, Stored]) -> None:
        """Write what became of a thing; one that stays as it was leaves no line and keeps what it can go back to."""
        before, after = states
        if before != after:
            self.put(conn, store_id, [after | {"before": _plain(before) if before else None}])
            note_change(conn, author, (self.kind, after["code"]), action, self.told(before or {}), self.told(after))

    def undo(self, conn: Connection, store_id: int, edit: Edit) -> None:
        """Make a thing again what it was before its last change by hand."""
        now = self.seen(conn, store_id, edit)
        before = tables.before_of(conn, store_id, self.kind, edit.code)
        if before is None:
            raise NothingToUndo()
        dates = {name: datetime.fromisoformat(before[name]) for name in ("starts_at", "ends_at") if before.get(name)}
        self.record(conn, store_id, edit.author, "undone", (now, before | dates))


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


_MODES = _Shelf("shipping", tables.stored_modes, tables.put_shipping_modes, ShippingModeNotFound, told_mode)
_SURCHARGES = _Shelf("surcharge", tables.stored_surcharges, tables.put_surcharges, SurchargeNotFound, told_surcharge)


def revision_of(stored: Mapping[str, Any]) -> str:
    """What tells one state of a shipping mode or surcharge from the next, for a form that was opened on it."""
    return sha256(msgspec.json.encode(dict(stored), order="sorted")).hexdigest()[:16]


def save_mode(conn: Connection, store_id: int, edit: Edit, terms: Stored) -> None:
    """Make a shipping mode, or change its terms; its rate tables stay as they are."""
    _MODES.save(conn, store_id, edit, {"rates": []}, terms)


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
    _MODES.record(conn, store_id, edit.author, "changed", (mode, mode | {"rates": after}))


def save_surcharge(conn: Connection, store_id: int, edit: Edit, terms: Stored) -> None:
    """Make a surcharge, or change one."""
    _SURCHARGES.save(conn, store_id, edit, {}, terms)


def undo_surcharge(conn: Connection, store_id: int, edit: Edit) -> None:
    """Take the last change by hand of a surcharge back; once more brings it again."""
    _SURCHARGES.undo(conn, store_id, edit)


def remove_surcharge(conn: Connection, store_id: int, edit: Edit) -> None:
    """Remove a surcharge for good; orders keep what they were charged."""
    gone = _SURCHARGES.seen(conn, store_id, edit)
    tables.remove(conn, store_id, tables.surcharge, tables.surcharge.c.code == edit.code)
    note_change(conn, edit.author, ("surcharge", edit.code), "deleted", told_surcharge(gone), None)


def save_tax_rate(conn: Connection, store_id: int, rate: TaxRate, author: Author) -> None:
    """Make a tax rate, or change the percentage of the one of this name, category and jurisdiction."""
    was = next((one for one in tables.find_tax_rates(conn, store_id) if _same(one, rate)), None)
    if was == rate:
        return
    row = {"name": rate.name, "category": rate.category, "country": rate.country, "region": rate.region}
    tables.put_tax_rates(conn, store_id, [row | {"percent": write_percent(rate.percent)}])
    before = {"percent": write_percent(was.percent)} if was else {}
    now = {"percent": write_percent(rate.percent)}
    note_change(conn, author, ("tax", subject_of(rate)), "changed" if was else "created", before, now)


def remove_tax_rate(conn: Connection, store_id: int, rate: TaxRate, author: Author) -> None:
    """Remove the tax rate of this name, category and jurisdiction."""
    t, was = tables.tax_rate.c, next((one for one in tables.find_tax_rates(conn, store_id) if _same(one, rate)), None)
    named = (t.name == rate.name, t.category == rate.category, t.country == rate.country, t.region == rate.region)
    if was is None or not tables.remove(conn, store_id, tables.tax_rate, *named):
        raise TaxRateNotFound()
    note_change(conn, author, ("tax", subject_of(rate)), "deleted", {"percent": write_percent(was.percent)}, None)


def subject_of(rate: TaxRate) -> str:
    """A tax rate as the history names it: where, on which goods, which tax."""
    where = f"{rate.country}-{rate.region}" if rate.region else rate.country
    return f"{where} {rate.category} {rate.name}"


def _same(one: TaxRate, other: TaxRate) -> bool:
    return replace(one, percent=other.percent) == other


def write_percent(percent: Fraction) -> str:
    """A percentage as the decimal text that is stored.

    >>> write_percent(Fraction("8.875")), write_percent(Fraction(19))
    ('8.875', '19')
    """
    return format_price(int(percent * PRICE_SCALE), "JPY")


def _plain(stored: Mapping[str, Any]) -> Stored:
    """A thing as JSON keeps it."""
    plain: Stored = msgspec.json.decode(msgspec.json.encode(dict(stored)))
    return plain
