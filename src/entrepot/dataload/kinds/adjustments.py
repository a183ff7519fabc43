"""How far each role may give by hand, and whether adjustments of one kind replace each other: kept by order management."""

from __future__ import annotations

from entrepot.dataload.cells import currency, integer, text, word_for
from entrepot.dataload.kind import Batch, Kind, Row, columns, key_columns
from entrepot.kernel.errors import Invalid
from entrepot.kernel.money import parse_amount
from entrepot.kernel.sheet import Outcome
from entrepot.order_management import orders

_AMOUNTS = {"LineAmount": "line_amount", "OrderAmount": "order_amount", "DayAmount": "day_amount"}


def _put_limits(batch: Batch) -> None:
    for row in batch.live:
        percent = row.get("LinePercent")
        if percent is not None and not 0 <= percent <= 100:
            batch.reject(row, "BAD_VALUE", "LinePercent", "write a whole percentage between 0 and 100, or nothing for no limit")
            continue
        try:
            limits = orders.Limits(percent, *(_amount(row, column) for column in _AMOUNTS))
        except Invalid as error:
            batch.reject(row, "BAD_VALUE", error.path, str(error))
            continue
        before = orders.stored_limits(batch.conn, batch.store_name, row.get("CurrencyCode")).get(row.get("Role"))
        if before == limits:
            continue
        key = {"enterprise": batch.store_name, "role": row.get("Role"), "currency": row.get("CurrencyCode")}
        amounts = {name: getattr(limits, name) for name in ("line_percent", *_AMOUNTS.values())}
        orders.put_limits(batch.conn, [key | amounts])
        batch.note(row, Outcome.INSERTED if before is None else Outcome.UPDATED)


def _amount(row: Row, column: str) -> int | None:
    cell = row.get(column)
    return None if cell is None else int(parse_amount(cell, row.get("CurrencyCode"), column))


def _put_policy(batch: Batch) -> None:
    for row in batch.live:
        if orders.policy_of(batch.conn, batch.store_name) != row.get("Policy"):
            orders.put_policy(batch.conn, batch.store_name, row.get("Policy"))
            batch.note(row, Outcome.UPDATED)


KINDS = [
    Kind(
        keyword="AdjustmentLimit",
        sequence=6.5,
        identity=("Role", "CurrencyCode"),
        columns=key_columns(Role=text(40), CurrencyCode=currency)
        | columns(LinePercent=integer, LineAmount=text(20), OrderAmount=text(20), DayAmount=text(20)),
        put=_put_limits,
        system="order_management",
        changes_catalog=False,
        needs_store=False,
    ),
    Kind(
        keyword="AdjustmentPolicy",
        sequence=6.6,
        identity=("Policy",),
        columns=key_columns(Policy=word_for({one.value: one for one in orders.Policy})),
        put=_put_policy,
        system="order_management",
        changes_catalog=False,
        needs_store=False,
    ),
]
