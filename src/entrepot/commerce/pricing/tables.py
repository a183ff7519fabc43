"""Tables of pricing, what is read from them in one go, and what is written.

An offer is one row per price list, entry, currency and quantity range, with its dates as plain numbers and
open ends as extremes: so the look-up of a hundred entries is one indexed read without a join.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.database import metadata
from entrepot.commerce.pricing.contract import ContractRow, Participants, read_terms
from entrepot.commerce.pricing.price import Offer
from entrepot.kernel.cache import Versioned, changing
from entrepot.kernel.db import BigKey, Instant, Json, any_of, upsert
from entrepot.kernel.sheet import Sheet
from entrepot.kernel.statement import Statement

#: The price list that load files without a price list's name write to.
STANDARD = "Standard"
MOST_QUANTITY = 2**53

price_list = sa.Table(
    "price_list",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("store_id", sa.BigInteger, nullable=False),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("description", sa.Text),
    sa.UniqueConstraint("store_id", "name"),
)
offer = sa.Table(
    "offer",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("price_list_id", sa.BigInteger, sa.ForeignKey("price_list.id"), nullable=False),
    sa.Column("entry_id", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("identifier", sa.String(128), nullable=False),
    sa.Column("price", sa.BigInteger, nullable=False),
    sa.Column("quantity_least", sa.BigInteger, nullable=False),
    sa.Column("quantity_most", sa.BigInteger, nullable=False),
    sa.Column("precedence", sa.Integer, nullable=False),
    sa.Column("starts_at", sa.BigInteger, nullable=False),
    sa.Column("ends_at", sa.BigInteger, nullable=False),
    sa.Column("published", sa.Boolean, nullable=False),
    sa.Column("groups", Json),
    sa.CheckConstraint("price >= 0"),
    sa.CheckConstraint("quantity_least <= quantity_most"),
    sa.UniqueConstraint("entry_id", "price_list_id", "currency", "identifier"),
)
list_price = sa.Table(
    "list_price",
    metadata,
    sa.Column("entry_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("currency", sa.String(3), primary_key=True),
    sa.Column("price", sa.BigInteger, nullable=False),
    sa.CheckConstraint("price >= 0"),
)
minimum_price = sa.Table(
    "minimum_price",
    metadata,
    sa.Column("entry_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("currency", sa.String(3), primary_key=True),
    sa.Column("price", sa.BigInteger, nullable=False),
    sa.CheckConstraint("price >= 0"),
)
price_constant = sa.Table(
    "price_constant",
    metadata,
    sa.Column("store_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("value", sa.String(40), nullable=False),
    sa.Column("amounts", Json),
)
price_rule = sa.Table(
    "price_rule",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("store_id", sa.BigInteger, nullable=False),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("path", Json, nullable=False),
    sa.UniqueConstraint("store_id", "name"),
)
price_rule_version = sa.Table(
    "price_rule_version",
    metadata,
    sa.Column("store_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(128), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("path", Json, nullable=False),
    sa.Column("undo", Json),
    sa.Column("starts_at", Instant),
    sa.Column("ends_at", Instant),
    sa.Column("user", sa.String(254), nullable=False),
    sa.Column("at", Instant, nullable=False),
)
contract = sa.Table(
    "contract",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("store_id", sa.BigInteger, nullable=False),
    sa.Column("identifier", sa.String(128), nullable=False),
    sa.Column("name", sa.String(254), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("is_default", sa.Boolean, nullable=False),
    sa.Column("organization_id", sa.BigInteger),
    sa.Column("segments", Json),
    sa.Column("price_rule", sa.String(128)),
    sa.Column("base_contract", sa.String(128)),
    sa.Column("preferred", sa.Boolean, nullable=False, default=False),
    sa.Column("starts_at", Instant),
    sa.Column("ends_at", Instant),
    sa.Column("terms", Json),
    sa.Column("participants", Json),
    sa.Column("submitted_by", sa.String(254)),
    sa.UniqueConstraint("store_id", "identifier"),
)
pricing_version = sa.Table(
    "pricing_version",
    metadata,
    sa.Column("store_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("version", sa.BigInteger, nullable=False),
)


def version_of(conn: Connection, store_id: Any) -> int:
    """The counter that moves with every change of lists, rules and contracts of the store."""
    return _VERSION.value(conn, {"store_id": store_id}) or 0


def touch(conn: Connection, store_id: int) -> None:
    """Tell every process that prices of the store have changed."""
    changing()
    upsert(conn, pricing_version, [{"store_id": store_id, "version": version_of(conn, store_id) + 1}], ["store_id"])


def find_contracts(conn: Connection, store_id: int) -> list[ContractRow]:
    """All contracts of the store, in the order of their ids."""
    rows = conn.execute(sa.select(contract).where(contract.c.store_id == store_id).order_by(contract.c.id)).mappings()
    names = ContractRow.__dataclass_fields__
    return [
        ContractRow(
            **{name: row[name] for name in names if name not in ("segments", "terms", "participants")},
            segments=frozenset(row["segments"] or ()),
            terms=read_terms(row["terms"]),
            participants=msgspec.convert(row["participants"] or {}, Participants),
        )
        for row in rows
    ]


def find_rules(conn: Connection, store_id: int) -> dict[str, tuple[int, Any]]:
    """Version and stored form of every price rule, by name."""
    rows = conn.execute(sa.select(price_rule).where(price_rule.c.store_id == store_id)).mappings()
    return {row["name"]: (row["version"], row["path"]) for row in rows}


def find_price_lists(conn: Connection, store_id: int) -> dict[str, int]:
    """The ids of the store's price lists by name."""
    rows = conn.execute(sa.select(price_list.c.name, price_list.c.id).where(price_list.c.store_id == store_id))
    return dict(rows.all())


