"""Where the terms of a store name a customer segment: what would fall silent if the segment were gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.pricing import tables


@dataclass(frozen=True, slots=True)
class SegmentUses:
    """The price rules, contracts and price lists that name a segment."""

    rules: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    price_lists: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.rules or self.contracts or self.price_lists)


def uses_of_segment(conn: Connection, store_id: int, segment: str) -> SegmentUses:
    """Who names the segment; price lists are looked through offer by offer, so this is not for every page."""
    rules = sorted(name for name, (_, path) in tables.find_rules(conn, store_id).items() if segment in _named(path))
    contracts = sorted(one.identifier for one in tables.find_contracts(conn, store_id) if segment in one.segments)
    lists, offers = tables.price_list.c, tables.offer.c
    query = (
        sa.select(lists.name, sa.type_coerce(offers.groups, sa.Text))
        .join_from(tables.price_list, tables.offer, offers.price_list_id == lists.id)
        .where(lists.store_id == store_id, offers.groups.is_not(None))
        .distinct()
    )
    named = {row[0] for row in conn.execute(query) if f'"{segment}"' in row[1]}
    return SegmentUses(tuple(rules), tuple(contracts), tuple(sorted(named)))


def _named(value: Any) -> set[str]:
    """Every segment somewhere inside the stored form of a rule."""
    if isinstance(value, list):
        return set().union(*(_named(one) for one in value))
    if not isinstance(value, dict):
        return set()
    own = {name for key in ("segments", "not_segments") for name in value.get(key, ())}
    return own.union(*(_named(one) for one in value.values() if not isinstance(one, str)))
