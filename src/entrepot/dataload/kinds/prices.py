"""Price lists, offers and list prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.commerce import catalog, pricing
from entrepot.dataload.cells import currency, in_zone, instant, number, positive, price, text
from entrepot.dataload.kind import Batch, Kind, PriceHook, PriceRow, Row, columns, key_columns
from entrepot.dataload.kinds.entry_prices import PRICE_COLUMNS, prices_in, require_currencies
from entrepot.dataload.kinds.lookups import entries
from entrepot.kernel.clock import micros_of
from entrepot.kernel.quantity import EACH, Step

#: Currencies an Offer file may have a PriceIn… column for.
CURRENCIES = [
    "USD",
    "EUR",
    "GBP",
    "JPY",
    "CHF",
    "CAD",
    "AUD",
    "NZD",
    "SEK",
    "NOK",
    "DKK",
    "PLN",
    "CZK",
    "HUF",
    "RON",
    "BGN",
    "TRY",
    "CNY",
    "HKD",
    "TWD",
    "KRW",
    "SGD",
    "INR",
    "BRL",
    "MXN",
    "ZAR",
    "AED",
    "SAR",
    "KWD",
    "BHD",
]


def _put_price_lists(batch: Batch) -> None:
    rows = [
        (row, {"store_id": batch.store.id, "name": row.get("Name"), "description": row.get("Description")}) for row in batch.live
    ]
    batch.write(pricing.PRICE_LISTS, rows, primary=True)
    pricing.touch(batch.conn, batch.store.id)


def _put_offers(batch: Batch) -> None:
    known = entries(batch, "CatentryPartNumber")
    lists = pricing.find_price_lists(batch.conn, batch.store.id)
    rows = []
    for row in batch.live:
        entry = known.get(row.get("CatentryPartNumber"))
        if entry is None:
            batch.unresolved(row, "CatentryPartNumber")
        elif entry["type"] == "bundle":
            batch.reject(row, "TYPE_NOT_ALLOWED", "CatentryPartNumber", "a bundle has no price; its members have")
        elif row.get("PriceListName") not in lists:
            batch.unresolved(row, "PriceListName")
        else:
            rows += [
                (row, _offer(batch, row, entry, lists[row.get("PriceListName")], code, row.get(f"PriceIn{code}")))
                for code in CURRENCIES
                if row.get(f"PriceIn{code}") is not None
            ]
    _write_offers(batch, rows)


def _put_offer_prices(batch: Batch) -> None:
    """Offers of the store's standard price list, and list prices, by part number."""
    require_currencies(batch)
    known = entries(batch, "PartNumber")
    standard = pricing.ensure_price_list(batch.conn, batch.store.id, batch.settings.price_list)
    offers: list[tuple[Row, dict[str, Any]]] = []
    listed: list[tuple[Row, dict[str, Any]]] = []
    for row in batch.live:
        entry = known.get(row.get("PartNumber"))
        if entry is None:
            batch.unresolved(row, "PartNumber")
            continue
        for found in prices_in(row, entry["id"], batch.settings.price_list):
            if found.price_list is None:
                listed.append((row, {"entry_id": found.entry_id, "currency": found.currency, "price": found.price}))
            else:
                offers.append((row, _offer(batch, row, entry, standard, found.currency, found.price)))
    _write_offers(batch, offers)
    batch.write(pricing.LIST_PRICES, listed)


def _put_minimum_prices(batch: Batch) -> None:
    """The price per unit below which no promotion may bring an entry."""
    known = entries(batch, "PartNumber")
    rows = []
    for row in batch.live:
        entry = known.get(row.get("PartNumber"))
        if entry is None:
            batch.unresolved(row, "PartNumber")
            continue
        rows.append((row, {"entry_id": entry["id"], "currency": row.get("CurrencyCode"), "price": row.get("MinimumPrice")}))
    batch.write(pricing.MINIMUM_PRICES, rows, primary=True)
    pricing.touch(batch.conn, batch.store.id)


def _write_offers(batch: Batch, rows: list[tuple[Row, dict[str, Any]]]) -> None:
    for row, values in rows:
        if not row.out and values["quantity_least"] > values["quantity_most"]:
            batch.reject(row, "BAD_RANGE", "MaximumQuantity", "the maximum is less than the minimum")
        if not row.out and values["starts_at"] >= values["ends_at"]:
            batch.reject(row, "BAD_RANGE", "EndDate", "the end lies before the start")
    batch.write(pricing.OFFERS, rows, primary=True)
    pricing.touch(batch.conn, batch.store.id)


