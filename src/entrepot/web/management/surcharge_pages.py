"""Surcharges: the list, one of them with its form and a try, every change with its line in the history."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from litestar import Response, get, post

from entrepot.commerce import charges
from entrepot.kernel.clock import last_day
from entrepot.kernel.errors import Error
from entrepot.kernel.money import format_amount
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark, translator
from entrepot.web.management.history import history_of
from entrepot.web.management.shipping_forms import selling_of
from entrepot.web.management.shipping_pages import exact, views
from entrepot.web.staff import Asked, Desk, Form, author_of, back, desk_of, noon, refused, show, text

HOME = "/management/charges/surcharges"
HERE = HOME + "/{code:str}"
CATEGORIES = {
    "Handling": mark("Handling"),
    "Personalization": mark("Personalization"),
    "Shipping": mark("Extra shipping cost"),
}
PER = {"order": mark("once for the order"), "line": mark("for each line"), "item": mark("for each unit")}
PLAIN = ("code", "tax_category", "category", "per", "entries", "modes", "places", "first_day", "last_day", "reason")
TARIFF = ("amount", "percent", "least", "below")
TRIED = ("goods", "units", "article", "mode", "country", "region", "currency", "on")


@get(HOME, permission="price.view", sync_to_thread=False)
def list_page(request: Asked) -> Response[str]:
    """Every surcharge with what it costs, on what, and when."""
    at_desk = desk_of(request)
    with house_of(request).commerce.database.read() as conn:
        found = charges.find_surcharges(conn, at_desk.store.id)
        modes = {one.code: one.name(at_desk.locale) for one in charges.find_shipping_modes(conn, at_desk.store.id)}
    return show(
        request,
        "management/surcharges.html",
        views=views(at_desk),
        rows=found,
        modes=modes,
        categories=CATEGORIES,
        per=PER,
        exact=exact,
        now=house_of(request).clock.now(),
    )


@get("/management/charges/new-surcharge", permission="price.edit", sync_to_thread=False)
def new_page(request: Asked) -> Response[str]:
    """The form for a new surcharge."""
    return _shown(request, "", {"category": "Handling", "per": "order", "tax_category": "standard"})


@post("/management/charges/new-surcharge", permission="price.edit", sync_to_thread=True)
def create(request: Asked, data: Form) -> Response[Any]:
    """Make a surcharge; every cart bears it from now on, or from its first day."""
    return _taken(request, "", data)


@get(HERE, permission="price.view", sync_to_thread=False)
def surcharge_page(request: Asked, code: str) -> Response[str]:
    """One surcharge: its terms to be changed, a try, its history."""
    return _shown(request, code, _stored(request, code))


@post(HERE, permission="price.edit", sync_to_thread=True)
def change(request: Asked, code: str, data: Form) -> Response[Any]:
    """Give a surcharge new terms, take the last change back, or remove it."""
    do, edit = text(data, "do"), charges.Edit(author_of(request, data), code, text(data, "revision"))
    if do not in ("undo", "remove"):
        return _taken(request, code, data)
    try:
        with house_of(request).commerce.database.write() as conn:
            doing = charges.undo_surcharge if do == "undo" else charges.remove_surcharge
            doing(conn, desk_of(request).store.id, edit)
    except Error as error:
        status, errors = refused(error)
        return _shown(request, code, _stored(request, code), errors, status=status)
    return back(f"{HOME}/{quote(code)}" if do == "undo" else HOME, "undone" if do == "undo" else "saved")


def _taken(request: Asked, code: str, data: dict[str, Any]) -> Response[Any]:
    at_desk, store = desk_of(request), desk_of(request).store
    names = [f"names.{language}" for language in store.languages]
    tariffs = [f"{name}.{currency}" for currency in store.currencies for name in TARIFF]
    values = {name: text(data, name)[:1000] for name in (*PLAIN, "revision", *names, *tariffs)}
    try:
        terms = charges.read_surcharge_terms(values, selling_of(at_desk))
        made = code or charges.read_code(values["code"])
        edit = charges.Edit(author_of(request, data), made, values["revision"] if code else "")
        with house_of(request).commerce.database.write() as conn:
            charges.save_surcharge(conn, store.id, edit, terms)
    except Error as error:
        status, errors = refused(error, {name: name for name in (*tariffs, *names, *PLAIN, "tariffs")})
        return _shown(request, code, values, errors, status=status)
    return back(f"{HOME}/{quote(made)}", "saved")


def _stored(request: Asked, code: str) -> dict[str, str]:
    """The terms of a surcharge as its form holds them."""
    store = desk_of(request).store
    with house_of(request).commerce.database.read() as conn:
        stored = charges.SURCHARGES.stored(conn, store.id).get(code)
    if stored is None:
        raise charges.SurchargeNotFound(code=code)
    starts_at, ends_at = stored["starts_at"], stored["ends_at"]
    values = {name: str(stored[name]) for name in ("code", "category", "per", "tax_category")}
    values |= {name: " ".join(stored[name]) for name in ("entries", "modes")} | {"places": " ".join(stored["countries"])}
    values |= {f"names.{language}": name for language, name in stored["names"].items()}
    for tariff in stored["tariffs"]:
        currency = tariff["currency"]
        for name in ("amount", "least", "below"):
            values[f"{name}.{currency}"] = format_amount(tariff[name], currency) if tariff.get(name) else ""
        values[f"percent.{currency}"] = tariff["percent"] if tariff.get("percent", "0") != "0" else ""
    return values | {
        "first_day": starts_at.astimezone(ZoneInfo(store.time_zone)).date().isoformat() if starts_at else "",
        "last_day": last_day(ends_at, store.time_zone).isoformat() if ends_at else "",
        "revision": charges.revision_of(stored),
    }


def _shown(
    request: Asked, code: str, values: dict[str, str], errors: dict[str, str] | None = None, *, status: int = 200
) -> Response[str]:
    at_desk, store = desk_of(request), desk_of(request).store
    gettext = translator(at_desk.locale).gettext
    tried = {name: request.query_params.get(name, "").strip()[:100] for name in TRIED} if request.method == "GET" else {}
    answer: dict[str, Any] = {}
    errors = dict(errors or {})
    with house_of(request).commerce.database.read() as conn:
        modes = charges.find_shipping_modes(conn, store.id)
        known = next((one for one in charges.find_surcharges(conn, store.id) if one.code == code), None)
        told = history_of(request, conn, ("surcharge", code)) if code else []
        undoable = bool(code) and charges.SURCHARGES.before(conn, store.id, code) is not None
    if known is not None and tried.get("goods"):
        try:
            answer = _tried(request, at_desk, known, tried)
        except Error as error:
            status, wrong = refused(error, {"goods": "goods", "units": "units"})
            errors |= wrong
    names = [f"names.{language}" for language in store.languages]
    tariffs = [f"{name}.{currency}" for currency in store.currencies for name in TARIFF]
    return show(
        request,
        "management/surcharge.html",
        status=status,
        code=code,
        name=known.name(at_desk.locale) if known else "",
        values=dict.fromkeys((*PLAIN, "revision", *names, *tariffs), "") | values,
        errors=errors,
        languages=store.languages,
        currencies=store.currencies,
        currency_choices=[(one, one) for one in store.currencies],
        categories=[(key, gettext(label)) for key, label in CATEGORIES.items()],
        per=[(key, gettext(label)) for key, label in PER.items()],
        modes=[(one.code, one.name(at_desk.locale)) for one in modes],
        tried=dict.fromkeys(TRIED, "") | tried,
        answer=answer,
        told=told,
        undoable=undoable,
    )


def _tried(request: Asked, at_desk: Desk, known: charges.Surcharge, tried: dict[str, str]) -> dict[str, Any]:
    """What the surcharge comes to on an order of one line, by the rule that carts go by."""
    store = at_desk.store
    currency = tried["currency"] if tried["currency"] in store.currencies else store.default_currency
    amount = charges.read_measure(tried["goods"].replace(",", "."), charges.Basis.AMOUNT, currency, "goods")
    units = charges.read_measure(tried["units"] or "1", charges.Basis.QUANTITY, currency, "units")
    line = charges.Chargeable("1", amount, units, frozenset(tried["article"].replace(",", " ").split()))
    at = noon(tried["on"], house_of(request).clock.now())
    country = tried["country"].upper() or None
    parcel = charges.Parcel(currency, country, tried["region"].upper(), amount=amount, quantity=units, at=at)
    due = charges.surcharges_due([known], [line], parcel, tried["mode"] or None)
    return {"amount": sum(one.amount for one in due), "currency": currency}


routes: list[Any] = [list_page, new_page, create, surcharge_page, change]
