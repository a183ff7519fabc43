"""Taxes: the rates by place and category of goods, the policies they are reckoned by, and changing a rate."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from entrepot.commerce import charges
from entrepot.kernel.errors import Error
from entrepot.web.edge import house_of
from entrepot.web.management.history import history_of
from entrepot.web.management.shipping_pages import exact, place_name, views
from entrepot.web.staff import Asked, Form, author_of, back, desk_of, refused, show, text

HOME = "/management/charges/taxes"
FIELDS = ("name", "category", "country", "region", "percent", "reason")


@get(HOME, permission="price.view", sync_to_thread=False)
def taxes_page(request: Asked, edit: str = "") -> Response[str]:
    """The rates, and how tax is reckoned here; ``edit`` opens one in the form."""
    return _page(request, edit=edit)


@post(HOME, permission="price.edit", sync_to_thread=True)
def save(request: Asked, data: Form) -> Response[Any]:
    """Make, change or remove a rate; carts go by it from now on, orders keep the tax they were told."""
    values = {name: text(data, name)[:100] for name in FIELDS} | {"reason": text(data, "reason")}
    author = author_of(request, data)
    try:
        rate = charges.read_tax_rate(values)
        with house_of(request).commerce.database.write() as conn:
            doing = charges.remove_tax_rate if text(data, "do") == "remove" else charges.save_tax_rate
            doing(conn, desk_of(request).store.id, rate, author)
    except Error as error:
        status, errors = refused(error, {name: name for name in FIELDS})
        return _page(request, values=values, errors=errors, status=status)
    return back(HOME, "saved")


def _page(
    request: Asked,
    *,
    edit: str = "",
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response[str]:
    at_desk = desk_of(request)
    with house_of(request).commerce.database.read() as conn:
        rates = charges.find_tax_rates(conn, at_desk.store.id)
        told = history_of(request, conn, *[("tax", charges.subject_of(one)) for one in rates])
    ordered = sorted(rates, key=lambda one: (one.country, one.region, one.category, one.name))
    chosen = next((one for one in ordered if charges.subject_of(one) == edit), None)
    shown = {
        "name": chosen.name if chosen else "",
        "category": chosen.category if chosen else "standard",
        "country": chosen.country if chosen else "",
        "region": chosen.region if chosen else "",
        "percent": charges.write_percent(chosen.percent) if chosen else "",
        "reason": "",
    }
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
        chosen=chosen,
        categories=sorted({one.category for one in rates} | {"standard", "shipping"}),
        store=at_desk.store,
        values=shown | (values or {}),
        errors=errors or {},
        told=told,
    )


routes: list[Any] = [taxes_page, save]
