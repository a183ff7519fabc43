"""Kits inside a kit on the page and for programs: a summary in the outer one, a step into it, the way back out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from entrepot import configurator
from entrepot.configurator import Pick, Session, View, say
from entrepot.kernel.errors import Conflict
from entrepot.web.configurator import shown
from entrepot.web.configurator.asking import Answers, ask_prices, items_of
from entrepot.web.house import House
from entrepot.web.pages import Link


class NotInside(Conflict):
    code = "NOT_INSIDE"
    message = "This kit is not part of what you chose. Choose it first, then open it."


def with_kits(made: shown.Configuring, session: Session, view: View, answers: Answers, language: str) -> shown.Configuring:
    """The page with the kits inside summed up: it is complete when they are."""
    if not session.compiled.model.kits:
        return made
    words = shown.Words(session.compiled, answers, language)
    kits = inner_kits(session, view, words, answers)
    lines = tuple(
        replace(line, below=kits[key].lines, price=_times(kits[key].price, pick.quantity, line)) if key in kits else line
        for line, pick, key in ((line, pick, f"{pick.option_class}.{pick.option}") for line, pick in _paired(made, view))
    )
    missing = [(f"q-{name}", words.option(Pick(name, option))) for name, option in session.open_inside(view.taken)]
    return replace(made, lines=lines, kits=kits, missing=(*made.missing, *missing), complete=made.complete and not missing)


def inner_kits(session: Session, view: View, words: shown.Words, answers: Answers) -> dict[str, shown.InnerKit]:
    """The kits that are inside as it stands, by ``class.option``."""
    inside = session.inside(view.taken)
    return {f"{place[0]}.{place[1]}": _inner(words, place, kit, answers) for place, kit in inside.items()}


def crumbs_of(house: House, session: Session, here: str) -> list[Link]:
    """The way from the outermost kit to this one; nothing for a kit that stands for itself."""
    if not session.configuration.parent:
        return []
    at, links = house.clock.now(), []
    with house.configurator.database.read() as conn:
        for above in configurator.kits_around(conn, session):
            around = configurator.find_session(conn, above.session, at)
            links.append(Link(title_of(house, around), f"/configurator/s/{above.session}"))
    anchor = f"#q-{session.configuration.place.partition('.')[0]}"
    return [*links[:-1], Link(links[-1].label, f"{links[-1].href}{anchor}"), Link(here, "")]


def title_of(house: House, session: Session) -> str:
    """The name of a kit's article in the shop; the model's own where commerce does not tell."""
    known = items_of(house, session).get(session.launch.item)
    return known.name if known else say(session.compiled.model.words, session.launch.locale, session.launch.item)


def open_inside(house: House, session: Session, option_class: str, option: str) -> Session:
    """Step into a kit inside; one that is not taken is refused."""
    place = (option_class, option)
    if place not in session.inside(session.view().taken):
        raise NotInside(option=f"{option_class}.{option}")
    with house.configurator.database.write() as conn:
        return configurator.open_kit(conn, session, place, house.clock.now())


def complete_inside(house: House, session: Session, like: Session | None = None) -> Session:
    """Fill in what is open in the kits inside: close to those of another configuration, else with their defaults."""
    at, taken = house.clock.now(), session.view().taken
    others = like.inside(like.view().taken) if like is not None else {}
    near = [place for place in session.inside(taken) if place in others]
    for place in dict.fromkeys([*session.open_inside(taken), *near]):
        if place not in session.kits:
            continue
        kit, other = open_inside(house, session, *place), others.get(place)
        made, picks = kit.configuration, None
        if other is not None and other.compiled.model.name == kit.compiled.model.name:
            picks = configurator.complete_nearest(kit.compiled, made.picks, other.view().taken, made.base)
        if picks is None:
            prices, _ = ask_prices(house, kit, ())
            picks = configurator.complete_with_defaults(kit.compiled, made.picks, made.base, prices)
        with house.configurator.database.write() as conn:
            kit = configurator.set_picks(conn, kit, picks, at)
        complete_inside(house, kit, other)
    with house.configurator.database.read() as conn:
        return configurator.find_session(conn, session.configuration.session, at)


def fill_inside(house: House, session: Session, filled: configurator.Filled) -> Session:
    """Take over what filling in found for the kits that are inside now."""
    at = house.clock.now()
    for place in session.inside(session.view().taken):
        if place not in filled.kits:
            continue
        kit, found = open_inside(house, session, *place), filled.kits[place]
        with house.configurator.database.write() as conn:
            kit = configurator.set_picks(conn, kit, found.completion.picks, at)
        fill_inside(house, kit, found)
    with house.configurator.database.read() as conn:
        return configurator.find_session(conn, session.configuration.session, at)


def _inner(words: shown.Words, place: tuple[str, str], kit: Session, answers: Answers) -> shown.InnerKit:
    view, told = kit.view(), answers.kits.get(place, Answers())
    own = shown.Words(kit.compiled, told, words.language)
    lines = tuple(
        shown.Line(own.question(pick.option_class), f"q-{place[0]}", own.option(pick), shown.cost_of(kit.compiled, told, pick))
        for pick in view.taken
    )
    missing = [own.question(name) for name in view.missing]
    missing += [own.option(Pick(*inner)) for inner in kit.open_inside(view.taken)]
    return shown.InnerKit(
        key=f"{place[0]}.{place[1]}",
        title=words.option(Pick(*place)),
        lines=lines,
        missing=tuple(missing),
        lost=tuple(own.option(pick) for pick in kit.configuration.lost),
        price=sum(line.price or 0 for line in lines) if told.prices else None,
        complete=not missing and view.complete,
    )


def _paired(made: shown.Configuring, view: View) -> Iterable[tuple[shown.Line, Pick]]:
    return zip(made.lines, view.taken, strict=True)


def _times(price: int | None, quantity: int, line: shown.Line) -> int | None:
    """The price of so many kits; where the outer page priced the line already, that."""
    return line.price if line.price or price is None else price * quantity
