"""What a shopper does with a configuration, recorded: open, choose, take back, repair, complete, finish.

Each function takes the caller's transaction, decides with the pure session and records the new picks. The
history makes undo one step; a finished configuration never changes again, reopening makes a new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from entrepot.configurator.bom import Extracted, Setting, bill_of, choices_in, extract
from entrepot.configurator.bom_xml import from_xml
from entrepot.configurator.compile import Compiled
from entrepot.configurator.launch import Launch, ReadLaunch, Viewer
from entrepot.configurator.model import Pick, say
from entrepot.configurator.nested import Session, base_of, copy_inside, open_kit, session_of
from entrepot.configurator.problems import (
    ConfigurationFinished,
    ConfigurationIncomplete,
    ConfigurationNotFound,
    LaunchUsed,
    PartOfAnotherKit,
)
from entrepot.configurator.publish import find_model, model_by_version_id, serving
from entrepot.configurator.read import read_pick
from entrepot.configurator.recognize import SentPart, recognize_whole
from entrepot.configurator.session import choose, retract, still_holding
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

#: The origin of a document whose choices were found from its parts; there is no session to go back to.
OF_PARTS = "Parts"
#: Between a kit inside and a choice in it, in the choices of a launch.
INSIDE = ">"


def open_session(conn: Connection, read: ReadLaunch, at: datetime) -> Session:
    """Open a configuration for a launch, once; earlier picks that no longer hold are listed, not guessed at.

    It starts from the launch's choices, else from the configuration it names, else on the model's default one,
    which gives way to what the shopper then chooses.
    """
    if not use_launch(conn, read.id, read.expires, at):
        raise LaunchUsed()
    compiled = find_model(conn, read.launch.model, at=at)
    base, first = _start(conn, read.launch, compiled)
    made = _record(conn, compiled, read.launch, (base, *still_holding(compiled, first)), at, read.launch.configuration)
    return _open_chosen(conn, made, read.launch.choices, at)


def find_session(conn: Connection, session: str, at: datetime) -> Session:
    """The configuration of a session, with its model version as it was when opened."""
    found = find_configuration(conn, session=session)
    return session_of(conn, found, model_by_version_id(conn, found.model_version_id, at), at)


def find_quick(conn: Connection, session: str, at: datetime) -> Session | None:
    """The same for whoever others wait for: None where a model has to be made ready first, or takes its time to answer.

    A kit with kits inside always takes its time: there is a model more for each.
    """
    found = find_configuration(conn, session=session)
    compiled = serving(conn, found.model_version_id, at)
    quick = compiled is not None and compiled.engine.quick and not compiled.model.kits
    return Session(found, compiled) if compiled is not None and quick else None


def find_shared(conn: Connection, link: str, at: datetime) -> Session:
    """A configuration by its link, as it stands; of a kit inside another the whole is shared."""
    shared = _outermost(conn, link)
    return session_of(conn, shared, model_by_version_id(conn, shared.model_version_id, at), at)


def open_shared(conn: Connection, link: str, viewer: Viewer, at: datetime) -> Session:
    """A configuration of one's own that starts as a shared one, with today's model, as the viewer reads and pays."""
    shared = _outermost(conn, link)
    compiled = find_model(conn, shared.launch.model, at=at)
    picks = (shared.base, *still_holding(compiled, shared.picks))
    return _record(conn, compiled, shared.launch.seen_by(viewer), picks, at, shared.id)


def copy_session(conn: Connection, session: Session, at: datetime) -> Session:
    """A copy as it stands, with the model it was made with, which no later step of the original changes."""
    made = session.configuration
    launch = made.launch.seen_by(Viewer(made.launch.buyer))
    return _record(conn, session.compiled, launch, (made.base, made.picks, made.lost), at, made.id)


def take_over(conn: Connection, session: Session, other: Session, option_class: str, at: datetime) -> Session:
    """Choose in a class what another configuration has in it, and in a kit inside what is in it there.

    What does not go together with the other choices is refused, as any choice is. Without a class everything is taken
    over; what does not hold in this model is then left out and listed.
    """
    wanted = tuple(pick for pick in other.view().taken if option_class in ("", pick.option_class))
    if option_class:
        picks, lost = retract(session.configuration.picks, option_class), Picks()
        for pick in wanted or (Pick(option_class),):
            picks = choose(session.compiled, picks, pick)
    else:
        picks, lost = still_holding(session.compiled, wanted)
    after = set_picks(conn, session, picks, at)
    if lost:
        after = _update(conn, after, replace(after.configuration, lost=lost), at)
    _fill_inside(conn, after, other, wanted, at)
    return after


def _fill_inside(conn: Connection, session: Session, other: Session, taken: Picks, at: datetime) -> None:
    for place, kit in other.inside(taken).items():
        if place in session.kits and session.kits[place].compiled.model.name == kit.compiled.model.name:
            own, inside = open_kit(conn, session, place, at), kit.view().taken
            own = set_picks(conn, own, still_holding(own.compiled, inside)[0], at)
            _fill_inside(conn, own, kit, inside, at)


def _outermost(conn: Connection, link: str) -> Configuration:
    shared = find_configuration(conn, link=link)
    while shared.parent:
        shared = find_configuration(conn, identity=shared.parent)
    return shared


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
    """End the configuration and give its signed bill of material; again for a finished one gives the same.

    The kits inside end with it. One of them does not end by itself.
    """
    made = session.configuration
    if made.parent:
        raise PartOfAnotherKit()
    return _finish(conn, session, key, at, prices)


def _finish(
    conn: Connection, session: Session, key: bytes | str, at: datetime, prices: Mapping[str, int] | None
) -> dict[str, Any]:
    made = session.configuration
    if made.bom is not None:
        return made.bom
    document = _bill(session, key, prices)
    for kit in session.kits.values():
        if kit.configuration.id and kit.complete(kit.view()):
            _finish(conn, kit, key, at, prices)
    _update(conn, session, replace(made, status="finished", bom=document), at)
    return document


def generate_bom(conn: Connection, configuration_id: str, key: bytes | str, at: datetime) -> dict[str, Any]:
    """The bill of material of a configuration (generateConfigurationBOM): the stored one when it is finished."""
    made = find_configuration(conn, identity=configuration_id)
    if made.bom is not None:
        return made.bom
    return _bill(session_of(conn, made, model_by_version_id(conn, made.model_version_id, at), at), key)


def _bill(session: Session, key: bytes | str, prices: Mapping[str, int] | None = None) -> dict[str, Any]:
    """The signed bill of material of a complete configuration; an incomplete one is refused."""
    view, setting, model = session.view(), _setting(session.configuration), session.compiled.model
    inside = session.open_inside(view.taken)
    if not view.complete or inside:
        missing = [*view.missing, *(option_class for option_class, _ in inside)]
        named = [model.find_class(name) for name in missing]
        words = ", ".join(say(one.words, setting.language, one.name) for one in named if one is not None)
        raise ConfigurationIncomplete(classes=words, missing=missing)
    return bill_of(session.composed(view.taken), setting, key, prices)


def bom_of_parts(
    conn: Connection, model: str, setting: Setting, sent: Sequence[SentPart], key: bytes | str, at: datetime
) -> dict[str, Any]:
    """The signed bill of material of a kit that is known by its parts alone; parts that make no valid kit are refused."""
    found = recognize_whole(lambda name: find_model(conn, name, at=at), model, sent, setting.language)
    return bill_of(found, replace(setting, origin=OF_PARTS), key)


def extract_picks(conn: Connection, document: Mapping[str, Any], key: bytes | str, at: datetime, model: str = "") -> Extracted:
    """The picks of a bill of material (extractPicksFromConfigurationBOM), checked against today's model version.

    ``model`` is the model the kit has now; without it the one the document names counts.
    """
    return extract(lambda name: find_model(conn, name, at=at), document, key, model)


def default_bom(conn: Connection, launch: Launch, key: bytes | str, at: datetime) -> dict[str, Any]:
    """The bill of material of a kit's predefined configuration, for adding it to a cart without configuring."""
    compiled = find_model(conn, launch.model, at=at)
    session = _record(conn, compiled, launch, (base_of(compiled), (), ()), at)
    return finish(conn, session, key, at)


