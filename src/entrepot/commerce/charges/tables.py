"""Tables of charges: shipping modes with their rates, surcharges, what tax is reckoned by, and the smallest coins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from entrepot.commerce.charges.shipping import Basis, Rate, ShippingMode
from entrepot.commerce.charges.surcharges import Per, Surcharge, Tariff
from entrepot.commerce.charges.tax import CashRounding, TaxHome, TaxRate
from entrepot.commerce.database import metadata
from entrepot.kernel.cache import Versioned, changing
from entrepot.kernel.db import BigKey, Instant, Json, upsert
from entrepot.kernel.sheet import Sheet
from entrepot.kernel.statement import Statement

shipping_mode = sa.Table(
    "shipping_mode",
    metadata,
    sa.Column("id", BigKey, primary_key=True),
    sa.Column("store_id", sa.BigInteger, nullable=False),
    sa.Column("code", sa.String(40), nullable=False),
    sa.Column("carrier", sa.String(40), nullable=False),
    sa.Column("service", sa.String(80), nullable=False),
    sa.Column("names", Json, nullable=False),
    sa.Column("rates", Json, nullable=False),
    sa.Column("days_least", sa.Integer, nullable=False),
    sa.Column("days_most", sa.Integer, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("before", Json),
    sa.UniqueConstraint("store_id", "code"),
)
surcharge = sa.Table(
    "surcharge",
    metadata,
    sa.Column("store_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("category", sa.String(40), nullable=False),
    sa.Column("per", sa.String(8), nullable=False),
    sa.Column("names", Json, nullable=False),
    sa.Column("tariffs", Json, nullable=False),
    sa.Column("tax_category", sa.String(40), nullable=False),
    sa.Column("entries", Json, nullable=False),
    sa.Column("modes", Json, nullable=False),
    sa.Column("countries", Json, nullable=False),
    sa.Column("starts_at", Instant),
    sa.Column("ends_at", Instant),
    sa.Column("before", Json),
)
tax_rate = sa.Table(
    "tax_rate",
    metadata,
    sa.Column("store_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("category", sa.String(40), primary_key=True),
    sa.Column("country", sa.String(2), primary_key=True),
    sa.Column("region", sa.String(10), primary_key=True),
    sa.Column("percent", sa.String(20), nullable=False),
    sa.Column("before", Json),
)
tax_home = sa.Table(
    "tax_home",
    metadata,
    sa.Column("store_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("country", sa.String(2), nullable=False),
    sa.Column("region", sa.String(10), nullable=False),
    sa.Column("keep_gross", sa.Boolean, nullable=False),
    sa.Column("before", Json),
)
cash_rounding = sa.Table(
    "cash_rounding",
    metadata,
    sa.Column("store_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("currency", sa.String(3), primary_key=True),
    sa.Column("interval", sa.Integer, nullable=False),
    sa.Column("countries", Json, nullable=False),
    sa.Column("before", Json),
)
charges_version = sa.Table(
    "charges_version",
    metadata,
    sa.Column("store_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("version", sa.BigInteger, nullable=False),
)


def _version_of(conn: Connection, store_id: Any) -> int:
    return _VERSION.value(conn, {"store_id": store_id}) or 0


_VERSION = Statement(sa.select(charges_version.c.version).where(charges_version.c.store_id == sa.bindparam("store_id")))
_modes: Versioned[tuple[ShippingMode, ...]] = Versioned(_version_of)
_surcharges: Versioned[tuple[Surcharge, ...]] = Versioned(_version_of)
_rates: Versioned[tuple[TaxRate, ...]] = Versioned(_version_of)
_homes: Versioned[TaxHome] = Versioned(_version_of)
_roundings: Versioned[tuple[CashRounding, ...]] = Versioned(_version_of)


def find_shipping_modes(conn: Connection, store_id: int) -> tuple[ShippingMode, ...]:
    """The store's shipping modes with their rates."""

    def load() -> tuple[ShippingMode, ...]:
        rows = conn.execute(sa.select(shipping_mode).where(shipping_mode.c.store_id == store_id)).mappings()
        return tuple(_mode(dict(row)) for row in rows)

    return _modes.get(conn, store_id, "modes", load)


def find_tax_rates(conn: Connection, store_id: int) -> tuple[TaxRate, ...]:
    """The store's tax rates."""

    def load() -> tuple[TaxRate, ...]:
        rows = conn.execute(sa.select(tax_rate).where(tax_rate.c.store_id == store_id)).mappings()
        return tuple(
            TaxRate(row["name"], row["category"], row["country"], Fraction(row["percent"]), row["region"]) for row in rows
        )

    return _rates.get(conn, store_id, "rates", load)


def find_tax_home(conn: Connection, store_id: int) -> TaxHome:
    """The place whose taxes the store's prices include, and what becomes of them elsewhere."""

    def load() -> TaxHome:
        row = TAX_HOME.stored(conn, store_id).get(HOME)
        return TaxHome(**row) if row else TaxHome()

    return _homes.get(conn, store_id, "home", load)


def find_cash_roundings(conn: Connection, store_id: int) -> tuple[CashRounding, ...]:
    """The smallest coins totals are rounded to, by currency."""

    def load() -> tuple[CashRounding, ...]:
        rows = COINS.stored(conn, store_id).values()
        return tuple(CashRounding(row["currency"], row["interval"], frozenset(row["countries"])) for row in rows)

    return _roundings.get(conn, store_id, "roundings", load)


