"""What a shopper does with a configuration, recorded: open, choose, take back, repair, complete, finish.

Each function takes the caller's transaction, decides with the pure session and records the new picks. The
history makes undo one step; a finished configuration never changes again, reopening makes a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.configurator.bom import Extracted, Setting, bill_of, extract, read_bom, write_bom
from entrepot.configurator.compile import Compiled
from entrepot.configurator.launch import Launch, ReadLaunch
from entrepot.configurator.model import Pick
from entrepot.configurator.problems import ConfigurationFinished, LaunchUsed
from entrepot.configurator.publish import find_model, model_by_version_id, serving
from entrepot.configurator.read import read_pick
from entrepot.configurator.recognize import recognize
from entrepot.configurator.session import View, choose, look, retract, still_holding
from entrepot.configurator.settle import Picks
from entrepot.configurator.source import Node
from entrepot.configurator.tables import (
    MAX_EARLIER,
    Configuration,
    find_configuration,
    find_version_id,
    keep_earlier,
    record_configuration,
    take_earlier,
    update_configuration,
    use_launch,
)
from entrepot.kernel.ids import new_id, new_secret

DEFAULT_CONFIGURATION = "default"
#: The origin of a document whose choices were found from its parts; there is no session to go back to.
OF_PARTS = "Parts"


@dataclass(frozen=True, slots=True)
class Session:
    """A configuration with the model it is made with."""

    configuration: Configuration
    compiled: Compiled

    @property
    def launch(self) -> Launch:
        return self.configuration.launch

    def view(self) -> View:
        return look(self.compiled, self.configuration.picks, self.configuration.base)


def open_session(conn: Connection, read: ReadLaunch, at: datetime) -> Session:
    """Open a configuration for a launch, once; earlier picks that no longer hold are listed, not guessed at.

    It starts from the launch's choices, else from the configuration it names, else on the model's default one,
    which gives way to what the shopper then chooses.
    """
    if not use_launch(conn, read.id, read.expires, at):
        raise LaunchUsed()
    compiled = find_model(conn, read.launch.model, at=at)
    base, first = _start(conn, read.launch, compiled)
    return _record(conn, compiled, read.launch, (base, *still_holding(compiled, first)), at)


def find_session(conn: Connection, session: str, at: datetime) -> Session:
    """The configuration of a session, with its model version as it was when opened."""
    found = find_configuration(conn, session=session)
    return Session(found, model_by_version_id(conn, found.model_version_id, at))


def find_quick(conn: Connection, session: str, at: datetime) -> Session | None:
    """The same for whoever others wait for: None where the model has to be made ready first, or takes its time to answer."""
    found = find_configuration(conn, session=session)
    compiled = serving(conn, found.model_version_id, at)
    return Session(found, compiled) if compiled is not None and compiled.engine.quick else None


def open_shared(conn: Connection, link: str, at: datetime) -> Session:
    """A configuration of one's own that starts as a shared one."""
    shared = find_configuration(conn, link=link)
    compiled = find_model(conn, shared.launch.model, at=at)
    return _record(conn, compiled, shared.launch, (shared.base, *still_holding(compiled, shared.picks)), at)


def choose_option(conn: Connection, session: Session, wanted: Pick, at: datetime) -> Session:
    """Take a value; an excluded one is refused."""
    return set_picks(conn, session, choose(session.compiled, session.configuration.picks, wanted), at)


def retract_option(conn: Connection, session: Session, option_class: str, option: str, at: datetime) -> Session:
    """Take a choice back; what followed from it is free again."""
    return set_picks(conn, session, retract(session.configuration.picks, option_class, option), at)


def set_picks(conn: Connection, session: Session, picks: Picks, at: datetime) -> Session:
    """Record new picks; the ones before can be had back with undo. What somebody else has changed meanwhile is refused."""
    made = session.configuration
    if not made.open:
        raise ConfigurationFinished()
    if picks == made.picks:
        return session
    after = _update(conn, session, replace(made, picks=picks, lost=(), earlier=min(made.earlier + 1, MAX_EARLIER)), at)
    keep_earlier(conn, made)
    return after


