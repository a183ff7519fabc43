"""Prices that stand in the rows of entries: up to five currencies each, handed to whoever keeps prices."""

from __future__ import annotations

from collections.abc import Mapping

from entrepot.dataload.cells import currency, number, positive, price, text
from entrepot.dataload.kind import Batch, PriceRow, Row, columns

_SUFFIXES = ("", "2", "3", "4", "5")
PRICE_COLUMNS = columns(
    **{f"CurrencyCode{n}": currency for n in _SUFFIXES},
    **{f"ListPrice{n}": price for n in _SUFFIXES},
    **{f"Price{n}": price for n in _SUFFIXES},
    Precedence=number,
    QuantityUnit=text(16),
    MinimumQuantity=positive,
    MaximumQuantity=positive,
)


def hand_on_prices(batch: Batch, ids: Mapping[str, int]) -> None:
    """Give the prices of these rows to the hook of the run; without one they are left alone."""
    if batch.settings.prices is None:
        return
    found = [one for row in batch.live for one in prices_in(row, ids[row.get("PartNumber")], batch.settings.price_list)]
    if found:
        batch.settings.prices(batch.conn, found)


def prices_in(row: Row, entry_id: int, price_list: str) -> list[PriceRow]:
    """The list price and the offer price of each currency in a row."""
    found = []
    for n in _SUFFIXES:
        code = row.get(f"CurrencyCode{n}")
        if row.get(f"ListPrice{n}") is not None:
            found.append(PriceRow(entry_id, None, code, row.get(f"ListPrice{n}")))
        if row.get(f"Price{n}") is not None:
            bounds = (row.get("MinimumQuantity"), row.get("MaximumQuantity"), row.get("Precedence") or 0.0)
            found.append(PriceRow(entry_id, price_list, code, row.get(f"Price{n}"), *bounds))
    return found


def require_currencies(batch: Batch) -> None:
    """A price without its currency says nothing."""
    for row in batch.live:
        for n in _SUFFIXES:
            priced = row.get(f"ListPrice{n}") is not None or row.get(f"Price{n}") is not None
            if not row.out and priced and row.get(f"CurrencyCode{n}") is None:
                batch.reject(row, "CURRENCY_UNKNOWN", f"CurrencyCode{n}", "a price needs its currency")
