"""Filling in what is open: with the defaults, as cheap as possible, as most choose, or close to an earlier one.

Whatever fills in says afterward what it changed, and what it could not make like the earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass

from entrepot import configurator
from entrepot.configurator import Picks, Session
from entrepot.web.configurator import kits
from entrepot.web.configurator.asking import Answers, ask_prices
from entrepot.web.configurator.reasoned import Change
from entrepot.web.configurator.shown import Words
from entrepot.web.house import House


@dataclass(frozen=True, slots=True)
class Completed:
    """What filling in changed; ``like`` is the link it was to come close to, ``unlike`` where that could not be."""

    changes: tuple[Change, ...]
    like: str = ""
    unlike: tuple[Change, ...] = ()


def complete(house: House, session: Session, how: str, like: str = "") -> tuple[Session, bool]:
    """Fill in everything that is open; false where a cheapest was found but not proven to be the cheapest.

    What the shopper chose stays, in the kits inside too. ``popular`` follows the finished configurations of the model,
    ``nearest`` the one with a shared link.
    """
    prices, _ = ask_prices(house, session, ())
    made, compiled = session.configuration, session.compiled
    picks: Picks | None = None
    other = shared_like(house, session, like) if how == "nearest" else None
    if other is not None:
        picks = configurator.complete_nearest(compiled, made.picks, other.view().taken, made.base)
    elif how == "cheapest":
        return _fill_cheapest(house, session, configurator.fill_cheapest(session, prices))
    elif how == "popular":
        with house.configurator.database.read() as conn:
            earlier = configurator.finished_picks(conn, compiled.model.name)
        picks = configurator.complete_popular(compiled, made.picks, earlier, made.base) if earlier else None
    if picks is None:
        picks = configurator.complete_with_defaults(compiled, made.picks, made.base, prices)
    with house.configurator.database.write(relaxed=True) as conn:
        done = configurator.set_picks(conn, session, picks, house.clock.now())
    return (kits.complete_inside(house, done, other) if done.kits else done), True


def _fill_cheapest(house: House, session: Session, filled: configurator.Filled | None) -> tuple[Session, bool]:
    """The cheapest of the whole, the kits inside too, and whether it is proven."""
    if filled is None:
        return session, True
    with house.configurator.database.write(relaxed=True) as conn:
        done = configurator.set_picks(conn, session, filled.completion.picks, house.clock.now())
    return kits.fill_inside(house, done, filled), filled.completion.proven


def shared_like(house: House, session: Session, link: str) -> Session:
    """The configuration to come close to; one of another kit is refused."""
    with house.configurator.database.read() as conn:
        other = configurator.find_shared(conn, link, house.clock.now())
    if other.compiled.model.name != session.compiled.model.name:
        raise configurator.OtherKit(left=session.launch.item, right=other.launch.item)
    return other


def told(house: House, session: Session, answers: Answers, since: int, like: str) -> Completed:
    """What has changed in a configuration since a revision, and how it differs from the one it was to be like."""
    words, taken = Words(session.compiled, answers, session.launch.locale), session.view().taken
    with house.configurator.database.read() as conn:
        before = configurator.picks_at(conn, session.configuration, since)
    then = taken if before is None else configurator.look(session.compiled, before, session.configuration.base).taken
    unlike = _changes(words, shared_like(house, session, like).view().taken, taken) if like else ()
    return Completed(_changes(words, then, taken), like, unlike)


def _changes(words: Words, before: Picks, after: Picks) -> tuple[Change, ...]:
    """Class by class what was taken before and is taken after, where that differs."""
    found = []
    for name in dict.fromkeys(pick.option_class for pick in (*before, *after)):
        sides = [[words.option(pick) for pick in taken if pick.option_class == name] for taken in (before, after)]
        if sides[0] != sides[1]:
            found.append(Change(words.question(name), ", ".join(sides[0]), ", ".join(sides[1])))
    return tuple(found)
