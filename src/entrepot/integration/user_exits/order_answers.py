"""What order management answers commerce: what can be had, and holding stock for a cart."""

from __future__ import annotations

from collections.abc import Mapping

from entrepot.bus import Post, Service
from entrepot.integration.mapping import Document, Values
from entrepot.integration.maps import inventory as maps
from entrepot.kernel.clock import Clock
from entrepot.order_management import inventory
from entrepot.order_management.wire import read, write


def order_services(post: Post, values: Mapping[str, Values], clock: Clock) -> list[Service]:
    """The three stock questions."""

    def availability(document: Document) -> Document:
        asked = read(inventory.FindInventory, maps.availability_question(document, values), "ignore")
        with post.database.read() as conn:
            answer = inventory.monitor_item_availability(conn, asked, clock.now())
        return maps.AVAILABILITY.here(write(answer), values)

    def reserve(document: Document) -> Document:
        asked = read(inventory.Reserve, maps.RESERVE.there(document, values), "ignore")
        answer = post.database.retrying(lambda conn: inventory.reserve(conn, asked, clock.now()), flush=False)
        return maps.RESERVED.here(write(answer), values)

    def cancel(document: Document) -> Document:
        asked = read(inventory.CancelReservation, maps.CANCEL.there(document, values), "ignore")
        released = post.database.retrying(lambda conn: inventory.cancel_reservation(conn, asked, clock.now()), flush=False)
        return {"Released": released}

    return [
        Service("GetInventoryAvailability", "commerce", "order_management", availability, 1.0, post.database),
        Service("ReserveInventory", "commerce", "order_management", reserve, 3.0, post.database),
        Service("CancelInventoryReservation", "commerce", "order_management", cancel, 3.0, post.database),
    ]
