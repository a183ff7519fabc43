"""Terms of shipping modes, surcharges and taxes as merchants type them: read, or refused with the field that is wrong.

A surcharge costs an amount, a percentage or both in each currency; a currency without either has none of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from entrepot.commerce.charges.rate_table import read_day, read_places
from entrepot.commerce.charges.surcharges import Per
from entrepot.commerce.charges.tax import CashRounding, TaxHome, TaxRate
from entrepot.kernel.errors import Invalid
from entrepot.kernel.typed import typed_amount, typed_percent
from entrepot.kernel.words import mark

CATEGORIES = ("Handling", "Personalization", "Shipping")
MOST_DAYS = 365
MOST_COIN = 100_000
_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}\Z")
_TAX_CATEGORY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_REGION = re.compile(r"[A-Z0-9]{0,10}\Z")


class TermMalformed(Invalid):
    code = "CHARGE_TERM_MALFORMED"
    message = "{problem}"


@dataclass(frozen=True, slots=True)
class Selling:
    """What of the store decides how its terms are read."""

    languages: tuple[str, ...]
    currencies: tuple[str, ...]
    zone: str


def read_code(text: str) -> str:
    """The code of a new mode or surcharge."""
    if not _CODE.match(text):
        problem = mark("Write a code of small letters, digits, dots and hyphens, at most 40; it cannot be changed later.")
        raise TermMalformed(path="code", problem=problem)
    return text


def read_mode(values: Mapping[str, str], selling: Selling) -> dict[str, Any]:
    """The terms of a shipping mode, without its rates."""
    for name, most in (("carrier", 40), ("service", 80)):
        if not 0 < len(values[name]) <= most:
            raise TermMalformed(path=name, problem=mark("Write what the carrier and its service are called in messages."))
    least, last = (_whole(values[name], name, MOST_DAYS) for name in ("days_least", "days_most"))
    if least > last:
        raise TermMalformed(path="days_most", problem=mark("The longest time is shorter than the shortest."))
    return {
        "carrier": values["carrier"],
        "service": values["service"],
        "names": _names(values, selling),
        "days_least": least,
        "days_most": last,
        "sequence": _whole(values["sequence"], "sequence", 9999),
    }


def read_surcharge_terms(values: Mapping[str, str], selling: Selling) -> dict[str, Any]:
    """The terms of a surcharge as they are stored."""
    if values["category"] not in CATEGORIES:
        raise TermMalformed(path="category", problem=mark("Choose what kind of surcharge it is."))
    if values["per"] not in tuple(Per):
        raise TermMalformed(path="per", problem=mark("Choose what it is charged for."))
    starts_at = read_day(values["first_day"], selling.zone, "first_day")
    ends_at = read_day(values["last_day"], selling.zone, "last_day", after=1)
    if starts_at and ends_at and starts_at >= ends_at:
        raise TermMalformed(path="last_day", problem=mark("The last day lies before the first."))
    tariffs = [_tariff(values, currency) for currency in selling.currencies]
    if not any(tariffs):
        raise TermMalformed(path="tariffs", problem=mark("Write an amount or a percentage in at least one currency."))
    return {
        "category": values["category"],
        "per": values["per"],
        "names": _names(values, selling),
        "tariffs": sorted((one for one in tariffs if one), key=lambda one: str(one["currency"])),
        "tax_category": read_tax_category(values["tax_category"] or "standard", "tax_category"),
        "entries": _listed(values["entries"]),
        "modes": _listed(values["modes"]),
        "countries": sorted(read_places(values["places"])),
        "starts_at": starts_at,
        "ends_at": ends_at,
    }


def read_tax_rate(values: Mapping[str, str]) -> TaxRate:
    """A tax rate: which tax, on which goods, where, and how many percent."""
    name, (country, region) = values["name"], _place(values["country"], values["region"])
    if not 0 < len(name) <= 80:
        raise TermMalformed(path="name", problem=mark("Write what the tax is called on invoices, such as VAT."))
    percent = Fraction(typed_percent(values["percent"], "percent") if values["percent"] else 0)
    return TaxRate(name, read_tax_category(values["category"], "category"), country, percent, region)


def read_tax_home(values: Mapping[str, str]) -> TaxHome:
    """The place whose taxes the prices include; without a country none is known."""
    keep = values["keep_gross"] == "yes"
    if not values["country"] and not values["region"]:
        return TaxHome(keep_gross=keep)
    return TaxHome(*_place(values["country"], values["region"]), keep_gross=keep)


def read_cash_rounding(values: Mapping[str, str], selling: Selling) -> CashRounding:
    """The smallest coin of one of the store's currencies, and where totals are rounded to it."""
    currency = values["currency"].upper()
    if currency not in selling.currencies:
        raise TermMalformed(path="currency", problem=mark("Choose a currency the store sells in."))
    interval = _amount(values["smallest_coin"], currency, "smallest_coin")
    if not 1 < interval <= MOST_COIN:
        raise TermMalformed(
            path="smallest_coin", problem=mark("Write the smallest coin, such as 0.05; it is more than the currency's own.")
        )
    countries = frozenset(values["countries"].upper().replace(",", " ").split())
    if not all(_COUNTRY.match(one) for one in countries):
        raise TermMalformed(
            path="countries", problem=mark("Write each country with two letters, such as CH LI; none is everywhere.")
        )
    return CashRounding(currency, interval, countries)


