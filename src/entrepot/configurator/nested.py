"""Kits inside a kit, while they are configured: each is a configuration of its own that belongs to another.

A kit inside starts as its model's default configuration, and is opened only when the shopper wants to change it.
It keeps what was chosen in it while its option is not taken. The outer kit is complete when everything inside is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec
from sqlalchemy.engine import Connection

from entrepot.configurator.compile import Compiled
from entrepot.configurator.composed import Composed
from entrepot.configurator.launch import Launch
from entrepot.configurator.model import Item
from entrepot.configurator.problems import ModelNotFound
from entrepot.configurator.publish import MAX_KIT_DEPTH, find_model, model_by_version_id
from entrepot.configurator.session import View, look, still_holding
from entrepot.configurator.settle import Picks
from entrepot.configurator.tables import Configuration, find_configuration, find_version_id, find_within, record_configuration
from entrepot.kernel.ids import new_id, new_secret

DEFAULT_CONFIGURATION = "default"
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Session:
    """A configuration with the model it is made with, and the kits that may be inside it by class and option."""

    configuration: Configuration
    compiled: Compiled
    kits: Mapping[Place, Session] = field(default_factory=dict)

    @property
    def launch(self) -> Launch:
        return self.configuration.launch

    def view(self) -> View:
        return look(self.compiled, self.configuration.picks, self.configuration.base)

    def inside(self, taken: Picks) -> dict[Place, Session]:
        """The kits that are inside when this is taken."""
        if not self.kits:
            return {}
        places = ((pick.option_class, pick.option) for pick in taken)
        return {place: self.kits[place] for place in places if place in self.kits}

    def composed(self, taken: Picks) -> Composed:
        """What is taken, with everything taken in the kits inside."""
        kits = {place: kit.composed(kit.view().taken) for place, kit in self.inside(taken).items()}
        return Composed(self.compiled, taken, kits, self.configuration.id)

    def open_inside(self, taken: Picks) -> list[Place]:
        """The kits inside in which something is still to be chosen, or whose model is not offered any more."""
        if not self.compiled.model.kits:
            return []
        named = {(option_class, item.name) for option_class, item in self.compiled.model.kits}
        found = []
        for pick in taken:
            place = (pick.option_class, pick.option)
            kit = self.kits.get(place)
            if place in named and (kit is None or not kit.complete(kit.view())):
                found.append(place)
        return found

    def complete(self, view: View) -> bool:
        """Whether nothing is left to choose, here and in the kits inside."""
        return view.complete and not self.open_inside(view.taken)


def session_of(conn: Connection, made: Configuration, compiled: Compiled, at: datetime, depth: int = 1) -> Session:
    """A configuration with the kits inside it, opened or not."""
    if not compiled.model.kits or depth > MAX_KIT_DEPTH:
        return Session(made, compiled)
    opened = {one.place: one for one in find_within(conn, made.id)} if made.id else {}
    kits = {}
    for option_class, item in compiled.model.kits:
        known = opened.get(f"{option_class}.{item.name}")
        try:
            inner = model_by_version_id(conn, known.model_version_id, at) if known else _offered(conn, item, at)
        except ModelNotFound:
            continue
        child = known or _unopened(conn, made, option_class, item, inner, at)
        kits[option_class, item.name] = session_of(conn, child, inner, at, depth + 1)
    return Session(made, compiled, kits)


def open_kit(conn: Connection, session: Session, place: Place, at: datetime) -> Session:
    """The configuration of a kit inside, to be changed by itself; opened where it was not yet."""
    kit = session.kits[place]
    if kit.configuration.id:
        return kit
    made = replace(kit.configuration, id=new_id(), session=new_secret(), link=new_secret())
    record_configuration(conn, made, at)
    return session_of(conn, made, kit.compiled, at)


def kits_around(conn: Connection, session: Session) -> list[Configuration]:
    """The configurations that a kit is inside of, the outermost first."""
    found: list[Configuration] = []
    above = session.configuration.parent
    while above:
        found.insert(0, find_configuration(conn, identity=above))
        above = found[0].parent
    return found


def copy_inside(conn: Connection, earlier: str, made: Configuration, compiled: Compiled, at: datetime) -> None:
    """Open the kits inside as they were inside an earlier configuration; choices that no longer hold are listed there."""
    known = {one.place: one for one in find_within(conn, earlier)}
    for option_class, item in compiled.model.kits:
        before = known.get(f"{option_class}.{item.name}")
        if before is None or item.kit is None or before.launch.model != item.kit.model:
            continue
        inner = _offered(conn, item, at)
        kept, lost = still_holding(inner, before.picks)
        fresh = _unopened(conn, made, option_class, item, inner, at)
        child = replace(fresh, id=new_id(), session=new_secret(), link=new_secret(), base=before.base, picks=kept, lost=lost)
        record_configuration(conn, child, at)
        copy_inside(conn, before.id, child, inner, at)


def base_of(compiled: Compiled) -> Picks:
    """What a kit starts from: its model's default configuration, if it has one."""
    return compiled.model.configurations.get(DEFAULT_CONFIGURATION, ())


def _offered(conn: Connection, item: Item, at: datetime) -> Compiled:
    assert item.kit is not None, item.name
    return find_model(conn, item.kit.model, at=at)


def _unopened(
    conn: Connection, outer: Configuration, option_class: str, item: Item, inner: Compiled, at: datetime
) -> Configuration:
    """A kit inside as it starts, not recorded."""
    version = find_version_id(conn, inner.model.name, inner.version)
    assert version is not None, inner.model.name
    launch = msgspec.structs.replace(
        outer.launch,
        model=inner.model.name,
        item=item.part,
        line="",
        quantity="1",
        configuration="",
        choices=(),
    )
    return Configuration(
        id="",
        session="",
        link="",
        model_version_id=version,
        status=outer.status,
        launch=launch,
        base=base_of(inner),
        picks=(),
        lost=(),
        bom=None,
        changed_at=at,
        parent=outer.id,
        place=f"{option_class}.{item.name}",
    )
