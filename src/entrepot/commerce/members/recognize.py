"""Who somebody is as a buyer: account, organizations, and the segments they are in at a date.

Membership is decided every time it is asked, so that a buyer who becomes gold is priced as gold at the next call. All
segments that name the person and all that state conditions are read with one statement; further facts are looked up
only when a condition asks for them, and a guest costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.members.accounts import find_user
from entrepot.commerce.members.member import GUEST, Buyer, User
from entrepot.commerce.members.organizations import ACTIVE, Above, organizations_above
from entrepot.commerce.members.segment import (
    OF_ADDRESS,
    Asks,
    Attribute,
    Condition,
    Facts,
    Purchase,
    is_member,
    stored_conditions,
)
from entrepot.commerce.members.tables import address, member_group, member_group_member
from entrepot.kernel.statement import Statement

#: What an account has bought; members know no orders, so whoever knows them hands this in.
Purchases = Callable[[Connection, str], Iterable[Purchase]]

_g, _m = member_group.c, member_group_member.c
_text = sa.type_coerce(_g.conditions, sa.Text).label("conditions")
_RULES = (
    sa.select(_g.identifier, _text, sa.literal_column("NULL").label("excluded"))
    .where(_g.conditions.is_not(None))
    .union_all(
        sa.select(_g.identifier, _text, _m.excluded)
        .join_from(member_group_member, member_group, _m.group_id == _g.id)
        .where(_m.user_id == sa.bindparam("user_id"))
    )
)
_SEGMENTS = Statement(_RULES)
_PRIMARY = Statement(
    sa.select(address.c.country, address.c.state, address.c.city)
    .where(address.c.user_id == sa.bindparam("user_id"))
    .order_by(address.c.primary.desc(), address.c.id)
    .limit(sa.literal_column("1"))
)


def buyer(conn: Connection, logon_id: str | None, at: datetime, purchases: Purchases) -> Buyer:
    """Who this is as a buyer at a date; unknown, blank or disabled is a guest, and so is whose organization is not active."""
    user = find_user(conn, logon_id) if logon_id and logon_id.strip() else None
    if user is None or not user.enabled:
        return GUEST
    above = organizations_above(conn, user.organization_id)
    if above.status != ACTIVE:
        return GUEST
    person = Person(conn, user, above, purchases)
    return Buyer(
        user_id=user.id,
        logon_id=user.logon_id,
        kind="registered",
        groups=person.segments(at),
        organization_ids=above.ids,
        preferred_currency=user.preferred_currency,
        preferred_language=user.preferred_language,
    )


@dataclass
class Person:
    """An account whose facts are looked up as far as conditions ask for them."""

    conn: Connection
    user: User
    above: Above
    purchases: Purchases
    _asked: set[Asks] = field(default_factory=set)

    def segments(self, at: datetime) -> frozenset[str]:
        """The segments this person is in at ``at``."""
        rules: dict[str, tuple[tuple[Condition, ...], bool | None]] = {}
        for row in _SEGMENTS.all(self.conn, {"user_id": self.user.id}):
            named = None if row["excluded"] is None else not row["excluded"]
            if named is not None or row["identifier"] not in rules:
                rules[row["identifier"]] = (stored_conditions(row["conditions"]), named)
        return frozenset(name for name, (conditions, named) in rules.items() if is_member(conditions, named, self.facts, at))

    def facts(self, conditions: Iterable[Condition]) -> Facts:
        """What is known of this person, with everything these conditions ask for."""
        asked = {one.asks for one in conditions}
        profile = self._profile | (self._address if Asks.ADDRESS in asked else {})
        bought = self._bought if Asks.PURCHASES in asked else ()
        return Facts(self.user.registered_at, profile, self.above.names, bought)

    @cached_property
    def _profile(self) -> dict[str, str]:
        names = (Attribute.TITLE, Attribute.LANGUAGE, Attribute.CURRENCY)
        found = {str(name): getattr(self.user, name) or "" for name in names}
        return found | {Attribute.EMAIL_DOMAIN: (self.user.email or "").rpartition("@")[2]}

    @cached_property
    def _address(self) -> dict[str, str]:
        row: dict[str, Any] = _PRIMARY.first(self.conn, {"user_id": self.user.id}) or {}
        return {str(name): row.get(name) or "" for name in OF_ADDRESS}

    @cached_property
    def _bought(self) -> tuple[Purchase, ...]:
        return tuple(self.purchases(self.conn, self.user.logon_id))
