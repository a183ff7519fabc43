"""What people type as an amount, a price or a percentage, and what is refused with which words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kernel.errors import Invalid
from entrepot.kernel.money import PRICE_SCALE, format_amount, format_price
from entrepot.kernel.typed import AmountMistyped, PercentMistyped, PriceMistyped, typed_amount, typed_percent, typed_price

AMOUNTS = """
12.50      USD  1250
12,50      USD  1250
12,5       EUR  1250
 7         EUR  700
0          EUR  0
0.01       EUR  1
1250       JPY  1250
1.234      KWD  1234
1,234      KWD  1234
999999999999.99 EUR 99999999999999
12.505     USD  -
1.100      USD  -
1,100      USD  -
1,149.00   USD  -
1.149,00   EUR  -
12.0       JPY  -
-5         USD  -
+5         USD  -
1e3        USD  -
NaN        USD  -
.5         USD  -
5.         USD  -
007        USD  -
٣          USD  -
much       USD  -
"""


@pytest.mark.parametrize("row", [line for line in AMOUNTS.strip("\n").splitlines() if line])
def test_an_amount(row: str) -> None:
    text, currency, minor = row.rsplit(maxsplit=2) if row.strip() else ("", "USD", "-")
    if minor != "-":
        assert typed_amount(text, currency) == int(minor)
        return
    with pytest.raises(AmountMistyped) as refused:
        typed_amount(text, currency, "limit")
    assert refused.value.path == "limit" and "{" not in str(refused.value)


def test_nothing_is_not_an_amount() -> None:
    for reader in (lambda: typed_amount("", "USD"), lambda: typed_price(" "), lambda: typed_percent("%")):
        with pytest.raises(Invalid):
            reader()


@pytest.mark.parametrize(
    ("currency", "words"), [("JPY", "whole amount such as 1250"), ("USD", "at most two decimals"), ("KWD", "at most 3 decimals")]
)
def test_the_refusal_fits_the_currency(currency: str, words: str) -> None:
    with pytest.raises(AmountMistyped, match=words):
        typed_amount("much", currency)


@pytest.mark.parametrize(
    ("text", "price"),
    [("0.0125", 1250), ("0,0125", 1250), ("12.50", 1_250_000), ("0", 0), ("0,125", 12_500), ("1.125", 112_500)],
)
def test_a_price(text: str, price: int) -> None:
    assert typed_price(text) == price


@pytest.mark.parametrize("text", ["1,250", "12,000", "0.000001", "-1", "1.2.3", "x"])
def test_a_price_that_could_mean_two_things_or_nothing(text: str) -> None:
    with pytest.raises(PriceMistyped):
        typed_price(text, "price")


@pytest.mark.parametrize(
    ("text", "percent"),
    [("5", "5"), ("7,5", "7.5"), ("7.50 %", "7.5"), ("100", "100"), ("0", "0"), ("0.0001", "0.0001"), (" 19% ", "19")],
)
def test_a_percentage(text: str, percent: str) -> None:
    assert typed_percent(text) == percent


@pytest.mark.parametrize("text", ["101", "100.0001", "-1", "1e1", "5%%", "0.00001", "five", "NaN", "5 percent"])
def test_what_is_not_a_percentage(text: str) -> None:
    with pytest.raises(PercentMistyped):
        typed_percent(text)


@given(st.integers(0, 10**11), st.sampled_from(["USD", "JPY", "KWD"]), st.booleans())
def test_what_is_written_is_read_back(minor: int, currency: str, comma: bool) -> None:
    text = format_amount(minor, currency)
    assert typed_amount(text.replace(".", ",") if comma else text, currency) == minor


@given(st.integers(0, 10**9 * PRICE_SCALE))
def test_a_price_is_read_back(price: int) -> None:
    assert typed_price(format_price(price)) == price