def _place(country: str, region: str) -> tuple[str, str]:
    country, region = country.upper(), region.upper()
    if not _COUNTRY.match(country):
        raise TermMalformed(path="country", problem=mark("Write the country with two letters, such as DE."))
    if not _REGION.match(region):
        raise TermMalformed(
            path="region", problem=mark("Write the region with its letters, such as WA; blank is the whole country.")
        )
    return country, region


def read_tax_category(text: str, path: str) -> str:
    """The name of a tax category; any name will do, rates say what it means."""
    if not _TAX_CATEGORY.match(text):
        raise TermMalformed(path=path, problem=mark("Write a tax category such as standard, reduced or shipping."))
    return text


def _tariff(values: Mapping[str, str], currency: str) -> dict[str, Any] | None:
    """What the surcharge costs in a currency; nothing where neither an amount nor a percentage is given."""
    typed = {name: values.get(f"{name}.{currency}", "") for name in ("amount", "percent", "least", "below")}
    if not typed["amount"] and not typed["percent"]:
        return None
    money = {name: _amount(typed[name], currency, f"{name}.{currency}") for name in ("amount", "least", "below")}
    below = money["below"] if typed["below"] else None
    if below is not None and below <= money["least"]:
        raise TermMalformed(
            path=f"below.{currency}", problem=mark("The range ends above where it begins; leave the end empty for no end.")
        )
    percent = typed_percent(typed["percent"], f"percent.{currency}") if typed["percent"] else "0"
    return {"currency": currency, "amount": money["amount"], "percent": percent, "least": money["least"], "below": below}


def _amount(text: str, currency: str, path: str) -> int:
    return typed_amount(text, currency, path) if text else 0


def _whole(text: str, path: str, most: int) -> int:
    if text and not (text.isascii() and text.isdecimal() and int(text[:6]) <= most):
        raise TermMalformed(path=path, problem=mark("Write a whole number that is not too large."))
    return int(text or "0")


def _names(values: Mapping[str, str], selling: Selling) -> dict[str, str]:
    """What the buyer reads, by language; at least the store's first language is needed."""
    names = {language: values.get(f"names.{language}", "")[:254] for language in selling.languages}
    if not names[selling.languages[0]]:
        raise TermMalformed(path=f"names.{selling.languages[0]}", problem=mark("Write what buyers read."))
    return {language: name for language, name in names.items() if name}


def _listed(text: str) -> list[str]:
    return sorted(set(text.replace(",", " ").split()))
