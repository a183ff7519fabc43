"""The shopper's storefront: find something, put it together, put it into the cart, order it, follow it.

Every page works as plain HTML; htmx only spares a reload. The same handlers serve the home store at ``/`` and
every other store at ``/stores/{store}``.
"""

from typing import Any

from litestar import Router

from entrepot.web.storefront import browse, cart, pictures, product

HANDLERS = [
    browse.home,
    browse.category,
    browse.search,
    product.product,
    product.configure,
    cart.cart,
    cart.add,
    cart.change_quantity,
    cart.remove_line,
    cart.undo,
    cart.enter_code,
    cart.remove_code,
    cart.reconfigure,
    cart.configured,
]
routes: list[Any] = [
    pictures.serve,
    Router("/", route_handlers=HANDLERS, include_in_schema=False),
    Router("/stores/{store:str}", route_handlers=HANDLERS, include_in_schema=False),
]

__all__ = ["routes"]