def undo(conn: Connection, session: Session, at: datetime) -> Session:
    """Go back one step; at the beginning nothing happens."""
    made = session.configuration
    if not made.open:
        raise ConfigurationFinished()
    picks = take_earlier(conn, made)
    if picks is None:
        return session
    return _update(conn, session, replace(made, picks=picks, earlier=made.earlier - 1), at)


def start_over(conn: Connection, session: Session, at: datetime) -> Session:
    """Back to where the kit starts: its base configuration, or nothing."""
    return set_picks(conn, session, (), at)


def finish(
    conn: Connection, session: Session, key: bytes | str, at: datetime, prices: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """End the configuration and give its signed bill of material; again for a finished one gives the same."""
    made = session.configuration
    if made.bom is not None:
        return made.bom
    document = write_bom(session.compiled, _setting(made), made.picks, key, prices)
    _update(conn, session, replace(made, status="finished", bom=document), at)
    return document


def generate_bom(conn: Connection, configuration_id: str, key: bytes | str, at: datetime) -> dict[str, Any]:
    """The bill of material of a configuration (generateConfigurationBOM): the stored one when it is finished."""
    made = find_configuration(conn, identity=configuration_id)
    if made.bom is not None:
        return made.bom
    return write_bom(model_by_version_id(conn, made.model_version_id, at), _setting(made), made.picks, key)


def bom_of_parts(
    conn: Connection, model: str, setting: Setting, parts: Mapping[str, int], key: bytes | str, at: datetime
) -> dict[str, Any]:
    """The signed bill of material of a kit that is known by its parts alone; parts that make no valid kit are refused."""
    compiled = find_model(conn, model, at=at)
    taken = recognize(compiled, parts, setting.language)
    return bill_of(compiled, replace(setting, origin=OF_PARTS), taken, key)


def extract_picks(conn: Connection, document: Mapping[str, Any], key: bytes | str, at: datetime, model: str = "") -> Extracted:
    """The picks of a bill of material (extractPicksFromConfigurationBOM), checked against today's model version.

    ``model`` is the model the kit has now; without it the one the document names counts.
    """
    named, _, _ = read_bom(document, key)
    return extract(find_model(conn, model or named, at=at), document, key)


def default_bom(conn: Connection, launch: Launch, key: bytes | str, at: datetime) -> dict[str, Any]:
    """The bill of material of a kit's predefined configuration, for adding it to a cart without configuring."""
    compiled = find_model(conn, launch.model, at=at)
    session = _record(conn, compiled, launch, (_base(compiled), (), ()), at)
    return finish(conn, session, key, at)


def _start(conn: Connection, launch: Launch, compiled: Compiled) -> tuple[Picks, Picks]:
    """The base configuration and the first picks of a launch."""
    if launch.choices:
        return (), tuple(read_pick(Node(choice, 1, "launch")) for choice in launch.choices)
    if launch.configuration:
        earlier = find_configuration(conn, identity=launch.configuration)
        return earlier.base, earlier.picks
    return _base(compiled), ()


def _base(compiled: Compiled) -> Picks:
    return compiled.model.configurations.get(DEFAULT_CONFIGURATION, ())


def _record(conn: Connection, compiled: Compiled, launch: Launch, picks: tuple[Picks, Picks, Picks], at: datetime) -> Session:
    version = find_version_id(conn, compiled.model.name, compiled.version)
    assert version is not None, "it was found by the same transaction"
    base, kept, lost = picks
    made = Configuration(
        id=new_id(),
        session=new_secret(),
        link=new_secret(),
        model_version_id=version,
        status="open",
        launch=launch,
        base=base,
        picks=kept,
        lost=lost,
        bom=None,
        changed_at=at,
    )
    record_configuration(conn, made, at)
    return Session(made, compiled)


def _update(conn: Connection, session: Session, changed: Configuration, at: datetime) -> Session:
    return replace(session, configuration=update_configuration(conn, session.configuration, changed, at))


def _setting(made: Configuration) -> Setting:
    launch = made.launch
    country = launch.country or (launch.locale.rpartition("-")[2] if "-" in launch.locale else "")
    return Setting(made.id, launch.item, launch.organization, launch.locale, country, launch.currency, launch.quantity, made.base)
