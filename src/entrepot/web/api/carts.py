"""Carts for programs: from the first item to the submitted order.

A guest's cart is claimed by the secret in `X-Cart-Token`, told once when the cart is opened; an account's by
its bearer token. Every answer carries the cart's `version`; a change may name the one it was made on. The path
from cart to order is `address`, `shipping`, `payment`, `prepare`, `submit`; who knows all of it beforehand says it
with `prepare`.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, Response, delete, get, patch, post, put
from sqlalchemy.engine import Connection

from entrepot.commerce import capture
from entrepot.kernel.money import format_amount, format_price
from entrepot.kernel.quantity import read_step
from entrepot.web import defined_kits, kit_launch, shop
from entrepot.web.api.caller import CART_HEADER, caller_of
from entrepot.web.edge import house_of


class NewItem(msgspec.Struct, forbid_unknown_fields=True):
    part_number: str
    quantity: str = "1"
    attributes: dict[str, str] = {}


class NewItems(msgspec.Struct, forbid_unknown_fields=True):
    items: list[NewItem]


class NewLaunch(msgspec.Struct, forbid_unknown_fields=True):
    part_number: str
    return_url: str = "/cart/configured"
    line: str = ""


WHICH = "Name a finished configuration, or the part number of a predefined kit, one of them."


class NewConfiguration(msgspec.Struct, forbid_unknown_fields=True):
    """A finished configuration by its id; or a predefined kit by its part number, as the catalog suggests it."""

    configuration_id: str = ""
    part_number: str = ""
    quantity: str = "1"
    line: str | None = None


class NewQuantity(msgspec.Struct, forbid_unknown_fields=True):
    quantity: str
    version: int | None = None


class NewCode(msgspec.Struct, forbid_unknown_fields=True):
    code: str


class NewAddress(msgspec.Struct, forbid_unknown_fields=True):
    ship_to: dict[str, Any]
    bill_to: dict[str, Any] | None = None


class NewShipping(msgspec.Struct, forbid_unknown_fields=True):
    mode: str


class ToPrepare(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    confirmed_total: str | None = None
    ship_to: dict[str, Any] | None = None
    bill_to: dict[str, Any] | None = None
    shipping_mode: str | None = None
    payment: capture.Payment | None = None


class ToSubmit(msgspec.Struct, forbid_unknown_fields=True):
    version: int


class CartApi(Controller):
    """`/api/stores/{store}/cart`: the caller's own current cart."""

    path = "/api/stores/{store:str}/cart"
    tags = ["Cart"]

    @get("/", permission="public", sync_to_thread=False)
    def show(self, request: Request[Any, Any, Any], store: str) -> Response[bytes]:
        """The cart at present prices, with its promotions, and why others do not apply."""
        house, caller = house_of(request), caller_of(request, store)
        with house.commerce.database.read() as conn:
            now = shop.visit(conn, caller, house)
            cart = capture.require_cart(conn, now)
            return respond_with(capture.reprice(conn, now, cart) if not capture.is_prepared(cart, now.at) else cart)

    @post("/items", permission="public", sync_to_thread=False)
    def add(self, request: Request[Any, Any, Any], store: str, data: NewItems) -> Response[bytes]:
        """Add items, all or none; products by their attributes, bundles by their members'."""
        adding = [capture.Adding(one.part_number, one.quantity, one.attributes) for one in data.items]
        cart, secret = shop.add_to_cart(house_of(request), caller_of(request, store), adding)
        return respond_with(cart, secret, status=201)

    @post("/launch", permission="public", sync_to_thread=False, status_code=200)
    def launch(self, request: Request[Any, Any, Any], store: str, data: NewLaunch) -> Response[dict[str, str]]:
        """Where to send the shopper to configure a kit: a signed, one-time address, good for ten minutes."""
        house, caller = house_of(request), caller_of(request, store)
        made = kit_launch.launch(house, caller, data.part_number, data.return_url, data.line)
        return Response({"url": made.url}, headers={CART_HEADER: made.secret} if made.secret else None)

    @post("/configurations", permission="public", sync_to_thread=True)
    def add_configuration(self, request: Request[Any, Any, Any], store: str, data: NewConfiguration) -> Response[bytes]:
        """Add a finished configuration as one line, or put it in the place of an earlier one (`line`)."""
        house, caller = house_of(request), caller_of(request, store)
        if bool(data.part_number) == bool(data.configuration_id):
            raise capture.ConfigurationInvalid(path="configuration_id", problem=WHICH)
        if data.part_number:
            cart, secret = defined_kits.order_as_suggested(house, caller, data.part_number, data.quantity)
        else:
            cart, secret = shop.add_configuration(house, caller, data.configuration_id, data.quantity, data.line)
        return respond_with(cart, secret, status=201)

    @patch("/items/{line:str}", permission="public", sync_to_thread=False)
    def change(self, request: Request[Any, Any, Any], store: str, line: str, data: NewQuantity) -> Response[bytes]:
        """Change a line's quantity; 0 removes it."""
        return _changed(
            request, store, lambda conn, now, cart: capture.change_quantity(conn, now, cart, line, data.quantity), data.version
        )

    @delete("/items/{line:str}", permission="public", sync_to_thread=False, status_code=200)
    def remove(self, request: Request[Any, Any, Any], store: str, line: str) -> Response[bytes]:
        """Remove a line; a gift that is removed stays away."""
        return _changed(request, store, lambda conn, now, cart: capture.remove_line(conn, now, cart, line))

    @delete("/items/{line:str}/components/{part:str}", permission="public", sync_to_thread=False, status_code=200)
    def remove_component(self, request: Request[Any, Any, Any], store: str, line: str, part: str) -> Response[bytes]:
        """Refused: a kit is changed as a whole, by configuring it again."""

        def refuse(conn: Connection, now: capture.Visit, cart: capture.Order) -> capture.Order:
            capture.refuse_component_change(cart, line)
            return cart

        return _changed(request, store, refuse)

    @post("/codes", permission="public", sync_to_thread=False)
    def enter(self, request: Request[Any, Any, Any], store: str, data: NewCode) -> Response[bytes]:
        """Enter a promotion code, or the code of a coupon."""
        return _changed(request, store, lambda conn, now, cart: capture.enter_code(conn, now, cart, data.code))

    @delete("/codes/{code:str}", permission="public", sync_to_thread=False, status_code=200)
    def leave(self, request: Request[Any, Any, Any], store: str, code: str) -> Response[bytes]:
        """Take a promotion code off."""
        return _changed(request, store, lambda conn, now, cart: capture.remove_code(conn, now, cart, code))

    @put("/address", permission="public", sync_to_thread=False)
    def address(self, request: Request[Any, Any, Any], store: str, data: NewAddress) -> Response[bytes]:
        """Say where the order goes, and the bill where it goes elsewhere."""
        ship_to = capture.as_address(data.ship_to, "ship_to")
        bill_to = capture.as_address(data.bill_to, "bill_to") if data.bill_to else None
        return _changed(request, store, lambda conn, now, cart: capture.set_address(conn, now, cart, ship_to, bill_to))

    @get("/shipping", permission="public", sync_to_thread=False)
    def shipping_modes(self, request: Request[Any, Any, Any], store: str) -> list[dict[str, Any]]:
        """The ways this cart can be shipped, and what each costs."""
        house, caller = house_of(request), caller_of(request, store)
        with house.commerce.database.read() as conn:
            now = shop.visit(conn, caller, house)
            cart = capture.require_cart(conn, now)
            return [
                {
                    "mode": offer.mode.code,
                    "name": offer.mode.name(now.language),
                    "amount": format_amount(offer.amount, cart.currency),
                    "days": offer.mode.days,
                }
                for offer in capture.shipping_offers(conn, now, cart)
            ]

    @put("/shipping", permission="public", sync_to_thread=False)
    def shipping(self, request: Request[Any, Any, Any], store: str, data: NewShipping) -> Response[bytes]:
        """Choose how the order ships."""
        return _changed(request, store, lambda conn, now, cart: capture.set_shipping(conn, now, cart, data.mode))

    @put("/payment", permission="public", sync_to_thread=False)
    def payment(self, request: Request[Any, Any, Any], store: str, data: capture.Payment) -> Response[bytes]:
        """Choose how the order is paid: a gateway's token, or a purchase order on account."""
        return _changed(request, store, lambda conn, now, cart: capture.set_payment(conn, now, cart, data))

    @post("/prepare", permission="public", status_code=200)
    async def prepare(self, request: Request[Any, Any, Any], store: str, data: ToPrepare) -> Response[bytes]:
        """Reserve the stock and fix the prices: the summary. Tells all that is missing, at once.

        What the checkout collects may come with it instead of before; where anything is refused, nothing is taken.
        """
        house = house_of(request)
        details = capture.Details(
            ship_to=capture.as_address(data.ship_to, "ship_to") if data.ship_to is not None else None,
            bill_to=capture.as_address(data.bill_to, "bill_to") if data.bill_to is not None else None,
            shipping_mode=data.shipping_mode,
            payment=data.payment,
        )
        steps = shop.prepare(house, caller_of(request, store), data.version, data.confirmed_total, details)
        return respond_with(await house.requests.conduct_beside(steps))

    @post("/submit", permission="public")
    async def submit(self, request: Request[Any, Any, Any], store: str, data: ToSubmit) -> Response[bytes]:
        """Order. Needs an `Idempotency-Key`: the same key gives the same order, however often it is sent."""
        key = request.headers.get("idempotency-key", "")
        house = house_of(request)
        order, repeated = shop.submit(house, caller_of(request, store), key, data.version, flush=False)
        await house.commerce.database.flushed()
        return respond_with(order, status=201, headers={"idempotent-replayed": "true"} if repeated else None)


