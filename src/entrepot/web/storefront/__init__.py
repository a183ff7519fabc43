"""The shopper's storefront: find something, put it together, put it into the cart, order it, follow it.

Every page works as plain HTML; htmx only spares a reload. The same handlers serve the home store at ``/`` and
every other store at ``/stores/{store}``.
"""

from typing import Any

from litestar import Router

from entrepot.web.storefront import (
    accounts,
    browse,
    cart,
    checkout,
    configured,
    orders,
    organizations,
    pictures,
    preferences,
    product,
    summary,
    wallet,
)

HANDLERS = [
    browse.home,
    browse.category,
    browse.search,
    product.product,
    product.configure,
    product.take_suggestion,
    cart.cart,
    cart.add,
    cart.change_quantity,
    cart.remove_line,
    cart.undo,
    cart.enter_code,
    cart.remove_code,
    cart.reconfigure,
    cart.compare,
    configured.configured,
    configured.returned,
    checkout.checkout,
    checkout.address,
    checkout.take_address,
    checkout.shipping,
    checkout.take_shipping,
    checkout.payment,
    checkout.take_payment,
    summary.summary,
    summary.prepare,
    summary.place,
    wallet.claim,
    orders.orders,
    orders.find,
    orders.order,
    accounts.login,
    accounts.take_login,
    accounts.logout,
    accounts.register,
    accounts.take_register,
    accounts.account,
    accounts.change_password,
    accounts.remove_address,
    organizations.register,
    organizations.take_registration,
    organizations.people,
    organizations.invite,
    organizations.person,
    organizations.change_profile,
    organizations.set_status,
    organizations.add_address,
    organizations.remove_address,
    organizations.renew_invitation,
    organizations.invitation,
    organizations.accept,
    preferences.preferences,
]
routes: list[Any] = [
    pictures.serve,
    Router("/", route_handlers=HANDLERS, include_in_schema=False),
    Router("/stores/{store:str}", route_handlers=HANDLERS, include_in_schema=False),
]

__all__ = ["routes"]
