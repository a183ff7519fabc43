"""Shipping modes: what each costs where, tried for any parcel, and one mode with its rate tables."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from sqlalchemy.engine import Connection

from entrepot.commerce import charges
from entrepot.kernel.errors import Error
from entrepot.web.edge import house_of
from entrepot.web.formats import country_name, language_name
from entrepot.web.i18n import mark, translator
from entrepot.web.management.history import history_of
from entrepot.web.management.rate_picture import picture_of
from entrepot.web.pages import Link
from entrepot.web.staff import Asked, Desk, Form, author_of, back, desk_of, noon, refused, show, text

HOME = "/management/charges"
MODES = HOME + "/modes"
HERE = MODES + "/{code:str}"
VIEWS = (
    (mark("Shipping modes"), HOME),
    (mark("Surcharges"), "/management/charges/surcharges"),
    (mark("Taxes"), "/management/charges/taxes"),
)
BASES = {
    charges.Basis.WEIGHT: mark("by weight"),
    charges.Basis.AMOUNT: mark("by value of the goods"),
    charges.Basis.QUANTITY: mark("by number of units"),
}
VERDICTS = {
    charges.Verdict.CHARGED: mark("is charged"),
    charges.Verdict.WIDER: mark("fits, but another table names the place more closely"),
    charges.Verdict.DEARER: mark("fits, but another is cheaper"),
    charges.Verdict.PLACE: mark("not for this place"),
    charges.Verdict.TIME: mark("not in force then"),
    charges.Verdict.RANGE: mark("another row of the table"),
}
REMARKS = {
    charges.Remark.GAP: mark("Between %(least)s and %(below)s this mode is not offered."),
    charges.Remark.LATE: mark("Below %(below)s this mode is not offered."),
    charges.Remark.ENDS: mark("From %(least)s on this mode is not offered."),
    charges.Remark.TWICE: mark("A place of this table stands in another one, too; there the cheaper of both counts."),
}
TRIED = ("weight", "goods", "units", "country", "region", "currency", "on")


@get(HOME, permission="price.view", sync_to_thread=False)
def list_page(
    request: Asked, weight: str = "", goods: str = "", units: str = "", country: str = "", region: str = ""
) -> Response[str]:
    """Every mode with where and for what it is offered; and what each would cost for a parcel that is tried."""
    at_desk = desk_of(request)
    values = {"weight": weight, "goods": goods, "units": units, "country": country.strip().upper()}
    values |= {"region": region.strip().upper()}
    values |= {name: request.query_params.get(name, "") for name in ("currency", "on")}
    values["currency"] = values["currency"] if values["currency"] in at_desk.store.currencies else at_desk.store.default_currency
    errors: dict[str, str] = {}
    status, answer = 200, []
    with house_of(request).commerce.database.read() as conn:
        modes = sorted(charges.find_shipping_modes(conn, at_desk.store.id), key=lambda one: (one.sequence, one.code))
        if "weight" in request.query_params:
            try:
                answer = _tried(conn, at_desk, modes, _parcel(values, noon(values["on"], house_of(request).clock.now())))
            except Error as error:
                status, errors = refused(error, {name: name for name in ("weight", "goods", "units", "country")})
    return show(
        request,
        "management/shipping.html",
        status=status,
        views=views(at_desk),
        modes=[{"one": mode, "places": _served(mode, at_desk.locale)} for mode in modes],
        values=values,
        errors=errors,
        answer=answer,
        measure=charges.write_measure,
        places=lambda table: places_of(table, at_desk.locale),
        bases=BASES,
        verdicts=VERDICTS,
        exact=exact,
        included=at_desk.store.prices_include_tax,
        currencies=[(code, code) for code in at_desk.store.currencies],
    )


@get(HERE, permission="price.view", sync_to_thread=False)
def mode_page(request: Asked, code: str) -> Response[str]:
    """One mode: its terms, every rate table with a picture and what may surprise in it, and its history."""
    return mode_shown(request, code)


def mode_shown(request: Asked, code: str, refusal: tuple[int, dict[str, str]] = (200, {})) -> Response[str]:
    """The page of a mode, with what stood in the way of a change."""
    at_desk, now = desk_of(request), house_of(request).clock.now()
    with house_of(request).commerce.database.read() as conn:
        stored = stored_mode(conn, at_desk, code)
        mode = next(one for one in charges.find_shipping_modes(conn, at_desk.store.id) if one.code == code)
        told = history_of(request, conn, ("shipping", code))
        undoable = charges.MODES.before(conn, at_desk.store.id, code) is not None
    tables = charges.tables_of(mode.rates)
    gettext = translator(at_desk.locale).gettext
    remarks: dict[str, list[str]] = {}
    for remark, table, below, least in charges.remarks_on(tables):
        bounds = {"least": told_measure(table, below or least), "below": told_measure(table, least)}
        remarks.setdefault(table.key, []).append(gettext(REMARKS[remark]) % bounds)
    return show(
        request,
        "management/shipping_mode.html",
        status=refusal[0],
        errors=refusal[1],
        mode=mode,
        names=[(language_name(language), name) for language, name in sorted(mode.names.items())],
        revision=charges.revision_of(stored),
        tables=[{"one": one, "state": _state(one, now), "picture": picture_of(one)} for one in tables],
        places=lambda table: places_of(table, at_desk.locale),
        remarks=remarks,
        bases=BASES,
        measure=told_measure,
        told=told,
        undoable=undoable,
    )


@post(HERE + "/undo", permission="price.edit", sync_to_thread=True)
def undo(request: Asked, code: str, data: Form) -> Response[Any]:
    """Take the last change of a mode back; once more brings it again."""
    edit = charges.Edit(author_of(request, data), code, text(data, "revision"))
    try:
        with house_of(request).commerce.database.write() as conn:
            charges.undo_mode(conn, desk_of(request).store.id, edit)
    except Error as error:
        return mode_shown(request, code, refused(error))
    return back(f"{MODES}/{quote(code)}", "undone")


def stored_mode(conn: Connection, at_desk: Desk, code: str) -> dict[str, Any]:
    """The mode as it is stored; one the store does not have is not found."""
    found = charges.MODES.stored(conn, at_desk.store.id).get(code)
    if found is None:
        raise charges.ShippingModeNotFound(code=code)
    return found


def views(at_desk: Desk) -> list[Link]:
    """The three pages of charges."""
    gettext = translator(at_desk.locale).gettext
    return [Link(gettext(label), href) for label, href in VIEWS]


def places_of(table: charges.RateTable, locale: str) -> str:
    """Where a table is for, in the reader's language."""
    return ", ".join(place_name(place, locale) for place in sorted(table.countries))


