"""Shipping and taxes against the published numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.commerce.charges import (
    Basis,
    Chargeable,
    Destination,
    Parcel,
    Per,
    Rate,
    ShippingMode,
    Surcharge,
    Tariff,
    TaxRate,
    offer_shipping,
    surcharges_due,
    tax_on,
    taxes_due,
)


def rate(percent: str, country: str = "US", region: str = "", category: str = "standard") -> TaxRate:
    return TaxRate("Tax", category, country, Fraction(percent), region)


TAXES = """
net   5499  4,4.5   220,247
net   369   20      74
net   10100 23      2323
gross 1000  19      160
gross 1190  19      190
gross 600   0       0
"""


@pytest.mark.parametrize("row", TAXES.strip().splitlines())
def test_taxes(row: str) -> None:
    mode, amount, percents, expected = row.split()
    rows = tax_on(int(amount), [rate(percent) for percent in percents.split(",")], included=mode == "gross")
    assert [one.amount for one in rows] == [int(value) for value in expected.split(",")]


@given(st.integers(0, 10**8), st.lists(st.sampled_from(["4", "4.5", "19", "20", "8.875"]), min_size=1, max_size=3))
def test_included_tax_never_exceeds_the_price(amount: int, percents: list[str]) -> None:
    rows = tax_on(amount, [rate(percent) for percent in percents], included=True)
    assert 0 <= sum(one.amount for one in rows) <= amount


def test_tax_depends_on_category_and_destination() -> None:
    rates = [rate("6.5", "US", "WA"), rate("19", "DE"), rate("19", "DE", category="shipping")]
    assert taxes_due(rates, "standard", Destination("US", "WA"))[0].percent == Fraction("6.5")
    assert taxes_due(rates, "standard", Destination("US", "OR")) == ()
    assert len(taxes_due(rates, "shipping", Destination("DE"))) == 1
    assert taxes_due(rates, "standard", None) == ()


def test_the_most_specific_rate_counts_and_weight_starts_a_kilogram() -> None:
    mode = ShippingMode(
        "standard",
        "PARCEL",
        "Standard",
        (Rate("USD", 1990, 250, frozenset(), 2000), Rate("USD", 690, 80, frozenset({"US"}), 2000)),
    )
    assert [one.amount for one in offer_shipping((mode,), Parcel("USD", "US", grams=2000))] == [690]
    assert [one.amount for one in offer_shipping((mode,), Parcel("USD", "US", grams=2001))] == [770]
    assert [one.amount for one in offer_shipping((mode,), Parcel("USD", "NO", grams=2000))] == [1990]
    assert offer_shipping((mode,), Parcel("EUR", "US")) == []


#: basis, least, below, per item, base; then: grams, amount, quantity → cost, or - when the table says nothing
TABLES = """
weight    0      2000  no   500    1999  0      1  500
weight    0      2000  no   500    2000  0      1  -
weight    2000   -     no   900    2000  0      1  900
amount    0      5000  no   500    0     4999   1  500
amount    5000   -     no   0      0     5000   1  0
quantity  3      -     no   700    0     0      2  -
quantity  0      -     yes  150    0     0      4  600
"""


@pytest.mark.parametrize("row", TABLES.strip().splitlines())
def test_rate_tables_go_by_weight_amount_or_quantity(row: str) -> None:
    basis, least, below, per_item, base, grams, amount, quantity, cost = row.split()
    rate = Rate("USD", int(base), basis=Basis(basis), least=int(least), below=None if below == "-" else int(below),
                per_item=per_item == "yes")  # fmt: skip
    mode = ShippingMode("m", "PARCEL", "M", (rate,))
    found = offer_shipping((mode,), Parcel("USD", "US", grams=int(grams), amount=int(amount), quantity=int(quantity)))
    assert [one.amount for one in found] == ([] if cost == "-" else [int(cost)])


def test_a_region_comes_before_its_country_and_a_rate_ends_with_its_time() -> None:
    day = datetime(2026, 11, 1, tzinfo=UTC)
    rates = (
        Rate("USD", 690, countries=frozenset({"US"})),
        Rate("USD", 1490, countries=frozenset({"US-HI", "US-AK"})),
        Rate("USD", 90, countries=frozenset({"US"}), starts_at=day, ends_at=day + timedelta(days=1)),
    )
    mode = ShippingMode("standard", "PARCEL", "Standard", rates)

    def cost(region: str, at: datetime) -> int:
        return offer_shipping((mode,), Parcel("USD", "US", region, at=at))[0].amount

    assert (cost("HI", day), cost("WA", day)) == (1490, 90)
    assert (cost("WA", day - timedelta(seconds=1)), cost("WA", day + timedelta(days=1))) == (690, 690)


#: per, entries, modes, places, amount, percent, least, below → what is due on lines a (40.00, 2 units) and b (10.00, 1 unit)
SURCHARGES = """
order  -      -        -   350  0   0     6000  :350
order  -      -        -   350  0   0     5000  -
order  -      -        -   350  0   5000  -     :350
order  GROUP  -        -   0    10  0     -     :400
line   -      -        -   150  0   0     -     a:150,b:150
item   GROUP  -        -   150  0   0     -     a:300
line   B      -        -   0    5   0     -     b:50
order  NONE   -        -   350  0   0     -     -
order  -      freight  -   350  0   0     -     -
order  -      -        DE  350  0   0     -     -
order  -      -        US  350  0   0     -     :350
"""


@pytest.mark.parametrize("row", SURCHARGES.strip().splitlines())
def test_surcharges_are_due_where_their_rule_says(row: str) -> None:
    per, entries, modes, places, amount, percent, least, below, due = row.split()

    def named(text: str) -> frozenset[str]:
        return frozenset() if text == "-" else frozenset({text})

    tariff = Tariff("USD", int(amount), Fraction(percent), int(least), None if below == "-" else int(below))
    one = Surcharge("s", "Handling", Per(per), (tariff,), entries=named(entries), modes=named(modes), countries=named(places))
    lines = [Chargeable("a", 4000, 2, frozenset({"A", "GROUP"})), Chargeable("b", 1000, 1, frozenset({"B"}))]
    found = surcharges_due([one], lines, Parcel("USD", "US"), "standard")
    assert ",".join(f"{each.line}:{each.amount}" for each in found) == ("" if due == "-" else due)
