"""Orders: taken over from shops, drafted by agents, priced, confirmed, changed, cancelled, followed.

An order is read whole into one value; an operation makes another value of it; the difference is written, and with it the
history, the stock it asks for and what is said to the outside. Quantity is spread over statuses and never lost. Money is
recorded when an order is priced and only ever subtracted from afterward. Upper floors (fulfillment, payments) move
orders on through `load_order` and `save_order` and contribute what they know to the status event.
"""

from entrepot.order_management.orders.adjust import By, adjustment_request, approve_adjustment, record_adjustment
from entrepot.order_management.orders.adjustment import PERMISSIONS as ADJUSTMENT_PERMISSIONS
from entrepot.order_management.orders.adjustment import REASONS as ADJUSTMENT_REASONS
from entrepot.order_management.orders.adjustment import Fact as AdjustmentFact
from entrepot.order_management.orders.adjustment import Level, Limits, Policy, State, alike, given_on_cart, limits_of, standing
from entrepot.order_management.orders.adjustment_facts import (
    Awaiting,
    awaiting_approval,
    facts_of,
    given_on_day,
    policy_of,
    put_limits,
    put_policy,
    stored_limits,
)
from entrepot.order_management.orders.audit import Doing, Entry, history, replay, write_note
from entrepot.order_management.orders.cancel import cancel_by_key, settled
from entrepot.order_management.orders.change import change_order
from entrepot.order_management.orders.confirm import confirm_draft_order, not_ready
from entrepot.order_management.orders.create import answered, create_order, next_number
from entrepot.order_management.orders.demand import StockGone
from entrepot.order_management.orders.details import described, get_order_details, get_order_list, in_order
from entrepot.order_management.orders.documents import AdjustOrder, ChangeOrder, CreateOrder, OrderKey, OrderListQuery
from entrepot.order_management.orders.events import contribute_to_status, contributed, say, say_status
from entrepot.order_management.orders.holds import apply_hold, blocked_by, resolve_hold
from entrepot.order_management.orders.load import OrderNotFound, load_order, order_key
from entrepot.order_management.orders.modification import may
from entrepot.order_management.orders.order import (
    Charge,
    ChargeKind,
    Coupon,
    Gift,
    Hold,
    Line,
    Order,
    PaymentMethod,
    Promotion,
)
from entrepot.order_management.orders.pricing import apply_pricing, coupon_request, item_price_request, pricing_request
from entrepot.order_management.orders.save import OrderMovedOn, save_order, status_of
from entrepot.order_management.orders.statuses import NAMES as STATUS_NAMES
from entrepot.order_management.orders.statuses import Row, in_words, least_and_most, move
from entrepot.order_management.orders.tasks import (
    INVOICE,
    PAYMENT,
    RELEASE,
    SCHEDULE,
    Task,
    due_work,
    finish,
    open_work,
    put_off,
    wake,
)
from entrepot.order_management.orders.totals import goods, line_total, now, of_line, order_wide, totals

__all__ = [
    "ADJUSTMENT_PERMISSIONS",
    "ADJUSTMENT_REASONS",
    "INVOICE",
    "PAYMENT",
    "RELEASE",
    "SCHEDULE",
    "STATUS_NAMES",
    "AdjustOrder",
    "AdjustmentFact",
    "Awaiting",
    "By",
    "ChangeOrder",
    "Charge",
    "ChargeKind",
    "Coupon",
    "CreateOrder",
    "Doing",
    "Entry",
    "Gift",
    "Hold",
    "Level",
    "Limits",
    "Line",
    "Order",
    "OrderKey",
    "OrderListQuery",
    "OrderMovedOn",
    "OrderNotFound",
    "PaymentMethod",
    "Policy",
    "Promotion",
    "Row",
    "State",
    "StockGone",
    "Task",
    "adjustment_request",
    "alike",
    "answered",
    "apply_hold",
    "apply_pricing",
    "approve_adjustment",
    "awaiting_approval",
    "blocked_by",
    "cancel_by_key",
    "change_order",
    "confirm_draft_order",
    "contribute_to_status",
    "contributed",
    "coupon_request",
    "create_order",
    "described",
    "due_work",
    "facts_of",
    "finish",
    "get_order_details",
    "get_order_list",
    "given_on_cart",
    "given_on_day",
    "goods",
    "history",
    "in_order",
    "in_words",
    "item_price_request",
    "least_and_most",
    "limits_of",
    "line_total",
    "load_order",
    "may",
    "move",
    "next_number",
    "not_ready",
    "now",
    "of_line",
    "open_work",
    "order_key",
    "order_wide",
    "policy_of",
    "pricing_request",
    "put_limits",
    "put_off",
    "put_policy",
    "record_adjustment",
    "replay",
    "resolve_hold",
    "save_order",
    "say",
    "say_status",
    "settled",
    "standing",
    "status_of",
    "stored_limits",
    "totals",
    "wake",
    "write_note",
]