def place_name(place: str, locale: str) -> str:
    """A country, or a region of one.

    >>> place_name("US-HI", "en-US"), place_name("AT", "de-DE")
    ('United States: HI', 'Österreich')
    """
    country, _, region = place.partition("-")
    return f"{country_name(country, locale)}: {region}" if region else country_name(country, locale)


def exact(percent: Fraction) -> Decimal:
    """A tax rate as pages write it."""
    return Decimal(charges.write_percent(percent))


def told_measure(table: charges.RateTable, value: int) -> str:
    """A bound of a table with its unit, as a sentence tells it."""
    unit = {charges.Basis.WEIGHT: " kg", charges.Basis.AMOUNT: f" {table.currency}", charges.Basis.QUANTITY: ""}[table.basis]
    return charges.write_measure(value, table.basis, table.currency) + unit


def _served(mode: charges.ShippingMode, locale: str) -> list[tuple[str, str]]:
    """The currencies of a mode with the places it serves in each; everywhere is an empty text."""
    found: dict[str, set[str]] = {}
    for rate in mode.rates:
        found.setdefault(rate.currency, set()).update(rate.countries or {""})
    return [
        (currency, "" if "" in places else ", ".join(place_name(one, locale) for one in sorted(places)))
        for currency, places in sorted(found.items())
    ]


def _state(table: charges.RateTable, now: datetime) -> str:
    if table.starts_at and now < table.starts_at:
        return "later"
    return "over" if table.ends_at and table.ends_at <= now else ""


def _parcel(values: dict[str, str], at: datetime) -> charges.Parcel:
    """The parcel that was typed; what is blank is nothing, one unit, anywhere."""
    currency = values["currency"]
    return charges.Parcel(
        currency=currency,
        country=values["country"] or None,
        region=values["region"],
        grams=charges.read_measure(values["weight"] or "0", charges.Basis.WEIGHT, currency, "weight"),
        amount=charges.read_measure(values["goods"] or "0", charges.Basis.AMOUNT, currency, "goods"),
        quantity=charges.read_measure(values["units"] or "1", charges.Basis.QUANTITY, currency, "units"),
        at=at,
    )


def _tried(conn: Connection, at_desk: Desk, modes: list[charges.ShippingMode], parcel: charges.Parcel) -> list[dict[str, Any]]:
    """What each mode would cost, with the tax on it where the place is known, and every rate that was considered."""
    rates = charges.find_tax_rates(conn, at_desk.store.id)
    destination = charges.Destination(parcel.country, parcel.region) if parcel.country else None
    due = charges.taxes_due(rates, "shipping", destination)
    offers = {offer.mode.code: offer.amount for offer in charges.offer_shipping(modes, parcel)}
    found = []
    for mode in modes:
        amount = offers.get(mode.code)
        taxes = charges.tax_on(amount, due, included=at_desk.store.prices_include_tax) if amount is not None else ()
        found.append({"mode": mode, "amount": amount, "taxes": taxes, "considered": charges.consider(mode, parcel)})
    return found


routes: list[Any] = [list_page, mode_page, undo]
