"""Prices: the lists and their offers, rules and contracts in words, and why somebody pays what they pay."""

from __future__ import annotations

from typing import Any

from litestar import Response, get

from entrepot.commerce import capture, catalog, members, pricing
from entrepot.kernel.clock import last_day, local_day
from entrepot.kernel.errors import Error
from entrepot.kernel.words import Gettext, plain
from entrepot.web.edge import house_of
from entrepot.web.i18n import translator
from entrepot.web.management.catalogs import view_of
from entrepot.web.staff import Asked, desk_of, noon, refused, show

PAGE_SIZE = 60


@get("/management/prices", permission="price.view", sync_to_thread=False)
def prices_page(request: Asked, price_list: str = "", q: str = "", page: int = 1) -> Response[str]:
    """The price lists, and the offers of one of them or of what a search finds."""
    view = view_of(request)
    with house_of(request).commerce.database.read() as conn:
        lists = pricing.price_lists_of(conn, view.store.id)
        narrowed: list[int] | None = None
        if q.strip():
            hits = catalog.search(conn, view, q, catalog.Paging(size=50)).entries
            items = catalog.items_of(conn, view, [hit.id for hit in hits])
            narrowed = [*(hit.id for hit in hits), *(item.id for group in items.values() for item in group)]
        offers, total = pricing.offers_of(
            conn, view.store.id, price_list=price_list, entry_ids=narrowed, limit=PAGE_SIZE, offset=(max(1, page) - 1) * PAGE_SIZE
        )
        facts = catalog.entries_by_ids(conn, view, {offer.entry_id for offer in offers})
    return show(
        request,
        "management/prices.html",
        lists=lists,
        price_list=price_list,
        q=q,
        offers=offers,
        total=total,
        facts=facts,
        number=max(1, page),
        last=-(-total // PAGE_SIZE),
    )


@get("/management/rules", permission="price.view", sync_to_thread=False)
def rules_page(request: Asked) -> Response[str]:
    """Price rules and contracts as sentences."""
    store = desk_of(request).store
    with house_of(request).commerce.database.read() as conn:
        terms, at = pricing.terms_of(conn, store.id), house_of(request).clock.now()
        buyers = {one.organization_id for one in terms.contracts if one.organization_id is not None}
        names = {key: found.identifier for key in buyers if (found := members.get_organization(conn, key)) is not None}
    contracts = [
        {
            "contract": one,
            "organization": names.get(one.organization_id or 0, ""),
            "rule": terms.rule_of(one, at),
            "first_day": one.starts_at and local_day(one.starts_at, store.time_zone),
            "last_day": one.ends_at and last_day(one.ends_at, store.time_zone),
        }
        for one in terms.contracts
    ]
    rules = [
        {
            "name": name,
            "version": terms.versions[name],
            "steps": pricing.in_words(rule, translator(desk_of(request).locale).gettext),
        }
        for name, rule in sorted(terms.rules.items())
    ]
    return show(request, "management/rules.html", contracts=contracts, rules=rules)


@get("/management/price-check", permission="price.view", sync_to_thread=False)
def price_check(
    request: Asked, item: str = "", quantity: str = "1", buyer: str = "", on: str = "", currency: str = ""
) -> Response[str]:
    """What a customer pays for an item on a day, and every step that led there."""
    at_desk, view = desk_of(request), view_of(request)
    money = currency if currency in at_desk.store.currencies else at_desk.store.default_currency
    values = {"item": item.strip(), "quantity": quantity.strip() or "1", "buyer": buyer.strip(), "on": on, "currency": money}
    errors: dict[str, str] = {}
    answer: dict[str, Any] = {}
    status = 200
    if values["item"]:
        try:
            answer = _checked(request, view, values)
        except Error as error:
            status, errors = refused(error, {"quantity": "quantity", "on": "on", "item": "item"})
            errors = {name or "item": told for name, told in errors.items()}
    return show(
        request,
        "management/price_check.html",
        status=status,
        values=values,
        errors=errors,
        currencies=[(c, c) for c in at_desk.store.currencies],
        answer=answer,
    )


def _checked(request: Asked, view: catalog.View, values: dict[str, str]) -> dict[str, Any]:
    at = noon(values["on"], view.at)
    with house_of(request).commerce.database.read() as conn:
        number = values["item"]
        known = catalog.entries_by_part_numbers(conn, view, [number, number.upper()])
        facts = known.get(number) or known.get(number.upper())
        if facts is None:
            raise catalog.CatalogEntryNotFound(part_number=number)
        buyer = capture.buyer_at(conn, values["buyer"], at)
        customer = capture.customer_of(buyer)
        quantity = facts.step.parse(values["quantity"], "quantity")
        wanted = pricing.Wanted(facts.id, facts.part_number, quantity, facts.product_id, facts.group_ids)
        occasion = pricing.Occasion(view.store.id, values["currency"], at, customer, trace=True)
        (found,) = pricing.entitled_prices(conn, occasion, [wanted])
        name = members.get_user(conn, buyer.user_id).name if buyer.user_id is not None else ""
    best = found if isinstance(found, pricing.Entitled) else None
    gettext = translator(desk_of(request).locale).gettext
    return {
        "facts": facts,
        "buyer": buyer,
        "buyer_name": name,
        "segments": sorted(customer.segments),
        "at": at,
        "price": best.price if best else None,
        "list_price": best.list_price if best else None,
        "contract": best.contract if best else "",
        "considered": [
            {"one": one, "won": best is not None and one.contract == best.contract, "steps": steps_of(one.steps, gettext)}
            for one in found.considered
        ],
    }


def steps_of(steps: tuple[pricing.Step, ...], gettext: Gettext = plain) -> list[dict[str, Any]]:
    """The steps with whole prices, as pages write them."""
    return [
        {"text": step.told(gettext), "price": None if step.price is None else round(step.price), "depth": min(step.depth, 4)}
        for step in steps
    ]


routes: list[Any] = [prices_page, rules_page, price_check]
