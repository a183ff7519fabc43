"""The simulation: what a customer would pay for a whole cart on a day, step by step, as a page and for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post

from entrepot.commerce import capture, catalog, charges, pricing
from entrepot.kernel.errors import Error, Invalid
from entrepot.kernel.money import format_amount, format_price, parse_amount
from entrepot.kernel.words import Gettext
from entrepot.web import formats
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark, translator
from entrepot.web.management.prices import steps_of
from entrepot.web.page import locale_of
from entrepot.web.staff import Asked, desk_of, noon, refused, show

STAGES = {
    "item": mark("Articles"),
    "promotion": mark("Promotions"),
    "surcharge": mark("Surcharges"),
    "shipping": mark("Shipping"),
    "shipping promotion": mark("Promotions on shipping"),
    "tax": mark("Taxes"),
}
DECLINED = {
    "ADDRESS_NOT_KNOWN_YET": mark("needs an address"),
    "BETTER_OFFER_APPLIES": mark("a better offer applies"),
    "BUYER_NOT_KNOWN_YET": mark("needs a customer who is known"),
    "FEWER_UNITS_NEEDED": mark("is for at most %(needs)s of %(what)s, the cart has %(has)s"),
    "LESS_SPENDING_NEEDED": mark("is for carts up to %(needs)s, this one has %(has)s"),
    "LESS_WEIGHT_NEEDED": mark("is for a weight up to %(needs)s, this cart weighs %(has)s"),
    "MORE_SPENDING_NEEDED": mark("needs %(needs)s, the cart has %(has)s"),
    "MORE_UNITS_NEEDED": mark("needs %(needs)s of what it is for, the cart has %(has)s"),
    "MORE_WEIGHT_NEEDED": mark("needs a weight of %(needs)s, this cart weighs %(has)s"),
    "NOTHING_TO_GIVE": mark("there is nothing it could take off"),
    "NOT_FOR_THIS_BUYER": mark("is not for this customer"),
    "NOT_IN_THIS_CURRENCY": mark("is not in this currency"),
    "NOT_IN_THIS_REGION": mark("is not for this region"),
    "NOT_THE_FIRST_ORDER": mark("is for first orders"),
    "NOT_WITH_ANOTHER": mark("does not go together with %(what)s"),
    "NOT_WITH_THESE_ITEMS": mark("is for carts without %(what)s"),
    "NOT_WITH_THIS_PAYMENT": mark("is for another means of payment"),
    "NOT_WITH_THIS_SHIPPING": mark("is for another way of shipping"),
    "PAYMENT_NOT_CHOSEN_YET": mark("needs a means of payment"),
    "SHIPPING_NOT_CHOSEN_YET": mark("needs a way of shipping"),
    "USED_UP": mark("has been used as often as it may"),
}
UNPRICED = {
    "CONTRACT_NOT_ACTIVE": mark("the contract is not active on this day"),
    "CONTRACT_NOT_ENTITLED": mark("this contract is not for this customer"),
    "CONTRACT_NOT_FOUND": mark("there is no such contract"),
    "NOT_ENTITLED": mark("the contract does not include this article"),
    "PRICE_NOT_FOUND": mark("no contract yields a price"),
}
FIELDS = ("items", "codes", "buyer", "on", "currency", "contract", "country", "region", "shipping", "payment")


class ItemsMalformed(Invalid):
    code = "ITEMS_MALFORMED"
    message = mark("{path}: write one article a line, its part number and how many.")


@get("/management/simulation", permission="price.view", sync_to_thread=True)
def simulation_page(request: Asked) -> Response[str]:
    """A cart as it is imagined, and what it would come to; the address of the page is the question."""
    at_desk = desk_of(request)
    values = {name: request.query_params.get(name, "").strip()[:4000] for name in FIELDS}
    if values["currency"] not in at_desk.store.currencies:
        values["currency"] = at_desk.store.default_currency
    with house_of(request).commerce.database.read() as conn:
        modes = sorted(charges.find_shipping_modes(conn, at_desk.store.id), key=lambda mode: mode.sequence)
        contracts = pricing.find_contracts(conn, at_desk.store.id)
    errors: dict[str, str] = {}
    found: capture.Simulated | None = None
    status = 200
    if values["items"]:
        try:
            found = _simulated(request, at_desk.store.identifier, _asked(request, values), values["buyer"], at_desk.view_language)
        except Error as error:
            status, errors = refused(error, dict.fromkeys(("items", "quantity"), "items"))
            errors = {
                name or ("contract" if error.code.startswith("CONTRACT_") else "items"): told for name, told in errors.items()
            }
    return show(
        request,
        "management/simulation.html",
        status=status,
        values=values,
        errors=errors,
        found=found,
        traces=_traces(found, translator(locale_of(request)).gettext),
        stages=STAGES,
        declined=_declined(found, locale_of(request)),
        unpriced=UNPRICED,
        currencies=[(code, code) for code in at_desk.store.currencies],
        modes=[("", ""), *((mode.code, mode.name(at_desk.view_language)) for mode in modes)],
        contracts=[("", ""), *((one.identifier, one.name) for one in contracts)],
    )


class SimulatedItem(msgspec.Struct, forbid_unknown_fields=True):
    part_number: str
    quantity: str = "1"
    attributes: dict[str, str] = {}
    configuration: str = ""


class Simulation(msgspec.Struct, forbid_unknown_fields=True):
    """A cart to be simulated; ``date`` is an ISO 8601 day or instant, absent for now."""

    items: list[SimulatedItem]
    buyer: str = ""
    date: str = ""
    currency: str = ""
    contract: str = ""
    codes: list[str] = []
    country: str = ""
    region: str = ""
    shipping_mode: str = ""
    payment: str = ""


@post("/api/stores/{store:str}/simulation", permission="price.view", sync_to_thread=True, status_code=200, tags=["Prices"])
def simulation(request: Request[Any, Any, Any], store: str, data: Simulation) -> dict[str, Any]:
    """What a customer would pay for a cart on a day: prices with their trace, and every step of the order. Stores nothing."""
    question = capture.Question(
        items=[capture.Adding(one.part_number, one.quantity, one.attributes) for one in data.items],
        configurations=_configurations(request, [one.configuration for one in data.items]),
        codes=tuple(data.codes),
        contract=data.contract or None,
        destination=charges.Destination(data.country.upper(), data.region.upper()) if data.country else None,
        shipping_mode=data.shipping_mode or None,
        payment=data.payment or None,
    )
    return _document(_simulated(request, store, (question, data.date, data.currency), data.buyer, ""))


Asking = tuple[capture.Question, str, str]


def _asked(request: Asked, values: dict[str, str]) -> Asking:
    rows = _rows(values["items"])
    question = capture.Question(
        items=[capture.Adding(number, quantity) for number, quantity, _ in rows],
        configurations=_configurations(request, [configuration for _, _, configuration in rows]),
        codes=tuple(values["codes"].replace(",", " ").split()),
        contract=values["contract"] or None,
        destination=charges.Destination(values["country"].upper(), values["region"].upper()) if values["country"] else None,
        shipping_mode=values["shipping"] or None,
        payment=values["payment"] or None,
    )
    return question, values["on"], values["currency"]


def _configurations(request: Request[Any, Any, Any], ids: list[str]) -> dict[int, capture.Configuration]:
    """The finished configurations that are named, by the place of their article, as the configurator has them."""
    ask = house_of(request).requests.request
    return {
        place: capture.read_bill_of_material(ask("generateConfigurationBOM", {"ConfigurationId": one}))
        for place, one in enumerate(ids)
        if one
    }


def _rows(text: str) -> list[tuple[str, str, str]]:
    """The articles of a text: a part number a line, how many after a blank, and of a kit its configuration after another."""
    found = []
    for line in text.replace(";", "\n").splitlines():
        words = line.split()
        if len(words) > 3:
            raise ItemsMalformed(path="items")
        if words:
            found.append((words[0], words[1] if len(words) > 1 else "1", words[2] if len(words) > 2 else ""))
    return found


def _simulated(request: Request[Any, Any, Any], store: str, asking: Asking, buyer: str, language: str) -> capture.Simulated:
    asked, date, currency = asking
    now = house_of(request).clock.now()
    with house_of(request).commerce.database.read() as conn:
        sells = catalog.find_store(conn, store)
        at = _instant(date, now)
        who = capture.buyer_at(conn, buyer or None, at)
        money = currency or who.preferred_currency or sells.default_currency
        if money not in sells.currencies:
            raise CurrencyNotSold(path="currency", currencies=", ".join(sells.currencies))
        visit = capture.Visit(sells, who, language or sells.default_language, money, at)
        return capture.simulate(conn, visit, asked)


class CurrencyNotSold(Invalid):
    code = "CURRENCY_UNKNOWN"
    message = mark("{path}: this store sells in {currencies}.")


def _instant(text: str, now: datetime) -> datetime:
    """An instant, or the middle of a day; now without either."""
    if "T" in text:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return now
        return at if at.tzinfo else now
    return noon(text, now)


def _traces(found: capture.Simulated | None, gettext: Gettext) -> list[dict[str, Any]]:
    traces = []
    for price in found.prices if found else ():
        best = price if isinstance(price, pricing.Entitled) else None
        considered = [
            {"one": one, "won": best is not None and one.contract == best.contract, "steps": steps_of(one.steps, gettext)}
            for one in price.considered
        ]
        code = price.code if isinstance(price, pricing.Unpriced) else ""
        traces.append({"part_number": price.part_number, "best": best, "considered": considered, "code": code})
    return traces


def _declined(found: capture.Simulated | None, locale: str) -> list[tuple[capture.PromotionRefused, str]]:
    """Each promotion that does not apply with its reason in the reader's language, amounts as the reader writes them."""
    told, gettext = [], translator(locale).gettext
    for one in found.calculation.refused if found else ():
        values = {"needs": one.needs, "has": one.has, "what": gettext(one.what)}
        if found is not None and one.reason in ("MORE_SPENDING_NEEDED", "LESS_SPENDING_NEEDED"):
            money = found.calculation.currency
            values |= {name: formats.money(parse_amount(values[name], money), money, locale) for name in ("needs", "has")}
        told.append((one, gettext(DECLINED[one.reason]) % values if one.reason in DECLINED else one.reason))
    return told


