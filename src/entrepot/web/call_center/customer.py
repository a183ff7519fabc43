"""Who an order is for: a registered customer by logon id, or a guest, with the addresses it is billed and shipped to.

Whoever is not known is priced as a guest, silently for the systems, said aloud to the agent. The address book fills
in what the agent has not typed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from babel import Locale
from litestar import Response, get, post
from sqlalchemy.engine import Connection

from entrepot.commerce import capture, catalog, charges, members
from entrepot.kernel.errors import Error
from entrepot.order_management import orders
from entrepot.web import desk
from entrepot.web.edge import house_of
from entrepot.web.formats import locale_of
from entrepot.web.i18n import mark, translator
from entrepot.web.staff import Asked, Desk, Form, back, desk_of, refused, show, text

#: Field of the form → (label, autofill hint, must be there); in the order they are asked.
FIELDS = {
    "first_name": (mark("First name"), "given-name", False),
    "last_name": (mark("Last name"), "family-name", True),
    "company": (mark("Company"), "organization", False),
    "line1": (mark("Street and number"), "address-line1", True),
    "line2": (mark("Further address line"), "address-line2", False),
    "postal_code": (mark("Postal code"), "postal-code", True),
    "city": (mark("City"), "address-level2", True),
    "state": (mark("State"), "address-level1", False),
    "country": (mark("Country"), "country", True),
    "phone": (mark("Phone"), "tel", False),
    "email": (mark("E-mail"), "email", False),
}
NAMES = desk.address_document(dict.fromkeys(FIELDS, ""))
MISSING = mark("%(label)s is missing.")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a logon id: the account behind it, its groups and its address book."""

    logon_id: str
    name: str = ""
    groups: tuple[str, ...] = ()
    addresses: tuple[members.Address, ...] = field(default=())
    currency: str = ""


def known_customer(conn: Connection, logon_id: str, at: datetime) -> Known:
    """The registered customer of that logon id; one nobody has is known by nothing."""
    buyer = capture.buyer_at(conn, logon_id, at)
    if buyer.user_id is None:
        return Known(logon_id)
    user = members.get_user(conn, buyer.user_id)
    return Known(
        user.logon_id, user.name, tuple(sorted(buyer.groups)), members.addresses_of(conn, user.id), buyer.preferred_currency or ""
    )


@get("/call-center/new", permission="order.capture", sync_to_thread=False)
def new_page(request: Asked, buyer: str = "") -> Response[str]:
    """The form for a new order."""
    at_desk = desk_of(request)
    values = {"buyer": buyer.strip(), "currency": "", "ship_same": "yes"}
    return _form(request, _looked_up(request, at_desk, values), {})


@post("/call-center/new", permission="order.capture", sync_to_thread=True)
def create(request: Asked, data: Form) -> Response[Any]:
    """Look the customer up, or open the draft."""
    at_desk = desk_of(request)
    values = _values(data)
    if text(data, "do") != "create":
        return _form(request, _looked_up(request, at_desk, values), {})
    errors = _missing(values, at_desk)
    if errors:
        return _form(request, values, errors, status=422)
    house = house_of(request)
    with house.commerce.database.read() as conn:
        modes = sorted(charges.find_shipping_modes(conn, at_desk.store.id), key=lambda mode: mode.sequence)
    more = _people(values) | ({"SCAC": modes[0].carrier, "CarrierServiceCode": modes[0].service} if modes else {})
    try:
        agent = desk.Agent(at_desk.user.logon_id)
        made = desk.start_draft(house, agent, at_desk.store.identifier, values["buyer"], values["currency"], **more)
    except Error as error:
        status, errors = refused(error, {"BillTo": "bill_last_name", "ShipTo": "ship_last_name"})
        return _form(request, values, errors, status=status)
    return back(f"/call-center/orders/{made['OrderHeaderKey']}", "created")


@get("/call-center/orders/{key:str}/customer", permission="order.address", sync_to_thread=False)
def change_page(request: Asked, key: str) -> Response[str]:
    """The form with the order's customer and addresses."""
    with house_of(request).order_management.database.read() as conn:
        order = orders.load_order(conn, key)
    values = {"buyer": order.buyer_user_id, "currency": order.currency, "version": str(order.version)}
    for prefix, person in (("bill_", order.bill_to), ("ship_", order.ship_to)):
        values |= {prefix + name: str(person.get(there, "")) for name, there in _there().items()}
    values["ship_same"] = "yes" if order.bill_to == order.ship_to else ""
    return _form(request, values, {}, order=order)