def _changed(request: Request[Any, Any, Any], store: str, change: Any, version: int | None = None) -> Response[bytes]:
    return respond_with(shop.with_cart(house_of(request), caller_of(request, store), change, version))


def respond_with(
    cart: capture.Order, secret: str | None = None, status: int = 200, headers: dict[str, str] | None = None
) -> Response[bytes]:
    """The cart as an answer; a new guest is told the secret that claims it."""
    sent = dict(headers or {})
    if secret is not None:
        sent[CART_HEADER] = secret
    return Response(
        msgspec.json.encode(order_document(cart)), status_code=status, media_type="application/json", headers=sent or None
    )


def order_document(cart: capture.Order) -> dict[str, Any]:
    """A cart or an order as programs read it; every amount is a decimal text."""
    own = {line.id: line for line in cart.lines}
    calculation = cart.calculation
    document: dict[str, Any] = {
        "id": cart.id,
        "number": cart.number,
        "state": str(cart.state),
        "version": cart.version,
        "currency": cart.currency,
        "codes": list(cart.codes),
        "ship_to": cart.ship_to,
        "bill_to": cart.bill_to,
        "shipping_mode": cart.shipping_mode,
        "payment": {"method": cart.payment.method, "brand": cart.payment.brand, "last_four": cart.payment.last_four}
        if cart.payment
        else None,
        "prepared": {"expires_at": cart.prepared["expires_at"], "later": cart.prepared["later"]} if cart.prepared else None,
        "placed_at": cart.placed_at.isoformat() if cart.placed_at else None,
        "external_id": cart.external_id,
    }
    if calculation is None:
        return document | {"lines": [], "totals": None}
    return document | _calculated(calculation, own)


