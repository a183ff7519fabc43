"""What pricing and charges store reads back the same on both databases: versions, constants, minimum prices, surcharges."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import sqlalchemy as sa

from entrepot.commerce import charges, pricing
from entrepot.commerce.database import metadata
from entrepot.kernel.db import Database

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
Open = Callable[[sa.MetaData, str], Database]


def test_versions_constants_and_minimum_prices(open_database: Open) -> None:
    database = open_database(metadata, "commerce")
    with database.write() as conn:
        pricing.put_price_rule(conn, 1, "r", [{"list": "Standard"}])
        draft = pricing.save_draft(conn, 1, "r", [{"list_price": True}], "merch", AT)
        pricing.activate(conn, 1, "r", draft, AT)
        pricing.put_constant(conn, 1, pricing.read_constant("fee", "price", "12.50 USD"))
        pricing.put_constant(conn, 1, pricing.read_constant("cut", "percent", "3"))
        pricing.MINIMUM_PRICES.write(conn, [{"entry_id": 7, "currency": "USD", "price": 500_000}])
        pricing.touch(conn, 1)
    with database.read() as conn:
        newest, oldest = pricing.versions_of(conn, 1, "r")
        assert (newest.state.value, newest.starts_at, oldest.ends_at) == ("active", AT, AT)
        terms = pricing.terms_of(conn, 1)
        assert terms.at(AT).versions["r"] == 2 and terms.at(AT - timedelta(seconds=1)).versions["r"] == 1
        assert terms.constants["fee"].in_currency("USD") == (Fraction(1_250_000), True)
        assert pricing.minimum_prices(conn, 1, [7, 8], "USD") == {7: 500_000}


def test_surcharges_and_rates_with_dates(open_database: Open) -> None:
    database = open_database(metadata, "commerce")
    row = {"code": "s", "category": "Handling", "per": "order", "names": {"en-US": "Handling"}, "tax_category": "shipping"}
    row |= {"tariffs": [{"currency": "USD", "amount": 350, "percent": "2.5", "below": 5000}], "entries": ["A"], "modes": []}
    rate = {"currency": "USD", "base": 690, "countries": ["US-HI"], "basis": "amount", "starts_at": AT.isoformat()}
    mode = {
        "code": "m",
        "carrier": "P",
        "service": "S",
        "names": {},
        "rates": [rate],
        "days_least": 0,
        "days_most": 0,
        "sequence": 1,
    }
    with database.write() as conn:
        charges.SURCHARGES.put(conn, 1, [row | {"countries": ["US"], "starts_at": AT, "ends_at": None}])
        charges.MODES.put(conn, 1, [mode])
    with database.read() as conn:
        (one,) = charges.find_surcharges(conn, 1)
        assert (one.per, one.tariffs[0].percent, one.starts_at) == (charges.Per.ORDER, Fraction(5, 2), AT)
        (found,) = charges.find_shipping_modes(conn, 1)
        parcel = charges.Parcel("USD", "US", "HI", at=AT)
        assert [each.amount for each in charges.offer_shipping([found], parcel)] == [690]
