"""What the page and the interface for programs show of a configuration: the same values, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from entrepot import configurator
from entrepot.configurator import Pick, ShownClass, ShownValue, State, say, without_words
from entrepot.kernel.errors import Error
from entrepot.kernel.money import parse_price
from entrepot.web.configurator.asking import Answers


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity of an option: taken, possible or excluded."""

    quantity: int
    taken: bool
    possible: bool


@dataclass(frozen=True, slots=True)
class Option:
    """A value as a card: ``difference`` is what taking it would change of the sum of prices."""

    option_class: str
    name: str
    title: str
    note: str
    picture: str
    state: State
    quantity: int
    amounts: tuple[Amount, ...]
    difference: int | None
    recommended: str
    unavailable: bool
    #: No kit with it stays within the ceiling; ``from_price`` is what one costs at least.
    over: bool = False
    from_price: int | None = None

    @property
    def key(self) -> str:
        return f"{self.option_class}.{self.name}"

    @property
    def anchor(self) -> str:
        return f"o-{self.option_class}-{self.name or 'none'}"


@dataclass(frozen=True, slots=True)
class Question:
    """A class with its options."""

    name: str
    title: str
    help: str
    options: tuple[Option, ...]
    many: bool
    optional: bool
    missing: bool
    mine: bool

    @property
    def taken(self) -> tuple[Option, ...]:
        return tuple(option for option in self.options if option.state.taken and option.name)


@dataclass(frozen=True, slots=True)
class Section:
    """A step of the page: a class of the top level with everything below it."""

    name: str
    title: str
    questions: tuple[Question, ...]

    @property
    def missing(self) -> bool:
        return any(question.missing for question in self.questions)

    @property
    def done(self) -> bool:
        return not self.missing and any(question.taken for question in self.questions)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the summary."""

    question: str
    anchor: str
    label: str
    price: int | None
    below: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What the kit may cost at most: as typed, as a price, and whether nothing that fits stays within it."""

    text: str = ""
    price: int | None = None
    misread: bool = False
    too_low: bool = False


@dataclass(frozen=True, slots=True)
class InnerKit:
    """A kit inside as the outer page tells it: what is in it, what is still to be chosen, what no longer fits."""

    key: str
    title: str
    lines: tuple[Line, ...]
    missing: tuple[str, ...]
    lost: tuple[str, ...]
    price: int | None
    complete: bool


@dataclass(frozen=True, slots=True)
class Configuring:
    """The whole page."""

    title: str
    sections: tuple[Section, ...]
    lines: tuple[Line, ...]
    price: int | None
    lowest: int | None
    estimated: bool
    complete: bool
    checking: bool
    missing: tuple[tuple[str, str], ...]
    lost: tuple[str, ...]
    picture: str
    can_undo: bool
    finished: bool
    ceiling: Ceiling
    #: Whether a whole kit can be had for the lowest price; else none is cheaper.
    lowest_exact: bool = True
    #: The kits inside by the option they stand for.
    kits: Mapping[str, InnerKit] = field(default_factory=dict)
    #: The one section that is open where there are too many options for a page, and the section of each anchor.
    at: str = ""
    ways: Mapping[str, str] = field(default_factory=dict)

    @property
    def opened(self) -> tuple[Section, ...]:
        return tuple(one for one in self.sections if not self.at or one.name == self.at)


class Words:
    """Names of options and classes: commerce's, else the model's own."""

    def __init__(self, compiled: configurator.Compiled, answers: Answers, language: str) -> None:
        self.compiled = compiled
        self.answers = answers
        self.language = language

    def option(self, pick: Pick) -> str:
        option_class = self.compiled.model.find_class(pick.option_class)
        item = option_class.item(pick.option) if option_class else None
        if item is None:
            return pick.option
        known = self.answers.items.get(item.part)
        own = say(item.words, self.language)
        title = own or (known.name if known else "") or item.part or item.name
        if pick.declined:
            return without_words(title, self.language)
        return f"{pick.quantity} × {title}" if pick.quantity > 1 else title

    def question(self, name: str) -> str:
        option_class = self.compiled.model.find_class(name)
        return say(option_class.words, self.language, name) if option_class else name