def _start(conn: Connection, launch: Launch, compiled: Compiled) -> tuple[Picks, Picks]:
    """The base configuration and the first picks of a launch."""
    if launch.choices:
        return (), tuple(_chosen(choice) for choice in launch.choices if INSIDE not in choice)
    if launch.configuration:
        earlier = find_configuration(conn, identity=launch.configuration)
        if earlier.launch.shop != launch.shop:
            raise ConfigurationNotFound()  # Another shop's: it reads as if there were none.
        return earlier.base, earlier.picks
    suggested = still_holding(compiled, [_chosen(choice) for choice in launch.preset if INSIDE not in choice])[0]
    return suggested or base_of(compiled), ()


def read_preset(text: str) -> tuple[str, ...]:
    """The picks of a default configuration as a catalog keeps it: one a line, or the bill of material they make, in XML.

    >>> read_preset("chassis.sand-14\\n2 x ports.usbc")
    ('chassis.sand-14', '2 x ports.usbc')
    """
    if text.lstrip().startswith("<"):
        return tuple(choices_in(from_xml(text)))
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    for line in lines:
        _chosen(line.rpartition(INSIDE)[2].strip())
    return lines


def _chosen(choice: str) -> Pick:
    return read_pick(Node(choice, 1, "launch"))


def _open_chosen(conn: Connection, session: Session, choices: Sequence[str], at: datetime) -> Session:
    """Open the kits inside for which there are choices, ``notebook.cto > board.u8``, and take those that hold."""
    within: dict[str, list[str]] = {}
    for choice in choices:
        place, inside, rest = choice.partition(INSIDE)
        if inside:
            within.setdefault(place.strip(), []).append(rest)
    if not within:
        return session
    for (option_class, option), kit in session.kits.items():
        below = within.get(f"{option_class}.{option}")
        if below:
            opened = open_kit(conn, session, (option_class, option), at)
            picks, lost = still_holding(kit.compiled, [_chosen(one) for one in below if INSIDE not in one])
            opened = _update(conn, opened, replace(opened.configuration, base=(), picks=picks, lost=lost), at)
            _open_chosen(conn, opened, below, at)
    return find_session(conn, session.configuration.session, at)


def _record(
    conn: Connection, compiled: Compiled, launch: Launch, picks: tuple[Picks, Picks, Picks], at: datetime, like: str = ""
) -> Session:
    """Record a new configuration; the kits inside it start as in an earlier one, if there is one."""
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
    if like and compiled.model.kits:
        copy_inside(conn, like, made, compiled, at)
    return session_of(conn, made, compiled, at)


def _update(conn: Connection, session: Session, changed: Configuration, at: datetime) -> Session:
    return replace(session, configuration=update_configuration(conn, session.configuration, changed, at))


def _setting(made: Configuration) -> Setting:
    launch = made.launch
    country = launch.country or (launch.locale.rpartition("-")[2] if "-" in launch.locale else "")
    return Setting(made.id, launch.item, launch.organization, launch.locale, country, launch.currency, launch.quantity, made.base)
