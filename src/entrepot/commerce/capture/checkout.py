"""What a checkout collects: where the goods go, how, and how they are paid for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from entrepot.commerce import catalog, charges, pricing, promotions
from entrepot.commerce.capture.calculate import parcel_of, taxed_there
from entrepot.commerce.capture.calculation import Problem
from entrepot.commerce.capture.cart import change, to_calculate
from entrepot.commerce.capture.order import MOST_CODES, Address, AddressInvalid, Order, Payment, Visit
from entrepot.kernel.errors import Invalid, Refused
from entrepot.kernel.words import mark

_POSTAL = {"US": r"[0-9]{5}(-[0-9]{4})?", "DE": r"[0-9]{5}", "AT": r"[0-9]{4}", "CH": r"[0-9]{4}", "FR": r"[0-9]{5}"}
_NEEDS_STATE = frozenset({"US", "CA", "AU"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_DIGITS = re.compile(r"(?:[0-9][ -]?){13,19}")
METHODS = ("card", "invoice")


class ShipModeNotUsable(Refused):
    code = "SHIP_MODE_NOT_USABLE"
    message = mark("This order cannot be shipped that way to this address. Choose one of the offered ways.")


class PaymentMethodNotUsable(Refused):
    code = "PAYMENT_METHOD_NOT_USABLE"
    message = mark("This order cannot be paid that way. Choose one of the offered ways.")


class PurchaseOrderRequired(Invalid):
    code = "PURCHASE_ORDER_REQUIRED"
    message = mark("{path}: an order on account needs a purchase order number.")


class CardDataRefused(Refused):
    code = "CARD_DATA_REFUSED"
    message = mark("Card numbers are not accepted here. Use the payment form, which sends a token instead.")


class CodeUnknown(Refused):
    code = "PROMOTION_CODE_REFUSED"
    message = mark("This code cannot be used for your order.")


class TooManyCodes(Refused):
    code = "TOO_MANY_CODES"
    message = mark("An order takes at most {most} codes.")


def check_address(address: Address, *, guest: bool = True) -> Address:
    """The address with blanks trimmed, or a refusal naming the first field at fault and listing all of them."""
    values = {name: getattr(address, name).strip() for name in address.__struct_fields__}
    for name, value in values.items():
        refuse_card_number(value, name)
    faults = dict(_address_faults(values, guest))
    if faults:
        first = next(iter(faults))
        raise AddressInvalid(path=first, problem=faults[first], faults=faults)
    return Address(**values)


def _address_faults(values: dict[str, str], guest: bool) -> Iterator[tuple[str, str]]:
    """What is wrong with each field, in the order of the fields that are needed."""
    for name in ("last_name", "line1", "city", "postal_code", "country"):
        if not values[name]:
            yield name, "please fill this in"
    country = values["country"]
    if country and (len(country) != 2 or not country.isupper()):
        yield "country", "choose a country"
    if country in _NEEDS_STATE and not values["state"]:
        yield "state", "please choose a state"
    pattern = _POSTAL.get(country)
    if pattern and values["postal_code"] and not re.fullmatch(pattern, values["postal_code"]):
        yield "postal_code", "this is not a postal code of that country"
    if (guest or values["email"]) and not _EMAIL.match(values["email"]):
        yield "email", "write an e-mail address such as name@example.org"
    for name, value in values.items():
        if len(value) > 254:
            yield name, "at most 254 characters per field"


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """What a checkout collects; what is None stays as it is."""

    ship_to: Address | None = None
    bill_to: Address | None = None
    shipping_mode: str | None = None
    payment: Payment | None = None


def detailed(conn: Connection, visit: Visit, cart: Order, details: Details) -> Order:
    """The cart with all that was said at once, each part checked with the others; neither priced nor stored.

    A shipping mode chosen earlier that does not serve the new address is dropped, one that is chosen here is refused.
    """
    if details.ship_to is not None:
        ship_to = check_address(details.ship_to, guest=visit.buyer.is_guest)
        cart = replace(cart, ship_to=ship_to, bill_to=check_address(details.bill_to) if details.bill_to else None)
    elif details.bill_to is not None:
        cart = replace(cart, bill_to=check_address(details.bill_to))
    mode = cart.shipping_mode if details.shipping_mode is None else details.shipping_mode
    if mode is not None and (details.ship_to is not None or details.shipping_mode is not None):
        offered = mode in {offer.mode.code for offer in shipping_offers(conn, visit, cart)}
        if not offered and details.shipping_mode is not None:
            raise ShipModeNotUsable(mode=mode)
        cart = replace(cart, shipping_mode=mode if offered else None)
    if details.payment is not None:
        check_payment(conn, visit, cart, details.payment)
        cart = replace(cart, payment=details.payment)
    return cart


def set_address(conn: Connection, visit: Visit, cart: Order, ship_to: Address, bill_to: Address | None = None) -> Order:
    """Record where the order goes; a shipping mode that does not serve the country is dropped."""
    return change(conn, visit, cart, detailed(conn, visit, cart, Details(ship_to=ship_to, bill_to=bill_to)))


def shipping_offers(conn: Connection, visit: Visit, cart: Order) -> list[charges.ShippingOffer]:
    """The ways this cart can be shipped, with what each costs."""
    numbers = {line.part_number for line in cart.lines} | {one.part_number for line in cart.lines for one in line.components}
    facts = catalog.entries_by_part_numbers(conn, visit.view, numbers)
    demanded = obligations(conn, cart)
    known = charges.find_shipping_modes(conn, visit.store.id)
    modes = tuple(mode for mode in known if demanded.permits_shipping(mode.code))
    bought = [line for line in cart.calculation.lines if not line.gift_of] if cart.calculation else []
    order = to_calculate(visit, cart)
    return taxed_there(conn, order, charges.offer_shipping(modes, parcel_of(order, facts, bought)))


def set_shipping(conn: Connection, visit: Visit, cart: Order, mode: str) -> Order:
    """Choose how the order ships."""
    return change(conn, visit, cart, detailed(conn, visit, cart, Details(shipping_mode=mode)))


def set_payment(conn: Connection, visit: Visit, cart: Order, payment: Payment) -> Order:
    """Choose how the order is paid; the instruction holds a token, never a card number."""
    return change(conn, visit, cart, detailed(conn, visit, cart, Details(payment=payment)))


def check_payment(conn: Connection, visit: Visit, cart: Order, payment: Payment) -> None:
    """Refuse a payment that holds a card number, or that this buyer may not choose for this cart."""
    for name in payment.__struct_fields__:
        refuse_card_number(getattr(payment, name), name)
    if payment.method not in offered_methods(conn, visit, cart):
        raise PaymentMethodNotUsable(method=payment.method)
    needed = payment.method == "invoice" or obligations(conn, cart).purchase_order
    if needed and not payment.purchase_order.strip():
        raise PurchaseOrderRequired(path="purchase_order")
    if payment.method == "card" and not payment.token:
        raise PaymentMethodNotUsable(method="card")


def enter_code(conn: Connection, visit: Visit, cart: Order, code: str) -> Order:
    """Enter a promotion code. One that is known but not fulfilled stays and is tested again at each change.

    Shoppers get one neutral answer for every code that cannot be used.
    """
    code = promotions.canonical_code(code)
    if len(cart.codes) >= MOST_CODES:
        raise TooManyCodes(most=MOST_CODES)
    found = promotions.validate_code(conn, visit.store.id, code, (cart.logon_id, visit.customer.segments), visit.at, cart.id)
    if not found.valid:
        raise CodeUnknown()
    codes = tuple(dict.fromkeys((*cart.codes, code)))
    return change(conn, visit, cart, replace(cart, codes=codes))


def remove_code(conn: Connection, visit: Visit, cart: Order, code: str) -> Order:
    """Take a code off again."""
    code = promotions.canonical_code(code)
    return change(conn, visit, cart, replace(cart, codes=tuple(one for one in cart.codes if one != code)))


def missing(cart: Order) -> list[Problem]:
    """Everything that still stands between this cart and an order, all at once."""
    problems = list(cart.calculation.problems) if cart.calculation else []
    if not cart.lines:
        problems.append(Problem("CART_EMPTY", "There is nothing in the cart."))
    if cart.ship_to is None:
        problems.append(Problem("ADDRESS_MISSING", "Tell us where the order goes.", field="address"))
    if cart.shipping_mode is None:
        problems.append(Problem("SHIP_MODE_MISSING", "Choose how the order ships.", field="shipping_mode"))
    if cart.payment is None:
        problems.append(Problem("PAYMENT_MISSING", "Choose how to pay.", field="payment"))
    return problems


def refuse_card_number(text: str, field: str) -> None:
    """Refuse anything that is a card number by its digits and check sum; it is not stored and not logged."""
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"[ -]", "", match.group())
        if 13 <= len(digits) <= 19 and digits[0] in "3456" and _luhn(digits):
            raise CardDataRefused(field=field)


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def as_address(value: object, path: str = "address") -> Address:
    """An address from a document; refuses unknown and missing fields by name."""
    try:
        return msgspec.convert(value, Address)
    except msgspec.ValidationError as error:
        raise AddressInvalid(path=path, problem=str(error)) from None


def obligations(conn: Connection, cart: Order) -> pricing.Obligations:
    """What the contracts that price this cart's lines demand of payment and shipping, all of them together."""
    lines = cart.calculation.lines if cart.calculation else ()
    return pricing.terms_of(conn, cart.store_id).obligations(line.contract for line in lines if line.contract)


def offered_methods(conn: Connection, visit: Visit, cart: Order) -> Sequence[str]:
    """The payment methods this buyer may choose from for this cart."""
    own = METHODS if visit.buyer.organization_ids else ("card",)
    demanded = obligations(conn, cart)
    return tuple(method for method in own if demanded.permits_payment(method))


def broken_terms(conn: Connection, visit: Visit, cart: Order) -> list[Problem]:
    """Where the chosen payment and shipping break the contracts that price the cart, for instance since they changed."""
    demanded, problems = obligations(conn, cart), []
    if cart.payment is not None and cart.payment.method not in offered_methods(conn, visit, cart):
        problems.append(Problem(PaymentMethodNotUsable.code, "Choose another way to pay: the contract does not allow this one."))
    elif cart.payment is not None and demanded.purchase_order and not cart.payment.purchase_order.strip():
        problems.append(Problem(PurchaseOrderRequired.code, "The contract asks for a purchase order number.", field="payment"))
    if cart.shipping_mode is not None and not demanded.permits_shipping(cart.shipping_mode):
        problems.append(Problem(ShipModeNotUsable.code, "Choose another way to ship: the contract does not allow this one."))
    return problems
