"""The address form: from fields to an address and back, with every fault at its field."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from babel.support import NullTranslations

from entrepot.commerce import capture, members
from entrepot.web import formats
from entrepot.web.storefront import words
from entrepot.web.storefront.frame import text_of

FIELDS = capture.Address.__struct_fields__
BILL = "bill_"
_STATE_CODES = ("US", "CA", "AU")
# Codes of the locale data that are no country goods can be sent to.
_NO_COUNTRY = {"AQ", "BV", "EU", "EZ", "HM", "QO", "TF", "UM", "UN", "XA", "XB", "ZZ"}


@lru_cache(maxsize=8)
def countries(locale: str) -> tuple[tuple[str, str], ...]:
    """Every country by its name in the reader's language, as (code, name)."""
    territories = formats.locale_of(locale).territories
    known = [(code, name) for code, name in territories.items() if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY]
    return (("", ""), *sorted(known, key=lambda pair: pair[1].replace("Ä", "A").replace("Ö", "O").casefold()))


def read_fields(form: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """What was entered, field by field; a state is written as its code where addresses need one."""
    values = {name: text_of(dict(form), prefix + name, 300) for name in FIELDS}
    if values["country"] in _STATE_CODES:
        values["state"] = values["state"].upper()
    return values


def checked(values: Mapping[str, str], locale: str, *, guest: bool, prefix: str = "") -> tuple[capture.Address, dict[str, str]]:
    """The address of these values and its faults by field, each as a sentence."""
    address = capture.Address(**values)
    try:
        return capture.check_address(address, guest=guest), {}
    except capture.AddressInvalid as error:
        return address, {prefix + name: words.fault(problem, locale) for name, problem in error.attributes["faults"].items()}


def named(errors: Mapping[str, str], words: NullTranslations) -> dict[str, str]:
    """The faults as a summary lists them: each with the name of its field."""
    _ = words.gettext
    names = {
        "last_name": _("Last name"),
        "line1": _("Street and number"),
        "city": _("City"),
        "postal_code": _("Postal code"),
        "country": _("Country"),
        "state": _("State"),
        "email": _("E-mail"),
    }
    return {
        field: f"{names[key]}: {text}" if (key := field.removeprefix(BILL)) in names else text for field, text in errors.items()
    }


def values_of(address: capture.Address | members.Address | None) -> dict[str, str]:
    """The fields of an address that is known already."""
    if address is None:
        return dict.fromkeys(FIELDS, "")
    return {name: getattr(address, name, None) or "" for name in FIELDS}


def entry_of(address: capture.Address) -> members.Address:
    """An address for the address book, called by its street and city."""
    return members.Address(
        nickname=f"{address.line1}, {address.city}"[:60],
        first_name=address.first_name,
        last_name=address.last_name,
        company=address.company,
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        state=address.state,
        postal_code=address.postal_code,
        country=address.country,
        phone=address.phone,
        email=address.email,
    )
