"""Where what promotions name stands in the catalog, so that it can be told which of them are about the same items."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from entrepot.commerce import catalog
from entrepot.commerce.promotions.conflicts import Places
from entrepot.commerce.promotions.promotion import Promotion


def places_of(conn: Connection, view: catalog.View, promotions: Sequence[Promotion]) -> Places:
    """The categories of every item and category the promotions name, by the master catalog's tree."""
    targets = [found for one in promotions for found in one.targets]
    items = {number for one in targets for number in one.part_numbers}
    known = catalog.entries_by_part_numbers(conn, view, sorted(items))
    if not any(one.groups or one.excluded_groups for one in targets):
        return Places({number: frozenset(facts.group_identifiers) for number, facts in known.items()})
    master = next((one for one in catalog.catalogs_of(conn, view.store) if one.is_master), None)
    places = catalog.group_places(conn, view, master) if master is not None else []
    names = {place.id: place.identifier for place in places}
    parents = {place.id: place.parent_id for place in places}
    above: dict[str, frozenset[str]] = {}
    for place in places:
        way, at = [place.identifier], place.parent_id
        while at is not None and at in names and names[at] not in way:
            way.append(names[at])
            at = parents[at]
        above[place.identifier] = frozenset(way)
    return Places({number: frozenset(facts.group_identifiers) for number, facts in known.items()}, above)
