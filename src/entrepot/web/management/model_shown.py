"""Models as pages show them: the tree of questions, the facts in the reader's numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from entrepot import configurator
from entrepot.configurator import Model, OptionClass, say

#: A page lists so many options and rules; larger models are read in their file.
MAX_OPTIONS = 2_000
MAX_RULES = 500
#: A count of more digits is shortened.
WHOLE = 9


@dataclass(frozen=True, slots=True)
class Count:
    """An exact whole number and, where it is too long to read, its first digits and its power of ten."""

    digits: str
    mantissa: Decimal
    exponent: int

    @property
    def whole(self) -> int | None:
        return int(self.digits) if len(self.digits) <= WHOLE else None


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a version; the number of rules is missing where an older version was published without it."""

    options: int
    clauses: int
    rules: int | None
    configurations: Count | None
    engine: str
    seconds: Decimal
    size: int
    void: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of the tree with the questions that only it opens."""

    name: str
    title: str
    part: str
    quantities: str
    below: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A class of the tree: how many may be chosen, its options, the classes below it. ``left`` options are not shown."""

    name: str
    title: str
    help: str
    least: int
    most: int
    choices: tuple[Choice, ...]
    left: int
    below: tuple[Question, ...]


def count_of(digits: str | None) -> Count | None:
    """The number in a text of digits; none where nothing counted it.

    >>> made = count_of("123456789012345")
    >>> made.mantissa, made.exponent, made.whole, count_of("17").whole
    (Decimal('1.23'), 14, None, 17)
    >>> count_of("9999999999999999").mantissa, count_of("9999999999999999").exponent
    (Decimal('1.00'), 16)
    """
    if not digits:
        return None
    mantissa, exponent = Decimal(f"{digits[0]}.{digits[1:6] or 0}").quantize(Decimal("0.01")), len(digits) - 1
    if mantissa >= 10:
        mantissa, exponent = Decimal("1.00"), exponent + 1
    return Count(digits, mantissa, exponent)


def facts_of(facts: Mapping[str, Any]) -> Facts:
    """The facts a version was published with."""
    return Facts(
        options=facts["options"],
        clauses=facts["clauses"],
        rules=facts.get("rules"),
        configurations=count_of(facts["configurations"]),
        engine=facts["engine"],
        seconds=Decimal(str(facts["compile_s"])),
        size=facts["size_bytes"],
        void=facts["void"],
    )


def named(model: Model, names: Sequence[str], language: str) -> list[tuple[str, str]]:
    """Options by name (``class.option``) with the titles of class and option."""
    found = []
    for name in names:
        owner, _, option = name.partition(".")
        option_class = model.find_class(owner)
        title = say(option_class.words, language, owner) if option_class else owner
        found.append((name, f"{title}: {configurator.option_title(model, owner, option, language)}"))
    return found


def tree_of(model: Model, language: str) -> tuple[Question, ...]:
    """The classes as they nest, with the first options of very large models only."""
    return _Tree(model, language).below("", None)


class _Tree:
    """A tree while it is built, with the options it may still show."""

    def __init__(self, model: Model, language: str) -> None:
        self.language = language
        self.open = MAX_OPTIONS
        self.model = model
        self.children: dict[tuple[str, str | None], list[OptionClass]] = defaultdict(list)
        for one in model.classes:
            self.children[one.parent, one.owner.option if one.owner else None].append(one)

    def below(self, parent: str, option: str | None) -> tuple[Question, ...]:
        return tuple(self._question(one) for one in self.children.get((parent, option), ()))

    def _question(self, one: OptionClass) -> Question:
        shown = one.items[: max(self.open, 0)]
        self.open -= len(shown)
        choices = tuple(
            Choice(
                item.name,
                configurator.option_title(self.model, one.name, item.name, self.language),
                item.part,
                _range(item.quantities),
                self.below(one.name, item.name),
            )
            for item in shown
        )
        return Question(
            one.name,
            say(one.words, self.language, one.name),
            say(one.help, self.language),
            one.least,
            min(one.most, max(len(one.items), 1)),
            choices,
            len(one.items) - len(shown),
            self.below(one.name, None),
        )


def _range(quantities: tuple[int, ...]) -> str:
    """The quantities of an option, short: nothing where it is one piece.

    >>> _range((1,)), _range((2,)), _range((1, 2, 3)), _range((1, 4))
    ('', '2', '1–3', '1, 4')
    """
    first, last = quantities[0], quantities[-1]
    if len(quantities) == 1:
        return "" if first == 1 else str(first)
    whole = quantities == tuple(range(first, last + 1))
    return f"{first}–{last}" if whole else ", ".join(str(one) for one in quantities)
