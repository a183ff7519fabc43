"""Offers of price lists by hand: one in a form, or several rows pasted from a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from sqlalchemy.engine import Connection

from entrepot.commerce import catalog, pricing
from entrepot.commerce.history import Author, note_change
from entrepot.kernel.errors import Error, Invalid
from entrepot.kernel.money import format_price
from entrepot.web.edge import Key, house_of
from entrepot.web.i18n import mark, translator
from entrepot.web.management.catalogs import view_of
from entrepot.web.staff import Asked, Form, author_of, back, desk_of, refused, show, text

FIELDS = ("price", "currency", "least", "most", "first_day", "last_day", "precedence")
#: The columns of pasted rows, in this order; what stands at the end may be left out.
PASTED = ("part_number", "currency", "price", "least", "most", "first_day", "last_day", "precedence")
TOLD = {
    "BAD_RANGE": mark("The end lies before the beginning."),
    "TYPE_NOT_ALLOWED": mark("A bundle has no price of its own; its members have."),
    "CATALOG_ENTRY_NOT_FOUND": mark("There is no article of this number."),
    "BAD_AMOUNT": mark("Write a price such as 12.50, with at most five decimals."),
    "CURRENCY_UNKNOWN": mark("This store does not sell in this currency."),
}


class CurrencyNotSold(Invalid):
    code = "CURRENCY_UNKNOWN"
    message = mark("{path}: this store does not sell in this currency.")


@get("/management/offers/{offer:int}", permission="price.view", sync_to_thread=False)
def offer_page(request: Asked, offer: Key) -> Response[str]:
    """One offer, to be changed."""
    view = view_of(request)
    with house_of(request).commerce.database.read() as conn:
        found = pricing.offer_of(conn, view.store.id, offer)
        if found is None:
            raise pricing.OfferNotFound(offer=offer)
        fact = catalog.entries_by_ids(conn, view, {found.entry_id})[found.entry_id]
    zone = ZoneInfo(view.store.time_zone)
    values = {
        "id": str(found.id),
        "identifier": found.identifier,
        "price_list": found.price_list,
        "part_number": fact.part_number,
        "currency": found.currency,
        "price": format_price(found.price, found.currency),
        "least": fact.step.format(found.quantity_least) if found.quantity_least > 1 else "",
        "most": fact.step.format(found.quantity_most) if found.quantity_most else "",
        "first_day": found.starts_at.astimezone(zone).date().isoformat() if found.starts_at else "",
        "last_day": _last_day(found.ends_at, zone),
        "precedence": str(found.precedence or ""),
        "published": "yes" if found.published else "",
    }
    return _form(request, values, {})


@get("/management/offers/new", permission="price.edit", sync_to_thread=False)
def new_page(request: Asked, price_list: str = "", part_number: str = "") -> Response[str]:
    """A new offer."""
    values = {"price_list": price_list, "part_number": part_number, "published": "yes"}
    return _form(request, values, {})


@post("/management/offers", permission="price.edit", sync_to_thread=True)
def save(request: Asked, data: Form) -> Response[Any]:
    """Write an offer; of one that exists the article, the list and the currency stay."""
    view = view_of(request)
    names = ("id", "identifier", "price_list", "part_number", "published", *FIELDS)
    values = {name: text(data, name)[:200] for name in names}
    try:
        with house_of(request).commerce.database.write() as conn:
            _save(conn, view, author_of(request, data), [_row(conn, view, values)])
    except Error as error:
        status, errors = refused(error, {name: name for name in (*FIELDS, "quantity")})
        field = next(iter(errors))
        place = {"CATALOG_ENTRY_NOT_FOUND": "part_number", "TYPE_NOT_ALLOWED": "part_number"}.get(error.code, field)
        return _form(request, values, {place: _told(request, error)}, status=status)
    return back(f"/management/prices?price_list={values['price_list']}&q={values['part_number']}", "saved")


@post("/management/offers/{offer:int}/remove", permission="price.edit", sync_to_thread=True)
def remove(request: Asked, offer: Key, data: Form) -> Response[Any]:
    """Remove an offer for good."""
    store = desk_of(request).store
    with house_of(request).commerce.database.write() as conn:
        found = pricing.offer_of(conn, store.id, offer)
        pricing.remove_offer(conn, store.id, offer)
        if found is not None:
            number = catalog.entries_by_ids(conn, view_of(request), {found.entry_id})[found.entry_id].part_number
            note_change(conn, author_of(request, data), ("offer", number), "deleted", _said(found, ZoneInfo(store.time_zone)))
    return back("/management/prices", "saved")


@get("/management/offers/paste", permission="price.edit", sync_to_thread=False)
def paste_page(request: Asked, price_list: str = "") -> Response[str]:
    """Where rows from a table are pasted."""
    return _paste(request, {"price_list": price_list, "rows": ""}, [])


@post("/management/offers/paste", permission="price.edit", sync_to_thread=True)
def paste(request: Asked, data: Form) -> Response[Any]:
    """Write the pasted rows, all of them or none; every row that cannot be is named with its reason."""
    view = view_of(request)
    values = {"price_list": text(data, "price_list"), "rows": str(data.get("rows", ""))[:100_000]}
    wrong: list[tuple[int, str, str]] = []
    rows: list[dict[str, Any]] = []
    with house_of(request).commerce.database.write() as conn:
        for number, line in enumerate(values["rows"].splitlines(), 1):
            if not line.strip():
                continue
            cells = [cell.strip() for cell in (line.split("\t") if "\t" in line else line.split(";"))]
            given = dict(zip(PASTED, cells, strict=False)) | {"price_list": values["price_list"], "published": "yes"}
            try:
                rows.append(_row(conn, view, dict.fromkeys((*FIELDS, "identifier", "part_number"), "") | given))
            except Error as error:
                wrong.append((number, line, _told(request, error)))
        if rows and not wrong:
            _save(conn, view, author_of(request, data), rows)
            return back(f"/management/prices?price_list={values['price_list']}", "saved")
    return _paste(request, values, wrong, status=422)


def _save(conn: Connection, view: catalog.View, author: Author, rows: list[dict[str, Any]]) -> None:
    """Write offers, and what each was before and is now; one that stays as it was leaves no line."""
    entries = sorted({row["entry_id"] for row in rows})
    before = _offers(conn, view, entries)
    pricing.save_offers(conn, view.store.id, rows)
    names = catalog.entries_by_ids(conn, view, entries)
    for key, now in _offers(conn, view, entries).items():
        was = before.get(key)
        if was != now:
            note_change(conn, author, ("offer", names[key[0]].part_number), "changed" if was else "created", was, now)


def _offers(conn: Connection, view: catalog.View, entries: list[int]) -> dict[tuple[int, str, str, str], dict[str, str]]:
    """The offers of entries by what makes each the same one."""
    zone = ZoneInfo(view.store.time_zone)
    found, _ = pricing.offers_of(conn, view.store.id, entry_ids=entries, limit=100_000)
    return {(one.entry_id, one.price_list, one.currency, one.identifier): _said(one, zone) for one in found}


def _said(one: pricing.OfferRow, zone: ZoneInfo) -> dict[str, str]:
    """An offer as the history keeps it: what was set, as it is written in the form."""
    said = {
        "price_list": one.price_list,
        "currency": one.currency,
        "price": format_price(one.price, one.currency),
        "least": str(one.quantity_least) if one.quantity_least > 1 else "",
        "most": str(one.quantity_most) if one.quantity_most else "",
        "first_day": one.starts_at.astimezone(zone).date().isoformat() if one.starts_at else "",
        "last_day": _last_day(one.ends_at, zone),
        "precedence": str(one.precedence or ""),
        "published": "" if one.published else "no",
    }
    return {name: value for name, value in said.items() if value}


def _row(conn: Connection, view: catalog.View, values: dict[str, str]) -> dict[str, object]:
    number = values["part_number"].strip()
    facts = catalog.entries_by_part_numbers(conn, view, [number]).get(number)
    if facts is None:
        raise catalog.CatalogEntryNotFound(part_number=number)
    if values["currency"].upper() not in view.store.currencies:
        raise CurrencyNotSold(path="currency")
    lists = pricing.find_price_lists(conn, view.store.id)
    if values["price_list"] not in lists:
        raise ListUnknown(path="price_list")
    written = pricing.OfferText(
        **{name: values[name] for name in FIELDS}, identifier=values["identifier"], published=bool(values.get("published"))
    )
    entry = pricing.Priced(facts.id, facts.part_number, str(facts.type), facts.step)
    zone = datetime.now(ZoneInfo(view.store.time_zone))
    return pricing.offer_row(replace(written, currency=written.currency.upper()), entry, lists[values["price_list"]], zone)


class ListUnknown(Invalid):
    code = "PRICE_LIST_UNKNOWN"
    message = mark("{path}: choose one of the price lists.")


def _told(request: Asked, error: Error) -> str:
    known, gettext = TOLD.get(error.code), translator(desk_of(request).locale).gettext
    return gettext(known) if known else error.plain(gettext)


def _last_day(ends_at: datetime | None, zone: ZoneInfo) -> str:
    """The last day an offer is good for, from the instant at which it ends."""
    if ends_at is None:
        return ""
    local = ends_at.astimezone(zone)
    return local.fromtimestamp(local.timestamp() - 1, zone).date().isoformat()


def _form(request: Asked, values: dict[str, str], errors: dict[str, str], *, status: int = 200) -> Response[str]:
    return show(request, "management/offer.html", status=status, errors=errors, **_choices(request), values=_filled(values))


def _paste(request: Asked, values: dict[str, str], wrong: list[tuple[int, str, str]], *, status: int = 200) -> Response[str]:
    return show(request, "management/offers_paste.html", status=status, values=values, wrong=wrong, **_choices(request))


def _filled(values: dict[str, str]) -> dict[str, str]:
    return dict.fromkeys(("id", "identifier", "price_list", "part_number", "published", *FIELDS), "") | values


def _choices(request: Asked) -> dict[str, Any]:
    store = desk_of(request).store
    with house_of(request).commerce.database.read() as conn:
        lists = pricing.price_lists_of(conn, store.id)
    return {"lists": [(one.name, one.name) for one in lists], "currencies": [(code, code) for code in store.currencies]}


routes: list[Any] = [offer_page, new_page, save, remove, paste_page, paste]