def _calculated(calculation: capture.Calculation, own: dict[str, Any]) -> dict[str, Any]:
    money = calculation.currency

    def amount(value: int) -> str:
        return format_amount(value, money)

    return {
        "lines": [_line_document(line, own.get(line.id), money) for line in calculation.lines],
        "shipping": {
            "mode": calculation.shipping.mode,
            "name": calculation.shipping.name,
            "amount": amount(calculation.shipping.amount),
            "net": amount(calculation.shipping.net),
            "tax": amount(calculation.shipping.tax),
            "granted": _granted(calculation.shipping.by_hand, money),
        }
        if calculation.shipping
        else None,
        "surcharges": [
            {"code": one.code, "name": one.name, "line": one.line or None, "amount": amount(one.amount), "tax": amount(one.tax)}
            for one in calculation.surcharges
        ],
        "promotions": [msgspec.to_builtins(one) | {"amount": amount(one.amount)} for one in calculation.applied],
        "declined": calculation.refused,
        "problems": calculation.problems,
        "totals": {
            "goods": amount(calculation.goods),
            "discount": amount(calculation.discount),
            "granted": amount(calculation.manual),
            "surcharges": amount(calculation.surcharged),
            "shipping": amount(calculation.shipping_net),
            "tax": amount(calculation.tax),
            "tax_included": calculation.tax_included,
            "total": amount(calculation.total),
            "rounding": amount(calculation.cash_rounding),
            "payable": amount(calculation.payable),
            "policy": calculation.policy,
        },
    }


def _line_document(line: capture.PricedLine, own: Any, money: str) -> dict[str, Any]:
    return {
        "id": line.id,
        "part_number": line.part_number,
        "name": line.name,
        "quantity": read_step(line.multiple, line.unit).format(line.quantity),
        "unit": line.unit,
        "unit_price": format_price(line.unit_price, money),
        "list_price": format_price(line.list_price, money) if line.list_price is not None else None,
        "amount": format_amount(line.amount, money),
        "discount": format_amount(line.discount, money),
        "tax": format_amount(line.tax, money),
        "contract": line.contract,
        "rule": line.rule,
        "gift_of": line.gift_of or None,
        "granted": _granted(line.by_hand, money),
        "price_set": {"reason": line.price_set.reason, "before": format_price(line.price_set.before, money)}
        if line.price_set
        else None,
        "adjustments": [msgspec.to_builtins(one) | {"amount": format_amount(one.amount, money)} for one in line.adjustments],
        "configuration_id": own.configuration_id if own else None,
        "components": [_component_document(one) for one in capture.contents(own)] if own else [],
    }


def _granted(by_hand: tuple[capture.ByHand, ...], money: str) -> list[dict[str, str]]:
    """What an agent granted (below zero) or charged."""
    return [{"reason": one.reason, "amount": format_amount(one.amount, money)} for one in by_hand]


def _component_document(one: capture.Content) -> dict[str, Any]:
    """A component, or a kit inside with its own; ``quantity`` is in one whole kit."""
    document: dict[str, Any] = {
        "part_number": one.part_number,
        "name": one.name,
        "quantity": one.quantity,
        "required": one.required,
    }
    return document | ({"components": [_component_document(part) for part in one.parts]} if one.parts else {})
