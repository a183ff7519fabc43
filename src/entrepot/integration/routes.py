"""Which message goes where, what it becomes on the way, and what it does there: the whole traffic on one page."""

from __future__ import annotations

from collections.abc import Mapping

from entrepot.bus import Route
from entrepot.commerce.capture import fail_transfer
from entrepot.integration import taking_effect as effects
from entrepot.integration.mapping import Document, Values
from entrepot.integration.maps import promotion_usage, transfer_order


def routes(values: Mapping[str, Values]) -> dict[str, Route]:
    """The routes by kind of message."""

    def to_create_order(document: Document) -> Document:
        return transfer_order.create_order(document, values)

    def to_usage(document: Document) -> Document:
        return promotion_usage.usage(document, values)

    def to_status(document: Document) -> Document:
        return promotion_usage.order_status(document, values)

    usage = Route("commerce", effects.count_usage, to_usage)
    return {
        "order.transfer": Route("order_management", effects.create_order, to_create_order, fail_transfer),
        "order.created": usage,
        "order.draft_confirmed": usage,
        "order.changed": usage,
        "order.cancelled": usage,
        "order.status": Route("commerce", effects.take_status, to_status),
        "promotion.overdrawn": Route("order_management", effects.hold_overdrawn),
        "inventory.availability_changed": Route("commerce", effects.take_availability),
    }
