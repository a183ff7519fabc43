"""Shipping modes with their names and rates, and tax rates."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from entrepot.commerce import charges
from entrepot.dataload.cells import BadCell, currency, decimal, integer, language, text
from entrepot.dataload.kind import Batch, Kind, Row, columns, key_columns
from entrepot.dataload.kinds.terms import words
from entrepot.kernel.errors import Invalid
from entrepot.kernel.money import parse_amount
from entrepot.kernel.sheet import Outcome


def _put_modes(batch: Batch) -> None:
    known = charges.stored_modes(batch.conn, batch.store.id)
    for row in batch.live:
        before = known.get(row.get("Code"), {"names": {}, "rates": []})
        _save(
            batch,
            row,
            before
            | {
                "code": row.get("Code"),
                "carrier": row.get("Carrier"),
                "service": row.get("Service"),
                "days_least": row.get("DaysLeast") or 0,
                "days_most": row.get("DaysMost") or 0,
                "sequence": row.get("Sequence") or 0,
            },
            known,
        )


def _put_names(batch: Batch) -> None:
    known = charges.stored_modes(batch.conn, batch.store.id)
    for row in batch.live:
        mode = known.get(row.get("Code"))
        if mode is None:
            batch.unresolved(row, "Code")
            continue
        _save(batch, row, mode | {"names": mode["names"] | {row.get("Language"): row.get("Name")}}, known)


def _put_rates(batch: Batch) -> None:
    known = charges.stored_modes(batch.conn, batch.store.id)
    for row in batch.live:
        mode = known.get(row.get("Code"))
        if mode is None:
            batch.unresolved(row, "Code")
            continue
        try:
            rate = _rate(row)
        except Invalid as error:
            batch.reject(row, "BAD_VALUE", error.path, str(error))
            continue
        others = [one for one in mode["rates"] if (one["currency"], one["countries"]) != (rate["currency"], rate["countries"])]
        rates = sorted([*others, rate], key=lambda one: (one["currency"], one["countries"]))
        _save(batch, row, mode | {"rates": rates}, known)


def _rate(row: Row) -> dict[str, Any]:
    code = row.get("CurrencyCode")
    return {
        "currency": code,
        "countries": sorted(row.get("Countries") or []),
        "base": parse_amount(row.get("Base"), code, "Base"),
        "per_kilogram": parse_amount(row.get("PerKilogram") or "0", code, "PerKilogram"),
        "grams_included": row.get("GramsIncluded") or 0,
    }


def _save(batch: Batch, row: Row, mode: dict[str, Any], known: dict[str, dict[str, Any]]) -> None:
    before = known.get(mode["code"])
    if before == mode:
        return
    charges.put_shipping_modes(batch.conn, batch.store.id, [mode])
    known[mode["code"]] = mode
    batch.note(row, Outcome.INSERTED if before is None else Outcome.UPDATED)


def _percent(cell: str) -> str:
    value = decimal(cell)
    if not 0 <= Fraction(value) <= 100:
        raise BadCell("BAD_VALUE", "write a percentage between 0 and 100")
    return value


def _put_taxes(batch: Batch) -> None:
    rows = []
    for row in batch.live:
        values = {name.lower(): row.get(name) for name in ("Name", "Category", "Country", "Percent")}
        rows.append((row, values | {"store_id": batch.store.id, "region": row.get("Region") or ""}))
    batch.write(charges.TAX_RATES, rows, primary=True)
    charges.touch(batch.conn, batch.store.id)


KINDS = [
    Kind(
        keyword="ShippingMode",
        sequence=4.6,
        identity=("Code",),
        columns=key_columns(Code=text(40), Carrier=text(40), Service=text(80))
        | columns(Sequence=integer, DaysLeast=integer, DaysMost=integer),
        put=_put_modes,
        changes_catalog=False,
    ),
    Kind(
        keyword="ShippingModeDescription",
        sequence=4.7,
        identity=("Code", "Language"),
        columns=key_columns(Code=text(40), Language=language, Name=text(254)),
        put=_put_names,
        changes_catalog=False,
    ),
    Kind(
        keyword="ShippingRate",
        sequence=4.7,
        identity=("Code", "CurrencyCode", "Countries"),
        columns=key_columns(Code=text(40), CurrencyCode=currency, Base=text(20))
        | columns(Countries=words, PerKilogram=text(20), GramsIncluded=integer),
        put=_put_rates,
        changes_catalog=False,
    ),
    Kind(
        keyword="TaxRate",
        sequence=4.8,
        identity=("Name", "Category", "Country", "Region"),
        columns=key_columns(Name=text(80), Category=text(40), Country=text(2), Percent=_percent) | columns(Region=text(10)),
        put=_put_taxes,
        changes_catalog=False,
    ),
]
