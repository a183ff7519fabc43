"""Price constants: what they are worth, which rules use them, and changing one."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from entrepot.commerce import pricing
from entrepot.commerce.history import note_change
from entrepot.kernel.errors import Error
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark
from entrepot.web.staff import Asked, Form, author_of, back, desk_of, refused, show, text

KINDS = (("percent", mark("Percentage")), ("number", mark("Number")), ("price", mark("Price")))
HOME = "/management/price-constants"


@get(HOME, permission="price.view", sync_to_thread=False)
def constants_page(request: Asked, edit: str = "") -> Response[str]:
    """The constants with the rules that use them; ``edit`` opens one in the form."""
    return _page(request, edit=edit)


@post(HOME, permission="price.edit", sync_to_thread=True)
def save(request: Asked, data: Form) -> Response[Any]:
    """Make or change a constant; every rule that uses it prices by it from now on."""
    store = desk_of(request).store
    values = {name: text(data, name) for name in ("name", "kind", "value")}
    try:
        one = pricing.read_constant(values["name"], values["kind"], values["value"], store.currencies)
        with house_of(request).commerce.database.write() as conn:
            was = pricing.find_constants(conn, store.id).get(one.name)
            pricing.put_constant(conn, store.id, one)
            if was != one:
                before = {"value": was.sentence()} if was else {}
                action = "changed" if was else "created"
                note_change(conn, author_of(request, data), ("constant", one.name), action, before, {"value": one.sentence()})
    except Error as error:
        status, errors = refused(error, {"name": "name", "kind": "kind", "value": "value"})
        return _page(request, errors=errors, values=values, status=status)
    return back(HOME, "saved")


@post(HOME + "/{name:str}/remove", permission="price.edit", sync_to_thread=True)
def remove(request: Asked, name: str, data: Form) -> Response[Any]:
    """Remove a constant that no rule uses."""
    store = desk_of(request).store
    try:
        with house_of(request).commerce.database.write() as conn:
            terms = pricing.terms_of(conn, store.id)
            was = pricing.find_constants(conn, store.id).get(name)
            pricing.remove_constant(conn, store.id, name, pricing.rules_using(terms, name))
            before = {"value": was.sentence()} if was else {}
            note_change(conn, author_of(request, data), ("constant", name), "deleted", before, None)
    except Error as error:
        status, errors = refused(error)
        return _page(request, errors=errors, status=status)
    return back(HOME, "saved")


def _page(
    request: Asked,
    *,
    edit: str = "",
    errors: dict[str, str] | None = None,
    values: dict[str, str] | None = None,
    status: int = 200,
) -> Response[str]:
    store = desk_of(request).store
    with house_of(request).commerce.database.read() as conn:
        terms = pricing.terms_of(conn, store.id)
        constants = pricing.find_constants(conn, store.id)
    chosen = constants.get(edit)
    shown = {"name": chosen.name, "kind": str(chosen.kind), "value": chosen.written()} if chosen else {}
    return show(
        request,
        "management/constants.html",
        status=status,
        rows=[{"one": one, "rules": pricing.rules_using(terms, name)} for name, one in constants.items()],
        errors=errors or {},
        values={"name": "", "kind": "percent", "value": ""} | shown | (values or {}),
        kinds=KINDS,
        currencies=store.currencies,
    )


routes: list[Any] = [constants_page, save, remove]
