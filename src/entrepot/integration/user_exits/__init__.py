"""The questions one system asks another, each answered by a function that opens its own view of its database.

A user exit translates the question, lets the answering system decide, and translates the answer back. It is what
stands behind `Requests`; a foreign system is put in its place by registering an adapter of the same form.
"""

from entrepot.integration.user_exits.commerce_answers import commerce_services
from entrepot.integration.user_exits.configurator_answers import configurator_services
from entrepot.integration.user_exits.order_answers import order_services

__all__ = ["commerce_services", "configurator_services", "order_services"]