def find_surcharges(conn: Connection, store_id: int) -> tuple[Surcharge, ...]:
    """The store's surcharges, by code."""

    def load() -> tuple[Surcharge, ...]:
        return tuple(read_surcharge(row) for row in SURCHARGES.stored(conn, store_id).values())

    return _surcharges.get(conn, store_id, "surcharges", load)


def touch(conn: Connection, store_id: int) -> None:
    """Tell every process that charges of the store have changed."""
    changing()
    upsert(conn, charges_version, [{"store_id": store_id, "version": _version_of(conn, store_id) + 1}], ["store_id"])


def _mode(row: Mapping[str, Any]) -> ShippingMode:
    rates = tuple(read_rate(rate) for rate in row["rates"])
    return ShippingMode(
        row["code"], row["carrier"], row["service"], rates, row["names"], (row["days_least"], row["days_most"]), row["sequence"]
    )


def read_rate(stored: Mapping[str, Any]) -> Rate:
    """A rate as it is stored; what is left out is at its default."""
    return Rate(
        **dict(stored)
        | {
            "countries": frozenset(stored.get("countries", ())),
            "basis": Basis(stored.get("basis", Basis.WEIGHT)),
            "starts_at": _instant(stored.get("starts_at")),
            "ends_at": _instant(stored.get("ends_at")),
        }
    )


def stored_rate(rate: Rate) -> dict[str, Any]:
    """The rate as `read_rate` reads it; what is at its default is left out, so that tables stay readable."""
    more = {
        "basis": str(rate.basis),
        "least": rate.least,
        "below": rate.below,
        "per_item": rate.per_item,
        "starts_at": rate.starts_at.isoformat() if rate.starts_at else None,
        "ends_at": rate.ends_at.isoformat() if rate.ends_at else None,
    }
    return {
        "currency": rate.currency,
        "countries": sorted(rate.countries),
        "base": rate.base,
        "per_kilogram": rate.per_kilogram,
        "grams_included": rate.grams_included,
        **{name: value for name, value in more.items() if value not in ("weight", 0, None, False)},
    }


def read_surcharge(row: Mapping[str, Any]) -> Surcharge:
    """A surcharge as it is stored."""
    tariffs = tuple(Tariff(**one | {"percent": Fraction(one.get("percent", "0"))}) for one in row["tariffs"])
    sets = {name: frozenset(row[name]) for name in ("entries", "modes", "countries")}
    return Surcharge(**dict(row) | sets | {"per": Per(row["per"]), "tariffs": tariffs})


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


#: The one name under which a store's tax home is kept and told.
HOME = "home"


def subject_of(rate: Mapping[str, Any]) -> str:
    """A tax rate as forms and the history name it: where, on which goods, which tax.

    >>> subject_of({"country": "US", "region": "NY", "category": "standard", "name": "Sales tax"})
    'US-NY standard Sales tax'
    """
    place = "-".join(filter(None, (rate["country"], rate["region"])))
    return f"{place} {rate['category']} {rate['name']}"


@dataclass(frozen=True, slots=True)
class Kept:
    """A kind of charges and its table: its name in the history, what tells rows of a store apart, what each is called."""

    kind: str
    table: sa.Table
    keys: tuple[str, ...]
    called: Callable[[Mapping[str, Any]], str]

    def stored(self, conn: Connection, store_id: int) -> dict[str, dict[str, Any]]:
        """The store's rows as they are stored, by what each is called, for editing."""
        rows = [{name: row[name] for name in row if name not in _NOT_EDITED} for row in self._rows(conn, store_id)]
        return {self.called(row): row for row in rows}

    def put(self, conn: Connection, store_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert or replace rows by their keys.

        ``before`` is what a row was before, for who may want it back; without it there is nothing to go back to.
        """
        whole = [{"before": None} | dict(row) | {"store_id": store_id} for row in rows]
        upsert(conn, self.table, whole, ["store_id", *self.keys])
        touch(conn, store_id)

    def before(self, conn: Connection, store_id: int, code: str) -> dict[str, Any] | None:
        """What the row that is called so was before its last change by hand."""
        rows = (dict(row) for row in self._rows(conn, store_id))
        return next((dict(row["before"]) for row in rows if row["before"] and self.called(row) == code), None)

    def remove(self, conn: Connection, store_id: int, row: Mapping[str, Any]) -> None:
        """Remove the row with the keys of this one for good."""
        named = [self.table.c[key] == row[key] for key in self.keys]
        conn.execute(self.table.delete().where(self.table.c.store_id == store_id, *named))
        touch(conn, store_id)

    def _rows(self, conn: Connection, store_id: int) -> Sequence[RowMapping]:
        ordered = [self.table.c[key] for key in self.keys]
        return conn.execute(sa.select(self.table).where(self.table.c.store_id == store_id).order_by(*ordered)).mappings().all()


_NOT_EDITED = ("id", "store_id", "before")

MODES = Kept("shipping", shipping_mode, ("code",), itemgetter("code"))
SURCHARGES = Kept("surcharge", surcharge, ("code",), itemgetter("code"))
RATES = Kept("tax", tax_rate, ("name", "category", "country", "region"), subject_of)
TAX_HOME = Kept("tax_home", tax_home, (), lambda row: HOME)
COINS = Kept("cash", cash_rounding, ("currency",), itemgetter("currency"))

#: Bulk port of the loader.
TAX_RATES = Sheet(tax_rate, ("store_id", *RATES.keys), "name")
