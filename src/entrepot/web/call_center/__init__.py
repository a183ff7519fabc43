"""The call center: agents find orders, take new ones by phone, change and cancel them.

Everything about money is asked of commerce while the agent looks on. An agent offers codes, tells about promotions
and gives or charges by hand within limits; what a promotion gave nobody changes.
"""

from typing import Any

from entrepot.web.call_center import adjusting, carts, customer, draft, order, search

routes: list[Any] = [*search.routes, *customer.routes, *carts.routes, *draft.routes, *order.routes, *adjusting.routes]