@post("/call-center/orders/{key:str}/customer", permission="order.address", sync_to_thread=True)
def change(request: Asked, key: str, data: Form) -> Response[Any]:
    """Change whom the order is for and where it goes; a draft is priced anew."""
    house, at_desk, values = house_of(request), desk_of(request), _values(data)
    with house.order_management.database.read() as conn:
        order = orders.load_order(conn, key)
    if text(data, "do") == "look_up":
        return _form(request, _looked_up(request, at_desk, values), {}, order=order)
    errors = _missing(values | {"currency": order.currency}, at_desk)
    if errors:
        return _form(request, values, errors, status=422, order=order)
    document = {"Version": values.get("version", "")} | _people(values)
    if order.draft:
        document["BuyerUserId"] = values["buyer"]
    try:
        desk.change_draft(house, desk.Agent(at_desk.user.logon_id), key, document)
    except Error as error:
        status, errors = refused(error, {"BillTo": "bill_last_name", "ShipTo": "ship_last_name"})
        fresh = values | ({"version": str(error.attributes["version"])} if error.code == "ENT_VERSION" else {})
        return _form(request, fresh, errors, status=status, order=order)
    return back(f"/call-center/orders/{key}", "saved")


def _there() -> dict[str, str]:
    """Our fields → the names of the order side."""
    marks = desk.address_document({name: name for name in FIELDS})
    return {value: there for there, value in marks.items()}


def _values(data: dict[str, Any]) -> dict[str, str]:
    names = ["buyer", "currency", "ship_same", "filled_for", "version"]
    names += [prefix + name for prefix in ("bill_", "ship_") for name in FIELDS]
    return {name: text(data, name)[:300] for name in names}


def _people(values: dict[str, str]) -> dict[str, Any]:
    billed = {name: values.get(f"bill_{name}", "") for name in FIELDS}
    shipped = billed if values.get("ship_same") else {name: values.get(f"ship_{name}", "") for name in FIELDS}
    return {"PersonInfoBillTo": desk.address_document(billed), "PersonInfoShipTo": desk.address_document(shipped)}


def _missing(values: dict[str, str], at_desk: Desk) -> dict[str, str]:
    tell = translator(at_desk.locale).gettext
    prefixes = ("bill_",) if values.get("ship_same") else ("bill_", "ship_")
    found = {
        prefix + name: tell(MISSING) % {"label": tell(label)}
        for prefix in prefixes
        for name, (label, _, required) in FIELDS.items()
        if required and not values.get(prefix + name)
    }
    if values.get("currency") not in at_desk.store.currencies:
        found["currency"] = tell(MISSING) % {"label": tell(mark("Currency"))}
    return found


def _looked_up(request: Asked, at_desk: Desk, values: dict[str, str]) -> dict[str, str]:
    """The values with the customer's first address where nothing was typed, or where another customer's stood."""
    with house_of(request).commerce.database.read() as conn:
        customer = known_customer(conn, values["buyer"], house_of(request).clock.now())
    other = values.get("filled_for", "") not in ("", customer.logon_id)
    filled = dict(values)
    typed = any(values.get(f"bill_{name}") for name in FIELDS)
    if customer.addresses and (other or not typed):
        first = customer.addresses[0]
        filled |= {f"bill_{name}": str(getattr(first, name) or "") for name in FIELDS}
        filled["filled_for"] = customer.logon_id
    elif other:
        filled |= {f"bill_{name}": "" for name in FIELDS} | {"filled_for": ""}
    filled["currency"] = values.get("currency") or customer.currency or at_desk.store.default_currency
    return filled


def _form(
    request: Asked, values: dict[str, str], errors: dict[str, str], *, status: int = 200, order: orders.Order | None = None
) -> Response[str]:
    at_desk = desk_of(request)
    with house_of(request).commerce.database.read() as conn:
        customer = known_customer(conn, values["buyer"], house_of(request).clock.now()) if values.get("buyer") else None
        stores = catalog.store_names(conn)
    return show(
        request,
        "call_center/customer.html",
        status=status,
        values=dict.fromkeys(_values({}), "") | values,
        errors=errors,
        customer=customer,
        fields=FIELDS,
        countries=_countries(locale_of(at_desk.locale)),
        currencies=[(code, code) for code in at_desk.store.currencies],
        order=order,
        stores=stores,
    )


def _countries(locale: Locale) -> list[tuple[str, str]]:
    named = [
        (code, name) for code, name in locale.territories.items() if len(code) == 2 and code.isalpha() and code not in _NOT_ONE
    ]
    return [("", ""), *sorted(named, key=lambda pair: pair[1])]


_NOT_ONE = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"})
routes: list[Any] = [new_page, create, change_page, change]
