"""Taxes: the rates by place and category of goods, the policies they are reckoned by, and changing all of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from sqlalchemy.engine import Connection

from entrepot.commerce import charges
from entrepot.kernel.errors import Error
from entrepot.kernel.money import format_amount
from entrepot.web.edge import house_of
from entrepot.web.management.history import history_of
from entrepot.web.management.shipping_forms import selling_of
from entrepot.web.management.shipping_pages import exact, place_name, views
from entrepot.web.staff import Asked, Desk, Form, author_of, back, desk_of, refused, show, text

HOME = "/management/charges/taxes"
RATE = ("name", "category", "country", "region", "percent", "reason")
PLACE = ("home_country", "home_region", "keep_gross", "home_reason")
COIN = ("currency", "smallest_coin", "countries", "coin_reason")


@get(HOME, permission="price.view", sync_to_thread=False)
def taxes_page(request: Asked, edit: str = "", coin: str = "") -> Response[str]:
    """The rates, and how tax is reckoned here; ``edit`` opens a rate in its form, ``coin`` a currency's rounding."""
    return _page(request, edit=edit, coin=coin)


@post(HOME, permission="price.edit", sync_to_thread=True)
def save(request: Asked, data: Form) -> Response[Any]:
    """Make or change a rate, undo its last change or remove it; orders keep the tax they were told."""
    values = _typed(data, RATE)
    do, edit = text(data, "do"), charges.Edit(author_of(request, data), text(data, "rate"), text(data, "revision"))
    try:
        with house_of(request).commerce.database.write() as conn:
            store_id = desk_of(request).store.id
            if do in ("undo", "remove"):
                (charges.undo_tax_rate if do == "undo" else charges.remove_tax_rate)(conn, store_id, edit)
            else:
                charges.save_tax_rate(conn, store_id, edit, charges.read_tax_rate(values))
    except Error as error:
        status, errors = refused(error, {name: name for name in RATE})
        return _page(request, edit=edit.code, values=values, errors=errors, status=status)
    return back(HOME, "undone" if do == "undo" else "saved")


@post(f"{HOME}/home", permission="price.edit", sync_to_thread=True)
def save_home(request: Asked, data: Form) -> Response[Any]:
    """Say whose taxes prices include and what becomes of them elsewhere; placed orders stay as they were."""
    values = _typed(data, PLACE)
    edit = charges.Edit(author_of(request, data, "home_reason"), charges.HOME, text(data, "revision"))
    try:
        with house_of(request).commerce.database.write() as conn:
            if text(data, "do") == "undo":
                charges.undo_tax_home(conn, desk_of(request).store.id, edit)
                return back(HOME, "undone")
            home = charges.read_tax_home({name.removeprefix("home_"): value for name, value in values.items()})
            charges.save_tax_home(conn, desk_of(request).store.id, edit, home)
    except Error as error:
        status, errors = refused(error, {"country": "home_country", "region": "home_region", "reason": "home_reason"})
        return _page(request, values=values, errors=errors, status=status)
    return back(HOME, "saved")


@post(f"{HOME}/coins", permission="price.edit", sync_to_thread=True)
def save_coin(request: Asked, data: Form) -> Response[Any]:
    """Round totals of a currency to a coin, to another one, or no more."""
    values, do = _typed(data, COIN), text(data, "do")
    edit = charges.Edit(author_of(request, data, "coin_reason"), values["currency"], text(data, "revision"))
    try:
        with house_of(request).commerce.database.write() as conn:
            store_id = desk_of(request).store.id
            if do in ("undo", "remove"):
                (charges.undo_cash_rounding if do == "undo" else charges.remove_cash_rounding)(conn, store_id, edit)
            else:
                coin = charges.read_cash_rounding(values, selling_of(desk_of(request)))
                charges.save_cash_rounding(conn, store_id, edit, coin)
    except Error as error:
        status, errors = refused(error, {name: name for name in COIN} | {"reason": "coin_reason"})
        return _page(request, coin=edit.code if edit.revision else "", values=values, errors=errors, status=status)
    return back(HOME, "undone" if do == "undo" else "saved")


def _typed(data: dict[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    return {name: text(data, name)[:1000] for name in names}


def _page(
    request: Asked,
    *,
    edit: str = "",
    coin: str = "",
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response[str]:
    at_desk = desk_of(request)
    store_id = at_desk.store.id
    with house_of(request).commerce.database.read() as conn:
        rates, stored = charges.find_tax_rates(conn, store_id), charges.RATES.stored(conn, store_id)
        terms = _terms(conn, at_desk, coin)
        subjects = [("tax", one) for one in stored] + [("cash", one) for one in at_desk.store.currencies]
        told = history_of(request, conn, ("tax_home", charges.HOME), *subjects)
        undoable = edit in stored and charges.RATES.before(conn, store_id, edit) is not None
    chosen = stored.get(edit)
    ordered = sorted(rates, key=lambda one: (one.country, one.region, one.category, one.name))
    blank = dict.fromkeys(RATE, "") | {"category": "standard"}
    return show(
        request,
        "management/taxes.html",
        status=status,
        views=views(at_desk),
        rates=[
            {"one": one, "place": place_name("-".join(filter(None, (one.country, one.region))), at_desk.locale)}
            for one in ordered
        ],
        subject=charges.subject_of,
        exact=exact,
        rate=edit if chosen else "",
        revision=charges.revision_of(chosen) if chosen else "",
        undoable=undoable,
        categories=sorted({one.category for one in rates} | {"standard", "shipping"}),
        store=at_desk.store,
        errors=errors or {},
        told=told,
        **terms | {"values": terms["values"] | blank | (chosen or {}) | (values or {})},
    )


def _terms(conn: Connection, at_desk: Desk, coin: str) -> dict[str, Any]:
    """The tax home and the smallest coins, as the page shows them and as their forms hold them."""
    store = at_desk.store
    home, stored_home = charges.find_tax_home(conn, store.id), charges.TAX_HOME.stored(conn, store.id).get(charges.HOME)
    coins = charges.COINS.stored(conn, store.id)
    chosen = coins.get(coin)
    values = {"home_country": home.country, "home_region": home.region, "keep_gross": "yes" if home.keep_gross else ""}
    values |= dict.fromkeys((*COIN, "home_reason"), "")
    if chosen is not None:
        smallest = format_amount(chosen["interval"], coin)
        values |= {"currency": coin, "smallest_coin": smallest, "countries": " ".join(chosen["countries"])}
    return {
        "home": home,
        "home_name": place_name("-".join(filter(None, (home.country, home.region))), at_desk.locale) if home.country else "",
        "home_revision": charges.revision_of(stored_home) if stored_home else "",
        "home_undoable": charges.TAX_HOME.before(conn, store.id, charges.HOME) is not None,
        "coins": [_coin(row, at_desk) for row in coins.values()],
        "coin": coin if chosen else "",
        "coin_revision": charges.revision_of(chosen) if chosen else "",
        "coin_undoable": chosen is not None and charges.COINS.before(conn, store.id, coin) is not None,
        "coin_currencies": [(one, one) for one in store.currencies if one not in coins],
        "values": values,
    }


def _coin(row: dict[str, Any], at_desk: Desk) -> dict[str, Any]:
    return {
        "currency": row["currency"],
        "interval": row["interval"],
        "places": ", ".join(place_name(one, at_desk.locale) for one in row["countries"]),
        "href": f"{HOME}?coin={quote(row['currency'])}#coins",
    }


routes: list[Any] = [taxes_page, save, save_home, save_coin]
