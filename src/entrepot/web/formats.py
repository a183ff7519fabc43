"""How amounts, prices, quantities and instants are written for a reader, by their locale.

Everything inside is an integer or an instant in UTC; only here it becomes "1.149,00 €" or "2,5 m". The digits
are exact: decimals are moved, never divided, and a currency has the decimals the kernel says (ISO 4217), even
where locale data would print fewer. Amounts repeat a lot on a page, so written ones are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale, dates, numbers, units

from entrepot.kernel.money import PRICE_SCALE, exponent
from entrepot.kernel.quantity import EACH, Step

Length = Literal["full", "long", "medium", "short"]

_PRICE_DIGITS = len(str(PRICE_SCALE)) - 1

# UN/ECE Recommendation 20 codes → names of the Unicode locale data; an unknown code is shown as it is.
_UNITS = {
    "MTR": "length-meter",
    "CMT": "length-centimeter",
    "MMT": "length-millimeter",
    "KMT": "length-kilometer",
    "FOT": "length-foot",
    "INH": "length-inch",
    "YRD": "length-yard",
    "MTK": "area-square-meter",
    "FTK": "area-square-foot",
    "KGM": "mass-kilogram",
    "GRM": "mass-gram",
    "LBR": "mass-pound",
    "ONZ": "mass-ounce",
    "LTR": "volume-liter",
    "MLT": "volume-milliliter",
    "MTQ": "volume-cubic-meter",
    "GLL": "volume-gallon",
    "HUR": "duration-hour",
    "MIN": "duration-minute",
    "DAY": "duration-day",
    "WEE": "duration-week",
    "MON": "duration-month",
    "ANN": "duration-year",
}


@lru_cache(maxsize=64)
def locale_of(tag: str) -> Locale:
    """The locale data of a BCP 47 tag.

    >>> locale_of("de-DE").language
    'de'
    """
    return Locale.parse(tag, sep="-")


@lru_cache(maxsize=16_384)
def money(amount: int, currency: str, locale: str) -> str:
    """Write an amount of minor units.

    >>> money(114900, "USD", "en-US"), money(-5, "KWD", "en-US")
    ('$1,149.00', '-KWD0.005')
    """
    digits = exponent(currency)
    return _currency(Decimal(amount).scaleb(-digits), currency, (digits, digits), locale)


@lru_cache(maxsize=16_384)
def price(rate: int, currency: str, locale: str) -> str:
    """Write a unit price of 1/100,000: with the currency's decimals, more only where the price has them.

    >>> price(114_900_000, "USD", "en-US"), price(1250, "USD", "en-US")
    ('$1,149.00', '$0.0125')
    """
    digits = exponent(currency), _PRICE_DIGITS
    return _currency(Decimal(rate).scaleb(-_PRICE_DIGITS), currency, digits, locale)


def _currency(value: Decimal, currency: str, digits: tuple[int, int], locale: str) -> str:
    written: str = _pattern(digits, locale).apply(value, locale_of(locale), currency=currency, currency_digits=False)
    return written


@lru_cache(maxsize=256)
def _pattern(digits: tuple[int, int], locale: str) -> numbers.NumberPattern:
    pattern: numbers.NumberPattern = copy(locale_of(locale).currency_formats["standard"])
    pattern.frac_prec = digits
    return pattern


def number(value: int | Decimal, locale: str) -> str:
    """Write a plain number with the locale's separators, keeping every decimal it has.

    >>> number(Decimal("12345.678901"), "de-DE")
    '12.345,678901'
    """
    written: str = numbers.format_decimal(value, locale=locale_of(locale), decimal_quantization=False)
    return written


def percent(value: Decimal, locale: str) -> str:
    """Write a share given in percent.

    >>> percent(Decimal("12.5"), "en-US")
    '12.5%'
    """
    return numbers.format_percent(value.scaleb(-2), locale=locale_of(locale), decimal_quantization=False)


@lru_cache(maxsize=4096)
def quantity(steps: int, step: Step, locale: str) -> str:
    """Write a number of orderable steps in the item's unit; pieces need no unit.

    >>> quantity(25, Step(Decimal("0.1"), "MTR"), "de-DE"), quantity(3, Step(), "de-DE")
    ('2,5 m', '3')
    """
    value = (steps * step.multiple).normalize()
    if step.unit == EACH:
        return number(value, locale)
    name = _UNITS.get(step.unit)
    if name is None:
        return f"{number(value, locale)} {step.unit}"
    return units.format_unit(value, name, length="short", format="#,##0.#####", locale=locale_of(locale))


def unit_name(code: str, locale: str) -> str:
    """The unit's name as a label, empty for pieces.

    >>> unit_name("MTR", "en-US"), unit_name("C62", "en-US")
    ('meters', '')
    """
    if code == EACH:
        return ""
    name = _UNITS.get(code)
    return (units.get_unit_name(name, length="long", locale=locale_of(locale)) if name else None) or code


def day(at: date, locale: str, length: Length = "medium") -> str:
    """Write a day; of an instant its day in UTC.

    >>> day(date(2026, 3, 1), "de-DE")
    '01.03.2026'
    """
    return dates.format_date(at, length, locale=locale_of(locale))


def month(at: date, locale: str) -> str:
    """Write the month of a day.

    >>> month(date(2026, 3, 1), "de-DE")
    'März 2026'
    """
    return dates.format_skeleton("yMMMM", at, locale=locale_of(locale))


def moment(at: datetime, locale: str, zone: str = "UTC", length: Length = "medium") -> str:
    """Write an instant as the wall clock of ``zone`` (an IANA name) shows it; only "long" tells the seconds.

    >>> moment(datetime(2026, 3, 1, 9, 5), "de-DE", "Europe/Berlin")
    '01.03.2026, 10:05'
    """
    data = locale_of(locale)
    if length == "long":
        return dates.format_datetime(at, "medium", tzinfo=_zone(zone), locale=data)
    local = at.replace(tzinfo=at.tzinfo or UTC).astimezone(_zone(zone))
    parts = dates.format_date(local, length, locale=data), dates.format_time(local, "short", locale=data)
    joined: str = data.datetime_formats["medium"].replace("{1}", parts[0]).replace("{0}", parts[1])
    return joined


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    return dates.get_timezone(name)


def ago(at: datetime, now: datetime, locale: str) -> str:
    """Write how far an instant is from now, in the largest fitting unit.

    >>> ago(datetime(2026, 3, 1, 9), datetime(2026, 3, 1, 12), "en-US")
    '3 hours ago'
    """
    distance: timedelta = at - now
    return dates.format_timedelta(distance, add_direction=True, locale=locale_of(locale))


def language_name(tag: str) -> str:
    """The language's own name for itself, as a language menu shows it.

    >>> language_name("de-DE")
    'Deutsch'
    """
    data = locale_of(tag)
    name = data.get_language_name(data) or tag
    return name[:1].upper() + name[1:]


def country_name(code: str, locale: str) -> str:
    """A country's name in the reader's language, its code when there is none.

    >>> country_name("DE", "en-US")
    'Germany'
    """
    return str(locale_of(locale).territories.get(code, code))


def filters(locale: str) -> dict[str, Callable[..., str]]:
    """The formats as template filters that already know the locale."""
    return {
        "money": lambda amount, currency: money(amount, currency, locale),
        "price": lambda rate, currency: price(rate, currency, locale),
        "number": lambda value: number(value, locale),
        "percent": lambda value: percent(value, locale),
        "quantity": lambda steps, step: quantity(steps, step, locale),
        "unit": lambda code: unit_name(code, locale),
        "date": lambda at, length="medium": day(at, locale, length),
        "month": lambda at: month(at, locale),
        "datetime": lambda at, zone="UTC", length="medium": moment(at, locale, zone, length),
        "ago": lambda at, now: ago(at, now, locale),
        "country": lambda code: country_name(code, locale),
        "language_name": language_name,
    }
