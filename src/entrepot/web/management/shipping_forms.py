"""The forms of shipping: a mode's terms, and one of its rate tables with a look at what would change before it does."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post

from entrepot.commerce import charges
from entrepot.kernel.errors import Error
from entrepot.web.edge import house_of
from entrepot.web.i18n import translator
from entrepot.web.management.shipping_pages import BASES, HERE, MODES, mode_shown, stored_mode, told_measure
from entrepot.web.parts import entered
from entrepot.web.staff import Asked, Desk, Form, author_of, back, desk_of, refused, show, text

MODE = ("code", "carrier", "service", "days_least", "days_most", "sequence", "reason")
TABLE = ("key", "revision", "currency", "places", "basis", "per_item", "first_day", "last_day", "gaps_meant", "reason")
BAND = ("least", "below", "base", "per_kilogram", "included")
#: Empty rows below those that are filled.
SPARE = 2


@get("/management/charges/new-mode", permission="price.edit", sync_to_thread=False)
def new_page(request: Asked) -> Response[str]:
    """The form for a new shipping mode."""
    return _mode_form(request, "", {})


@post("/management/charges/new-mode", permission="price.edit", sync_to_thread=True)
def create(request: Asked, data: Form) -> Response[Any]:
    """Make a shipping mode; it is offered as soon as it has a rate."""
    return _mode_taken(request, "", data)


@get(HERE + "/edit", permission="price.edit", sync_to_thread=False)
def edit_page(request: Asked, code: str) -> Response[str]:
    """The form with the mode's terms."""
    with house_of(request).commerce.database.read() as conn:
        stored = stored_mode(conn, desk_of(request), code)
    values = {name: str(stored[name]) for name in MODE if name in stored}
    values |= {f"names.{language}": name for language, name in stored["names"].items()}
    return _mode_form(request, code, values | {"revision": charges.revision_of(stored)})


@post(HERE + "/edit", permission="price.edit", sync_to_thread=True)
def change(request: Asked, code: str, data: Form) -> Response[Any]:
    """Change the mode's terms; carts show them at once, orders keep what they were told."""
    return _mode_taken(request, code, data)


def _mode_taken(request: Asked, code: str, data: dict[str, Any]) -> Response[Any]:
    at_desk = desk_of(request)
    names = [f"names.{language}" for language in at_desk.store.languages]
    values = {name: text(data, name)[:254] for name in (*MODE, "revision", *names)}
    try:
        terms = charges.read_mode(values, selling_of(at_desk))
        edit = charges.Edit(
            author_of(request, data), code or charges.read_code(values["code"]), values["revision"] if code else ""
        )
        with house_of(request).commerce.database.write() as conn:
            charges.save_mode(conn, at_desk.store.id, edit, terms)
    except Error as error:
        status, errors = refused(error, {name: name for name in (*MODE, *names)})
        return _mode_form(request, code, values, errors, status=status)
    return back(f"{MODES}/{quote(edit.code)}", "saved")


def _mode_form(
    request: Asked, code: str, values: dict[str, str], errors: dict[str, str] | None = None, *, status: int = 200
) -> Response[str]:
    store = desk_of(request).store
    blank = dict.fromkeys((*MODE, "revision", *(f"names.{language}" for language in store.languages)), "")
    return show(
        request,
        "management/shipping_mode_form.html",
        status=status,
        code=code,
        values=blank | values,
        errors=errors or {},
        languages=store.languages,
    )


def selling_of(at_desk: Desk) -> charges.Selling:
    """What of the store decides how terms are read."""
    store = at_desk.store
    first = (store.default_language, *(one for one in store.languages if one != store.default_language))
    return charges.Selling(first, store.currencies, store.time_zone)


