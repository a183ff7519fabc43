"""Order management for programs: its verbs by name, and the questions that need commerce."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, get, post

from entrepot.kernel.errors import NotPermitted
from entrepot.web import desk
from entrepot.web.edge import house_of, require_user

#: Which permission a verb needs beyond looking at orders.
PERMISSIONS = {
    "createOrder": "order.capture",
    "changeOrder": "order.modify",
    "cancelOrder": "order.cancel",
    "confirmDraftOrder": "order.confirm",
    "getOrderDetails": "order.view",
    "getOrderList": "order.search",
    "applyHold": "order.hold.apply",
    "resolveHold": "order.hold.resolve",
    "scheduleOrder": "order.schedule",
    "unscheduleOrder": "order.schedule",
    "releaseOrder": "order.release",
    "createShipment": "shipment.pack",
    "confirmShipment": "shipment.confirm",
    "getShipmentList": "order.view",
    "reserveAvailableInventory": "order.capture",
    "cancelReservation": "order.capture",
    "findInventory": "inventory.view",
    "monitorItemAvailability": "inventory.view",
    "adjustInventory": "inventory.adjust",
}


class DraftItem(msgspec.Struct, forbid_unknown_fields=True):
    item: str
    quantity: str = "1"


class DraftCoupon(msgspec.Struct, forbid_unknown_fields=True):
    coupon: str


class Adjustment(msgspec.Struct, forbid_unknown_fields=True, rename="pascal"):
    """An adjustment by hand; `Action` is ENTER, REMOVE, APPROVE or REJECT, the amount of a PriceOverride the new unit price."""

    version: str
    action: str = "ENTER"
    adjustment_id: str = msgspec.field(default="", name="AdjustmentID")
    calculation_code: str = ""
    order_line_key: str = ""
    amount: str = ""
    is_discount: str = "Y"
    reason_code: str = ""
    note_text: str = ""


class DeskApi(Controller):
    """`/api/order-management`: for staff, by bearer token."""

    path = "/api/order-management"
    tags = ["Order management"]

    @post("/invoke/{verb:str}", permission="order.view", sync_to_thread=True, status_code=200)
    def invoke(self, request: Request[Any, Any, Any], verb: str, data: dict[str, Any]) -> dict[str, Any]:
        """Invoke a verb (`createOrder`, `getOrderDetails`, …) with a document under its documented names."""
        user = require_user(request)
        needed = PERMISSIONS.get(verb)
        if needed is not None and needed not in user.permissions:
            raise NotPermitted(permission=needed)
        return desk.invoke(house_of(request), desk.Agent(user.logon_id), verb, data)

    @post("/drafts/{key:str}/items", permission="order.capture", sync_to_thread=True, status_code=200)
    def add_item(self, request: Request[Any, Any, Any], key: str, version: str, data: DraftItem) -> dict[str, Any]:
        """Add an item to a draft; commerce is asked for its price, then for the order's."""
        agent = desk.Agent(require_user(request).logon_id)
        return desk.add_item(house_of(request), agent, key, version, data.item, data.quantity)

    @post("/drafts/{key:str}/coupons", permission="order.coupon", sync_to_thread=True, status_code=200)
    def add_coupon(self, request: Request[Any, Any, Any], key: str, version: str, data: DraftCoupon) -> dict[str, Any]:
        """Check a code with commerce and put it on the draft."""
        agent = desk.Agent(require_user(request).logon_id)
        return desk.add_coupon(house_of(request), agent, key, version, data.coupon)

    @post("/orders/{key:str}/adjustments", permission="order.charge.line", sync_to_thread=True, status_code=200)
    def adjust(self, request: Request[Any, Any, Any], key: str, data: Adjustment) -> dict[str, Any]:
        """Give or charge by hand, take it off, or decide on what waits; beyond the caller's limits it waits for approval."""
        change = {name: value for name, value in msgspec.to_builtins(data).items() if value}
        return desk.adjust(house_of(request), desk.agent_of(require_user(request)), key, change)

    @post("/drafts/{key:str}/price", permission="order.capture", sync_to_thread=True, status_code=200)
    def price(self, request: Request[Any, Any, Any], key: str) -> dict[str, Any]:
        """Have commerce price the draft."""
        return desk.price_draft(house_of(request), key)

    @post("/drafts/{key:str}/confirm", permission="order.confirm", sync_to_thread=True, status_code=200)
    def confirm(self, request: Request[Any, Any, Any], key: str) -> dict[str, Any]:
        """Price the draft a last time and make it an order."""
        return desk.confirm_draft(house_of(request), desk.Agent(require_user(request).logon_id), key)

    @get("/promotions/{promotion:str}", permission="promotion.view", sync_to_thread=True)
    def promotion(self, request: Request[Any, Any, Any], promotion: str, store: str, locale: str = "en-US") -> dict[str, Any]:
        """What a promotion is about."""
        return desk.promotion_details(house_of(request), store, promotion, locale)
