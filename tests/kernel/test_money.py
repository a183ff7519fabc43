"""Money is exact: parsed, written, extended, shared out without losing a cent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kernel.errors import Invalid
from entrepot.kernel.money import allocate, extend, format_amount, format_price, half_up, parse_amount, parse_price, percent_of

AMOUNTS = """
1149.00  USD  114900
15       JPY  15
1.234    KWD  1234
0        EUR  0
10.50000 USD  1050
"""
BAD_AMOUNTS = ["", "-1", "+1", "1,5", "1e3", "1_000", "01", "1.", ".5", "12.345", "NaN", "Infinity", "٣", "1" * 14, " 1"]
PERCENTS = """
9.94   15  1.49
10.50  15  1.58
83.33  50  41.67
0.05   50  0.03
"""


@pytest.mark.parametrize("row", AMOUNTS.strip().splitlines())
def test_amounts_are_read_in_minor_units(row: str) -> None:
    text, currency, minor = row.split()
    assert parse_amount(text, currency) == int(minor)


@pytest.mark.parametrize("text", BAD_AMOUNTS)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as error:
        parse_amount(text, "USD", "price")
    assert error.value.path == "price"


@pytest.mark.parametrize("row", PERCENTS.strip().splitlines())
def test_percentages_round_half_up(row: str) -> None:
    amount, percent, expected = row.split()
    assert format_amount(percent_of(parse_amount(amount, "USD"), Decimal(percent)), "USD") == expected


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**7), max_size=40))
def test_shares_always_add_up(total: int, weights: list[int]) -> None:
    shares = allocate(total, weights)
    assert len(shares) == len(weights)
    assert sum(shares) == (total if sum(weights) else 0)
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)


@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        (1500, [2000, 3000, 10000], [200, 300, 1000]),
        (1000, [1, 1, 1], [334, 333, 333]),
        (300, [4300, 1400, 2300], [161, 53, 86]),
        (5000, [12000, 23000, 30000], [923, 1769, 2308]),
    ],
)
def test_published_shares(total: int, weights: list[int], expected: list[int]) -> None:
    assert allocate(total, weights) == expected


@given(st.integers(0, 10**11), st.sampled_from(["USD", "JPY", "KWD"]))
def test_an_amount_written_and_read_is_the_same(minor: int, currency: str) -> None:
    assert parse_amount(format_amount(minor, currency), currency) == minor


@given(st.integers(0, 10**12))
def test_a_price_written_and_read_is_the_same(price: int) -> None:
    assert parse_price(format_price(price)) == price


@given(st.integers(0, 10**8), st.integers(1, 1000), st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 10)]))
def test_a_line_is_rounded_once(price: int, quantity: int, multiple: Fraction) -> None:
    exact = Fraction(price * quantity, 1000) * multiple
    assert extend(price, quantity, "USD", multiple) == half_up(exact.numerator, exact.denominator)
