"""The store: associates pick what was released to their node, say what really left, and look after its stock."""

from typing import Any

from entrepot.web.store import shipments, stock

routes: list[Any] = [*shipments.routes, *stock.routes]
