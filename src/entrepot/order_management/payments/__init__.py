"""Payments: authorizing an order before it is scheduled, charging what was shipped, invoicing to the cent.

Means of payment are facts of the order; what is asked of the gateway, what came of it, and the invoices live here. The
payment status is derived from them. The gateway is only ever asked outside a transaction, under a key it remembers.
"""

from entrepot.order_management import orders
from entrepot.order_management.payments.collect import Account, account_of, collect, settle_payments
from entrepot.order_management.payments.gateway import Asked, Gateway, LocalGateway, Outcome
from entrepot.order_management.payments.invoices import invoice_shipments, invoices_of, payments_of

orders.contribute_to_status("Invoices", invoices_of)
orders.contribute_to_status("Payments", payments_of)

__all__ = [
    "Account",
    "Asked",
    "Gateway",
    "LocalGateway",
    "Outcome",
    "account_of",
    "collect",
    "invoice_shipments",
    "invoices_of",
    "payments_of",
    "settle_payments",
]