def read_ceiling(text: str) -> Ceiling:
    """A ceiling as a shopper types it, with either sign for decimals.

    >>> [read_ceiling(typed).price for typed in ("1.500,50", "1500.5", "1,500", "1500")]
    [150050000, 150050000, 150000000, 150000000]
    """
    text = text.strip()
    whole, sign, part = text.replace(" ", "").replace("'", "").replace(",", ".").rpartition(".")
    if len(part) == 3:  # Three digits after the last sign are thousands.
        whole, sign, part = whole + part, "", ""
    plain = whole.replace(".", "") + sign + part
    if not text:
        return Ceiling()
    try:
        return Ceiling(text, parse_price(plain, "ceiling"))
    except Error:
        return Ceiling(text, misread=True)


def show(
    session: configurator.Session, view: configurator.View, answers: Answers, language: str, ceiling: Ceiling | None = None
) -> Configuring:
    """The page for a view of a configuration."""
    ceiling = ceiling or Ceiling()
    words = Words(session.compiled, answers, language)
    costs = _Costs(session.compiled, answers)
    sections = _sections(session, answers, view)
    lines = tuple(
        Line(words.question(pick.option_class), f"q-{pick.option_class}", words.option(pick), costs(pick)) for pick in view.taken
    )
    known = answers.items.get(session.launch.item)
    ahead = configurator.ahead_of(session, answers.prices)
    return Configuring(
        title=known.name if known else say(session.compiled.model.words, language),
        sections=_below(sections, ahead, ceiling) if ahead and ceiling.price is not None else sections,
        lines=lines,
        price=price_of(session.compiled, view.taken, answers),
        lowest=ahead.lowest if ahead else None,
        lowest_exact=ahead is None or ahead.exact,
        estimated=answers.kit is None,
        complete=view.complete,
        checking=view.checking,
        missing=tuple((f"q-{name}", words.question(name)) for name in view.missing),
        lost=tuple(words.option(pick) for pick in session.configuration.lost),
        picture=_picture(session.compiled, view.taken) or (known.picture if known else ""),
        can_undo=session.configuration.earlier > 0,
        finished=not session.configuration.open,
        ceiling=replace(ceiling, too_low=bool(ahead) and _above(ahead.lowest if ahead else None, ceiling)),
    )


def _below(sections: tuple[Section, ...], ahead: configurator.Outlook, ceiling: Ceiling) -> tuple[Section, ...]:
    """The sections with every option marked that no kit within the ceiling has."""

    def marked(option: Option) -> Option:
        price = ahead.values.get((option.option_class, option.name))
        if option.state is State.EXCLUDED or option.state.taken or not _above(price, ceiling):
            return option
        return replace(option, over=True, from_price=price)

    return tuple(
        replace(
            section,
            questions=tuple(replace(one, options=tuple(marked(option) for option in one.options)) for one in section.questions),
        )
        for section in sections
    )


def _above(price: int | None, ceiling: Ceiling) -> bool:
    return price is not None and ceiling.price is not None and price > ceiling.price


def cost_of(compiled: configurator.Compiled, answers: Answers, pick: Pick) -> int | None:
    """What a pick costs by the prices of its parts; None while prices are not known."""
    return _Costs(compiled, answers)(pick)


class _Costs:
    """What a pick costs by the prices of its parts; None while prices are not known."""

    def __init__(self, compiled: configurator.Compiled, answers: Answers) -> None:
        self._compiled = compiled
        self._prices = answers.prices

    def __call__(self, pick: Pick) -> int | None:
        option_class = self._compiled.model.find_class(pick.option_class)
        item = option_class.item(pick.option) if option_class else None
        if not self._prices or option_class is None:
            return None
        if item is None or not item.part:
            return 0
        price = self._prices.get(item.part)
        return None if price is None else price * pick.quantity * self._compiled.model.multiplier(option_class)


def asked(view: configurator.View) -> list[int]:
    """The numbers of the classes that are asked and have options, below each class of the top level in turn."""
    tops, options_of = _tops(view.compiled), view.compiled.columns.options_of
    everywhere = set(view.asked.tolist())
    found = [one for one in everywhere if tops[one] in everywhere and options_of[one][0] < options_of[one][1]]
    return sorted(found, key=lambda one: (tops[one], one))


