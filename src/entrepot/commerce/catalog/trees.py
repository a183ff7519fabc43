"""Where groups and entries stand in a catalog, and the rules a master catalog's tree keeps.

In a master every group and every entry has one place; a sales catalog may hold them in many. Neither may
contain a loop. The whole shape of the catalog is read after the owner's catalogs are locked (`begin_change`),
so two editors cannot close a loop together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from entrepot.commerce.catalog.store import Catalog, begin_change
from entrepot.commerce.catalog.tables import (
    GROUP_PLACES,
    catalog,
    catalog_group,
    catalog_group_entry,
    catalog_group_relation,
)
from entrepot.kernel.db import any_of
from entrepot.kernel.errors import Refused
from entrepot.kernel.sheet import Outcome


@dataclass(frozen=True, slots=True)
class Place:
    """A group below a parent, or on top when there is none."""

    child_id: int
    parent_id: int | None
    sequence: float | None = None


class CatalogCycle(Refused):
    code = "CATALOG_CYCLE"
    message = "This would make a loop: {loop}."


class MasterSingleParent(Refused):
    code = "MASTER_SINGLE_PARENT"
    message = "{child} already has its place in the master catalog; use a sales catalog to show it in several."


class GroupNotEmpty(Refused):
    code = "GROUP_NOT_EMPTY"
    message = "The group {group} still contains groups or articles."


@dataclass
class Tree:
    """The shape of one catalog, held while it is being changed."""

    is_master: bool
    parents: dict[int, set[int | None]]

    def refusal(self, place: Place) -> CatalogCycle | MasterSingleParent | None:
        """Why the group may not stand there, None when it may."""
        standing = self.parents.get(place.child_id, set())
        if self.is_master and standing and place.parent_id not in standing:
            return MasterSingleParent(child=place.child_id)
        loop = self._loop(place)
        return CatalogCycle(loop=loop) if loop else None

    def put(self, place: Place) -> None:
        self.parents.setdefault(place.child_id, set()).add(place.parent_id)

    def _loop(self, place: Place) -> list[int]:
        """The groups from the child up to itself again, empty when there is no such way."""
        ways: list[tuple[int, list[int]]] = [] if place.parent_id is None else [(place.parent_id, [place.child_id])]
        seen: set[int] = set()
        while ways:
            group, way = ways.pop()
            if group == place.child_id:
                return [*way, group]
            if group not in seen:
                seen.add(group)
                ways.extend((above, [*way, group]) for above in self.parents.get(group, ()) if above is not None)
        return []


def read_tree(conn: Connection, of: Catalog) -> Tree:
    """The shape of the catalog as it is now; call `begin_change` first when you mean to change it."""
    parents: dict[int, set[int | None]] = {}
    places = sa.select(catalog_group_relation.c.child_id, catalog_group_relation.c.parent_id)
    for child_id, parent_id in conn.execute(places.where(catalog_group_relation.c.catalog_id == of.id)):
        parents.setdefault(child_id, set()).add(parent_id)
    return Tree(of.is_master, parents)


def place_groups(conn: Connection, of: Catalog, places: Sequence[Place]) -> list[Outcome | Refused]:
    """Put each group where it is said to stand; a place against the rules is answered with its refusal."""
    owner = conn.execute(sa.select(catalog.c.owner_id).where(catalog.c.id == of.id)).scalar_one()
    begin_change(conn, owner)
    tree = read_tree(conn, of)
    answers: list[Outcome | Refused | None] = []
    rows = []
    for place in places:
        refusal = tree.refusal(place)
        answers.append(refusal)
        if refusal is None:
            tree.put(place)
            row = {"catalog_id": of.id, "parent_id": place.parent_id, "child_id": place.child_id, "in_tree": of.is_master}
            rows.append(row if place.sequence is None else row | {"sequence": place.sequence})
    mentioned = _mentioned(answers)
    names = group_names(conn, mentioned) if mentioned else {}
    outcomes = iter(GROUP_PLACES.write(conn, rows))
    return [next(outcomes) if answer is None else _named(answer, names) for answer in answers]


def place_group(conn: Connection, of: Catalog, place: Place) -> None:
    """Put one group where it is said to stand, or raise why it may not."""
    (answer,) = place_groups(conn, of, [place])
    if isinstance(answer, Refused):
        raise answer


def group_names(conn: Connection, ids: Iterable[int]) -> Mapping[int, str]:
    """Identifiers of groups, for messages."""
    wanted = list(ids)
    found = conn.execute(sa.select(catalog_group.c.id, catalog_group.c.identifier).where(catalog_group.c.id.in_(wanted)))
    return {row.id: row.identifier for row in found}


def _mentioned(answers: Iterable[Outcome | Refused | None]) -> set[int]:
    ids: set[int] = set()
    for answer in answers:
        if isinstance(answer, CatalogCycle):
            ids.update(answer.loop)
        elif isinstance(answer, MasterSingleParent):
            ids.add(answer.child)
    return ids


def _named(answer: Outcome | Refused, names: Mapping[int, str]) -> Outcome | Refused:
    """The refusal in identifiers people know instead of numbers."""
    if isinstance(answer, CatalogCycle):
        return CatalogCycle(loop=" → ".join(names.get(group, "?") for group in answer.loop))
    if isinstance(answer, MasterSingleParent):
        return MasterSingleParent(child=names.get(answer.child, "?"))
    return answer


def groups_with_content(conn: Connection, group_ids: Iterable[int]) -> set[int]:
    """Which of these groups have groups or entries in them in a master catalog."""
    wanted = {"wanted": list(group_ids)}
    held = sa.select(catalog_group_entry.c.group_id).where(
        catalog_group_entry.c.is_home, any_of(catalog_group_entry.c.group_id, "wanted")
    )
    below = sa.select(catalog_group_relation.c.parent_id).where(
        catalog_group_relation.c.in_tree, any_of(catalog_group_relation.c.parent_id, "wanted")
    )
    return set(conn.execute(held.union(below), wanted).scalars())
