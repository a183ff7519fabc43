"""Shipping modes with their names and rates, surcharges with theirs, tax rates with what they are reckoned by, smallest coins."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from entrepot.commerce import charges
from entrepot.dataload.cells import BadCell, boolean, currency, decimal, in_zone, instant, integer, language, text, word_for
from entrepot.dataload.kind import Batch, Kind, Row, columns, key_columns
from entrepot.dataload.kinds.terms import words
from entrepot.kernel.errors import Invalid
from entrepot.kernel.money import parse_amount
from entrepot.kernel.quantity import parse_whole
from entrepot.kernel.sheet import Outcome


def _edit(
    kept: charges.Kept, batch: Batch, edited: Callable[[dict[str, Any], Row], dict[str, Any]], *, new: bool = False
) -> None:
    """Apply each row to the thing it names; a row for one that is not there waits for it, unless it makes it."""
    known = kept.stored(batch.conn, batch.store.id)
    for row in batch.live:
        before = known.get(row.get("Code"))
        if before is None and not new:
            batch.unresolved(row, "Code")
            continue
        try:
            after = edited(before or {"code": row.get("Code")}, row)
        except Invalid as error:
            batch.reject(row, "BAD_VALUE", error.path, str(error))
            continue
        if after == before:
            continue
        kept.put(batch.conn, batch.store.id, [after])
        known[after["code"]] = after
        batch.note(row, Outcome.INSERTED if before is None else Outcome.UPDATED)


def _named(thing: dict[str, Any], row: Row) -> dict[str, Any]:
    return thing | {"names": thing["names"] | {row.get("Language"): row.get("Name")}}


def _put_modes(batch: Batch) -> None:
    def edited(mode: dict[str, Any], row: Row) -> dict[str, Any]:
        fields = {"carrier": row.get("Carrier"), "service": row.get("Service"), "sequence": row.get("Sequence") or 0}
        days = {"days_least": row.get("DaysLeast") or 0, "days_most": row.get("DaysMost") or 0}
        return {"names": {}, "rates": []} | mode | fields | days

    _edit(charges.MODES, batch, edited, new=True)


def _put_rates(batch: Batch) -> None:
    def edited(mode: dict[str, Any], row: Row) -> dict[str, Any]:
        rate = _rate(row, batch.store.time_zone)
        others = [one for one in mode["rates"] if _place(one) != _place(rate)]
        return mode | {"rates": sorted([*others, rate], key=_place)}

    _edit(charges.MODES, batch, edited)


def _place(rate: dict[str, Any]) -> tuple[Any, ...]:
    """What makes a rate another one than its neighbors in the table."""
    beyond = (rate.get("basis", ""), rate.get("least", 0), rate.get("starts_at") or "")
    return (rate["currency"], rate["countries"], *beyond)


def _rate(row: Row, zone: str) -> dict[str, Any]:
    code = row.get("CurrencyCode")
    basis = row.get("Basis") or charges.Basis.WEIGHT
    least, below = _measure(row, "Least", basis) or 0, _measure(row, "Below", basis)
    if below is not None and below <= least:
        raise BadRange(path="Below")
    return charges.stored_rate(
        charges.Rate(
            currency=code,
            base=parse_amount(row.get("Base"), code, "Base"),
            per_kilogram=parse_amount(row.get("PerKilogram") or "0", code, "PerKilogram"),
            countries=frozenset(row.get("Countries") or ()),
            grams_included=row.get("GramsIncluded") or 0,
            basis=basis,
            least=least,
            below=below,
            per_item=bool(row.get("PerItem")),
            starts_at=in_zone(row.get("StartDate"), zone),
            ends_at=in_zone(row.get("EndDate"), zone),
        )
    )


class BadRange(Invalid):
    code = "BAD_RANGE"
    message = "{path}: a range ends above where it begins; leave it empty for no end."


def _measure(row: Row, column: str, basis: charges.Basis) -> int | None:
    """A bound of a range: an amount of money, grams or units."""
    cell = row.get(column)
    if cell is None:
        return None
    if basis is charges.Basis.AMOUNT:
        return int(parse_amount(cell, row.get("CurrencyCode"), column))
    return parse_whole(cell, column, zero=True)


def _put_surcharges(batch: Batch) -> None:
    def edited(one: dict[str, Any], row: Row) -> dict[str, Any]:
        zone = batch.store.time_zone
        sets = {"entries": "Entries", "modes": "ShippingModes", "countries": "Countries"}
        fields = {name: sorted(row.get(column) or []) for name, column in sets.items()}
        dates = {"starts_at": in_zone(row.get("StartDate"), zone), "ends_at": in_zone(row.get("EndDate"), zone)}
        plain = {
            "category": row.get("Category"),
            "per": str(row.get("Per")),
            "tax_category": row.get("TaxCategory") or "standard",
        }
        return {"names": {}, "tariffs": []} | one | plain | fields | dates

    _edit(charges.SURCHARGES, batch, edited, new=True)


def _put_tariffs(batch: Batch) -> None:
    def edited(one: dict[str, Any], row: Row) -> dict[str, Any]:
        code = row.get("CurrencyCode")
        money = {
            column: parse_amount(row.get(column), code, column) for column in ("Amount", "Least", "Below") if row.get(column)
        }
        if money.get("Below") is not None and money["Below"] <= money.get("Least", 0):
            raise BadRange(path="Below")
        tariff = {"currency": code, "amount": money.get("Amount", 0), "percent": row.get("Percent") or "0"}
        tariff |= {"least": money.get("Least", 0), "below": money.get("Below")}
        others = [each for each in one["tariffs"] if each["currency"] != code]
        return one | {"tariffs": sorted([*others, tariff], key=lambda each: str(each["currency"]))}

    _edit(charges.SURCHARGES, batch, edited)


def _percent(cell: str) -> str:
    value = decimal(cell)
    if not 0 <= Fraction(value) <= 100:
        raise BadCell("BAD_VALUE", "write a percentage between 0 and 100")
    return value


def _put_taxes(batch: Batch) -> None:
    rows = []
    for row in batch.live:
        values = {name.lower(): row.get(name) for name in ("Name", "Category", "Country", "Percent")}
        rows.append((row, values | {"store_id": batch.store.id, "region": row.get("Region") or "", "before": None}))
    batch.write(charges.TAX_RATES, rows, primary=True)
    charges.touch(batch.conn, batch.store.id)


def _put_homes(batch: Batch) -> None:
    """A store has one tax home; a later row takes the place of an earlier one."""
    known = charges.TAX_HOME.stored(batch.conn, batch.store.id).get(charges.HOME)
    for row in batch.live:
        after = {
            "country": row.get("Country"),
            "region": row.get("Region") or "",
            "keep_gross": bool(row.get("KeepGross")),
        }
        if after != known:
            charges.TAX_HOME.put(batch.conn, batch.store.id, [after])
            batch.note(row, Outcome.INSERTED if known is None else Outcome.UPDATED)
            known = after


def _put_coins(batch: Batch) -> None:
    known = charges.COINS.stored(batch.conn, batch.store.id)
    for row in batch.live:
        code = row.get("Currency")
        try:
            interval = parse_amount(row.get("SmallestCoin"), code, "SmallestCoin")
        except Invalid as error:
            batch.reject(row, "BAD_VALUE", error.path, str(error))
            continue
        if interval < 1:
            batch.reject(row, "BAD_VALUE", "SmallestCoin", "write the smallest coin, such as 0.05")
            continue
        after = {"currency": code, "interval": interval, "countries": sorted(row.get("Countries") or ())}
        if after != known.get(code):
            charges.COINS.put(batch.conn, batch.store.id, [after])
            batch.note(row, Outcome.UPDATED if code in known else Outcome.INSERTED)
            known[code] = after


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
        put=lambda batch: _edit(charges.MODES, batch, _named),
        changes_catalog=False,
    ),
    Kind(
        keyword="ShippingRate",
        sequence=4.7,
        identity=("Code", "CurrencyCode", "Countries", "Basis", "Least", "StartDate"),
        columns=key_columns(Code=text(40), CurrencyCode=currency, Base=text(20))
        | columns(Countries=words, PerKilogram=text(20), GramsIncluded=integer)
        | columns(Basis=word_for({one.value: one for one in charges.Basis}), Least=text(20), Below=text(20), PerItem=boolean)
        | columns(StartDate=instant, EndDate=instant),
        put=_put_rates,
        changes_catalog=False,
    ),
    Kind(
        keyword="Surcharge",
        sequence=4.71,
        identity=("Code",),
        columns=key_columns(
            Code=text(40),
            Category=word_for({name: name for name in ("Handling", "Personalization", "Shipping")}),
            Per=word_for({one.value: one for one in charges.Per}),
        )
        | columns(TaxCategory=text(40), Entries=words, ShippingModes=words, Countries=words)
        | columns(StartDate=instant, EndDate=instant),
        put=_put_surcharges,
        changes_catalog=False,
    ),
    Kind(
        keyword="SurchargeDescription",
        sequence=4.72,
        identity=("Code", "Language"),
        columns=key_columns(Code=text(40), Language=language, Name=text(254)),
        put=lambda batch: _edit(charges.SURCHARGES, batch, _named),
        changes_catalog=False,
    ),
    Kind(
        keyword="SurchargeRate",
        sequence=4.73,
        identity=("Code", "CurrencyCode"),
        columns=key_columns(Code=text(40), CurrencyCode=currency)
        | columns(Amount=text(20), Percent=_percent, Least=text(20), Below=text(20)),
        put=_put_tariffs,
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
    Kind(
        keyword="TaxHome",
        sequence=4.81,
        identity=(),
        columns=key_columns(Country=text(2)) | columns(Region=text(10), KeepGross=boolean),
        put=_put_homes,
        changes_catalog=False,
    ),
    Kind(
        keyword="CashRounding",
        sequence=4.82,
        identity=("Currency",),
        columns=key_columns(Currency=currency, SmallestCoin=text(20)) | columns(Countries=words),
        put=_put_coins,
        changes_catalog=False,
    ),
]
