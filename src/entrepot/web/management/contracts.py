"""Contracts: the list by state, one with its terms and people and what can be done with it, who can use it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from sqlalchemy.engine import Connection

from entrepot.commerce import capture, charges, members, pricing
from entrepot.commerce.pricing import ContractRow, State, Terms
from entrepot.kernel.clock import last_day, local_day
from entrepot.kernel.errors import Error
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark, translator
from entrepot.web.management.history import history_of
from entrepot.web.page import locale_of
from entrepot.web.staff import Asked, Form, author_of, back, desk_of, refused, show, text

HERE = "/management/contracts/{identifier:str}"
#: What can be done with a contract: the button's text, its look, and who may.
STEPS = {
    "submitted": (mark("Submit for approval"), "primary", "contract.edit"),
    "approved": (mark("Approve"), "primary", "contract.approve"),
    "rejected": (mark("Reject"), "danger", "contract.approve"),
    "resumed": (mark("Resume"), "primary", "contract.edit"),
    "withdrawn": (mark("Back to draft"), None, "contract.edit"),
    "suspended": (mark("Suspend"), "danger", "contract.edit"),
    "closed": (mark("Close"), "danger", "contract.edit"),
    "canceled": (mark("Cancel the contract"), "danger", "contract.edit"),
}
DECISIONS = ("approved", "rejected")
PAYMENT = {"card": mark("Card"), "invoice": mark("On account")}


@get("/management/contracts", permission="price.view", sync_to_thread=False)
def list_page(request: Asked, status: str = "") -> Response[str]:
    """The contracts of the store, those that wait for approval first."""
    store, house = desk_of(request).store, house_of(request)
    with house.commerce.database.read() as conn:
        terms = pricing.terms_of(conn, store.id)
        names = _organization_names(conn, terms.contracts)
    at = house.clock.now()
    rows = [
        {
            "one": one,
            "account": names.get(one.organization_id or 0, ""),
            "rule": terms.rule_of(one, at),
            "first_day": one.starts_at and local_day(one.starts_at, store.time_zone),
            "last_day": _last_day(one, store.time_zone),
        }
        for one in sorted(terms.contracts, key=lambda one: (one.state != State.PENDING, not one.is_default, one.identifier))
        if status in ("", one.state)
    ]
    waiting = sum(one.state == State.PENDING for one in terms.contracts)
    return show(request, "management/contracts.html", rows=rows, chosen=status, states=list(State), waiting=waiting)


def _organization_names(conn: Connection, contracts: tuple[ContractRow, ...]) -> dict[int, str]:
    ids = {one.organization_id for one in contracts if one.organization_id is not None}
    return {key: found.identifier for key in ids if (found := members.get_organization(conn, key)) is not None}


@get(HERE, permission="price.view", sync_to_thread=False)
def contract_page(request: Asked, identifier: str, who: str = "") -> Response[str]:
    """One contract: terms, people, dates, what can be done with it, and whether somebody can use it."""
    return _page(request, identifier, {"who": who.strip()})


def _page(request: Asked, identifier: str, values: dict[str, str], error: Error | None = None) -> Response[str]:
    store, house = desk_of(request).store, house_of(request)
    status, errors = refused(error, {"reason": "reason"}) if error is not None else (200, {})
    with house.commerce.database.read() as conn:
        one = pricing.get_contract(conn, store.id, identifier)
        terms, at = pricing.terms_of(conn, store.id), house.clock.now()
        line = pricing.lineage(one, terms.by_identifier)
        answer = _usable(conn, request, one, values["who"]) if values.get("who") else None
        if answer is not None and answer["user"] is None:
            errors["who"] = translator(locale_of(request)).gettext("There is no such account.")
        units = members.organizations_below(conn, one.organization_id) if one.organization_id is not None else []
        rule = terms.rule_of(one, at)
        return show(
            request,
            "management/contract.html",
            status=404 if "who" in errors else status,
            one=one,
            who=pricing.who_of(conn, one),
            line=line,
            rule=rule,
            words=pricing.in_words(rule, translator(locale_of(request)).gettext) if rule else [],
            stated=_stated(terms, line),
            units=units,
            people=members.people_of(conn, one.organization_id)[:50] if one.organization_id is not None else [],
            in_force=pricing.is_active(one, at),
            steps=_steps(request, one),
            need_reason=any(step in pricing.NEED_REASON for step in pricing.actions(one.state)),
            modes={mode.code: mode.name(locale_of(request)) for mode in charges.find_shipping_modes(conn, store.id)},
            methods=PAYMENT,
            last_day=_last_day,
            values=values,
            answer=answer,
            errors=errors,
            told=history_of(request, conn, ("contract", identifier)),
        )


def _stated(terms: Terms, line: list[ContractRow]) -> dict[str, tuple[Any, str]]:
    """Each kind of term with the contract that states it, the nearest of the line."""
    found: dict[str, tuple[Any, str]] = {}
    for name in ("entitlement", "payment_methods", "shipping_modes", "purchase_order"):
        for one in line:
            value = getattr(one.terms, name)
            if value is not None:
                found[name] = (value, "" if one is line[0] else one.identifier)
                break
    return found


def _usable(conn: Connection, request: Asked, one: ContractRow, logon_id: str) -> dict[str, Any]:
    """Whether somebody can use the contract now, and which contracts they have in all."""
    store, at = desk_of(request).store, house_of(request).clock.now()
    user = members.find_user(conn, logon_id)
    customer = capture.customer_of(capture.buyer_at(conn, logon_id, at))
    occasion = pricing.Occasion(store.id, store.default_currency, at, customer)
    terms = pricing.terms_of(conn, store.id)
    own = pricing.eligible(terms.contracts, occasion, terms.default_competes)
    return {
        "user": user,
        "granted": one.is_default or pricing.may_use(one, customer),
        "eligible": any(usable.identifier == one.identifier for usable in own),
        "contracts": own,
    }


def _steps(request: Asked, one: ContractRow) -> list[tuple[str, str, str | None]]:
    """The buttons this person has for this contract."""
    may = desk_of(request).user.permissions
    known = pricing.actions(one.state)
    return [(step, label, look) for step, (label, look, needs) in STEPS.items() if step in known and needs in may]


def _last_day(one: ContractRow, zone: str) -> Any:
    """The last day of a contract by the store's clock; its end is the midnight after."""
    return None if one.ends_at is None else last_day(one.ends_at, zone)


@post(f"{HERE}/move", permission="contract.edit", sync_to_thread=False)
def move(request: Asked, identifier: str, data: Form) -> Response[Any]:
    """Take a contract a step further, all but deciding about it."""
    step = text(data, "do")
    return _moved(request, identifier, step if step in STEPS and step not in DECISIONS else "", data)


@post(f"{HERE}/decide", permission="contract.approve", sync_to_thread=False)
def decide(request: Asked, identifier: str, data: Form) -> Response[Any]:
    """Approve or reject a contract somebody else submitted."""
    step = text(data, "do")
    return _moved(request, identifier, step if step in DECISIONS else "", data)


def _moved(request: Asked, identifier: str, step: str, data: Form) -> Response[Any]:
    store = desk_of(request).store
    if not step:
        raise pricing.ContractNotFound(contract=identifier)
    try:
        with house_of(request).commerce.database.write() as conn:
            pricing.move_contract(conn, store.id, identifier, step, author_of(request, data))
    except pricing.ContractNotFound:
        raise
    except Error as error:
        return _page(request, identifier, {"who": "", "reason": text(data, "reason")}, error)
    return back(f"/management/contracts/{quote(identifier)}", "saved")


routes: list[Any] = [list_page, contract_page, move, decide]
