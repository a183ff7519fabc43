"""The address book of a registered person. Orders keep copies, so an edit here never rewrites the past."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.members.member import Address, AddressNotFound
from entrepot.commerce.members.tables import ADDRESSES, address

_FIELDS = tuple(Address.__dataclass_fields__)
_of_user = (
    sa.select(*(address.c[name] for name in _FIELDS))
    .where(address.c.user_id == sa.bindparam("user_id"))
    .order_by(address.c.primary.desc(), address.c.nickname)
)


def addresses_of(conn: Connection, user_id: int) -> tuple[Address, ...]:
    """Everything in the address book, the primary address first."""
    return tuple(Address(**row) for row in conn.execute(_of_user, {"user_id": user_id}).mappings())


def find_address(conn: Connection, user_id: int, nickname: str) -> Address:
    """The address of this nickname in this person's book; raises `AddressNotFound`."""
    found = [entry for entry in addresses_of(conn, user_id) if entry.nickname == nickname]
    if not found:
        raise AddressNotFound(nickname=nickname)
    return found[0]


def save_address(conn: Connection, user_id: int, entry: Address) -> Address:
    """Add the address or replace the one of the same nickname; a primary one replaces the former primary."""
    row = {**asdict(entry), "user_id": user_id}
    del row["id"]
    if entry.primary:
        conn.execute(address.update().where(address.c.user_id == user_id).values(primary=False))
    ADDRESSES.write(conn, [row])
    return find_address(conn, user_id, entry.nickname)


def delete_address(conn: Connection, user_id: int, nickname: str) -> None:
    """Take the address out of the book; raises `AddressNotFound`."""
    if not ADDRESSES.delete(conn, [(user_id, nickname)]):
        raise AddressNotFound(nickname=nickname)
