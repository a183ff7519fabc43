"""Capture: from a cart to an order that its owner has, or to the price of an order that lives elsewhere.

One calculation prices all of them. A cart is changed step by step, prepared (stock reserved, prices computed
anew), submitted once per idempotency key, and handed to order management through the outbox.
"""

from entrepot.commerce.capture.availability import Available, find_availability, take_availability
from entrepot.commerce.capture.calculate import ToCalculate, calculate
from entrepot.commerce.capture.calculation import Calculation, PricedLine, Problem
from entrepot.commerce.capture.cart import (
    adopt_guest_cart,
    current_cart,
    discard_abandoned,
    hashed,
    open_cart,
    reprice,
    require_cart,
)
from entrepot.commerce.capture.checkout import (
    as_address,
    enter_code,
    missing,
    offered_methods,
    remove_code,
    set_address,
    set_payment,
    set_shipping,
    shipping_offers,
)
from entrepot.commerce.capture.configuration import (
    Configuration,
    NoModel,
    add_configuration,
    read_bill_of_material,
    update_configuration,
)
from entrepot.commerce.capture.lines import (
    Adding,
    accept_gift,
    add_items,
    change_quantity,
    refuse_component_change,
    remove_line,
)
from entrepot.commerce.capture.order import (
    Address,
    CartNotFound,
    Order,
    OrderNotFound,
    OrderState,
    Payment,
    Visit,
    customer_of,
)
from entrepot.commerce.capture.prepare import (
    Needed,
    NotReadyToOrder,
    OutOfStock,
    Promise,
    Reserved,
    is_prepared,
    prepare,
    requirement,
    shortages,
)
from entrepot.commerce.capture.price_order import price_items, price_order, usage_reference, visit_of
from entrepot.commerce.capture.submit import put_transfer, submit
from entrepot.commerce.capture.track import captured_counts, find_placed, order_by_number, placed_orders, recent_orders
from entrepot.commerce.capture.transfer import acknowledge_transfer, fail_transfer, take_status

__all__ = [
    "Adding",
    "Address",
    "Available",
    "Calculation",
    "CartNotFound",
    "Configuration",
    "Needed",
    "NoModel",
    "NotReadyToOrder",
    "Order",
    "OrderNotFound",
    "OrderState",
    "OutOfStock",
    "Payment",
    "PricedLine",
    "Problem",
    "Promise",
    "Reserved",
    "ToCalculate",
    "Visit",
    "accept_gift",
    "acknowledge_transfer",
    "add_configuration",
    "add_items",
    "adopt_guest_cart",
    "as_address",
    "calculate",
    "captured_counts",
    "change_quantity",
    "current_cart",
    "customer_of",
    "discard_abandoned",
    "enter_code",
    "fail_transfer",
    "find_availability",
    "find_placed",
    "hashed",
    "is_prepared",
    "missing",
    "offered_methods",
    "open_cart",
    "order_by_number",
    "placed_orders",
    "prepare",
    "price_items",
    "price_order",
    "put_transfer",
    "read_bill_of_material",
    "recent_orders",
    "refuse_component_change",
    "remove_code",
    "remove_line",
    "reprice",
    "require_cart",
    "requirement",
    "set_address",
    "set_payment",
    "set_shipping",
    "shipping_offers",
    "shortages",
    "submit",
    "take_availability",
    "take_status",
    "update_configuration",
    "usage_reference",
    "visit_of",
]
