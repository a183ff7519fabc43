"""Stores: who sells, in which languages and currencies."""

from __future__ import annotations

from typing import Any

from entrepot.commerce import catalog, members, pricing
from entrepot.dataload.cells import boolean, currency, integer, language, text, word_for
from entrepot.dataload.kind import Batch, Kind, columns, key_columns, values


def _list(cell: str) -> list[str]:
    return [part.strip() for part in cell.replace(";", ",").split(",") if part.strip()]


_FIELDS = {
    "Name": "name",
    "Status": "status",
    "DefaultLanguage": "default_language",
    "DefaultCurrency": "default_currency",
    "Languages": "languages",
    "Currencies": "currencies",
    "TimeZone": "time_zone",
    "PricesIncludeTax": "prices_include_tax",
    "DefaultContract": "default_contract",
    "DefaultCatalog": "default_catalog",
    "BundleMembersLocked": "bundle_members_locked",
    "BestDeal": "best_deal",
    "DefaultContractCompetes": "default_contract_competes",
    "QuoteGoodFor": "quote_good_for",
    "AllocationGoodFor": "allocation_good_for",
}


def _put(batch: Batch) -> None:
    stored = catalog.STORES.find(batch.conn, [(row.get("Identifier"),) for row in batch.live])
    asset = {row.get("AssetStore") for row in batch.live if row.get("AssetStore")}
    assets = catalog.STORES.find(batch.conn, [(name,) for name in asset])
    pairs = []
    for row in batch.live:
        if row.get("AssetStore") and (row.get("AssetStore"),) not in assets:
            batch.unresolved(row, "AssetStore")
            continue
        found: dict[str, Any] = {"identifier": row.get("Identifier"), **values(row, _FIELDS, catalog.STORES)}
        present = stored.get((row.get("Identifier"),))
        if row.get("OwnerOrganization") or present is None:
            owner = row.get("OwnerOrganization") or row.get("Identifier")
            found["owner_id"] = members.ensure_organization(batch.conn, owner).id
        if row.has("AssetStore"):
            found["asset_store_id"] = assets[(row.get("AssetStore"),)]["id"] if row.get("AssetStore") else None
        for many, one in (("languages", "default_language"), ("currencies", "default_currency")):
            first = found.get(one) or (present[one] if present else catalog.STORES.defaults[one])
            listed = found.get(many) or (present[many] if present else [])
            found[many] = [first, *(other for other in listed if other != first)]
        pairs.append((row, found))
    batch.write(catalog.STORES, pairs, primary=True)
    for known in stored.values():
        pricing.touch(batch.conn, int(known["id"]))  # a switch of the store decides which contracts compete


KINDS = [
    Kind(
        keyword="Store",
        sequence=0.5,
        identity=("Identifier",),
        columns={
            **key_columns(Identifier=text(64)),
            **columns(
                Name=text(),
                Status=word_for({"Open": 1, "Closed": 0, "Suspended": -1, "1": 1, "0": 0, "-1": -1}),
                OwnerOrganization=text(),
                AssetStore=text(64),
                DefaultLanguage=language,
                Languages=_list,
                DefaultCurrency=currency,
                Currencies=_list,
                TimeZone=text(64),
                PricesIncludeTax=boolean,
                DefaultContract=text(128),
                DefaultCatalog=text(),
                BundleMembersLocked=boolean,
                BestDeal=boolean,
                DefaultContractCompetes=boolean,
                QuoteGoodFor=integer,
                AllocationGoodFor=integer,
            ),
        },
        put=_put,
        needs_store=False,
    )
]
