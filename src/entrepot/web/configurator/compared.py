"""Two configurations beside each other, in words and prices: one row per class, the kits inside below their option.

Both are priced for whoever looks, in the currency of the first: a link that is passed on never shows the prices of
somebody else's contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from entrepot import configurator
from entrepot.configurator import Compared, Launch, Pick, Place, Session, Today, Viewer, say
from entrepot.web.configurator import shown
from entrepot.web.configurator.asking import Answers, ask
from entrepot.web.house import House


@dataclass(frozen=True, slots=True)
class Value:
    """What one side has in a class: the option with its quantity, and what its parts cost."""

    option: str
    title: str
    quantity: int
    price: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """A class with what both sides have in it. ``inside`` says that a kit chosen in it differs within."""

    option_class: str
    title: str
    within: tuple[Place, ...]
    left: tuple[Value, ...]
    right: tuple[Value, ...]
    differs: bool
    inside: bool

    @property
    def depth(self) -> int:
        return len(self.within)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its link, its kit, what it costs, whether it can still be had as it was made."""

    session: Session
    kit: str
    price: int | None
    confirmed: bool
    complete: bool
    today: Today
    lost: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def link(self) -> str:
        return self.session.configuration.link


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything the page and the interface for programs tell of two configurations."""

    left: Side
    right: Side
    rows: tuple[Row, ...]
    currency: str

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.left, self.right

    @property
    def differing(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.differs or row.inside)

    @property
    def places(self) -> int:
        """In how many classes they differ."""
        return sum(row.differs for row in self.rows)

    @property
    def dearer(self) -> int | None:
        """By how much the second costs more than the first."""
        if self.left.price is None or self.right.price is None:
            return None
        return self.right.price - self.left.price


def compare(house: House, left: Session, right: Session, viewer: Viewer) -> Comparison:
    """Put two configurations of one kit beside each other, as somebody reads and pays; two kits are refused."""
    if left.compiled.model.name != right.compiled.model.name or left.launch.organization != right.launch.organization:
        raise configurator.OtherKit(left=left.launch.item, right=right.launch.item)
    common = left.launch.seen_by(viewer)
    sides = [_seen(one, common) for one in (left, right)]
    told = [ask(house, one, one.view().taken) for one in sides]
    words = [_Words(one, answers, common.locale) for one, answers in zip(sides, told, strict=True)]
    rows = configurator.compare_sessions(*sides)
    differing = {row.within for row in rows if row.differs}
    return Comparison(
        left=_side(house, sides[0], told[0], words[0]),
        right=_side(house, sides[1], told[1], words[1]),
        rows=tuple(_row(row, words[0], words[1], differing) for row in rows),
        currency=common.currency,
    )


def _seen(session: Session, common: Launch) -> Session:
    """A configuration as somebody else sees it: its own kit, their language and prices."""
    own = msgspec.structs.replace(common, model=session.launch.model, item=session.launch.item)
    kits = {place: _seen(kit, common) for place, kit in session.kits.items()}
    return replace(session, configuration=replace(session.configuration, launch=own), kits=kits)


def _side(house: House, session: Session, answers: Answers, words: _Words) -> Side:
    view, at = session.view(), house.clock.now()
    with house.configurator.database.read() as conn:
        today = configurator.stand_today(lambda name: configurator.find_model(conn, name, at=at), session)
    return Side(
        session=session,
        kit=words.kit,
        price=shown.price_of(session.compiled, view.taken, answers),
        confirmed=answers.kit is not None,
        complete=session.complete(view),
        today=today,
        lost=tuple(words.inside(within).option(pick) for within, pick in today.lost),
        missing=tuple(words.inside(within).question(name) for within, name in today.missing),
    )


class _Words:
    """The names and prices of one side, the kits inside it apart."""

    def __init__(self, session: Session, answers: Answers, language: str) -> None:
        self._session, self._answers, self._language = session, answers, language
        self._known: dict[tuple[Place, ...], tuple[Session, Answers]] = {}
        self._add(session, answers, ())

    def _add(self, session: Session, answers: Answers, within: tuple[Place, ...]) -> None:
        self._known[within] = (session, answers)
        for place, kit in session.inside(session.view().taken).items():
            self._add(kit, answers.kits.get(place, Answers()), (*within, place))

    @property
    def kit(self) -> str:
        known = self._answers.items.get(self._session.launch.item)
        return known.name if known else say(self._session.compiled.model.words, self._language, self._session.launch.item)

    def inside(self, within: tuple[Place, ...]) -> shown.Words:
        session, answers = self._known[within]
        return shown.Words(session.compiled, answers, self._language)

    def knows(self, row: Compared) -> bool:
        return row.within in self._known and self._known[row.within][0].compiled.model.find_class(row.option_class) is not None

    def question(self, row: Compared) -> str:
        return self.inside(row.within).question(row.option_class)

    def values(self, row: Compared, picks: configurator.Picks) -> tuple[Value, ...]:
        if not picks:
            return ()
        session, answers = self._known[row.within]
        words = self.inside(row.within)
        return tuple(
            Value(one.option, words.option(one), one.quantity, shown.cost_of(session.compiled, answers, one)) for one in picks
        )


def _row(row: Compared, left: _Words, right: _Words, differing: set[tuple[Place, ...]]) -> Row:
    picks: Mapping[Place, Pick] = {(one.option_class, one.option): one for one in (*row.left, *row.right)}
    below = {(*row.within, place) for place in picks}
    return Row(
        option_class=row.option_class,
        title=(left if left.knows(row) else right).question(row),
        within=row.within,
        left=left.values(row, row.left),
        right=right.values(row, row.right),
        differs=row.differs,
        inside=any(way[: len(row.within) + 1] in below for way in differing),
    )
