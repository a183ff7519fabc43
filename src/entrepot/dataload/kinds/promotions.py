"""Promotions and their texts."""

from __future__ import annotations

from typing import Any

from entrepot.commerce import promotions
from entrepot.dataload.cells import boolean, document, in_zone, instant, integer, language, one_of, text, word_for
from entrepot.dataload.kind import Batch, Kind, Row, columns, key_columns
from entrepot.kernel.errors import Error, Invalid
from entrepot.kernel.sheet import Outcome

_EXCLUSIVITY = word_for({"combines": 0, "alone in its level": 1, "alone": 2, "not with a product promotion": 3, "stacks": 4})


def _put_promotions(batch: Batch) -> None:
    known = promotions.stored_promotions(batch.conn, batch.store.id)
    for row in batch.live:
        values = _values(batch, row)
        before = known.get(row.get("Identifier"))
        values["texts"] = before["texts"] if before else {}
        try:
            promotions.put_promotions(batch.conn, batch.store.id, [values])
        except Invalid as error:
            batch.reject(row, error.code, str(error.path).capitalize(), str(error))
            continue
        after = promotions.stored_promotions(batch.conn, batch.store.id)[row.get("Identifier")]
        changed = before is None or before["version"] != after["version"]
        batch.note(row, Outcome.INSERTED if before is None else Outcome.UPDATED if changed else Outcome.UNCHANGED)


def _values(batch: Batch, row: Row) -> dict[str, Any]:
    zone = batch.store.time_zone
    code = row.get("Code")
    return {
        "identifier": row.get("Identifier"),
        "status": row.get("Status") or "active",
        "level": row.get("Level"),
        "priority": row.get("Priority") or 0,
        "exclusivity": row.get("Exclusivity") or 0,
        "trigger": row.get("Trigger") or ("public_code" if code else "automatic"),
        "code": code,
        "starts_at": in_zone(row.get("StartDate"), zone),
        "ends_at": in_zone(row.get("EndDate"), zone),
        "limit_order": _limit(row, "LimitPerOrder"),
        "limit_shopper": _limit(row, "LimitPerShopper"),
        "limit_total": _limit(row, "LimitTotal"),
        "conditions": row.get("Conditions") or [],
        "rewards": row.get("Rewards"),
        "settings": row.get("Settings") or {},
    }


def _limit(row: Row, column: str) -> int:
    return -1 if row.get(column) is None else int(row.get(column))


def _put_texts(batch: Batch) -> None:
    known = promotions.stored_promotions(batch.conn, batch.store.id)
    for row in batch.live:
        stored = known.get(row.get("Identifier"))
        if stored is None:
            batch.unresolved(row, "Identifier")
            continue
        given = [row.get("Name"), row.get("Description") or ""]
        if stored["texts"].get(row.get("Language")) == given:
            continue
        texts = stored["texts"] | {row.get("Language"): given}
        stored["texts"] = texts
        promotions.put_texts(batch.conn, batch.store.id, row.get("Identifier"), texts)
        batch.note(row, Outcome.UPDATED)


def _put_coupons(batch: Batch) -> None:
    zone = batch.store.time_zone
    for row in batch.live:
        values = {
            "code": row.get("Code"),
            "promotion": row.get("Promotion"),
            "owner": row.get("LogonId"),
            "effective_at": in_zone(row.get("EffectiveDate"), zone),
            "expires_at": in_zone(row.get("ExpirationDate"), zone),
            "transferable": bool(row.get("Transferable")),
            "issued_by": "load",
        }
        try:
            new = promotions.put_coupon(batch.conn, batch.store.id, values, batch.at)
        except Error as error:
            batch.reject(row, error.code, "Code", str(error))
            continue
        batch.note(row, Outcome.INSERTED if new else Outcome.UNCHANGED)


KINDS = [
    Kind(
        keyword="Promotion",
        sequence=7.0,
        identity=("Identifier",),
        columns=key_columns(Identifier=text(128), Level=one_of("product", "order", "shipping"), Rewards=document)
        | columns(
            Status=one_of("active", "inactive"),
            Priority=integer,
            Exclusivity=_EXCLUSIVITY,
            Code=text(64),
            Trigger=one_of("automatic", "public_code", "unique_codes"),
            StartDate=instant,
            EndDate=instant,
            LimitPerOrder=integer,
            LimitPerShopper=integer,
            LimitTotal=integer,
            Conditions=document,
            Settings=document,
        ),
        put=_put_promotions,
        changes_catalog=False,
    ),
    Kind(
        keyword="PromotionDescription",
        sequence=7.1,
        identity=("Identifier", "Language"),
        columns=key_columns(Identifier=text(128), Language=language, Name=text(254)) | columns(Description=text(4000)),
        put=_put_texts,
        changes_catalog=False,
    ),
    Kind(
        keyword="Coupon",
        sequence=7.2,
        identity=("Code",),
        columns=key_columns(Code=text(64), Promotion=text(128), LogonId=text(254))
        | columns(EffectiveDate=instant, ExpirationDate=instant, Transferable=boolean),
        put=_put_coupons,
        changes_catalog=False,
    ),
]
