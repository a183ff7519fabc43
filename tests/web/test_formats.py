"""Amounts, quantities and instants read as the reader's locale writes them, exactly."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kernel.money import exponent, format_amount
from entrepot.kernel.quantity import Step
from entrepot.web import formats

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "written"),
    [
        (114900, "USD", "en-US", "$1,149.00"),
        (114900, "EUR", "de-DE", f"1.149,00{NBSP}€"),
        (-5, "USD", "en-US", "-$0.05"),
        (1500, "JPY", "en-US", "¥1,500"),
        (1500, "KWD", "de-DE", f"1,500{NBSP}KWD"),
        (1000, "IQD", "de-DE", f"1,000{NBSP}IQD"),
        (0, "EUR", "de-DE", f"0,00{NBSP}€"),
    ],
)
def test_money(amount: int, currency: str, locale: str, written: str) -> None:
    assert formats.money(amount, currency, locale) == written


@given(st.integers(-(10**24), 10**24), st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_money_never_loses_a_digit(amount: int, currency: str) -> None:
    digits = "".join(c for c in formats.money(amount, currency, "en-US") if c.isdigit() or c in "-.")
    assert Decimal(digits) == Decimal(format_amount(amount, currency))
    assert len(digits.partition(".")[2]) == exponent(currency)


@pytest.mark.parametrize(
    ("rate", "currency", "written"),
    [
        (114_900_000, "USD", "$1,149.00"),
        (1250, "USD", "$0.0125"),
        (1, "USD", "$0.00001"),
        (1_500_000, "JPY", "¥15"),
    ],
)
def test_price_shows_as_many_decimals_as_it_has(rate: int, currency: str, written: str) -> None:
    assert formats.price(rate, currency, "en-US") == written


@pytest.mark.parametrize(
    ("steps", "step", "locale", "written"),
    [
        (25, Step(Decimal("0.1"), "MTR"), "de-DE", "2,5 m"),
        (25, Step(Decimal("0.1"), "MTR"), "en-US", "2.5 m"),
        (1200, Step(), "de-DE", "1.200"),
        (100, Step(), "en-US", "100"),
        (3, Step(Decimal("0.0001"), "KGM"), "en-US", "0.0003 kg"),
        (2, Step(Decimal(5), "XBX"), "en-US", "10 XBX"),
    ],
)
def test_quantity(steps: int, step: Step, locale: str, written: str) -> None:
    assert formats.quantity(steps, step, locale).replace(NBSP, " ") == written


def test_instants_are_told_in_the_readers_zone() -> None:
    at = datetime(2026, 3, 14, 23, 26, tzinfo=UTC)
    assert formats.moment(at, "de-DE", "Europe/Berlin") == "15.03.2026, 00:26"
    assert formats.moment(at, "de-DE", length="long") == "14.03.2026, 23:26:00"
    assert formats.day(at, "en-US") == "Mar 14, 2026"
    assert formats.ago(at, datetime(2026, 3, 16, 23, 26, tzinfo=UTC), "de-DE") == "vor 2 Tagen"


def test_languages_name_themselves() -> None:
    assert [formats.language_name(tag) for tag in ("en-US", "de-DE", "fr-FR")] == ["English", "Deutsch", "Français"]
