"""Two configurations beside each other: what each has in every class, and what of it can still be had today.

Each is read with the model version it was made with. A class that only one version knows stands empty on the other
side, so that nothing of either is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from entrepot.configurator.compile import Compiled
from entrepot.configurator.model import Pick
from entrepot.configurator.nested import Place, Session
from entrepot.configurator.problems import ModelNotFound
from entrepot.configurator.session import look, still_holding
from entrepot.configurator.settle import Picks

#: Finds the version of a model that is in force.
Find = Callable[[str], Compiled]


@dataclass(frozen=True, slots=True)
class Compared:
    """A class as two configurations have it; ``within`` leads through the kits inside to the one it belongs to."""

    within: tuple[Place, ...]
    option_class: str
    left: Picks
    right: Picks

    @property
    def differs(self) -> bool:
        return set(self.left) != set(self.right)


@dataclass(frozen=True, slots=True)
class Today:
    """How a configuration stands in the model of today: what no longer holds, what is asked besides.

    ``current`` is none where the model is not offered any more. Everything is named with the kits it lies within.
    """

    version: int
    current: int | None
    lost: tuple[tuple[tuple[Place, ...], Pick], ...] = ()
    missing: tuple[tuple[tuple[Place, ...], str], ...] = ()

    @property
    def holds(self) -> bool:
        return self.current is not None and not self.lost and not self.missing


def compare_sessions(left: Session, right: Session) -> list[Compared]:
    """The classes in which either has something, in the order of the first one's model."""
    return list(_compared(left, right, ()))


def _compared(left: Session | None, right: Session | None, within: tuple[Place, ...]) -> Iterator[Compared]:
    own, other = (one.view().taken if one is not None else () for one in (left, right))
    kits = [one.inside(taken) if one is not None else {} for one, taken in ((left, own), (right, other))]
    names = [one.name for side in (left, right) if side is not None for one in side.compiled.model.classes]
    for name in dict.fromkeys(names):
        row = Compared(within, name, _of_class(own, name), _of_class(other, name))
        if row.left or row.right:
            yield row
        for place in dict.fromkeys(place for side in kits for place in side if place[0] == name):
            yield from _compared(kits[0].get(place), kits[1].get(place), (*within, place))


def stand_today(find: Find, session: Session, within: tuple[Place, ...] = ()) -> Today:
    """What of a configuration can be had with the versions in force, the kits inside it too."""
    view, version = session.view(), session.compiled.version
    try:
        current = find(session.compiled.model.name)
    except ModelNotFound:
        return Today(version, None)
    lost: list[tuple[tuple[Place, ...], Pick]] = []
    missing: list[tuple[tuple[Place, ...], str]] = []
    if current is not session.compiled:
        kept, gone = still_holding(current, view.taken)
        lost += [(within, pick) for pick in gone]
        asked = {one.option_class for one in gone}.union(view.missing)
        missing += [(within, name) for name in look(current, kept).missing if name not in asked]
    for place, kit in session.inside(view.taken).items():
        inside = stand_today(find, kit, (*within, place))
        lost += inside.lost if inside.current is not None else [(within, Pick(*place))]
        missing += inside.missing
    return Today(version, current.version, tuple(lost), tuple(missing))


def _of_class(taken: Picks, name: str) -> Picks:
    return tuple(pick for pick in taken if pick.option_class == name)
