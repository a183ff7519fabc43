"""Price constants, price rules and contracts: under which terms a store sells to whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from entrepot.commerce import members, pricing
from entrepot.dataload.cells import boolean, currency, document, in_zone, instant, one_of, text
from entrepot.dataload.kind import Batch, Kind, Row, columns, key_columns
from entrepot.kernel.errors import Error, Invalid, Refused
from entrepot.kernel.sheet import Outcome

_CONTRACT = {
    "Name": "name",
    "State": "state",
    "Default": "is_default",
    "PriceRule": "price_rule",
    "BaseContract": "base_contract",
}


def words(cell: str) -> tuple[str, ...]:
    """Names separated by blanks."""
    return tuple(cell.split())


def names(cell: str) -> tuple[str, ...]:
    """Names that may hold blanks, separated by semicolons."""
    return tuple(name.strip() for name in cell.split(";") if name.strip())


def _put_constants(batch: Batch) -> None:
    """Constants; a price has a row per currency."""
    known = pricing.find_constants(batch.conn, batch.store.id)
    for row in batch.live:
        name, code = row.get("Name"), row.get("CurrencyCode") or ""
        try:
            one = pricing.read_constant(name, row.get("Type"), f"{row.get('Value')} {code}".strip(), batch.store.currencies)
        except Invalid as error:
            batch.reject(row, error.code, error.path.capitalize(), str(error))
            continue
        before = known.get(name)
        if before is not None and before.kind is one.kind is pricing.ConstantKind.PRICE:
            one = replace(one, amounts={**before.amounts, **one.amounts})
        if one != before:
            pricing.put_constant(batch.conn, batch.store.id, one)
            known[name] = one
            batch.note(row, Outcome.INSERTED if before is None else Outcome.UPDATED)


def _put_price_rules(batch: Batch) -> None:
    for row in batch.live:
        try:
            pricing.read_rule(row.get("Name"), row.get("Path"))
        except Invalid as error:
            batch.reject(row, error.code, "Path", str(error))
    known = pricing.find_rules(batch.conn, batch.store.id)
    for row in batch.live:
        before = known.get(row.get("Name"), (0, None))[0]
        after = pricing.put_price_rule(batch.conn, batch.store.id, row.get("Name"), row.get("Path"))
        batch.note(row, Outcome.UNCHANGED if after == before else Outcome.UPDATED if before else Outcome.INSERTED)


def _put_contracts(batch: Batch) -> None:
    store = batch.store
    rules = pricing.find_rules(batch.conn, store.id)
    rows = []
    for row in batch.live:
        if row.get("PriceRule") is not None and row.get("PriceRule") not in rules:
            batch.unresolved(row, "PriceRule")
            continue
        people = _people(batch, row)
        if people is None:
            continue
        try:
            pricing.read_terms(row.get("Terms"))
        except Error as error:
            batch.reject(row, error.code, "Terms", str(error))
            continue
        values = {name: row.get(column) for column, name in _CONTRACT.items()} | people
        values |= {
            "store_id": store.id,
            "identifier": row.get("Identifier"),
            "segments": list(row.get("Segments") or ()) or None,
            "is_default": bool(row.get("Default")),
            "state": row.get("State") or "active",
            "preferred": bool(row.get("Preferred")),
            "terms": row.get("Terms"),
            "starts_at": in_zone(row.get("StartDate"), store.time_zone),
            "ends_at": in_zone(row.get("EndDate"), store.time_zone),
        }
        rows.append((row, values))
    bases = {one.identifier: one.base_contract for one in pricing.find_contracts(batch.conn, store.id)}
    bases |= {values["identifier"]: values["base_contract"] for _, values in rows}
    for row, values in rows:
        try:
            pricing.check_lineage(values["identifier"], bases)
        except Refused as error:
            batch.reject(row, error.code, "BaseContract", str(error))
    batch.write(pricing.CONTRACTS, rows, primary=True)
    pricing.touch(batch.conn, store.id)


def _people(batch: Batch, row: Row) -> dict[str, Any] | None:
    """The account and the participants of a contract by their ids; None when one is not there (yet)."""
    found: dict[str, list[int]] = {}
    for column in ("Organization", "ParticipantOrganizations"):
        named = row.get(column) or ()
        names = [named] if isinstance(named, str) else list(named)
        known = [members.find_organization(batch.conn, name) for name in names]
        if None in known:
            batch.unresolved(row, column)
            return None
        found[column] = [one.id for one in known if one is not None]
    keys = [members.logon_key(name) for name in row.get("ParticipantMembers") or ()]
    if any(members.find_user(batch.conn, key) is None for key in keys):
        batch.unresolved(row, "ParticipantMembers")
        return None
    others = {"organizations": found["ParticipantOrganizations"], "members": keys}
    return {
        "organization_id": next(iter(found["Organization"]), None),
        "participants": {name: value for name, value in others.items() if value} or None,
    }


KINDS = [
    Kind(
        keyword="PriceConstant",
        sequence=4.4,
        identity=("Name", "CurrencyCode"),
        columns=key_columns(Name=text(80), Type=one_of("number", "percent", "price"), Value=text(40))
        | columns(CurrencyCode=currency),
        put=_put_constants,
        changes_catalog=False,
    ),
    Kind(
        keyword="PriceRule",
        sequence=4.5,
        identity=("Name",),
        columns=key_columns(Name=text(128), Path=document),
        put=_put_price_rules,
        changes_catalog=False,
    ),
    Kind(
        keyword="Contract",
        sequence=6.5,
        identity=("Identifier",),
        columns=key_columns(Identifier=text(128), Name=text(254))
        | columns(
            State=one_of(*pricing.State),
            Default=boolean,
            Organization=text(254),
            Segments=words,
            PriceRule=text(128),
            BaseContract=text(128),
            Preferred=boolean,
            ParticipantOrganizations=names,
            ParticipantMembers=words,
            Terms=document,
            StartDate=instant,
            EndDate=instant,
        ),
        put=_put_contracts,
        changes_catalog=False,
    ),
]