def _document(found: capture.Simulated) -> dict[str, Any]:
    money = found.calculation.currency
    return {
        "currency": money,
        "total": format_amount(found.calculation.total, money),
        "payable": format_amount(found.calculation.payable, money),
        "tax_included": found.calculation.tax_included,
        "tax": format_amount(found.calculation.tax, money),
        "prices": [_price_document(one, money) for one in found.prices],
        "steps": [
            {
                "stage": one.stage,
                "what": one.what,
                "amount": format_amount(one.amount, money),
                "after": format_amount(one.after, money),
            }
            for one in found.stages
        ],
        "promotions": [
            msgspec.to_builtins(one) | {"amount": format_amount(one.amount, money)} for one in found.calculation.applied
        ],
        "declined": [msgspec.to_builtins(one) for one in found.calculation.refused],
        "codes_unknown": list(found.calculation.codes_unknown),
        "problems": [msgspec.to_builtins(one) for one in found.calculation.problems],
    }


def _price_document(one: pricing.Entitled | pricing.Unpriced, money: str) -> dict[str, Any]:
    best = one if isinstance(one, pricing.Entitled) else None
    return {
        "part_number": one.part_number,
        "price": format_price(best.price, money) if best else None,
        "contract": best.contract if best else None,
        "rule": best.rule if best else None,
        "considered": [
            {
                "contract": other.contract,
                "rule": other.rule,
                "price": format_price(other.price, money) if other.price is not None else None,
                "steps": [
                    {"text": s["text"], "price": format_price(s["price"], money) if s["price"] is not None else None}
                    for s in steps_of(other.steps)
                ],
            }
            for other in one.considered
        ],
    }


routes: list[Any] = [simulation_page, simulation]