@dataclass(frozen=True, slots=True)
class _Held:
    """Offers by price list, list prices and minimum prices of entries that were asked for."""

    offers: dict[int, dict[int, tuple[Offer, ...]]] = field(default_factory=dict)
    list_prices: dict[int, int | None] = field(default_factory=dict)
    minimum: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Shelf:
    """What has been asked for since a price last changed, in one store and currency.

    When it is too much another is begun: who is reading goes on with the one it has.
    """

    held: _Held = field(default_factory=_Held)


MOST_KEPT = 50_000
_shelves: Versioned[_Shelf] = Versioned(version_of)


def find_offers(
    conn: Connection, store_id: int, entries: Sequence[int], currency: str
) -> tuple[dict[int, dict[int, tuple[Offer, ...]]], dict[int, int | None]]:
    """The published offers of these entries by entry and price list, and their list prices, in one currency.

    Kept per process until a price of the store changes; which offers are valid at an instant is decided by whoever
    asks, so that a price date in the past or the future reads the same.
    """
    held = _held(conn, store_id, entries, currency)
    return held.offers, held.list_prices


def minimum_prices(conn: Connection, store_id: int, entries: Sequence[int], currency: str) -> dict[int, int]:
    """The prices below which no promotion may bring these entries (1/100,000), of those that have one."""
    kept = _held(conn, store_id, entries, currency).minimum
    return {entry: kept[entry] for entry in entries if entry in kept} if kept else {}


def _held(conn: Connection, store_id: int, entries: Sequence[int], currency: str) -> _Held:
    shelf = _shelves.get(conn, store_id, currency, _Shelf)
    if len(shelf.held.offers) > MOST_KEPT:
        shelf.held = _Held()
    held = shelf.held
    missing = [entry for entry in entries if entry not in held.offers]
    if missing:
        _take(conn, held, missing, currency)
    return held


def _take(conn: Connection, held: _Held, entries: list[int], currency: str) -> None:
    binds = {"entries": entries, "currency": currency}
    found: dict[int, dict[int, tuple[Offer, ...]]] = {entry: {} for entry in entries}
    for entry, of_list, key, price, least, most, precedence, starts, ends, groups in _OFFERS.rows(conn, binds):
        segments = (frozenset(msgspec.json.decode(groups)) or None) if groups else None
        lists, one = found[entry], (Offer(key, price, least, most, precedence, starts, segments, ends),)
        lists[of_list] = lists[of_list] + one if of_list in lists else one
    listed = dict(_LIST_PRICES.rows(conn, binds))
    held.minimum.update(_MINIMUM_PRICES.rows(conn, binds))
    held.list_prices.update({entry: listed.get(entry) for entry in entries})
    held.offers.update(found)


_VERSION = Statement(sa.select(pricing_version.c.version).where(pricing_version.c.store_id == sa.bindparam("store_id")))
_OFFERS = Statement(
    sa.select(
        offer.c.entry_id,
        offer.c.price_list_id,
        offer.c.id,
        offer.c.price,
        offer.c.quantity_least,
        offer.c.quantity_most,
        offer.c.precedence,
        offer.c.starts_at,
        offer.c.ends_at,
        offer.c.groups,
    ).where(any_of(offer.c.entry_id, "entries"), offer.c.currency == sa.bindparam("currency"), offer.c.published)
)


def _prices_in(table: sa.Table) -> Statement:
    ours = (any_of(table.c.entry_id, "entries"), table.c.currency == sa.bindparam("currency"))
    return Statement(sa.select(table.c.entry_id, table.c.price).where(*ours))


_LIST_PRICES, _MINIMUM_PRICES = _prices_in(list_price), _prices_in(minimum_price)

#: Bulk ports of the loader.
PRICE_LISTS = Sheet(price_list, ("store_id", "name"), "name")
OFFERS = Sheet(offer, ("entry_id", "price_list_id", "currency", "identifier"), "entry_id")
MINIMUM_PRICES = Sheet(minimum_price, ("entry_id", "currency"), "entry_id")
LIST_PRICES = Sheet(list_price, ("entry_id", "currency"), "entry_id")
CONTRACTS = Sheet(contract, ("store_id", "identifier"), "identifier")
