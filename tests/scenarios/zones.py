"""Tax zones of scenarios as the jurisdictions the engine knows: countries and their regions."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from entrepot.commerce.charges import Destination, TaxRate
from tests.scenarios.neutral import Given, as_list

EU = (
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE",
    "IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
)  # fmt: skip
NOWHERE = Destination("ZZ")


def place(text: Any) -> Destination | None:
    """ "US-NY" is a region of a country; nothing is nowhere."""
    if text is None:
        return None
    country, _, region = str(text).partition("-")
    return Destination(country, region)


def rates(given: Given, home: Destination | None) -> list[TaxRate]:
    """A rate of a zone, for each country of the zone."""
    zone, percent = given.first("zone", "country"), given.first("rate", "percent", "pct")
    name = str(zone or "tax")
    category = str(given.first("category", "tax_category", default="standard"))
    countries = EU if zone == "EU" else as_list(zone) or [home.country if home else NOWHERE.country]
    found = []
    for one in countries:
        country, _, region = one.partition("-")
        found.append(TaxRate(name, category, country, Fraction(str(percent)), region))
    return found


def rate(category: str, percent: Any) -> TaxRate:
    """A rate that is due wherever the scenario plays."""
    return TaxRate(f"{percent} %", category, NOWHERE.country, Fraction(str(percent)))


def percents(rule: Given) -> list[str]:
    """The rates of a tax rule: given as numbers, or else the ones its text names."""
    stated = as_list(rule.first("rates", "rate", "percent", "value"))
    return stated or re.findall(r"(\d+(?:\.\d+)?)\s*%", rule.words)
