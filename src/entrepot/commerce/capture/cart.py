"""The cart: found by its owner alone, changed one step at a time, priced after every step.

A guest's cart belongs to whoever holds its secret, of which only the hash is stored; a buyer's to the account.
To everybody else it does not exist. Every change re-prices all lines, runs the promotions again, rebuilds
gifts and voids a preparation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from entrepot.bus import correlation
from entrepot.commerce import charges
from entrepot.commerce.capture import tables
from entrepot.commerce.capture.calculate import calculate
from entrepot.commerce.capture.foreign_launch import follow_cart
from entrepot.commerce.capture.grant import manual_of, prices_of
from entrepot.commerce.capture.order import CartNotFound, CartNotOpen, Order, OrderLine, OrderState, StaleVersion, Visit
from entrepot.commerce.capture.tables import orders
from entrepot.commerce.capture.to_calculate import ToCalculate
from entrepot.kernel.ids import new_id, new_secret


def hashed(secret: str) -> str:
    """What is stored of a guest's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def open_cart(conn: Connection, visit: Visit) -> tuple[Order, str | None]:
    """Start a cart; a guest gets the secret that will be the only claim to it (256 bits)."""
    secret = new_secret(256) if visit.buyer.is_guest else None
    values = tables.new_order_values(visit.store.id, visit.currency, visit.language, visit.at)
    order = Order(**values, buyer_id=visit.buyer.user_id, logon_id=visit.buyer.logon_id, correlation_id=correlation())
    tables.insert_order(conn, order, hashed(secret) if secret else None)
    return order, secret


def current_cart(conn: Connection, visit: Visit, *, lock: bool = False) -> Order | None:
    """The visitor's open cart, if there is one."""
    if visit.buyer.user_id is None and visit.secret is None:
        return None
    return tables.find_cart(conn, visit.store.id, buyer_id=visit.buyer.user_id, secret=visit.secret, lock=lock)


def require_cart(conn: Connection, visit: Visit, version: int | None = None) -> Order:
    """The visitor's open cart to be changed; a stale ``version`` is refused."""
    cart = current_cart(conn, visit, lock=True)
    if cart is None:
        raise CartNotFound()
    if version is not None and version != cart.version:
        raise StaleVersion(version=cart.version)
    return cart


def adopt_guest_cart(conn: Connection, visit: Visit) -> None:
    """At log-on: the guest's lines join the buyer's own cart and everything is priced for the buyer.

    Equal lines add up, configured kits move as they are, and what a foreign configurator is still asked for comes along; the
    guest's claim to the cart ends.
    """
    if visit.secret is None or visit.buyer.user_id is None:
        return
    pending = orders.c.state == str(OrderState.PENDING)
    guest = tables.find_order(conn, orders.c.secret == visit.secret, pending, orders.c.store_id == visit.store.id, lock=True)
    if guest is None:
        return
    own = current_cart(conn, visit, lock=True)
    if own is None:
        conn.execute(orders.update().where(orders.c.id == guest.id).values(secret=None))
        change(conn, visit, guest, replace(guest, buyer_id=visit.buyer.user_id, logon_id=visit.buyer.logon_id))
        return
    lines, names = own.lines, {line.id: new_id() for line in guest.lines}
    for line in guest.lines:
        lines = merged(lines, replace(line, id=names[line.id], position=next_position(lines)))
    codes = tuple(dict.fromkeys((*own.codes, *guest.codes)))
    change(conn, visit, own, replace(own, lines=lines, codes=codes, ship_to=own.ship_to or guest.ship_to))
    tables.save_order(conn, guest, replace(guest, state=OrderState.DISCARDED, lines=(), version=guest.version + 1))
    follow_cart(conn, guest.id, own.id, names)


def change(conn: Connection, visit: Visit, before: Order, after: Order) -> Order:
    """Record a changed cart: priced anew, one version further, no longer prepared."""
    if before.state is not OrderState.PENDING:
        raise CartNotOpen()
    after = replace(after, version=before.version + 1, updated_at=visit.at, prepared=None)
    if after.granted and not after.lines:
        after = replace(after, granted=())
    after = replace(after, calculation=calculate(conn, to_calculate(visit, after)))
    tables.save_order(conn, before, after)
    return after


def reprice(conn: Connection, visit: Visit, cart: Order) -> Order:
    """The cart at present prices, for showing; stores nothing."""
    return replace(cart, calculation=calculate(conn, to_calculate(visit, cart)))


def change_currency(conn: Connection, visit: Visit, cart: Order) -> Order:
    """Price the whole cart in the visitor's currency from now on."""
    return cart if cart.currency == visit.currency else change(conn, visit, cart, replace(cart, currency=visit.currency))


def to_calculate(visit: Visit, cart: Order) -> ToCalculate:
    """The cart as the order calculation wants it."""
    address = cart.ship_to
    return ToCalculate(
        store=visit.store,
        customer=visit.customer,
        currency=cart.currency,
        language=visit.language,
        price_date=visit.at,
        lines=cart.lines,
        order_ref=cart.id,
        buyer=cart.logon_id or (address.email if address else ""),
        codes=cart.codes,
        declined_gifts=cart.declined_gifts,
        shipping_mode=cart.shipping_mode,
        destination=charges.Destination(address.country, address.state) if address else None,
        payment=cart.payment.method if cart.payment else None,
        manual=manual_of(cart.granted, cart.currency) if cart.granted else (),
        manual_policy=charges.Adding.ADDITION,
        set_prices=prices_of(cart.granted, cart.currency) if cart.granted else (),
    )


def merged(lines: Sequence[OrderLine], new: OrderLine) -> tuple[OrderLine, ...]:
    """Equal plain lines add up; configured kits, bundle members and everything else stand alone."""
    for place, line in enumerate(lines):
        same = line.entry_id == new.entry_id and line.bundle is None and new.bundle is None
        if same and line.configuration_id is None and new.configuration_id is None:
            grown = replace(line, quantity=line.quantity + new.quantity)
            return (*lines[:place], grown, *lines[place + 1 :])
    return (*lines, new)


def next_position(lines: Sequence[OrderLine]) -> int:
    return max((line.position for line in lines), default=0) + 1


GUEST_LIFE = timedelta(days=30)
BUYER_LIFE = timedelta(days=90)


def discard_abandoned(conn: Connection, at: datetime, limit: int = 500) -> int:
    """Put carts nobody has touched for long aside; tell how many. Their stock and promotion holds end by themselves."""
    old = sa.or_(
        sa.and_(orders.c.buyer_id.is_(None), orders.c.updated_at < at - GUEST_LIFE),
        sa.and_(orders.c.buyer_id.is_not(None), orders.c.updated_at < at - BUYER_LIFE),
    )
    chosen = sa.select(orders.c.id).where(orders.c.state == str(OrderState.PENDING), old).limit(limit)
    discarded = orders.update().where(orders.c.id.in_(chosen)).values(state=str(OrderState.DISCARDED))
    return conn.execute(discarded).rowcount
