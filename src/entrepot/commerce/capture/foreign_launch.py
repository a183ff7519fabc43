"""Shoppers sent to a foreign configurator: who went for which kit, and the one answer that is taken from there.

A launch belongs to the cart it was made from, and to whoever that cart belongs to. What comes back under it comes from the
configurator it went to, once, within a day, and goes to that person only, into the cart they have by then: knowing the address
of somebody else's return is of no use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.capture.definition import DefinitionFields
from entrepot.commerce.capture.order import Visit
from entrepot.commerce.capture.tables import foreign_launch, orders
from entrepot.kernel.errors import Refused
from entrepot.kernel.ids import new_id
from entrepot.kernel.words import mark

#: How long somebody may take to put a kit together elsewhere.
AWAY = timedelta(days=1)


class ReturnNotExpected(Refused):
    code = "RETURN_NOT_EXPECTED"
    message = mark("This configuration belongs to no cart of yours, or comes too late. Start again from the product page.")


class ReturnNeedsLogon(Refused):
    code = "RETURN_NEEDS_LOGON"
    message = mark("You were logged in when you went to configure this. Log in, and it goes into your cart.")


class ReturnMismatch(Refused):
    code = "RETURN_MISMATCH"
    message = mark("What came back from the configurator is not what was asked for. Start again from the product page.")


class ReturnUsed(Refused):
    code = "RETURN_USED"
    message = mark("This configuration was taken over already. It is in the cart.")


@dataclass(frozen=True, slots=True)
class ForeignLaunch:
    """A shopper's way to a foreign configurator for one kit, from a cart, for a line of it where there is one.

    ``site`` is the origin the shopper went to: of the partner's, the one that can be asked for what was made there.
    """

    id: str
    store_id: int
    cart_id: str
    line_id: str
    partner: str
    site: str
    part_number: str
    model: str


class Brought(msgspec.Struct, frozen=True):
    """What came back: the configuration's id as the signature names it, and the definition under it."""

    configuration: str
    definition: DefinitionFields


@dataclass(frozen=True, slots=True)
class Back:
    """A launch that was answered."""

    launch: ForeignLaunch
    quantity: str
    brought: Brought


def record_foreign_launch(conn: Connection, launch: ForeignLaunch, at: datetime) -> None:
    """Note that a shopper goes; the answer is awaited for a day."""
    row = {name: getattr(launch, name) for name in ForeignLaunch.__slots__}
    conn.execute(foreign_launch.insert(), row | {"expires_at": at + AWAY, "quantity": "1", "definition": None})


def new_foreign_launch(
    visit: Visit, cart_id: str, there: tuple[str, str], kit: tuple[str, str], line_id: str = ""
) -> ForeignLaunch:
    """A launch from a cart for a kit (part number, model), to a partner at one of its sites."""
    return ForeignLaunch(new_id(), visit.store.id, cart_id, line_id, *there, *kit)


def find_foreign_launch(conn: Connection, identity: str, partner: str, at: datetime) -> ForeignLaunch:
    """A launch to a partner that is still awaited or answered; another partner's reads as if there were none."""
    column = foreign_launch.c
    query = foreign_launch.select().where(column.id == identity, column.partner == partner, column.expires_at > at)
    row = conn.execute(query).first()
    if row is None:
        raise ReturnNotExpected()
    return ForeignLaunch(*(getattr(row, name) for name in ForeignLaunch.__slots__))


def record_return(conn: Connection, launch: ForeignLaunch, quantity: str, brought: Brought) -> None:
    """Keep the answer to a launch; a second one is refused, and the first stands."""
    column = foreign_launch.c
    open_one = foreign_launch.update().where(column.id == launch.id, column.definition.is_(None))
    if not conn.execute(open_one.values(quantity=quantity, definition=msgspec.to_builtins(brought))).rowcount:
        raise ReturnUsed()


def find_return(conn: Connection, visit: Visit, identity: str, cart_id: str | None) -> Back:
    """What came back for the visitor, whose cart may be another by now; anybody else's reads as if there were none.

    Another cart of the same account is as good, and another of the same guest: who still has the claim to the one that the
    launch was made from. Who was logged in and is not any more is told so.
    """
    row = conn.execute(foreign_launch.select().where(foreign_launch.c.id == identity)).first()
    if row is None or row.expires_at <= visit.at or row.definition is None:
        raise ReturnNotExpected()
    if row.store_id != visit.store.id:
        raise ReturnNotExpected()
    if row.cart_id != cart_id:
        _check_owner(conn, visit, row.cart_id)
    launch = ForeignLaunch(*(getattr(row, name) for name in ForeignLaunch.__slots__))
    return Back(launch, row.quantity, msgspec.convert(row.definition, Brought))


def follow_cart(conn: Connection, before: str, after: str, lines: Mapping[str, str]) -> None:
    """Let what is awaited for a cart come into the one its lines have joined; ``lines`` tells what each is called there."""
    column = foreign_launch.c
    awaited = conn.execute(sa.select(column.id, column.line_id).where(column.cart_id == before)).all()
    for identity, line in awaited:
        moved = {"cart_id": after, "line_id": lines.get(line, "")}
        conn.execute(foreign_launch.update().where(column.id == identity).values(**moved))


def _check_owner(conn: Connection, visit: Visit, cart_id: str) -> None:
    """Refuse who cannot be shown to own a cart, whatever has become of it."""
    column = orders.c
    owner = conn.execute(sa.select(column.buyer_id, column.secret).where(column.id == cart_id)).first()
    if owner is None or (owner.buyer_id is None and (owner.secret is None or owner.secret != visit.secret)):
        raise ReturnNotExpected()
    if owner.buyer_id is not None and owner.buyer_id != visit.buyer.user_id:
        raise ReturnNeedsLogon() if visit.buyer.user_id is None else ReturnNotExpected()


def forget_launches(conn: Connection, at: datetime) -> int:
    """Forget who went and is not awaited any more; tells how many."""
    return conn.execute(foreign_launch.delete().where(foreign_launch.c.expires_at <= at)).rowcount
