"""Shoppers sent to a foreign configurator: who went for which kit, and the one answer that is taken from there.

A launch belongs to the cart it was made from. What comes back under it comes from the configurator it went to, once, within a
day, and goes into that cart only: knowing the address of somebody else's return is of no use.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy.engine import Connection

from entrepot.commerce.capture.definition import DefinitionFields
from entrepot.commerce.capture.order import Visit
from entrepot.commerce.capture.tables import foreign_launch
from entrepot.kernel.errors import Refused
from entrepot.kernel.ids import new_id
from entrepot.kernel.words import mark

#: How long somebody may take to put a kit together elsewhere.
AWAY = timedelta(days=1)


class ReturnNotExpected(Refused):
    code = "RETURN_NOT_EXPECTED"
    message = mark("This configuration belongs to no cart of yours, or comes too late. Start again from the product page.")


class ReturnMismatch(Refused):
    code = "RETURN_MISMATCH"
    message = mark("What came back from the configurator is not what was asked for. Start again from the product page.")


class ReturnUsed(Refused):
    code = "RETURN_USED"
    message = mark("This configuration was taken over already. It is in the cart.")


@dataclass(frozen=True, slots=True)
class ForeignLaunch:
    """A shopper's way to a foreign configurator for one kit, from a cart, for a line of it where there is one."""

    id: str
    store_id: int
    cart_id: str
    line_id: str
    partner: str
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


def new_foreign_launch(visit: Visit, cart_id: str, partner: str, kit: tuple[str, str], line_id: str = "") -> ForeignLaunch:
    """A launch from a cart for a kit (part number, model)."""
    return ForeignLaunch(new_id(), visit.store.id, cart_id, line_id, partner, *kit)


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
    """What came back for the visitor's own cart; anybody else's reads as if there were none."""
    row = conn.execute(foreign_launch.select().where(foreign_launch.c.id == identity)).first()
    if row is None or row.expires_at <= visit.at or row.definition is None:
        raise ReturnNotExpected()
    if (row.store_id, row.cart_id) != (visit.store.id, cart_id):
        raise ReturnNotExpected()
    launch = ForeignLaunch(*(getattr(row, name) for name in ForeignLaunch.__slots__))
    return Back(launch, row.quantity, msgspec.convert(row.definition, Brought))


def forget_launches(conn: Connection, at: datetime) -> int:
    """Forget who went and is not awaited any more; tells how many."""
    return conn.execute(foreign_launch.delete().where(foreign_launch.c.expires_at <= at)).rowcount
