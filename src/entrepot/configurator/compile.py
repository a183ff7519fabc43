"""Turns a model into what a session works with, once per published version.

The engine answers, the explainer gives reasons. A model that nothing satisfies is refused here, with the
smallest set of rules that contradict each other, so that it can never be published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from entrepot.configurator.encode import CLASS_RULE, Encoded, encode
from entrepot.configurator.engine import open_engine
from entrepot.configurator.explain import Explainer
from entrepot.configurator.knowledge import Knowledge
from entrepot.configurator.model import Model, say
from entrepot.configurator.problems import ModelContradictory
from entrepot.configurator.solve import Costs, Engine, SatEngine


@dataclass(frozen=True, slots=True)
class Compiled:
    """A model ready for sessions. Shared, never changed."""

    model: Model
    version: int
    encoded: Encoded
    engine: Engine
    explainer: Explainer

    def costs(self, prices: Mapping[str, int]) -> Costs:
        """What each value costs, from the additive prices of parts; a part without a price costs nothing."""
        costs = {}
        for option_class in self.model.classes:
            multiplier = self.model.multiplier(option_class)
            for place in self.encoded.layout.places(option_class) if option_class.items else ():
                row = []
                for value in self.encoded.formula.variables[place].values:
                    item = option_class.item(value.option)
                    row.append(prices.get(item.part, 0) * value.quantity * multiplier if item else 0)
                if any(row):
                    costs[place] = tuple(row)
        return costs

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
        rules = explainer.contradiction() or ()
        raise ModelContradictory(rules=", ".join(rules), named=rules, model=encoded.model.name)
    return Compiled(encoded.model, version, encoded, engine, explainer)


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


def option_title(model: Model, option_class: str, option: str, language: str) -> str:
    """What an option is called in the model: its own words, else its part number."""
    found = model.find_class(option_class)
    item = found.item(option) if found else None
    if item is None:
        return option
    return say(item.words, language) or item.part or option