@get(HERE + "/table", permission="price.edit", sync_to_thread=False)
def table_page(request: Asked, code: str, key: str = "") -> Response[str]:
    """The form of a rate table: the one the key names, or a new one."""
    at_desk = desk_of(request)
    with house_of(request).commerce.database.read() as conn:
        stored = stored_mode(conn, at_desk, code)
        mode = next(one for one in charges.find_shipping_modes(conn, at_desk.store.id) if one.code == code)
    table = next((one for one in charges.tables_of(mode.rates) if one.key == key), None)
    if key and table is None:
        return mode_shown(request, code, refused(charges.ChargesMovedOn()))
    typed = charges.text_of(table, at_desk.store.time_zone) if table else charges.TableText(at_desk.store.default_currency)
    values = {"key": key, "revision": charges.revision_of(stored)}
    return _table_form(request, code, values, typed)


@post(HERE + "/table", permission="price.edit", sync_to_thread=True)
def save_table(request: Asked, code: str, data: Form) -> Response[Any]:
    """Look at what a table would change, put it in force, or take it out; carts go by it from then on."""
    at_desk, do = desk_of(request), text(data, "do")
    values = {name: text(data, name)[:500] for name in TABLE}
    edit = charges.Edit(author_of(request, data), code, values["revision"])
    typed = _typed(values, data)
    if do == "rows":
        return _table_form(request, code, values, typed, spare=6)
    try:
        table = None if do == "remove" else charges.read_table(typed, at_desk.store.currencies, at_desk.store.time_zone)
        if do == "check" and table is not None:
            return _table_form(request, code, values, typed, looked=_compared(request, code, values["key"], table))
        with house_of(request).commerce.database.write() as conn:
            if table is None:
                charges.remove_table(conn, at_desk.store.id, edit, values["key"])
            else:
                charges.save_table(conn, at_desk.store.id, edit, table, values["key"])
    except Error as error:
        status, errors = refused(error, {name: name for name in (*TABLE, "bands")})
        return _table_form(request, code, values, typed, errors, status=status)
    return back(f"{MODES}/{quote(code)}", "saved")


def _typed(values: dict[str, str], data: dict[str, Any]) -> charges.TableText:
    rows = [row for row in entered(data, "bands") if isinstance(row, dict)]
    bands = tuple(charges.BandText(**{name: str(row.get(name, ""))[:20] for name in BAND}) for row in rows)
    return charges.TableText(
        currency=values["currency"],
        places=values["places"],
        basis=values["basis"] or charges.Basis.WEIGHT,
        per_item=values["per_item"] == "yes",
        first_day=values["first_day"],
        last_day=values["last_day"],
        gaps_meant=values["gaps_meant"] == "yes",
        bands=tuple(band for band in bands if not band.blank),
    )


def _compared(request: Asked, code: str, key: str, table: charges.RateTable) -> dict[str, Any]:
    """What the table would change, at every bound of what is and what would be."""
    at_desk, now = desk_of(request), house_of(request).clock.now()
    with house_of(request).commerce.database.read() as conn:
        stored_mode(conn, at_desk, code)
        before = next(one for one in charges.find_shipping_modes(conn, at_desk.store.id) if one.code == code)
    after = charges.with_rates(before, charges.replaced(before.rates, key, table))
    rows: list[tuple[str, int | None, int | None]] = [
        (told_measure(table, bound), was, now_) for bound, was, now_ in charges.compare(before, after, table, now)
    ]
    return {"rows": rows, "currency": table.currency}


def _table_form(
    request: Asked,
    code: str,
    values: dict[str, str],
    typed: charges.TableText,
    errors: dict[str, str] | None = None,
    **more: Any,
) -> Response[str]:
    at_desk = desk_of(request)
    gettext = translator(at_desk.locale).gettext
    context: dict[str, Any] = {"status": 200, "looked": None, "spare": SPARE} | more
    return show(
        request,
        "management/shipping_table.html",
        code=code,
        values={"reason": ""} | values,
        typed=typed,
        errors=errors or {},
        currencies=[(one, one) for one in at_desk.store.currencies],
        bases=[(str(basis), gettext(label)) for basis, label in BASES.items()],
        **context,
    )


routes: list[Any] = [new_page, create, edit_page, change, table_page, save_table]