def _offer(batch: Batch, row: Row, entry: Any, price_list: int, code: str, amount: int) -> dict[str, Any]:
    """An offer's row: its quantity range in the entry's steps, its dates as plain numbers."""
    step = Step(Decimal(str(entry["quantity_multiple"] or 1)), entry["quantity_unit"] or EACH)
    zone = batch.store.time_zone
    least, most = row.get("MinimumQuantity"), row.get("MaximumQuantity")
    start, end = in_zone(row.get("StartDate"), zone), in_zone(row.get("EndDate"), zone)
    identifier = row.get("Identifier") or "|".join(str(part or "") for part in (row.get("Precedence"), least, start))
    return {
        "price_list_id": price_list,
        "entry_id": entry["id"],
        "currency": code,
        "identifier": identifier,
        "price": amount,
        "quantity_least": step.parse(_plain(least)) if least else 1,
        "quantity_most": step.parse(_plain(most)) if most else pricing.MOST_QUANTITY,
        "precedence": int(row.get("Precedence") or 0),
        "starts_at": micros_of(start) if start else 0,
        "ends_at": micros_of(end) if end else pricing.FOREVER,
        "published": True,
        "groups": None,
    }


def _plain(text_: str) -> str:
    whole, _, rest = text_.partition(".")
    return f"{whole}.{rest}".rstrip("0").rstrip(".") if rest else whole


_OFFER_COLUMNS = columns(
    Identifier=text(128),
    Precedence=number,
    StartDate=instant,
    EndDate=instant,
    MinimumQuantity=positive,
    MaximumQuantity=positive,
)
KINDS = [
    Kind(
        keyword="MinimumPrice",
        sequence=4.3,
        identity=("PartNumber", "CurrencyCode"),
        columns=key_columns(PartNumber=text(64), CurrencyCode=currency, MinimumPrice=price),
        put=_put_minimum_prices,
        changes_catalog=False,
    ),
    Kind(
        keyword="PriceList",
        sequence=4.0,
        identity=("Name",),
        columns=key_columns(Name=text(128)) | columns(UniqueId=text(40), Description=text(4000), Precedence=number, Type=text(4)),
        put=_put_price_lists,
        changes_catalog=False,
    ),
    Kind(
        keyword="Offer",
        sequence=4.1,
        identity=("PriceListName", "CatentryPartNumber", "Identifier", "MinimumQuantity", "Precedence", "StartDate"),
        columns=key_columns(PriceListName=text(128), CatentryPartNumber=text(64))
        | _OFFER_COLUMNS
        | columns(**{f"PriceIn{code}": price for code in CURRENCIES}),
        put=_put_offers,
        changes_catalog=False,
    ),
    Kind(
        keyword="OfferPrice",
        aliases=("ListPriceList",),
        sequence=4.2,
        identity=("PartNumber", "MinimumQuantity", "Precedence", "StartDate"),
        columns=key_columns(PartNumber=text(64))
        | dict(PRICE_COLUMNS)
        | columns(StartDate=instant, EndDate=instant, Description=text(4000), LanguageId=text(10), Currency=currency),
        put=_put_offer_prices,
        changes_catalog=False,
    ),
]


def entry_prices(store: str) -> PriceHook:
    """What puts the prices found in entries' rows into the store's price lists."""

    def put(conn: Connection, rows: list[PriceRow]) -> None:
        store_id = catalog.find_store(conn, store).id
        pricing.put_list_prices(
            conn,
            [{"entry_id": one.entry_id, "currency": one.currency, "price": one.price} for one in rows if one.price_list is None],
        )
        offers = [one for one in rows if one.price_list is not None]
        lists = {name: pricing.ensure_price_list(conn, store_id, name) for name in {one.price_list or "" for one in offers}}
        pricing.put_offers(conn, [_from_entry(one, lists[one.price_list or ""]) for one in offers])
        pricing.touch(conn, store_id)

    return put


def _from_entry(one: PriceRow, price_list: int) -> dict[str, Any]:
    return {
        "price_list_id": price_list,
        "entry_id": one.entry_id,
        "currency": one.currency,
        "price": one.price,
        "identifier": "|".join((str(int(one.precedence)), one.minimum_quantity or "", "")),
        "precedence": int(one.precedence),
        "quantity_least": int(float(one.minimum_quantity)) if one.minimum_quantity else 1,
        "quantity_most": int(float(one.maximum_quantity)) if one.maximum_quantity else pricing.MOST_QUANTITY,
        "starts_at": micros_of(one.start) if one.start else 0,
        "ends_at": micros_of(one.end) if one.end else pricing.FOREVER,
    }
