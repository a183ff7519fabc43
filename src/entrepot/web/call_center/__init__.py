"""The call center: agents find orders, take new ones by phone, change and cancel them.

Everything about money is asked of commerce while the agent looks on; an agent offers codes and tells about
promotions but never sets a price.
"""

from typing import Any

from entrepot.web.call_center import customer, draft, order, search

routes: list[Any] = [*search.routes, *customer.routes, *draft.routes, *order.routes]
