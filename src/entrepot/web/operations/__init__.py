"""Operations: what travels between the systems, what got stuck, and how one order was carried."""

from typing import Any

from entrepot.web.operations import follow, messages, overview, partners

routes: list[Any] = [*overview.routes, *follow.routes, *messages.routes, *partners.routes]
