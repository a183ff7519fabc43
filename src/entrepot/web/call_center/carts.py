"""A shopper's open cart on the agent's screen: found by logon id, seen as the shopper sees it, something granted on it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post

from entrepot.commerce import capture, charges
from entrepot.kernel.errors import Error
from entrepot.web import cart_desk
from entrepot.web.call_center.adjusted import ORDER, SHIPPING
from entrepot.web.edge import house_of
from entrepot.web.i18n import mark, translator
from entrepot.web.staff import Asked, Desk, Form, back, desk_of, refused, show, text
from entrepot.web.storefront.cart_view import CartShown, cart_shown, sums_of
from entrepot.web.storefront.wallet import Owner, coupons_shown

HOME = "/call-center/carts"
WHOLE = {ORDER: charges.On.ORDER, SHIPPING: charges.On.SHIPPING}
#: What can be done: its value → the words of the form.
HOW = {
    "amount": mark("Amount off"),
    "percent": mark("Percent off"),
    "charge": mark("Extra charge"),
    "price": mark("New price"),
}


@get(HOME, permission="customer.search", sync_to_thread=False)
def cart_page(request: Asked, customer: str = "") -> Response[str]:
    """The cart of the customer who is calling."""
    return _page(request, customer.strip())


@post(HOME + "/grant", permission="order.charge.line", sync_to_thread=True)
def grant(request: Asked, data: Form) -> Response[Any]:
    """Grant something off, a charge or a price, on a line, the whole cart or shipping; beyond the agent's limits it waits."""
    customer, named = text(data, "customer"), text(data, "target")
    target = (WHOLE[named], "") if named in WHOLE else (charges.On.LINE, named)
    why = (text(data, "reason"), text(data, "note"))
    try:
        with house_of(request).commerce.database.read() as conn:
            currency = cart_desk.open_cart(conn, house_of(request), desk_of(request), customer).cart.currency
        wish = capture.read_wish(target, text(data, "how"), text(data, "value"), why, currency)
        cart = cart_desk.grant(house_of(request), desk_of(request), customer, _version(data), wish)
    except Error as error:
        return _refused(request, customer, data, error)
    return back(f"{HOME}?{urlencode({'customer': customer})}", "granted" if cart.granted[-1].in_effect else "waiting")


@post(HOME + "/withdraw", permission="order.charge.line", sync_to_thread=True)
def withdraw(request: Asked, data: Form) -> Response[Any]:
    """Take something granted off the cart again."""
    customer = text(data, "customer")
    try:
        cart_desk.withdraw(house_of(request), desk_of(request), customer, _version(data), text(data, "grant"))
    except Error as error:
        return _refused(request, customer, data, error)
    return back(f"{HOME}?{urlencode({'customer': customer})}", "withdrawn")


@post(HOME + "/codes", permission="order.coupon", sync_to_thread=True)
def change_code(request: Asked, data: Form) -> Response[Any]:
    """Put a code or a coupon of the customer's on the cart, or take it off."""
    customer, on = text(data, "customer"), text(data, "do") != "remove"
    try:
        code = (text(data, "code")[:100], on)
        cart_desk.change_code(house_of(request), desk_of(request), customer, _version(data), code)
    except Error as error:
        status, errors = refused(error)
        return _page(request, customer, {"code": next(iter(errors.values()))}, {"code": text(data, "code")}, status=status)
    return back(f"{HOME}?{urlencode({'customer': customer})}", "cart_code" if on else "cart_code_off")


def _version(data: dict[str, Any]) -> int:
    """The cart's version as it was seen; one that nobody could have seen is stale."""
    typed = text(data, "version")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else -1


def _refused(request: Asked, customer: str, data: dict[str, Any], error: Error) -> Response[str]:
    """The cart as it is now, with what stood in the way and what was typed."""
    status, errors = refused(error, {name: name for name in ("reason", "note", "value", "target", "how")})
    entered = {name: text(data, name) for name in ("target", "how", "value", "reason", "note")}
    return _page(request, customer, errors, entered, status=status)


def _page(
    request: Asked,
    customer: str,
    errors: dict[str, str] | None = None,
    entered: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    at_desk, house = desk_of(request), house_of(request)
    words, errors = translator(at_desk.locale), dict(errors or {})
    found, coupons = None, []
    if customer:
        with house.commerce.database.read() as conn:
            try:
                found = cart_desk.open_cart(conn, house, at_desk, customer)
            except cart_desk.NoOpenCart as error:
                status, told = (404, refused(error)[1]) if status == 200 else (status, {})
                errors |= {"customer": told[""]} if told else {}
            if found is not None:
                owner = Owner(at_desk.store, found.cart.logon_id)
                coupons = coupons_shown(conn, owner, found.visit.at, at_desk.view_language, found.cart.codes)
    shown = cart_shown(found.cart, words, at_desk.locale) if found else None
    calculation = found.cart.calculation if found else None
    return show(
        request,
        "call_center/cart.html",
        status=status,
        customer=customer,
        found=found,
        cart=found.cart if found else None,
        shown=shown,
        sums=sums_of(calculation, words) if calculation else (),
        errors=errors,
        entered=dict.fromkeys(("target", "how", "value", "reason", "note", "code"), "") | (entered or {}),
        offered=_offered(at_desk, found, shown) if found and shown else {},
        coupons=[one for one in coupons if one.usable],
        names={line.id: line.name for line in shown.lines} if shown else {},
    )


def _offered(at_desk: Desk, found: cart_desk.CustomerCart, shown: CartShown) -> dict[str, Any]:
    """What this agent may do on this cart: on what, in which ways, for which reasons."""
    tell, may = translator(at_desk.locale).gettext, at_desk.user.permissions
    calculation = found.cart.calculation
    shipped = calculation is not None and calculation.shipping is not None
    targets = [(line.id, line.name) for line in shown.lines if line.unit_price is not None and not line.gift]
    if "order.charge.header" in may:
        targets += [(ORDER, tell("The whole order")), *([(SHIPPING, tell("Shipping"))] if shipped else [])]
    prices = "order.price.override" in may or (shipped and "order.charge.header" in may)
    return {
        "targets": targets,
        "how": [(value, tell(words)) for value, words in HOW.items() if value != "price" or prices],
        "reasons": [one for one in capture.GRANT_REASONS if one != "APPEASEMENT" or "order.appease" in may],
        "shipped": shipped,
    }


routes: list[Any] = [cart_page, grant, withdraw, change_code]
