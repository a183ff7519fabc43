"""The form of a contract: draw one up, copy one, change a draft. Days are those of the store's clock, the last one included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from litestar import Response, get, post

from entrepot.commerce import charges, pricing
from entrepot.commerce.pricing import ContractRow, Who
from entrepot.kernel.clock import last_day, midnight
from entrepot.kernel.errors import Error, Invalid
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark
from entrepot.web.management.contracts import HERE, PAYMENT
from entrepot.web.page import locale_of
from entrepot.web.parts import entered
from entrepot.web.staff import Asked, Form, author_of, back, desk_of, refused, show, text, texts

LISTS = ("segments", "organizations", "members", "groups", "part_numbers", "excluded_groups", "excluded")
ENTITLED = ("groups", "part_numbers", "excluded_groups", "excluded")
PLAIN = (
    "identifier",
    "name",
    "account",
    "base_contract",
    "price_rule",
    "starts_on",
    "ends_on",
    "preferred",
    "purchase_order",
    "reason",
)
FIELDS = (
    "identifier",
    "account",
    "organizations",
    "members",
    "base_contract",
    "price_rule",
    "ends_at",
    "starts_on",
    "ends_on",
    "prices",
    "reason",
)


class DayMalformed(Invalid):
    code = "BAD_DATE"
    message = mark("{path}: write a day such as 2026-11-27.")


@dataclass(frozen=True, slots=True)
class Entered:
    """What stands in the form: plain fields, the price terms row by row, the boxes that are checked."""

    plain: dict[str, str]
    prices: list[dict[str, str]]
    payment: list[str]
    shipping: list[str]


@get("/management/new-contract", permission="contract.edit", sync_to_thread=False)
def new_page(request: Asked, copy: str = "") -> Response[str]:
    """The form for a new contract, filled with the terms of another where one is copied."""
    if not copy:
        return _form(request, "", Entered(dict.fromkeys((*PLAIN, *LISTS), ""), [], [], []))
    return _form(request, "", _stored(request, copy, {"identifier": "", "starts_on": "", "ends_on": ""}))


@post("/management/new-contract", permission="contract.edit", sync_to_thread=False)
def draw_up(request: Asked, data: Form) -> Response[Any]:
    """Write the contract down as a draft."""
    return _taken(request, "", data)


@get(f"{HERE}/edit", permission="contract.edit", sync_to_thread=False)
def edit_page(request: Asked, identifier: str) -> Response[str]:
    """The form with the terms of a draft."""
    return _form(request, identifier, _stored(request, identifier, {}))


@post(f"{HERE}/edit", permission="contract.edit", sync_to_thread=False)
def change(request: Asked, identifier: str, data: Form) -> Response[Any]:
    """Give the draft other terms."""
    return _taken(request, identifier, data)


def _taken(request: Asked, identifier: str, data: Form) -> Response[Any]:
    store = desk_of(request).store
    form = Entered(
        {name: text(data, name) for name in (*PLAIN, *LISTS)},
        [{name: str(value) for name, value in row.items()} for row in entered(data, "prices")],
        texts(data, "payment"),
        texts(data, "shipping"),
    )
    try:
        contract = _contract(form, identifier or form.plain["identifier"], store.time_zone)
        who = Who(form.plain["account"], *(_names(form.plain[name]) for name in ("segments", "organizations", "members")))
        with house_of(request).commerce.database.write() as conn:
            put = pricing.change_draft if identifier else pricing.draw_up
            put(conn, store.id, contract, who, author_of(request, data))
    except Error as error:
        status, errors = refused(error, {name: name for name in FIELDS})
        return _form(request, identifier, form, errors, status)
    return back(f"/management/contracts/{quote(contract.identifier)}", "saved")


def _contract(form: Entered, identifier: str, zone: str) -> ContractRow:
    """The contract the form describes; who it is for is told apart."""
    plain = form.plain
    prices = [
        {
            kind: name,
            "start": read_day(row.get("from", ""), zone, f"prices.{place}"),
            "end": read_day(row.get("until", ""), zone, f"prices.{place}", after=True),
        }
        for place, row in enumerate(form.prices)
        for kind, _, name in (row.get("what", "").partition(":"),)
        if name
    ]
    entitlement = {name: _names(plain[name]) for name in ENTITLED}
    return ContractRow(
        identifier=identifier,
        name=plain["name"] or identifier,
        state="draft",
        is_default=False,
        organization_id=None,
        segments=frozenset(),
        price_rule=plain["price_rule"] or None,
        base_contract=plain["base_contract"] or None,
        preferred=plain["preferred"] == "yes",
        starts_at=read_day(plain["starts_on"], zone, "starts_on"),
        ends_at=read_day(plain["ends_on"], zone, "ends_on", after=True),
        terms=pricing.read_terms(
            {
                "prices": prices,
                "entitlement": entitlement if any(entitlement.values()) else None,
                "payment_methods": form.payment if any(form.payment) else None,
                "shipping_modes": form.shipping if any(form.shipping) else None,
                "purchase_order": {"yes": True, "no": False}.get(plain["purchase_order"]),
            }
        ),
    )


def _stored(request: Asked, identifier: str, without: dict[str, str]) -> Entered:
    """The form as a stored contract fills it."""
    store = desk_of(request).store
    with house_of(request).commerce.database.read() as conn:
        one = pricing.get_contract(conn, store.id, identifier)
        who = pricing.who_of(conn, one)
    terms, zone = one.terms, store.time_zone
    entitlement = terms.entitlement or pricing.Entitlement()
    plain = {
        "identifier": one.identifier,
        "name": one.name,
        "account": who.account,
        "base_contract": one.base_contract or "",
        "price_rule": one.price_rule or "",
        "starts_on": day_of(one.starts_at, zone),
        "ends_on": day_of(one.ends_at, zone, last=True),
        "preferred": "yes" if one.preferred else "",
        "purchase_order": {True: "yes", False: "no", None: ""}[terms.purchase_order],
        "reason": "",
    }
    plain |= {name: ", ".join(getattr(who, name)) for name in ("segments", "organizations", "members")}
    plain |= {name: ", ".join(getattr(entitlement, name)) for name in ENTITLED}
    prices = [
        {
            "what": f"rule:{term.rule}" if term.rule else f"price_list:{term.price_list}",
            "from": day_of(term.start, zone),
            "until": day_of(term.end, zone, last=True),
        }
        for term in terms.prices
    ]
    return Entered(plain | without, prices, list(terms.payment_methods or ()), list(terms.shipping_modes or ()))


def _form(
    request: Asked, identifier: str, form: Entered, errors: dict[str, str] | None = None, status: int = 200
) -> Response[str]:
    store = desk_of(request).store
    with house_of(request).commerce.database.read() as conn:
        terms = pricing.terms_of(conn, store.id)
        modes = charges.find_shipping_modes(conn, store.id)
    rules = sorted(terms.rules)
    return show(
        request,
        "management/contract_form.html",
        status=status,
        identifier=identifier,
        form=form,
        rows=[*form.prices, {}, {}],
        rules=rules,
        priced=[*((f"rule:{name}", name) for name in rules), *((f"price_list:{name}", name) for name in sorted(terms.lists))],
        bases=[one for one in terms.contracts if one.identifier != identifier],
        modes=[(mode.code, mode.name(locale_of(request))) for mode in modes],
        methods=PAYMENT,
        errors=errors or {},
    )


def _names(field: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in field.split(",") if name.strip())


def read_day(day: str, zone: str, path: str, *, after: bool = False) -> datetime | None:
    """The midnight a day begins with by the store's clock, or the one after it."""
    if not day:
        return None
    try:
        return midnight(date.fromisoformat(day), ZoneInfo(zone), 1 if after else 0).astimezone(UTC)
    except (ValueError, OverflowError):
        raise DayMalformed(path=path) from None


def day_of(at: datetime | None, zone: str, *, last: bool = False) -> str:
    """The day an instant begins; of an end the day before it."""
    if at is None:
        return ""
    return (last_day(at, zone) if last else at.astimezone(ZoneInfo(zone)).date()).isoformat()


routes: list[Any] = [new_page, draw_up, edit_page, change]
