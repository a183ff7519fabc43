"""Turns a model into what a session works with, once per published version.

The engine answers, the explainer gives reasons. A model that nothing satisfies is refused here, with the
smallest set of rules that contradict each other, so that it can never be published.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from entrepot.configurator.columns import Columns, lay_columns
from entrepot.configurator.contract import Costs, Engine
from entrepot.configurator.encode import CLASS_RULE, Encoded, encode
from entrepot.configurator.engine import open_engine
from entrepot.configurator.explain import Explainer
from entrepot.configurator.knowledge import Knowledge
from entrepot.configurator.model import Model, OptionClass, say
from entrepot.configurator.problems import ModelContradictory
from entrepot.configurator.solve import SatEngine

T = TypeVar("T")


class Kept:
    """What was worked out for objects that are still in use; the same object again gives the same answer."""

    MOST = 40_000

    def __init__(self) -> None:
        self._found: dict[Hashable, tuple[object, Any]] = {}

    def get(self, key: Hashable, held: object, make: Callable[[], T]) -> T:
        """The answer for a key, which may name ``held`` by its identity: it stays alive as long as its answer."""
        known = self._found.get(key)
        if known is None:
            if len(self._found) >= self.MOST:
                self._found = {}
            known = self._found[key] = (held, make())
        found: T = known[1]
        return found


@dataclass(frozen=True, slots=True)
class Compiled:
    """A model ready for sessions. Shared, never changed."""

    model: Model
    version: int
    encoded: Encoded
    engine: Engine
    explainer: Explainer
    columns: Columns
    #: What was shown before and will be shown again: most of a large kit is the same at the next step.
    kept: Kept = field(default_factory=Kept, compare=False, repr=False)

    def costs(self, prices: Mapping[str, int]) -> Costs:
        """What each value costs, from the additive prices of parts; a part without a price costs nothing.

        A class's own part counts with the values that bring it. Where no single class decides whether it is in the kit it is
        left out, and sums are lower bounds (`counts_all`).
        """
        return self.kept.get(("costs", id(prices)), prices, lambda: self._costs(prices))

    def _costs(self, prices: Mapping[str, int]) -> Costs:
        costs: dict[int, list[int]] = {}
        variables = self.encoded.formula.variables
        for option_class in self.model.classes:
            multiplier = self.model.multiplier(option_class)
            for place in self.encoded.layout.places(option_class) if option_class.items else ():
                row = []
                for value in variables[place].values:
                    item = option_class.item(value.option)
                    row.append(prices.get(item.part, 0) * value.quantity * multiplier if item else 0)
                if any(row):
                    costs[place] = row
        for option_class, place, always in self._own_parts:
            price = prices.get(option_class.part, 0) * self.model.multiplier(option_class)
            values = variables[place].values
            row = costs.get(place, [0] * len(values))
            if price:
                costs[place] = [cost + price * (always or bool(one.option)) for cost, one in zip(row, values, strict=True)]
        return {place: tuple(row) for place, row in costs.items()}

    def counts_all(self, prices: Mapping[str, int]) -> bool:
        """Whether sums of the values' costs are what whole kits cost."""
        counted = {option_class.name for option_class, _, _ in self._own_parts}
        return not any(one.part in prices and one.name not in counted for one in self.model.classes if one.part)

    @property
    def _own_parts(self) -> list[tuple[OptionClass, int, bool]]:
        """The classes with a part of their own that one variable decides about, with it, and whether all its values bring it."""

        def find() -> list[tuple[OptionClass, int, bool]]:
            found = []
            for option_class in self.model.classes:
                decided = self._decided(option_class) if option_class.part else None
                if decided is not None:
                    found.append((option_class, *decided))
            return found

        return self.kept.get("own parts", None, find)

    def _decided(self, option_class: OptionClass) -> tuple[int, bool] | None:
        """A class's own part is in the kit when anything in it or below it is chosen.

        What stands below an option is chosen with that option alone, so that option's class decides.
        """
        below = {option_class.name}
        for one in self.model.classes:
            if one.parent in below:
                below.add(one.name)
        asked = [one for one in self.model.classes if one.name in below and one.items]
        deciding = [one for one in asked if one.owner is None or one.owner.option_class not in below]
        sure = next((one for one in deciding if one.owner is None and one.least), None)
        if sure is not None:
            return self.encoded.layout.places(sure)[0], True
        if len(deciding) == 1 and deciding[0].single:
            return self.encoded.layout.places(deciding[0])[0], False
        return None

    def rule_text(self, rule: str, language: str) -> str:
        """The sentence of a rule, or of a class's own cardinality."""
        found = self.encoded.rules.get(rule)
        if found is not None:
            return say(found.words, language, rule)
        return cardinality(self.model, rule.removeprefix(CLASS_RULE), language)


def compile_model(model: Model, version: int, at: datetime, knowledge: Knowledge | None = None) -> Compiled:
    """Make a model ready with the rules in force at an instant; refuse one that has no configuration.

    ``knowledge`` is what its formula compiled to when it was published; without it the solver answers.
    """
    return ready(encode(model, at), version, knowledge)


def ready(encoded: Encoded, version: int, knowledge: Knowledge | None) -> Compiled:
    """An encoded model with its engine; a contradictory one is refused with the rules that contradict each other."""
    formula = encoded.formula
    engine = SatEngine(formula) if knowledge is None else open_engine(formula, knowledge)
    explainer = Explainer(encoded)
    if not engine.consistent({}):
        rules = list(explainer.contradiction() or ())
        raise ModelContradictory(rules=", ".join(rules), named=rules, model=encoded.model.name)
    return Compiled(encoded.model, version, encoded, engine, explainer, lay_columns(encoded))


_CARDINALITY = {
    "de": ("{name}: höchstens {most}.", "{name}: mindestens {least}.", "{name} gehört zu {owner}."),
    "en": ("{name}: at most {most}.", "{name}: at least {least}.", "{name} comes with {owner}."),
}


def cardinality(model: Model, name: str, language: str) -> str:
    """What a class by itself asks: how many at most, how many at least, and whose it is."""
    option_class = model.find_class(name)
    assert option_class is not None, name
    at_most, at_least, owned = _CARDINALITY.get(language[:2], _CARDINALITY["en"])
    shown = say(option_class.words, language, name)
    parts = []
    if not option_class.single and option_class.most < len(option_class.items):
        parts.append(at_most.format(name=shown, most=option_class.most))
    if option_class.least:
        parts.append(at_least.format(name=shown, least=option_class.least))
    if option_class.owner:
        parts.append(
            owned.format(
                name=shown, owner=option_title(model, option_class.owner.option_class, option_class.owner.option, language)
            )
        )
    return " ".join(parts)


def without_words(title: str, language: str) -> str:
    """That an option was declined.

    >>> without_words("Tray", "en-US"), without_words("Einsatz", "de-DE")
    ('without Tray', 'ohne Einsatz')
    """
    return f"ohne {title}" if language.startswith("de") else f"without {title}"


def option_title(model: Model, option_class: str, option: str, language: str) -> str:
    """What an option is called in the model: its own words, else its part number."""
    found = model.find_class(option_class)
    item = found.item(option) if found else None
    if item is None:
        return option
    return say(item.words, language) or item.part or option
