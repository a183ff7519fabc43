"""The state of a configuration as programs read it: the whole of it, or what has changed since a revision.

Every state has a ``revision``. A program that names the one it holds gets the classes that stand otherwise now, the
names of those that are ``gone`` (no longer asked), and everything that is said of the kit itself. A class that is
not listed stands as it did, and the lowest prices of its values have moved by as much as the kit's: so a step in a
kit of thousands of options is answered with the few that it touches. What was handed out is kept for a while; where
it is not known any more (another process, prices read anew), the answer is the whole state, without ``since``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

from entrepot import configurator
from entrepot.configurator import Outlook, Session, View
from entrepot.kernel.money import format_price
from entrepot.kernel.recent import Recent
from entrepot.web.configurator import kits, shown
from entrepot.web.configurator.asking import Answers, ask, ask_beside
from entrepot.web.configurator.configuring import find
from entrepot.web.house import House

#: States that are kept for comparison; of a kit of 2,500 options each takes some 40 kB.
MAX_HELD = 400


class _Held(NamedTuple):
    """A state that was handed out."""

    view: View
    ahead: Outlook | None
    answers: Answers


_held: Recent[tuple[str, int], _Held] = Recent(MAX_HELD)


def state_of(house: House, session: Session, since: int = -1, ceiling: int | None = None) -> dict[str, Any]:
    """The state of a configuration, or what has changed since a revision where that is known; always whole under a ceiling."""
    view = session.view()
    return _state(session, view, ask(house, session, view.taken), since, ceiling)


async def step(house: House, name: str, since: int, take: Callable[[Session], Session]) -> dict[str, Any]:
    """Take a step and tell the state. It is done at once where it takes a millisecond or two, else beside other work."""
    with house.configurator.database.read() as conn:
        found = configurator.find_quick(conn, name, house.clock.now())
    if found is None:
        return await asyncio.to_thread(_slow_step, house, name, since, take)
    found = take(found)
    view = found.view()
    return _state(found, view, await ask_beside(house, found, view.taken), since, None)


def _slow_step(house: House, name: str, since: int, take: Callable[[Session], Session]) -> dict[str, Any]:
    return state_of(house, take(find(house, name)), since)


def _state(session: Session, view: View, answers: Answers, since: int, ceiling: int | None) -> dict[str, Any]:
    ahead = configurator.ahead_of(session, answers.prices)
    now = _Held(view, ahead, answers)
    before = _exchange(session, now, since) if ceiling is None else None
    classes, questions = shown.asked(view), shown.Worded(session, answers)
    state = _kit(session, now)
    if before is not None:
        changed = _changed(now, before).tolist()
        known = set(shown.asked(before.view))
        state |= {"since": since, "gone": [view.compiled.model.classes[one].name for one in sorted(known - set(classes))]}
        classes = [number for number in classes if changed[number] or number not in known]
    state["classes"] = [_class(questions.question(view.shown(number)), number, now, session, ceiling) for number in classes]
    return state


def _exchange(session: Session, now: _Held, since: int) -> _Held | None:
    """Keep a state, and find the one it is compared with: the same items at the same prices, as it was handed out.

    A revision can be told twice, the second time with more of it decided.
    """
    made = session.configuration
    before = _held.get((made.id, since))
    _held.put((made.id, made.revision), now)
    if before is None or before.view.compiled is not session.compiled:
        return None
    same = before.answers.items is now.answers.items and before.answers.prices is now.answers.prices
    return before if same and (before.ahead is None) == (now.ahead is None) else None


def _changed(now: _Held, before: _Held) -> Any:
    """A truth value per class: whether it is shown otherwise than before."""
    changed = now.view.changed(before.view)
    return changed if now.ahead is None or before.ahead is None else changed | now.ahead.changed(before.ahead)


def _kit(session: Session, now: _Held) -> dict[str, Any]:
    """What is said of the whole kit."""
    made, compiled, currency = session.configuration, session.compiled, session.launch.currency
    price = shown.price_of(compiled, now.view.taken, now.answers)
    lowest = now.ahead.lowest if now.ahead else None
    words = shown.Words(compiled, now.answers, session.launch.locale)
    inside_open = session.open_inside(now.view.taken)
    return {
        "session": made.session,
        "revision": made.revision,
        "configuration_id": made.id,
        "link": made.link,
        "model": compiled.model.name,
        "version": compiled.version,
        "item": session.launch.item,
        "currency": currency,
        "complete": now.view.complete and not inside_open,
        "checking": now.view.checking,
        "finished": not made.open,
        "missing": [*now.view.missing, *(option_class for option_class, _ in inside_open)],
        "lost": [words.option(pick) for pick in made.lost],
        "price": None if price is None else format_price(price, currency),
        "price_confirmed": now.answers.kit is not None,
        "lowest_price": None if lowest is None else format_price(lowest, currency),
        "lowest_price_exact": now.ahead is not None and now.ahead.exact,
        "within": made.parent or None,
        "kits": [_inner(session, kit) for kit in kits.inner_kits(session, now.view, words, now.answers).values()],
        "picks": now.view.taken,
        "declined": [f"{one.option_class}.{one.option}" for one in session.configuration.picks if one.declined],
    }


def _inner(session: Session, kit: shown.InnerKit) -> dict[str, Any]:
    """A kit inside as it stands; ``session`` is its own where it was stepped into."""
    option_class, _, option = kit.key.partition(".")
    inner = session.kits[option_class, option]
    return {
        "option_class": option_class,
        "option": option,
        "title": kit.title,
        "item": inner.launch.item,
        "model": inner.compiled.model.name,
        "version": inner.compiled.version,
        "session": inner.configuration.session or None,
        "complete": kit.complete,
        "missing": list(kit.missing),
        "lost": list(kit.lost),
        "price": None if kit.price is None else format_price(kit.price, session.launch.currency),
        "picks": inner.view().taken,
    }


def _class(question: shown.Question, number: int, now: _Held, session: Session, ceiling: int | None) -> dict[str, Any]:
    currency = session.launch.currency
    lowest = now.ahead.of_class(number) if now.ahead else [None] * len(question.options)

    def money(price: int | None) -> str | None:
        return None if price is None else format_price(price, currency)

    return {
        "name": question.name,
        "title": question.title,
        "many": question.many,
        "optional": question.optional,
        "missing": question.missing,
        "chosen_by_you": question.mine,
        "values": [
            {
                "name": option.name,
                "title": option.title,
                "state": str(option.state),
                "quantity": option.quantity,
                "quantities": [one.quantity for one in option.amounts if one.possible],
                "difference": money(option.difference),
                "lowest_price": money(least),
                "over_ceiling": ceiling is not None and least is not None and least > ceiling,
                "recommended": option.recommended,
            }
            for option, least in zip(question.options, lowest, strict=True)
        ],
    }
