"""A model: what can be chosen in a kit, and which rules hold between the choices.

Hard rules, defaults, recommendations, visibility and the bill of material are different things and stay apart:
only rules and cardinalities ever exclude a value. A model knows part numbers and nothing else of the catalog;
names to show come from commerce, with the model's own words as the fallback.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from entrepot.configurator.expression import Expression

Words = Mapping[str, str]
Property = Fraction | str | tuple[str, ...]


def say(words: Words, language: str, otherwise: str = "") -> str:
    """The text in a language, or in the model's first one.

    >>> say({"en-US": "Case", "de-DE": "Gehäuse"}, "de-DE")
    'Gehäuse'
    """
    return words.get(language) or next(iter(words.values()), otherwise)


#: The quantity of an option that is not to be taken.
DECLINED = -1


@dataclass(frozen=True, slots=True)
class Pick:
    """One option in one class; quantity 0 leaves the quantity open, no option means "none of this class".

    With the quantity `DECLINED` it says "not this one", and nothing about the other options.
    """

    option_class: str
    option: str = ""
    quantity: int = 0

    @property
    def declined(self) -> bool:
        return self.quantity == DECLINED

    def __str__(self) -> str:
        if self.declined:
            return f"not {self.option_class}.{self.option}"
        return f"{self.option_class}.{self.option}" if self.option else f"{self.option_class}: none"


@dataclass(frozen=True, slots=True)
class Kit:
    """That an option is a kit of its own: the model it is put together with, and where that is written."""

    model: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Item:
    """An option: pieces of a part, or a pure choice without one; with a ``kit`` the part is configured in turn."""

    name: str
    words: Words
    part: str = ""
    quantities: tuple[int, ...] = (1,)
    unit: str = "C62"
    required: bool = True
    properties: Mapping[str, Property] = field(default_factory=dict)
    picture: str = ""
    kit: Kit | None = None


@dataclass(frozen=True, slots=True)
class OptionClass:
    """A question with its options; one below an option is asked only when that option is chosen."""

    name: str
    words: Words
    help: Words
    least: int
    most: int
    items: tuple[Item, ...]
    parent: str = ""
    owner: Pick | None = None
    part: str = ""
    ratio: int = 1
    unit: str = "C62"
    _by_name: dict[str, Item] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_name.update((item.name, item) for item in self.items)

    @property
    def single(self) -> bool:
        return self.most == 1

    def item(self, name: str) -> Item | None:
        return self._by_name.get(name)


@dataclass(frozen=True, slots=True)
class Table:
    """Combinations over classes that are the only allowed ones, or the forbidden ones; ``*`` is anything."""

    classes: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    allowed: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A hard rule with the sentence that tells a shopper about it."""

    id: str
    holds: Expression | Table
    words: Words
    source: str = ""
    from_: datetime | None = None
    to: datetime | None = None
    line: int = 0

    def in_force(self, at: datetime) -> bool:
        return (self.from_ is None or self.from_ <= at) and (self.to is None or at < self.to)


@dataclass(frozen=True, slots=True)
class Advice:
    """A default or a recommendation: soft, dropped silently where it is impossible."""

    pick: Pick
    when: Expression | None = None
    words: Words = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Visibility:
    """Classes that are shown only while a condition holds."""

    classes: tuple[str, ...]
    when: Expression
    line: int = 0


@dataclass(frozen=True, slots=True)
class Model:
    """A whole model as its modeler wrote it."""

    name: str
    organization: str
    languages: tuple[str, ...]
    words: Words
    properties: Mapping[str, str]
    classes: tuple[OptionClass, ...]
    rules: tuple[Rule, ...]
    defaults: tuple[Advice, ...] = ()
    recommendations: tuple[Advice, ...] = ()
    visibility: tuple[Visibility, ...] = ()
    configurations: Mapping[str, tuple[Pick, ...]] = field(default_factory=dict)
    from_: datetime | None = None
    to: datetime | None = None
    #: The options that are kits of their own, with their classes.
    kits: list[tuple[str, Item]] = field(default_factory=list, repr=False, compare=False)
    _by_name: dict[str, OptionClass] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_name.update((one.name, one) for one in self.classes)
        self.kits.extend((one.name, item) for one in self.classes for item in one.items if item.kit is not None)

    def find_class(self, name: str) -> OptionClass | None:
        return self._by_name.get(name)

    def item(self, pick: Pick) -> Item | None:
        """The option that a pick is about."""
        option_class = self._by_name.get(pick.option_class)
        return option_class.item(pick.option) if option_class else None

    def is_below(self, option_class: OptionClass, name: str) -> bool:
        """Whether a class is the one of this name, or stands below it."""
        found: OptionClass | None = option_class
        while found is not None and found.name != name:
            found = self._by_name.get(found.parent)
        return found is not None

    def multiplier(self, option_class: OptionClass) -> int:
        """The product of the ratios from the root down to this class, its own included."""
        product = option_class.ratio
        parent = self._by_name.get(option_class.parent)
        while parent is not None:
            product *= parent.ratio
            parent = self._by_name.get(parent.parent)
        return product