def _tops(compiled: configurator.Compiled) -> list[int]:
    """For each class the one of the top level that it belongs to."""

    def find() -> list[int]:
        tops: list[int] = []
        for number, one in enumerate(compiled.model.classes):
            above = one.parent or (one.owner.option_class if one.owner else "")
            tops.append(tops[compiled.columns.numbers[above]] if above else number)
        return tops

    return compiled.kept.get("tops", None, find)


class Worded:
    """Classes in words and prices; the same for as long as their standing and what commerce said are."""

    def __init__(self, session: configurator.Session, answers: Answers) -> None:
        self._compiled = session.compiled
        self._words = Words(session.compiled, answers, session.launch.locale)
        self._costs = _Costs(session.compiled, answers)

    def question(self, shown: ShownClass) -> Question:
        answers = self._words.answers
        key = (id(shown), id(answers.items), id(answers.prices), self._words.language)
        held = (shown, answers.items, answers.prices)
        return self._compiled.kept.get(key, held, lambda: _worded(self._words, self._costs, shown))


def price_of(compiled: configurator.Compiled, taken: configurator.Picks, answers: Answers) -> int | None:
    """The kit's price by commerce, else the sum of its parts, as far as they have one."""
    if answers.kit is not None or not answers.prices:
        return answers.kit
    costs = _Costs(compiled, answers)
    return sum(cost for cost in map(costs, taken) if cost is not None)


def _sections(session: configurator.Session, answers: Answers, view: configurator.View) -> tuple[Section, ...]:
    """What is asked, below the class of the top level that it belongs to."""
    worded = Worded(session, answers)
    words = Words(session.compiled, answers, session.launch.locale)
    tops = _tops(session.compiled)
    below: dict[int, list[Question]] = {}
    for number in asked(view):
        below.setdefault(tops[number], []).append(worded.question(view.shown(number)))
    names = ((session.compiled.model.classes[top].name, questions) for top, questions in below.items())
    return tuple(Section(name, words.question(name), tuple(questions)) for name, questions in names)


def _worded(words: Words, costs: _Costs, shown: ShownClass) -> Question:
    option_class = shown.option_class
    present = sum(costs(Pick(option_class.name, value.option, value.quantity)) or 0 for value in shown.taken)
    return Question(
        name=option_class.name,
        title=words.question(option_class.name),
        help=say(option_class.help, words.language),
        options=tuple(_option(words, costs, shown, value, present) for value in shown.values),
        many=not option_class.single,
        optional=option_class.least == 0,
        missing=shown.missing,
        mine=shown.mine,
    )


def _option(words: Words, costs: _Costs, shown: ShownClass, value: ShownValue, present: int) -> Option:
    option_class, item = shown.option_class, value.item
    known = words.answers.items.get(item.part) if item else None
    quantity = value.quantity or (value.quantities[0] if value.quantities else 1)
    cost = costs(Pick(option_class.name, value.option, quantity))
    before = present if option_class.single else 0
    state = value.state
    unavailable = item is not None and not words.answers.has(item.part) and not state.taken
    return Option(
        option_class=option_class.name,
        name=value.option,
        title=words.option(Pick(option_class.name, value.option)) if item else "",
        note=known.note if known else "",
        picture=(known.picture if known else "") if item else "",
        state=State.EXCLUDED if unavailable else state,
        quantity=value.quantity,
        amounts=_amounts(value),
        difference=None if cost is None or state.taken else cost - before,
        recommended=_recommendation(words, option_class.name, value),
        unavailable=unavailable,
    )


def _amounts(value: ShownValue) -> tuple[Amount, ...]:
    if value.item is None or len(value.item.quantities) < 2:
        return ()
    return tuple(Amount(one, one == value.quantity, one in value.quantities) for one in value.item.quantities)


def _recommendation(words: Words, option_class: str, value: ShownValue) -> str:
    if not value.recommended or value.state.taken:
        return ""
    for advice in words.compiled.model.recommendations:
        if advice.pick.option_class == option_class and advice.pick.option == value.option:
            return say(advice.words, words.language, "")
    return ""


def _picture(compiled: configurator.Compiled, taken: configurator.Picks) -> str:
    """The picture of the first choice that has one of its own in the model."""
    for pick in taken:
        option_class = compiled.model.find_class(pick.option_class)
        item = option_class.item(pick.option) if option_class else None
        if item is not None and item.picture:
            return item.picture
    return ""
