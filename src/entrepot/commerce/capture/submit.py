"""Submitting an order: one intent, one order, however often it is sent.

The idempotency key is written first, in the same transaction as the order, its outbox message and its use of
promotions. A double click or a retry finds the key and gets the same order; the same key with another body is
refused.
"""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from entrepot.bus import Message, correlation
from entrepot.commerce.capture import tables
from entrepot.commerce.capture.cart import require_cart
from entrepot.commerce.capture.order import Order, OrderState, Visit
from entrepot.commerce.capture.prepare import digest_of, hold_promotions, is_prepared
from entrepot.commerce.capture.tables import idempotency, orders
from entrepot.commerce.capture.transfer import transfer_document
from entrepot.commerce.database import outbox
from entrepot.kernel.db import insert_or_ignore
from entrepot.kernel.errors import Conflict, Invalid
from entrepot.kernel.statement import Statement
from entrepot.kernel.words import mark

_same = sa.and_(idempotency.c.scope == sa.bindparam("of"), idempotency.c.key == sa.bindparam("by"))
_KNOWN = Statement(sa.select(idempotency).where(_same))
_MADE = Statement(idempotency.update().where(_same).values(order_id=sa.bindparam("order")))


class IdempotencyKeyMissing(Invalid):
    code = "IDEMPOTENCY_KEY_REQUIRED"
    message = mark("{path}: send a key of 1 to 255 visible characters, the same one for every retry of this order.")


class IdempotencyKeyReused(Conflict):
    code = "IDEMPOTENCY_KEY_REUSED"
    message = mark("This key was used for another order. Send a new key for a new order.")


class NotPrepared(Conflict):
    code = "PRICES_EXPIRED"
    message = mark("The prices and the reserved stock are no longer held. Check the summary again, then order.")


class NotWhatWasShown(Conflict):
    code = "PRICE_CHANGED"
    message = mark("This is not what was shown on the summary. Check it again, then order.")


def submit(conn: Connection, visit: Visit, key: str, version: int) -> tuple[Order, bool]:
    """Make the prepared cart an order; tell it, and whether it had been made before by the same key."""
    if not 0 < len(key) <= 255 or not key.isprintable():
        raise IdempotencyKeyMissing(path="Idempotency-Key")
    scope = f"{visit.store.id}:{visit.buyer.user_id or visit.secret}"
    digest = hashlib.sha256(f"submit:{version}".encode()).hexdigest()
    row = {"scope": scope, "key": key, "digest": digest, "order_id": None, "at": visit.at}
    if not insert_or_ignore(conn, idempotency, row):
        return _stored(conn, scope, key, digest), True
    cart = require_cart(conn, visit, version)
    if not is_prepared(cart, visit.at) or cart.calculation is None or cart.prepared is None:
        raise NotPrepared()
    if cart.prepared["digest"] != digest_of(cart, cart.calculation):
        raise NotWhatWasShown()
    hold_promotions(conn, visit, cart, cart.calculation, expires_at=None)
    order = replace(
        cart,
        number=number_of(cart),
        state=OrderState.READY,
        version=cart.version + 1,
        placed_at=visit.at,
        updated_at=visit.at,
        correlation_id=correlation(),
    )
    tables.save_order(conn, cart, order)
    _MADE.run(conn, {"of": scope, "by": key, "order": order.id})
    put_transfer(conn, visit, order)
    return order, False


def put_transfer(conn: Connection, visit: Visit, order: Order) -> None:
    """Say the order to its owner: one message, keyed by the order's number."""
    message = Message(
        kind="order.transfer",
        body=transfer_document(order, visit.store.identifier),
        business_key=order.number or order.id,
        ordering_key=f"order:{order.number}",
        store=visit.store.identifier,
        principal=order.logon_id,
    )
    outbox.put(conn, message, visit.at)


def number_of(order: Order) -> str:
    """The order's number: ten characters of its identity's random part, so that it cannot be guessed.

    The identity is unique, fifty of its random bits nearly so; the unique index settles the rest.
    """
    return order.id[-10:].upper()


def _stored(conn: Connection, scope: str, key: str, digest: str) -> Order:
    row = _KNOWN.first(conn, {"of": scope, "by": key})
    assert row is not None, "a key that cannot be written is there"
    if row["digest"] != digest:
        raise IdempotencyKeyReused(key=key)
    order = tables.find_order(conn, orders.c.id == row["order_id"])
    assert order is not None, "a stored key names an order"
    return order
