"""Shipping and taxes against the published numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.commerce.charges import Destination, ShippingMode, TaxRate, offer_shipping, tax_on, taxes_due
from entrepot.commerce.charges.shipping import Rate


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
    assert [one.amount for one in offer_shipping((mode,), "USD", "US", 2000)] == [690]
    assert [one.amount for one in offer_shipping((mode,), "USD", "US", 2001)] == [770]
    assert [one.amount for one in offer_shipping((mode,), "USD", "NO", 2000)] == [1990]
    assert offer_shipping((mode,), "EUR", "US", 0) == []
